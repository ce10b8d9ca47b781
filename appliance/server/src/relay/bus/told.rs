//! News on their way to wherever they are kept.

use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::{News, Topic};

/// What is told and not kept yet. Nothing gets lost: of each topic the latest waits, so that there is never more than there
/// are devices and pairings.
#[derive(Default)]
pub struct Told {
    waiting: Mutex<Waiting>,
    more: Notify,
}

#[derive(Default)]
struct Waiting {
    /// In the order in which they were told first.
    order: VecDeque<Topic>,
    latest: HashMap<Topic, News>,
}

impl Told {
    /// Takes news up.
    pub fn tell(&self, news: News) {
        let mut waiting = self.lock();
        let topic = news.what.topic();
        if waiting.latest.insert(topic, news).is_none() {
            waiting.order.push_back(topic);
        }
        drop(waiting);
        self.more.notify_one();
    }

    /// The next, as soon as there is one.
    pub async fn next(&self) -> News {
        loop {
            if let Some(news) = self.take() {
                return news;
            }
            self.more.notified().await;
        }
    }

    /// Takes one back that could not be kept, unless there is a later one.
    pub fn put_back(&self, news: News) {
        let Waiting { order, latest } = &mut *self.lock();
        let topic = news.what.topic();
        if let Entry::Vacant(place) = latest.entry(topic) {
            place.insert(news);
            order.push_front(topic);
        }
    }

    fn take(&self) -> Option<News> {
        let mut waiting = self.lock();
        let topic = waiting.order.pop_front()?;
        waiting.latest.remove(&topic)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use pocketkey_link::id::PairingId;

    use super::{super::What, *};

    fn end(pairing: u64, at: u64) -> News {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&pairing.to_be_bytes());
        News { at, what: What::Unbonded(PairingId(id)) }
    }

    fn all(told: &Told) -> Vec<News> {
        std::iter::from_fn(|| told.next().now_or_never()).collect()
    }

    #[test]
    fn nothing_is_lost_however_long_nobody_takes_it() {
        let told = Told::default();
        let news: Vec<News> = (0..100_000).map(|n| end(n, n)).collect();
        news.iter().for_each(|one| told.tell(one.clone()));
        assert!(all(&told) == news, "in order");
    }

    #[test]
    fn of_each_topic_the_latest_waits() {
        let told = Told::default();
        [end(1, 10), end(2, 11), end(1, 12)].into_iter().for_each(|news| told.tell(news));
        let first = told.next().now_or_never().unwrap();
        assert_eq!(first, end(1, 12));
        told.put_back(first.clone());
        assert_eq!(all(&told), [first.clone(), end(2, 11)], "what could not be kept is the next");
        told.tell(end(1, 13));
        told.put_back(first);
        assert_eq!(all(&told), [end(1, 13)], "unless there is a later one");
    }

    #[tokio::test]
    async fn who_waits_is_woken() {
        let told = Told::default();
        let (heard, ()) = tokio::join!(told.next(), async { told.tell(end(1, 10)) });
        assert_eq!(heard, end(1, 10));
    }
}
