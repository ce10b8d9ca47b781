//! What waits for one subscriber: each message until its time is over, and only the newest on one topic.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use tokio::{sync::Notify, time::Instant};

/// Messages that may wait; beyond that the oldest is dropped.
const MOST: usize = 16;

/// A message for a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub topic: Option<String>,
    pub until: Instant,
    pub body: Vec<u8>,
}

#[derive(Debug, Default)]
pub(crate) struct Inbox {
    waiting: Mutex<VecDeque<Message>>,
    came: Notify,
}

impl Inbox {
    pub fn put(&self, message: Message) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if message.topic.is_some() {
            waiting.retain(|other| other.topic != message.topic);
        }
        waiting.push_back(message);
        if waiting.len() > MOST {
            waiting.pop_front();
        }
        self.came.notify_one();
    }

    /// The next message whose time is not over.
    pub async fn next(&self) -> Vec<u8> {
        loop {
            if let Some(message) = self.take(Instant::now()) {
                return message.body;
            }
            self.came.notified().await;
        }
    }

    fn take(&self, now: Instant) -> Option<Message> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|message| message.until > now);
        waiting.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_newest_on_a_topic_until_its_time_is_over() {
        let (inbox, now) = (Inbox::default(), Instant::now());
        let message = |topic: Option<&str>, seconds, body| Message {
            topic: topic.map(str::to_owned),
            until: now + Duration::from_secs(seconds),
            body: vec![body],
        };
        for message in [
            message(Some("a"), 9, 1),
            message(None, 9, 2),
            message(Some("a"), 9, 3),
            message(None, 2, 4),
            message(Some("b"), 9, 5),
        ] {
            inbox.put(message);
        }
        let later = now + Duration::from_secs(5);
        let left: Vec<_> = std::iter::from_fn(|| inbox.take(later)).map(|message| message.body[0]).collect();
        assert_eq!(left, [2, 3, 5]);
        (0..100).for_each(|n| inbox.put(message(None, 9, n)));
        assert_eq!(inbox.take(now).map(|message| message.body), Some(vec![84]));
    }
}
