//! Blocking and deleting: others feel it at once, so it is asked first, naming the consequence. Unblocking is not asked.

use leptos::prelude::*;
use pocketkey_api::Problem;
use pocketkey_kit::{api, prelude::*};

use crate::strings;

/// A user, a key or a computer, and what comes of blocking and deleting it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its address in the API.
    pub path: String,
    /// What people call it.
    pub name: String,
    /// What comes of blocking it.
    pub block_text: &'static str,
    /// What comes of deleting it.
    pub delete_text: &'static str,
    /// The page to go to once it is deleted, if the present one is about it.
    pub then: Option<&'static str>,
}

impl Subject {
    fn block_path(&self) -> String {
        format!("{}/block", self.path)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Block,
    ResetSecondStep,
    Delete,
}

impl Deed {
    fn title(self, name: &str) -> String {
        match self {
            Self::Block => strings::block_question(name),
            Self::ResetSecondStep => strings::reset_second_step_question(name),
            Self::Delete => strings::delete_question(name),
        }
    }

    fn button(self) -> &'static str {
        match self {
            Self::Block => strings::block(),
            Self::ResetSecondStep => strings::reset(),
            Self::Delete => strings::delete(),
        }
    }

    fn text(self, subject: &Subject) -> &'static str {
        match self {
            Self::Block => subject.block_text,
            Self::ResetSecondStep => strings::reset_second_step_text(),
            Self::Delete => subject.delete_text,
        }
    }

    async fn send(self, subject: &Subject) -> Result<(), Problem> {
        match self {
            Self::Block => api::put_only(&subject.block_path()).await,
            Self::ResetSecondStep => api::delete(&format!("{}/second-step", subject.path)).await,
            Self::Delete => api::delete(&subject.path).await,
        }
    }
}

/// A page's confirmations. Copies are handles to the same one.
#[derive(Clone, Copy)]
pub struct Confirm {
    open: RwSignal<bool>,
    asked: RwSignal<Option<(Deed, Subject)>>,
    form: FormState,
    toasts: Toasts,
    router: Router,
}

impl Confirm {
    /// For a page that shows one [`ConfirmDialog`].
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            asked: RwSignal::new(None),
            form: FormState::new(),
            toasts: use_toasts(),
            router: use_router(),
        }
    }

    /// Asks, and blocks if the answer is yes. What changed is shown when the appliance says so.
    pub fn block(self, subject: Subject) {
        self.ask(Deed::Block, subject);
    }

    /// Asks, and forgets how an admin signs in beside their password if the answer is yes.
    pub fn reset_second_step(self, admin: Subject) {
        self.ask(Deed::ResetSecondStep, admin);
    }

    /// Unblocks at once.
    pub fn unblock(self, subject: Subject) {
        leptos::task::spawn_local(async move {
            match api::delete(&subject.block_path()).await {
                Ok(()) => self.toasts.say(strings::unblocked(&subject.name)),
                Err(problem) => self.toasts.problem(&problem),
            }
        });
    }

    /// Asks, and deletes if the answer is yes.
    pub fn delete(self, subject: Subject) {
        self.ask(Deed::Delete, subject);
    }

    fn ask(self, deed: Deed, subject: Subject) {
        self.form.set_problem(None);
        self.asked.set(Some((deed, subject)));
        self.open.set(true);
    }

    fn confirmed(self) {
        let Some((deed, subject)) = self.asked.get_untracked() else { return };
        let done = match deed {
            Deed::Block => strings::blocked(&subject.name),
            Deed::ResetSecondStep => strings::second_step_is_reset(&subject.name),
            Deed::Delete => strings::deleted(&subject.name),
        };
        let then = subject.then.filter(|_| deed == Deed::Delete);
        self.form.send(async move { deed.send(&subject).await }, move |()| {
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
    let title =
        move || confirm.asked.with(|asked| asked.as_ref().map(|(deed, subject)| deed.title(&subject.name)));
    let content = move || {
        confirm.asked.get().map(|(deed, subject)| {
            view! {
                <p class="text-muted">{deed.text(&subject)}</p>
                <div class="mt-5 flex flex-wrap justify-end gap-2">
                    <Button label=strings::cancel() on_click=move || confirm.open.set(false) test_id="confirm-no"/>
                    <Button
                        label=deed.button()
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
        <Dialog
            open=confirm.open
            title=Signal::derive(move || title().unwrap_or_default())
            test_id="confirm"
        >
            <div class="max-w-md">
                <FormProblem state=confirm.form/>
                {content}
            </div>
        </Dialog>
    }
}
