//! What others feel at once is asked first, naming the consequence; undoing it is not.

use leptos::prelude::*;
use pocketkey_api::Problem;
use pocketkey_kit::{api, prelude::*};

use crate::strings;

/// Something that an administrator does to a user, a key or a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The question.
    pub title: String,
    /// What comes of it.
    pub text: String,
    /// The button that does it.
    pub button: &'static str,
    /// How it is done.
    pub request: Request,
    /// What is said once it is done.
    pub done: String,
    /// The page to go to then, if this one is about what is gone.
    pub then: Option<&'static str>,
}

/// A request without a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// `PUT` to this path.
    Put(String),
    /// `DELETE` of this path.
    Delete(String),
}

impl Request {
    async fn send(&self) -> Result<(), Problem> {
        match self {
            Self::Put(path) => api::put(path).await,
            Self::Delete(path) => api::delete(path).await,
        }
    }
}

/// A page's confirmations. Copies are handles to the same one.
#[derive(Clone, Copy)]
pub struct Confirm {
    open: RwSignal<bool>,
    act: RwSignal<Option<Act>>,
    form: FormState,
    toasts: Toasts,
    router: Router,
}

impl Confirm {
    /// For a page that shows one [`ConfirmDialog`].
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            act: RwSignal::new(None),
            form: FormState::new(),
            toasts: use_toasts(),
            router: use_router(),
        }
    }

    /// Asks, and does it if the answer is yes.
    pub fn ask(self, act: Act) {
        self.form.set_problem(None);
        self.act.set(Some(act));
        self.open.set(true);
    }

    /// Does it without asking. What changed is shown when the appliance says so.
    pub fn run(self, request: Request, done: String) {
        leptos::task::spawn_local(async move {
            match request.send().await {
                Ok(()) => self.toasts.say(done),
                Err(problem) => self.toasts.problem(&problem),
            }
        });
    }

    fn confirmed(self) {
        let Some(Act { request, done, then, .. }) = self.act.get_untracked() else { return };
        self.form.send(async move { request.send().await }, move |()| {
            self.open.try_set(false);
            self.toasts.say(done);
            if let Some(page) = then {
                self.router.go(page);
            }
        });
    }
}

/// The question.
#[component]
pub fn ConfirmDialog(confirm: Confirm) -> impl IntoView {
    let title = move || confirm.act.with(|act| act.as_ref().map(|act| act.title.clone())).unwrap_or_default();
    let content = move || {
        confirm.act.get().map(|act| {
            view! {
                <p class="text-muted">{act.text}</p>
                <div class="mt-5 flex flex-wrap justify-end gap-2">
                    <Button label=strings::CANCEL on_click=move || confirm.open.set(false) test_id="confirm-no"/>
                    <Button
                        label=act.button
                        kind=ButtonKind::Danger
                        loading=confirm.form.busy()
                        on_click=move || confirm.confirmed()
                        test_id="confirm-yes"
                    />
                </div>
            }
        })
    };
    view! {
        <Dialog open=confirm.open title=Signal::derive(title) test_id="confirm">
            <div class="max-w-md">
                <FormProblem state=confirm.form/>
                {content}
            </div>
        </Dialog>
    }
}
