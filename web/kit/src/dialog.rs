//! A modal dialog: the platform's own `<dialog>`, which keeps focus inside and closes on Escape.

use leptos::{html, prelude::*};

use crate::{
    button::{Button, ButtonKind},
    dom,
    form::FormState,
    icon::IconKind,
    strings,
};

/// Opens and closes `dialog` as `open` says, with the focus in its first field if it has one. It stays in the page when
/// closed: the browser then gives the focus back.
pub(crate) fn follow(dialog: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            if !open.get() {
                dialog.close();
            } else if !dialog.open() {
                drop(dialog.show_modal());
                dom::focus_field_soon(dialog.into());
            }
        }
    });
}

/// A dialog, drawn while `open`.
#[component]
pub fn Dialog(
    /// Whether it is shown; closing it by any means sets this to false.
    open: RwSignal<bool>,
    /// Its heading and accessible name.
    #[prop(into)]
    title: Signal<String>,
    /// At the side of the window, as high as it is: for what a list's row is about.
    #[prop(optional)]
    drawer: bool,
    /// `data-testid`.
    #[prop(optional, into)]
    test_id: Option<String>,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    follow(dialog, open);
    let content = move || {
        open.get().then(|| {
            view! {
                <header class="flex items-center justify-between gap-4 px-5 pt-4">
                    <h2 class="text-lg">{move || title.get()}</h2>
                    <Button
                        label=strings::close()
                        icon=IconKind::Close
                        icon_only=true
                        small=true
                        kind=ButtonKind::Ghost
                        on_click=move || open.set(false)
                        test_id="dialog-close"
                    />
                </header>
                <div class="px-5 pb-5 pt-3">{children()}</div>
            }
        })
    };
    view! {
        <dialog
            node_ref=dialog
            class=if drawer { "dialog drawer" } else { "dialog" }
            aria-label=move || title.get()
            data-testid=test_id
            on:close=move |_| open.set(false)
        >
            {content}
        </dialog>
    }
    .into_any()
}

/// The end of a form in a dialog: the button that sends it, and the one that only closes the dialog.
#[component]
pub fn DialogButtons(
    /// The dialog.
    open: RwSignal<bool>,
    /// The form.
    form: FormState,
    /// The words of the button that sends it.
    #[prop(into)]
    label: String,
    /// How that looks.
    #[prop(default = ButtonKind::Primary)]
    kind: ButtonKind,
    /// The form cannot be sent yet.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Its `data-testid`.
    #[prop(into)]
    test_id: String,
) -> impl IntoView {
    view! {
        <div class="flex flex-wrap justify-end gap-2">
            <Button label=strings::cancel() on_click=move || open.set(false) test_id="dialog-cancel"/>
            <Button label kind disabled loading=form.busy() test_id/>
        </div>
    }
    .into_any()
}
