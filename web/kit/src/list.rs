//! A list that comes in pages: live, with a button for more at its end.

use leptos::prelude::*;
use pocketkey_api::{Page, event::Event};
use serde::de::DeserializeOwned;

use crate::{
    api,
    button::{Button, ButtonKind},
    load::Load,
    strings,
    toast::use_toasts,
};

/// Items fetched at a time.
const PAGE: usize = 50;
/// Items fetched at most when a long list is fetched again.
const MOST: usize = 200;

/// A list. Copies are handles to the same list.
pub struct List<T: 'static> {
    page: Load<Page<T>>,
    path: StoredValue<Box<dyn Fn() -> String + Send + Sync>>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

/// Fetches the list at `path` in the API now and whenever a signal that `path` reads changes.
pub fn load_list<T>(path: impl Fn() -> String + Send + Sync + 'static) -> List<T>
where
    T: DeserializeOwned + PartialEq + Clone + Send + Sync + 'static,
{
    let list = List { page: Load::new(), path: StoredValue::new(Box::new(path)) };
    let refetched = StoredValue::new(0);
    list.page.fetch_with(move || {
        let times = list.page.times_refetched();
        // Fetched again, a list stays as long as it was.
        let again = refetched.get_value() != times;
        refetched.set_value(times);
        let length = list.page.with_untracked(|page| page.items.len()).filter(|_| again);
        let path = list.page_path(length.unwrap_or(PAGE).clamp(PAGE, MOST), "");
        async move { api::get::<Page<T>>(&path).await }
    });
    list
}

impl<T: DeserializeOwned + PartialEq + Clone + Send + Sync + 'static> List<T> {
    fn page_path(self, limit: usize, after: &str) -> String {
        let path = self.path.with_value(|path| path());
        api::with_query(&path, [("limit", &*limit.to_string()), ("after", after)])
    }

    /// What of it is there so far.
    #[must_use]
    pub fn page(self) -> Load<Page<T>> {
        self.page
    }

    /// Fetches again.
    pub fn refetch(self) {
        self.page.refetch();
    }

    /// As [`Load::refetch_on`].
    #[must_use]
    pub fn refetch_on(self, wanted: impl Fn(&Event) -> bool + Send + Sync + 'static) -> Self {
        let _ = self.page.refetch_on(wanted);
        self
    }

    /// Draws its items, and below them a button for more; or that there are none.
    pub fn show(
        self,
        none: impl Fn() -> AnyView + Send + 'static,
        items: impl Fn(Vec<T>) -> AnyView + Send + 'static,
    ) -> AnyView {
        self.page.show(move |page| {
            if page.items.is_empty() {
                return none();
            }
            view! {
                {items(page.items)}
                <More list=self/>
            }
            .into_any()
        })
    }
}

/// A button that adds the next page, as long as there is one.
#[component]
fn More<T: DeserializeOwned + PartialEq + Clone + Send + Sync + 'static>(list: List<T>) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let next = Memo::new(move |_| list.page.with(|page| page.next.clone()).flatten());
    let more = move || {
        let Some(after) = next.get_untracked() else { return };
        let path = untrack(|| list.page_path(PAGE, &after));
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = api::get::<Page<T>>(&path).await;
            busy.try_set(false);
            match answer {
                // Unless the list was fetched anew meanwhile.
                Ok(page) => list.page.update(|all| {
                    if all.next.as_ref() == Some(&after) {
                        all.items.extend(page.items);
                        all.next = page.next;
                    }
                }),
                Err(problem) => toasts.problem(&problem),
            }
        });
    };
    move || {
        next.with(Option::is_some).then(|| {
            view! {
                <div class="border-t border-line p-3 text-center">
                    <Button
                        label=strings::load_more()
                        kind=ButtonKind::Ghost
                        loading=busy
                        on_click=more
                        test_id="load-more"
                    />
                </div>
            }
        })
    }
}
