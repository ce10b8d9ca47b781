//! What waits to be written to one session: bounded, so that a slow device costs little and delays nobody.

use std::{
    future::poll_fn,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use pocketkey_link::frame::Frame;

use super::wire;

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
    /// As they are written: frame after frame, each a WebSocket message.
    bytes: Vec<u8>,
    frames: usize,
    /// One of the two ends is gone.
    closed: bool,
    reader: Option<Waker>,
}

/// The queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// Taken at the first frame, so that those behind it need not move it.
const ROOM: usize = 4 * 1024;

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
    pub fn push(&self, frame: &Frame) -> Result<(), Full> {
        let mut queue = lock(&self.0);
        if queue.closed || queue.frames == MAX_FRAMES || queue.bytes.len() + frame.encoded_len() > MAX_BYTES {
            return Err(Full);
        }
        if queue.frames == 0 {
            queue.bytes.reserve(ROOM);
        }
        wire::put_frame(&mut queue.bytes, frame);
        queue.frames += 1;
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
    /// Takes everything that waits, as it is to be written; waits until there is something. `None` once the session is to
    /// be closed.
    pub async fn take(&mut self) -> Option<Vec<u8>> {
        poll_fn(|cx| self.poll_take(cx)).await
    }

    /// As [`Waiting::take`].
    pub fn poll_take(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
        let mut queue = lock(&self.0);
        if queue.frames > 0 {
            queue.frames = 0;
            return Poll::Ready(Some(mem::take(&mut queue.bytes)));
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
        (queue.bytes, queue.frames) = (Vec::new(), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pocketkey_link::id::{ExchangeId, PairingId};

    fn frame(length: usize) -> Frame {
        let body = vec![0; length].into();
        Frame::Response { exchange: ExchangeId([1; 16]), pairing: PairingId([2; 16]), body }
    }

    fn written(frames: &[Frame]) -> Vec<u8> {
        let mut bytes = Vec::new();
        frames.iter().for_each(|frame| wire::put_frame(&mut bytes, frame));
        bytes
    }

    #[tokio::test]
    async fn full_by_count_or_by_bytes_and_free_again_once_written() {
        let (outbox, mut waiting) = outbox();
        let frames = vec![frame(1); MAX_FRAMES];
        for frame in &frames {
            outbox.push(frame).unwrap();
        }
        assert_eq!(outbox.push(&frame(1)), Err(Full));
        assert_eq!(waiting.take().await, Some(written(&frames)));
        outbox.push(&frame(1)).unwrap();

        let (outbox, mut waiting) = super::outbox();
        let frames = [MAX_BYTES / 2, MAX_BYTES / 2 - 100].map(frame);
        for frame in &frames {
            outbox.push(frame).unwrap();
        }
        assert_eq!(outbox.push(&frame(1)), Err(Full));
        drop(outbox);
        let all = Some(written(&frames));
        assert_eq!(waiting.take().await, all, "what was queued is written before the session closes");
        assert_eq!(waiting.take().await, None);
    }

    #[tokio::test]
    async fn whoever_waits_is_woken_by_a_frame_and_by_the_end() {
        let (outbox, mut waiting) = outbox();
        let reader = tokio::spawn(async move { (waiting.take().await, waiting.take().await) });
        tokio::task::yield_now().await;
        outbox.push(&frame(1)).unwrap();
        tokio::task::yield_now().await;
        drop(outbox);
        assert_eq!(reader.await.unwrap(), (Some(written(&[frame(1)])), None));
    }

    #[test]
    fn a_device_that_is_gone_takes_nothing() {
        let (outbox, waiting) = outbox();
        drop(waiting);
        assert_eq!(outbox.push(&frame(1)), Err(Full));
    }
}
