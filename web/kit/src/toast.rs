//! Short messages that come and go, read out by screen readers.

use std::time::Duration;

use leptos::prelude::*;
use pocketkey_api::Problem;

use crate::{
    api::{Outcome, outcome},
    button::{Button, ButtonKind},
    card::Tone,
    icon::{Icon, IconKind},
    strings,
};

#[derive(Debug, Clone)]
struct Toast {
    id: u64,
    tone: Tone,
    text: String,
    undo: Option<Callback<()>>,
}

/// The page's messages.
#[derive(Debug, Clone, Copy)]
pub struct Toasts {
    next: StoredValue<u64>,
    shown: RwSignal<Vec<Toast>>,
}

impl Toasts {
    /// Says that something was done.
    pub fn say(self, text: impl Into<String>) {
        self.add(Tone::Good, text.into(), None, Duration::from_secs(5));
    }

    /// Says that something was done, and offers to take it back by what `undo` sends; stays longer.
    pub fn say_undo<T: 'static, A>(
        self,
        text: impl Into<String>,
        undo: impl Fn() -> A + Send + Sync + 'static,
    ) where
        A: Future<Output = Result<T, Problem>> + 'static,
    {
        let undo = Callback::new(move |()| self.attempt(undo(), drop));
        self.add(Tone::Good, text.into(), Some(undo), Duration::from_secs(12));
    }

    /// Sends something, then runs `done` with the answer, or says what went wrong.
    pub fn attempt<T: 'static>(
        self,
        request: impl Future<Output = Result<T, Problem>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        self.run(outcome(request, done));
    }

    fn run(self, outcome: Outcome) {
        leptos::task::spawn_local(async move {
            match outcome.await {
                Ok(done) => done(),
                Err(problem) => self.problem(&problem),
            }
        });
    }

    /// Says that something went wrong; stays longer.
    pub fn problem(self, problem: &Problem) {
        self.add(Tone::Bad, problem.to_string(), None, Duration::from_secs(12));
    }

    fn add(self, tone: Tone, text: String, undo: Option<Callback<()>>, stays: Duration) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.shown.update(|shown| shown.push(Toast { id, tone, text, undo }));
        set_timeout(move || self.remove(id), stays);
    }

    fn remove(self, id: u64) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.id != id));
    }
}

/// Makes [`use_toasts`] work below the calling component; put one [`ToastRegion`] there.
pub fn provide_toasts() {
    provide_context(Toasts { next: StoredValue::new(0), shown: RwSignal::new(Vec::new()) });
}

/// The page's messages.
///
/// # Panics
/// Without [`provide_toasts`] above.
#[must_use]
pub fn use_toasts() -> Toasts {
    expect_context()
}

/// Where messages appear.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = use_toasts();
    let toast = move |toast: Toast| {
        let (icon, class) = match toast.tone {
            Tone::Bad => (IconKind::Alert, "mt-0.5 size-5 shrink-0 text-bad"),
            _ => (IconKind::Check, "mt-0.5 size-5 shrink-0 text-good"),
        };
        let id = toast.id;
        view! {
            <div class="toast" data-testid="toast">
                <Icon kind=icon class/>
                <span class="min-w-0 grow self-center">{toast.text}</span>
                {toast.undo.map(|undo| view! {
                    <Button
                        label=strings::undo()
                        small=true
                        on_click=move || {
                            toasts.remove(id);
                            undo.run(());
                        }
                        test_id="undo"
                    />
                })}
                <Button
                    label=strings::dismiss()
                    icon=IconKind::Close
                    icon_only=true
                    small=true
                    kind=ButtonKind::Ghost
                    on_click=move || toasts.remove(id)
                />
            </div>
        }
    };
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {move || toasts.shown.get().into_iter().map(toast).collect_view()}
        </div>
    }
    .into_any()
}
