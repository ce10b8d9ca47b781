//! What a page shows: fetched, fetched again when its inputs or the appliance change, never flickering meanwhile.

use leptos::prelude::*;
use pocketkey_api::{Problem, event::Event};

use crate::{
    api::{Outcome, outcome},
    button::Button,
    card::{ProblemNote, Skeleton},
    dom,
    events::use_event,
    icon::IconKind,
};

/// A value that is fetched. Copies are handles to the same value.
pub struct Load<T: 'static> {
    value: RwSignal<Option<T>>,
    problem: RwSignal<Option<Problem>>,
    again: RwSignal<u64>,
}

impl<T> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Load<T> {}

/// Fetches now, whenever a signal that `fetch` reads before its first await changes, and on [`Load::refetch`]. An
/// answer overtaken by a later question is dropped; while a fetch is under way the value stays.
pub fn load<T, F, A>(fetch: F) -> Load<T>
where
    T: PartialEq + Send + Sync + 'static,
    F: Fn() -> A + 'static,
    A: Future<Output = Result<T, Problem>> + 'static,
{
    let load = Load::new();
    load.fetch_with(fetch);
    load
}

/// The work of [`load`], which is the same for all types of values and so compiled once.
fn keep_fetched(again: RwSignal<u64>, problem: RwSignal<Option<Problem>>, fetch: Box<dyn Fn() -> Outcome>) {
    let latest = StoredValue::new(0_u64);
    Effect::new(move |_| {
        again.track();
        let answer = fetch();
        let number = latest.get_value() + 1;
        latest.set_value(number);
        leptos::task::spawn_local(async move {
            let answer = answer.await;
            if latest.try_get_value() != Some(number) {
                return;
            }
            match answer {
                Ok(put) => {
                    problem.set(None);
                    put();
                }
                Err(said) => problem.set(Some(said)),
            }
        });
    });
}

impl<T: PartialEq + Send + Sync + 'static> Load<T> {
    pub(crate) fn new() -> Self {
        Self { value: RwSignal::new(None), problem: RwSignal::new(None), again: RwSignal::new(0) }
    }

    pub(crate) fn fetch_with<F, A>(self, fetch: F)
    where
        F: Fn() -> A + 'static,
        A: Future<Output = Result<T, Problem>> + 'static,
    {
        let fetch = move || outcome(fetch(), move |value| self.put(value));
        keep_fetched(self.again, self.problem, Box::new(fetch));
    }

    /// Fetches again.
    pub fn refetch(self) {
        self.again.try_update(|count| *count += 1);
    }

    /// Fetches again when something changes that `wanted` picks out, or changes may have been missed.
    #[must_use]
    pub fn refetch_on(self, wanted: impl Fn(&Event) -> bool + Send + Sync + 'static) -> Self {
        use_event(move |event| {
            if event == Event::Lagged || wanted(&event) {
                self.refetch();
            }
        });
        self
    }

    /// How often it was asked to fetch again.
    pub(crate) fn times_refetched(self) -> u64 {
        self.again.get()
    }

    /// Puts a newer value in place, for example the answer to a change.
    pub fn put(self, value: T) {
        if self.value.with_untracked(|old| old.as_ref() != Some(&value)) {
            self.value.set(Some(value));
        }
    }

    /// The value, once there is one.
    #[must_use]
    pub fn get(self) -> Option<T>
    where
        T: Clone,
    {
        self.value.get()
    }

    /// What `read` makes of the value, once there is one.
    pub fn with<U>(self, read: impl FnOnce(&T) -> U) -> Option<U> {
        self.value.with(|value| value.as_ref().map(read))
    }

    /// As [`Load::with`], without subscribing.
    pub fn with_untracked<U>(self, read: impl FnOnce(&T) -> U) -> Option<U> {
        self.value.with_untracked(|value| value.as_ref().map(read))
    }

    /// Why the last fetch failed, if it did; the value before it stays.
    #[must_use]
    pub fn problem(self) -> Signal<Option<Problem>> {
        self.problem.into()
    }

    /// Changes the value in place.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        self.value.try_update(|value| value.as_mut().map(change));
    }

    /// Draws the value: grey bars until it is there, the problem and a way to try again if it cannot be had.
    pub fn show(self, draw: impl Fn(T) -> AnyView + Send + 'static) -> AnyView
    where
        T: Clone,
    {
        let view = move || {
            dom::keep_focus();
            match (self.value.get(), self.problem.get()) {
                (Some(value), _) => draw(value),
                (None, None) => view! { <Skeleton/> }.into_any(),
                (None, Some(problem)) => view! {
                    <div class="space-y-3 p-5">
                        <ProblemNote problem/>
                        <Button
                            label=crate::strings::retry()
                            icon=IconKind::Refresh
                            on_click=move || self.refetch()
                            test_id="retry"
                        />
                    </div>
                }
                .into_any(),
            }
        };
        view.into_any()
    }
}
