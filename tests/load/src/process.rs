//! A server of its own process, and what the kernel says about it: CPU time and memory.

use std::{
    fs,
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Ends with this value.
pub struct Process {
    child: Child,
    /// Where it listens on loopback.
    pub address: SocketAddr,
}

impl Process {
    /// Starts what `command` makes of a free port.
    pub fn start(command: impl FnOnce(u16) -> Command) -> io::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = command(address.port()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        Ok(Self { child, address })
    }

    /// Waits until it accepts connections.
    pub fn listening(self) -> io::Result<Self> {
        let begun = Instant::now();
        while let Err(error) = TcpStream::connect(self.address) {
            if begun.elapsed() > Duration::from_secs(10) {
                return Err(error);
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(self)
    }

    /// Waits until `/readyz` is content.
    pub fn answers_ready(&self) -> io::Result<()> {
        let begun = Instant::now();
        loop {
            let mut stream = TcpStream::connect(self.address)?;
            stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            if answer.starts_with("HTTP/1.1 200 ") {
                return Ok(());
            }
            if begun.elapsed() > Duration::from_secs(30) {
                return Err(io::Error::other(answer));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The CPU time of its threads so far.
    pub fn cpu(&self) -> io::Result<Duration> {
        let mut nanoseconds = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            // A thread may end meanwhile.
            let Ok(times) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
            let on_cpu = times.split(' ').next().and_then(|time| time.parse::<u64>().ok());
            nanoseconds += on_cpu.ok_or_else(|| io::Error::other("the kernel counts no CPU time"))?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// Resident memory in KiB.
    pub fn resident(&self) -> io::Result<u32> {
        self.status("VmRSS:")
    }

    /// The most memory that was ever resident, in KiB.
    pub fn resident_at_most(&self) -> io::Result<u32> {
        self.status("VmHWM:")
    }

    fn status(&self, field: &str) -> io::Result<u32> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
            .ok_or_else(|| io::Error::other(format!("no {field} in /proc")))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
