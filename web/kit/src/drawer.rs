//! What there is to say of a row, at the side of the list.

use leptos::prelude::*;
use pocketkey_api::Page;

use crate::{dialog::Dialog, load::Load, router::use_router};

/// A dialog about the item that the address names by the query parameter `name`, as far as it is in the list.
#[component]
pub fn Drawer<T: Clone + PartialEq + Send + Sync + 'static>(
    /// The query parameter; its `data-testid` as well.
    name: &'static str,
    /// What is in the list.
    page: Load<Page<T>>,
    /// What an item is called in the address.
    id: fn(&T) -> String,
    /// The heading.
    title: fn(&T) -> String,
    /// The rest.
    #[prop(into)]
    draw: Callback<(T,), AnyView>,
) -> impl IntoView {
    let router = use_router();
    let chosen = router.query(name);
    let item = Memo::new(move |_| {
        let wanted = chosen.get();
        page.with(|page| page.items.iter().find(|item| id(item) == wanted).cloned()).flatten()
    });
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(item.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && item.with_untracked(Option::is_some) {
            router.replace(&router.with(name, ""));
        }
    });
    let heading = move || item.with(|item| item.as_ref().map(title)).unwrap_or_default();
    view! {
        <Dialog open title=Signal::derive(heading) drawer=true test_id=name>
            {move || item.get().map(|item| draw.run((item,)))}
        </Dialog>
    }
    .into_any()
}

/// A line of it, for inside of a `<dl>`.
pub fn fact(label: impl Into<String>, value: impl IntoView + 'static) -> AnyView {
    view! {
        <div class="grid grid-cols-[7rem_1fr] gap-x-3 py-2">
            <dt class="min-w-0 break-words text-muted">{label.into()}</dt>
            <dd class="min-w-0 break-words">{value}</dd>
        </div>
    }
    .into_any()
}
