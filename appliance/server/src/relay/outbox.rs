//! What waits to be written to one session: bounded, so that a slow device costs little and delays nobody.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::mpsc;

/// Frames that may wait.
pub const MAX_FRAMES: usize = 16;

/// Bytes that may wait.
pub const MAX_BYTES: usize = 64 * 1024;

/// The hub's end. Dropping it closes the session once the queue is written.
#[derive(Debug)]
pub struct Outbox {
    frames: mpsc::Sender<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
}

/// The socket's end.
#[derive(Debug)]
pub struct Waiting {
    frames: mpsc::Receiver<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
}

/// The queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// A fresh queue.
pub fn outbox() -> (Outbox, Waiting) {
    let (sender, receiver) = mpsc::channel(MAX_FRAMES);
    let waiting = Arc::new(AtomicUsize::new(0));
    (Outbox { frames: sender, waiting: waiting.clone() }, Waiting { frames: receiver, waiting })
}

impl Outbox {
    /// Queues a frame; never waits.
    ///
    /// # Errors
    /// [`Full`] if the device does not keep up, or is gone.
    pub fn push(&self, frame: Vec<u8>) -> Result<(), Full> {
        let length = frame.len();
        let before = self.waiting.fetch_add(length, Ordering::Relaxed);
        if before + length <= MAX_BYTES && self.frames.try_send(frame).is_ok() {
            return Ok(());
        }
        self.waiting.fetch_sub(length, Ordering::Relaxed);
        Err(Full)
    }
}

impl Waiting {
    /// The next frame to write; `None` once the session is to be closed.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        let frame = self.frames.recv().await?;
        self.waiting.fetch_sub(frame.len(), Ordering::Relaxed);
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn full_by_count_or_by_bytes_and_free_again_once_written() {
        let (outbox, mut waiting) = outbox();
        for _ in 0..MAX_FRAMES {
            outbox.push(vec![0]).unwrap();
        }
        assert_eq!(outbox.push(vec![0]), Err(Full));
        assert_eq!(waiting.next().await, Some(vec![0]));
        outbox.push(vec![1]).unwrap();

        let (outbox, mut waiting) = super::outbox();
        for _ in 0..4 {
            outbox.push(vec![0; MAX_BYTES / 4]).unwrap();
        }
        assert_eq!(outbox.push(vec![0]), Err(Full));
        drop(outbox);
        let mut written = 0;
        while let Some(frame) = waiting.next().await {
            written += frame.len();
        }
        assert_eq!(written, MAX_BYTES, "what was queued is written before the session closes");
    }
}
