//! Sending a form: busy while it is under way, the appliance's complaints beside the fields they are about.

use leptos::prelude::*;
use pocketkey_api::Problem;

use crate::{
    api::{Outcome, outcome},
    card::{Note, Tone},
    dom,
};

/// A form's state. Copies are handles to the same form.
#[derive(Debug, Clone, Copy)]
pub struct FormState {
    busy: RwSignal<bool>,
    problem: RwSignal<Option<Problem>>,
}

impl Default for FormState {
    fn default() -> Self {
        Self::new()
    }
}

impl FormState {
    /// A form that was not sent yet.
    #[must_use]
    pub fn new() -> Self {
        Self { busy: RwSignal::new(false), problem: RwSignal::new(None) }
    }

    /// Whether it is being sent.
    #[must_use]
    pub fn busy(self) -> Signal<bool> {
        self.busy.into()
    }

    /// What is wrong with the field of that name.
    #[must_use]
    pub fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.problem.with(|problem| {
                let fields = &problem.as_ref()?.fields;
                fields
                    .iter()
                    .find(|at_fault| at_fault.field == field)
                    .map(|at_fault| at_fault.message.clone())
            })
        })
    }

    /// As [`FormState::error`], for a form of that one field: whatever went wrong stands there.
    #[must_use]
    pub fn in_a_line(self, field: &'static str) -> Signal<Option<String>> {
        let error = self.error(field);
        Signal::derive(move || {
            error.get().or_else(|| self.problem.with(|problem| problem.as_ref().map(ToString::to_string)))
        })
    }

    /// What went wrong, if anything did.
    #[must_use]
    pub fn problem(self) -> Signal<Option<Problem>> {
        self.problem.into()
    }

    /// Shows a problem, or none. The first field at fault is focused.
    pub fn set_problem(self, problem: Option<Problem>) {
        let fields = problem.as_ref().is_some_and(|problem| !problem.fields.is_empty());
        self.problem.try_set(problem);
        if fields {
            dom::focus_soon("[aria-invalid='true']");
        }
    }

    /// Sends: runs `request`, then `done` with its answer, or shows the problem. Does nothing while busy.
    pub fn send<T: 'static>(
        self,
        request: impl Future<Output = Result<T, Problem>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        self.run(outcome(request, done));
    }

    fn run(self, outcome: Outcome) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        leptos::task::spawn_local(async move {
            let answer = outcome.await;
            self.busy.try_set(false);
            match answer {
                Ok(done) => done(),
                Err(problem) => self.set_problem(Some(problem)),
            }
        });
    }
}

/// A form: the browser checks what must be filled in, then `on_submit` runs.
#[component]
pub fn Form(
    /// What happens on submit.
    #[prop(into)]
    on_submit: Callback<()>,
    /// Layout classes.
    #[prop(default = "space-y-5")]
    class: &'static str,
    /// `data-testid`.
    #[prop(optional, into)]
    test_id: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <form
            class=class
            data-testid=test_id
            on:submit=move |event| {
                event.prevent_default();
                on_submit.run(());
            }
        >
            {children()}
        </form>
    }
    .into_any()
}

/// What went wrong with a form, in words; field by field it stands at the fields themselves.
#[component]
pub fn FormProblem(
    /// The form.
    state: FormState,
) -> impl IntoView {
    move || {
        state.problem.get().map(|problem| {
            let detail = problem.detail.filter(|_| problem.fields.is_empty());
            view! {
                <Note tone=Tone::Bad test_id="problem">
                    <strong class="font-semibold">{problem.title}</strong>
                    {detail.map(|detail| view! { " " {detail} })}
                </Note>
            }
        })
    }
}
