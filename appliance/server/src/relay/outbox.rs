//! What waits to be written to one session: bounded, so that a slow device costs little and delays nobody.

use std::{
    collections::VecDeque,
    future::poll_fn,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

/// Frames that may wait.
pub const MAX_FRAMES: usize = 16;

/// Bytes that may wait.
pub const MAX_BYTES: usize = 64 * 1024;

/// The hub's end. Dropping it closes the session once the queue is written.
#[derive(Debug)]
pub struct Outbox(Arc<Mutex<Queue>>);

/// The socket's end.
#[derive(Debug)]
pub struct Waiting(Arc<Mutex<Queue>>);

/// Holds no memory while nothing waits.
#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Vec<u8>>,
    bytes: usize,
    /// One of the two ends is gone.
    closed: bool,
    reader: Option<Waker>,
}

/// The queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// A fresh queue.
pub fn outbox() -> (Outbox, Waiting) {
    let queue = Arc::default();
    (Outbox(Arc::clone(&queue)), Waiting(queue))
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Outbox {
    /// Queues a frame; never waits.
    ///
    /// # Errors
    /// [`Full`] if the device does not keep up, or is gone.
    pub fn push(&self, frame: Vec<u8>) -> Result<(), Full> {
        let mut queue = lock(&self.0);
        if queue.closed || queue.frames.len() == MAX_FRAMES || queue.bytes + frame.len() > MAX_BYTES {
            return Err(Full);
        }
        queue.bytes += frame.len();
        queue.frames.push_back(frame);
        wake(queue);
        Ok(())
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let mut queue = lock(&self.0);
        queue.closed = true;
        wake(queue);
    }
}

/// Wakes whoever reads, after the queue is free again.
fn wake(mut queue: MutexGuard<'_, Queue>) {
    let reader = queue.reader.take();
    drop(queue);
    if let Some(reader) = reader {
        reader.wake();
    }
}

impl Waiting {
    /// The next frame to write; `None` once the session is to be closed.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// As [`Waiting::next`].
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
        let mut queue = lock(&self.0);
        if let Some(frame) = queue.frames.pop_front() {
            queue.bytes -= frame.len();
            if queue.frames.is_empty() {
                mem::take(&mut queue.frames);
            }
            return Poll::Ready(Some(frame));
        }
        if queue.closed {
            return Poll::Ready(None);
        }
        if !queue.reader.as_ref().is_some_and(|reader| reader.will_wake(cx.waker())) {
            queue.reader = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut queue = lock(&self.0);
        queue.closed = true;
        queue.frames = VecDeque::new();
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

    #[tokio::test]
    async fn whoever_waits_is_woken_by_a_frame_and_by_the_end() {
        let (outbox, mut waiting) = outbox();
        let reader = tokio::spawn(async move { (waiting.next().await, waiting.next().await) });
        tokio::task::yield_now().await;
        outbox.push(vec![1]).unwrap();
        tokio::task::yield_now().await;
        drop(outbox);
        assert_eq!(reader.await.unwrap(), (Some(vec![1]), None));
    }

    #[test]
    fn a_device_that_is_gone_takes_nothing() {
        let (outbox, waiting) = outbox();
        drop(waiting);
        assert_eq!(outbox.push(vec![0]), Err(Full));
    }
}
