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

    /// Asks, and blocks if the answer is yes; or unblocks at once what is `blocked`. What changed is shown when the
    /// appliance says so.
    pub fn block(self, subject: Subject, blocked: bool) {
        if !blocked {
            return self.ask(Deed::Block, subject);
        }
        let done = strings::unblocked(&subject.name);
        let request = async move { api::delete(&subject.block_path()).await };
        self.toasts.attempt(request, move |()| self.toasts.say(done));
    }

    /// Asks, and forgets how an admin signs in beside their password if the answer is yes.
    pub fn reset_second_step(self, admin: Subject) {
        self.ask(Deed::ResetSecondStep, admin);
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
                <Ask
                    text=deed.text(&subject)
                    yes=deed.button()
                    form=confirm.form
                    open=confirm.open
                    on_yes=move || confirm.confirmed()
                    test_id="confirm-yes"
                />
            }
        })
    };
    view! {
        <Dialog
            open=confirm.open
            title=Signal::derive(move || title().unwrap_or_default())
            test_id="confirm"
        >
            {content}
        </Dialog>
    }
}

/// Asks before something ends; `on_yes` does it. For inside of a dialog.
#[component]
pub fn Ask(
    /// What comes of it.
    #[prop(into)]
    text: String,
    /// The button's words.
    yes: &'static str,
    /// How the button looks.
    #[prop(default = ButtonKind::Danger)]
    kind: ButtonKind,
    /// How it goes.
    form: FormState,
    /// The dialog.
    open: RwSignal<bool>,
    /// What happens.
    #[prop(into)]
    on_yes: Callback<()>,
    /// The button's `data-testid`.
    test_id: &'static str,
) -> impl IntoView {
    view! {
        <Form on_submit=on_yes>
            <FormProblem state=form/>
            <p class="max-w-md break-words text-muted">{text}</p>
            <DialogButtons open form label=yes kind test_id/>
        </Form>
    }
}
