//! A HID device of the Linux kernel's making: `/dev/uhid`.
//!
//! One write is one event to the kernel, one read is one event from it; see `include/uapi/linux/uhid.h` and
//! `Documentation/hid/uhid.rst` of the kernel. The structs are packed and in the machine's byte order; the kernel fills
//! a short write up with zeros. A plain blocking file does it all, so there is no `unsafe` here.
//!
//! The kernel keeps at most 32 events for us and drops further ones without a word. So a thread of its own does
//! nothing but read, and the key asks clients for messages of at most 1200 bytes (21 reports).

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use tokio::sync::mpsc;

use crate::hid::{REPORT_SIZE, Report};

mod advice;
mod event;
mod standing;

use event::FromKernel;

pub use event::KERNEL_NAME;
pub use standing::Standing;

/// Where the kernel offers it.
pub const DEVICE: &str = "/dev/uhid";

/// Reports that may wait for the key. It answers within microseconds; more than this is a client gone wild.
const BACKLOG: usize = 1024;

/// Whether this computer can have a virtual security key (C8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    /// Yes.
    Available,
    /// The kernel offers no uhid.
    Missing {
        /// What to do, for people.
        advice: String,
    },
    /// It does, but not to this user.
    NotPermitted {
        /// What to do, for people.
        advice: String,
    },
}

impl Availability {
    /// Looks at [`DEVICE`].
    pub fn check() -> Self {
        Self::of(Path::new(DEVICE))
    }

    /// Looks at `path` in place of [`DEVICE`].
    pub fn of(path: &Path) -> Self {
        match open(path) {
            Ok(_) => Self::Available,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Self::NotPermitted { advice: advice::not_permitted(Standing::of_this_process()) }
            }
            Err(error) => Self::Missing { advice: advice::missing(&error) },
        }
    }

    /// What to do, for people; `None` if nothing is missing.
    pub fn advice(&self) -> Option<&str> {
        match self {
            Self::Available => None,
            Self::Missing { advice } | Self::NotPermitted { advice } => Some(advice),
        }
    }
}

/// What comes from clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromClients {
    /// A report.
    Report(Report),
    /// The last client that had the key open is gone, and whatever it asked for with it.
    Gone,
}

/// The two ends on which reports travel between the key and its clients.
#[derive(Debug)]
pub struct Wire {
    /// From clients.
    pub from_clients: mpsc::Receiver<FromClients>,
    /// Reports to clients. Dropping it unplugs the key.
    pub to_clients: mpsc::UnboundedSender<Report>,
}

/// Plugs a key in: creates the device and serves it from two threads until the wire's sender is dropped.
///
/// # Errors
/// Whatever `/dev/uhid` answers; [`Availability::check`] explains it.
pub fn plug_in() -> io::Result<Wire> {
    let file = Arc::new(open(Path::new(DEVICE))?);
    (&*file).write_all(&event::create())?;
    let unplugged = Arc::new(AtomicBool::new(false));
    let (clients, from_clients) = mpsc::channel(BACKLOG);
    let (to_clients, outgoing) = mpsc::unbounded_channel();
    {
        let (file, unplugged) = (Arc::clone(&file), Arc::clone(&unplugged));
        thread::Builder::new()
            .name("uhid-write".into())
            .spawn(move || write_reports(&file, outgoing, &unplugged))?;
    }
    thread::Builder::new()
        .name("uhid-read".into())
        .spawn(move || read_reports(&file, &clients, &unplugged))?;
    Ok(Wire { from_clients, to_clients })
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

fn write_reports(mut file: &File, mut outgoing: mpsc::UnboundedReceiver<Report>, unplugged: &AtomicBool) {
    while let Some(report) = outgoing.blocking_recv() {
        if let Err(error) = file.write_all(&event::input(&report)) {
            tracing::error!(%error, "cannot send a report to the kernel");
        }
    }
    unplugged.store(true, Ordering::Release);
    // The kernel answers with a STOP event, which ends the reading thread.
    if let Err(error) = file.write_all(&event::destroy()) {
        tracing::error!(%error, "cannot unplug the virtual key");
    }
}

fn read_reports(mut file: &File, clients: &mpsc::Sender<FromClients>, unplugged: &AtomicBool) {
    let mut buffer = [0; event::MAX_EVENT];
    loop {
        let length = match file.read(&mut buffer) {
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                tracing::error!(%error, "cannot read from {DEVICE}; the virtual key is unplugged");
                return;
            }
        };
        match event::read(&buffer[..length]) {
            FromKernel::Output(report) => pass_on(clients, FromClients::Report(report)),
            FromKernel::Close => pass_on(clients, FromClients::Gone),
            FromKernel::Stop if unplugged.load(Ordering::Acquire) => return,
            FromKernel::Answer(answer) => {
                if let Err(error) = file.write_all(&answer) {
                    tracing::warn!(%error, "cannot answer a report request");
                }
            }
            FromKernel::WrongSize(size) => {
                tracing::warn!(size, "a report must have {REPORT_SIZE} bytes; ignored");
            }
            FromKernel::Stop | FromKernel::Other => {}
        }
    }
}

/// Never waits for the key: a full ring in the kernel drops without a word, here at least it is told.
fn pass_on(clients: &mpsc::Sender<FromClients>, what: FromClients) {
    if let Err(mpsc::error::TrySendError::Full(_)) = clients.try_send(what) {
        tracing::warn!("a client floods the key; dropped");
    }
}
