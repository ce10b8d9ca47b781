//! What the appliance is compared by: any relay that takes connections in pairs. Blocking sockets, so that the driver costs
//! as little as can be.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    ops::Range,
    sync::Arc,
    thread,
};

use tokio_rustls::rustls::{ClientConfig, ClientConnection, StreamOwned};

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The body of every message, in bytes.
pub const BODY: usize = 256;

/// A relay, and how to connect to it. End 2n asks, end 2n + 1 answers it.
pub trait Network: Sync {
    /// What the table calls it.
    fn name(&self) -> &'static str;

    /// Connects an end and says the first word.
    fn begin(&self, end: usize) -> Result<Wire>;

    /// The second word, if the protocol has one.
    fn prove(&self, wire: &mut Wire, end: usize) -> Result<()>;

    /// Reads until the relay has taken the end up.
    fn ready(&self, wire: Wire, end: usize) -> Result<Box<dyn End>>;
}

/// A connected end.
pub trait End: Send {
    /// Sends so many messages to the other end, in one write.
    fn send(&mut self, count: usize) -> Result<()>;

    /// Reads until so many messages of the other end have come.
    fn receive(&mut self, count: usize) -> Result<()>;
}

/// Connects `ends`, from so many threads, each `wave` of them at a time.
pub fn open(
    network: &dyn Network,
    ends: Range<usize>,
    threads: usize,
    wave: usize,
) -> Result<Vec<Box<dyn End>>> {
    let ends: Vec<usize> = ends.collect();
    let share = &|ends: &[usize]| -> Result<Vec<Box<dyn End>>> {
        let mut open = Vec::new();
        for ends in ends.chunks(wave) {
            let mut begun = ends.iter().map(|&end| network.begin(end)).collect::<Result<Vec<_>>>()?;
            for (wire, &end) in begun.iter_mut().zip(ends) {
                network.prove(wire, end)?;
            }
            for (wire, &end) in begun.into_iter().zip(ends) {
                open.push(network.ready(wire, end)?);
            }
        }
        Ok(open)
    };
    let all = thread::scope(|scope| {
        let shares: Vec<_> =
            ends.chunks(ends.len().div_ceil(threads)).map(|ends| scope.spawn(move || share(ends))).collect();
        let mut open = Vec::new();
        for share in shares {
            open.extend(share.join().map_err(|_| "the driver panicked")??);
        }
        Ok(open)
    });
    all.map_err(|error: Box<dyn std::error::Error + Send + Sync>| {
        format!("{}, {} connections: {error}", network.name(), ends.len()).into()
    })
}

fn tcp(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20)))?;
    Ok(stream)
}

/// What bytes go through.
trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// A socket and what was read from it ahead.
pub struct Wire {
    stream: Box<dyn Stream>,
    ahead: Vec<u8>,
    start: usize,
}

impl Wire {
    pub fn connect(address: SocketAddr) -> io::Result<Self> {
        Ok(Self::over(tcp(address)?))
    }

    /// The same in TLS.
    pub fn secure(address: SocketAddr, client: &Arc<ClientConfig>) -> Result<Self> {
        let session = ClientConnection::new(client.clone(), address.ip().into())?;
        Ok(Self::over(StreamOwned::new(session, tcp(address)?)))
    }

    fn over(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream), ahead: Vec::new(), start: 0 }
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// What `take` finds at the start of what was read, and how long it is; reads on until it finds something.
    pub fn read<T>(&mut self, mut take: impl FnMut(&[u8]) -> Option<(T, usize)>) -> io::Result<T> {
        loop {
            if let Some((found, length)) = take(&self.ahead[self.start..]) {
                self.start += length;
                if self.start == self.ahead.len() {
                    self.ahead.clear();
                    self.start = 0;
                    // Ten thousand of these are idle.
                    self.ahead.shrink_to(4096);
                }
                return Ok(found);
            }
            let mut more = [0; 16 * 1024];
            let count = self.stream.read(&mut more)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.ahead.extend_from_slice(&more[..count]);
        }
    }

    /// A line that ends with CR LF, without that.
    pub fn line(&mut self) -> io::Result<String> {
        self.read(|bytes| {
            let length = bytes.windows(2).position(|two| two == b"\r\n")?;
            Some((String::from_utf8_lossy(&bytes[..length]).into_owned(), length + 2))
        })
    }
}
