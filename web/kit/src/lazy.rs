//! A page whose program is fetched when it is first gone to.

use std::{future::poll_fn, pin::Pin, task::Poll};

use leptos::{prelude::*, reactive::computed::ScopedFuture};

use crate::{
    button::Button,
    card::{Note, Skeleton, Tone},
    icon::IconKind,
    page::PageHeader,
    strings,
};

/// Grey bars until `page` is there. If its program cannot be had, it says so and offers to reload: the likely reason is
/// an appliance updated meanwhile, which no longer has the file this page knows of.
pub fn lazy<E: 'static>(page: impl Future<Output = Result<AnyView, E>> + 'static) -> AnyView {
    let missing = || view! { <PageHeader title=strings::missing()/> <Missing/> }.into_any();
    draw(Box::pin(page), || view! { <Skeleton/> }.into_any(), missing)
}

/// As [`lazy`], for a piece of a page that comes up in answer to a deed: nothing until it is there.
pub fn lazy_piece<E: 'static>(piece: impl Future<Output = Result<AnyView, E>> + 'static) -> AnyView {
    draw(Box::pin(piece), || ().into_any(), || view! { <Missing/> }.into_any())
}

/// Of one type for all pages, so that what draws them is compiled once.
type Arriving<E> = Pin<Box<dyn Future<Output = Result<AnyView, E>>>>;

fn draw<E: 'static>(page: Arriving<E>, waiting: fn() -> AnyView, missing: fn() -> AnyView) -> AnyView {
    let arrived = RwSignal::new_local(None);
    // Drawn as if at once, below the caller; not at all if the person has gone on meanwhile.
    let mut page = Box::pin(ScopedFuture::new_untracked(page));
    leptos::task::spawn_local(async move {
        let page = poll_fn(|context| {
            if arrived.is_disposed() { Poll::Ready(None) } else { page.as_mut().poll(context).map(Some) }
        });
        if let Some(page) = page.await {
            arrived.try_set(Some(page));
        }
    });
    let view = move || {
        arrived.track();
        match arrived.try_update_untracked(Option::take).flatten() {
            None => waiting(),
            Some(page) => page.unwrap_or_else(|_| missing()),
        }
    };
    view.into_any()
}

#[component]
fn Missing() -> impl IntoView {
    let reload = move || {
        drop(window().location().reload());
    };
    view! {
        <div class="mb-4 space-y-3">
            <Note tone=Tone::Bad test_id="missing-part">{strings::missing_detail()}</Note>
            <Button label=strings::reload() icon=IconKind::Refresh on_click=reload test_id="reload"/>
        </div>
    }
}
