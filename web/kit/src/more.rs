//! "Load more" at the end of a list that comes in pages.

use leptos::prelude::*;
use pocketkey_api::Page;
use serde::de::DeserializeOwned;

use crate::{
    api,
    button::{Button, ButtonKind},
    load::Load,
    strings,
    toast::use_toasts,
};

/// A button that adds the next page to `list`, as long as there is one.
#[component]
pub fn LoadMore<T: DeserializeOwned + PartialEq + Send + Sync + 'static>(
    /// The list.
    list: Load<Page<T>>,
    /// The address of the page after the one that said this `next`.
    #[prop(into)]
    path: Callback<(String,), String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let next = Memo::new(move |_| list.with(|page| page.next.clone()).flatten());
    let more = move || {
        let Some(after) = next.get_untracked() else { return };
        let path = path.run((after.clone(),));
        busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = api::get::<Page<T>>(&path).await;
            busy.try_set(false);
            match answer {
                // Unless the list was fetched anew meanwhile.
                Ok(page) => list.update(|all| {
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
