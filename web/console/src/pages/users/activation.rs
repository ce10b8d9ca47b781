//! Activation: choosing how the phone gets its code, showing it, and waiting for the phone (A5, A6).

use leptos::prelude::*;
use pocketkey_api::{
    KeyId, Problem, UserId,
    activation::{Activation, ActivationCodes, ActivationMethod, NewActivation},
    event::Event,
    key::{Key, KeyStatus},
    permission::Permission,
    user::UserDetail,
};
use pocketkey_kit::{api, prelude::*, time::use_past};

use crate::{labels::is_open, session::may, strings};

/// Invites a key's phone. The answer is the only place where the codes are told.
pub async fn invite(key_id: &KeyId, method: ActivationMethod) -> Result<Activation, Problem> {
    api::post(&format!("/api/v1/keys/{key_id}/activation"), &NewActivation { method }).await
}

/// Inviting phones of a page's keys. Copies are handles to the same.
#[derive(Clone, Copy)]
pub struct Inviting {
    busy: RwSignal<bool>,
    open: RwSignal<bool>,
    /// The invitation shown, and whose.
    shown: RwSignal<Option<(UserId, KeyId, Activation)>>,
    toasts: Toasts,
}

impl Inviting {
    /// For a page that shows one [`InvitationDialog`].
    pub fn new() -> Self {
        Self {
            busy: RwSignal::new(false),
            open: RwSignal::new(false),
            shown: RwSignal::new(None),
            toasts: use_toasts(),
        }
    }

    /// Whether an invitation is being made.
    pub fn busy(self) -> Signal<bool> {
        self.busy.into()
    }

    /// Invites a user's key; shows what is not mailed.
    pub fn invite(self, user: UserId, key: KeyId, method: ActivationMethod) {
        self.busy.set(true);
        let request = async move {
            let answer = invite(&key, method).await;
            self.busy.try_set(false);
            answer.map(|activation| (key, activation))
        };
        self.toasts.attempt(request, move |(key, activation)| {
            if let Some(address) = &activation.mailed_to {
                self.toasts.say(strings::mailed_to(address));
            } else {
                self.shown.try_set(Some((user, key, activation)));
                self.open.try_set(true);
            }
        });
    }
}

/// The invitation that was made last. It stands outside of what is drawn anew when something changes.
#[component]
pub fn InvitationDialog(inviting: Inviting) -> impl IntoView {
    let content = move || {
        inviting.shown.get().map(|(user_id, key_id, activation)| {
            let (user, key) = (user_id.clone(), key_id.clone());
            let again = move |method| inviting.invite(user.clone(), key.clone(), method);
            view! { <Invitation user_id key_id activation on_again=Callback::new(again)/> }
        })
    };
    view! {
        <Dialog open=inviting.open title=strings::activate_phone() test_id="activation-dialog">{content}</Dialog>
    }
}

/// The two ways to activate, side by side.
#[component]
pub fn MethodChoice(
    /// Where a mail would go.
    #[prop(into)]
    email: Signal<String>,
    /// Busy while one is under way.
    form: FormState,
    /// What happens then.
    #[prop(into)]
    on_choose: Callback<ActivationMethod>,
) -> impl IntoView {
    let way = move |icon, title, text: Signal<String>, method, kind, test_id| {
        view! {
            <div class="flex flex-col rounded-xl border border-line p-4">
                <Icon kind=icon class="mb-2 size-6 text-accent-text"/>
                <h3 class="text-base">{title}</h3>
                <p class="mt-0.5 mb-4 grow text-sm text-muted">{move || text.get()}</p>
                <Button
                    label=title
                    kind
                    disabled=form.busy()
                    on_click=move || on_choose.run(method)
                    test_id=test_id
                />
            </div>
        }
    };
    view! {
        <div class="space-y-4">
            <FormProblem state=form/>
            <div class="grid gap-3 sm:grid-cols-2">
                {way(
                    IconKind::Phone,
                    strings::activate_now(),
                    strings::activate_now_text().into(),
                    ActivationMethod::Now,
                    ButtonKind::Primary,
                    "activate-now",
                )}
                {way(
                    IconKind::Mail,
                    strings::activate_by_email(),
                    Signal::derive(move || strings::activate_by_email_text(&email.get())),
                    ActivationMethod::Email,
                    ButtonKind::Secondary,
                    "activate-by-email",
                )}
            </div>
        </div>
    }
}

/// An invitation that was just made: what to show the person, and what becomes of it, live.
#[component]
pub fn Invitation(
    /// Whose key.
    user_id: UserId,
    /// Which key.
    key_id: KeyId,
    /// The fresh invitation.
    activation: Activation,
    /// Makes a new one in its place.
    #[prop(into)]
    on_again: Callback<ActivationMethod>,
) -> impl IntoView {
    let path = format!("/api/v1/users/{user_id}");
    let whose = user_id.clone();
    let detail = load(move || {
        let path = path.clone();
        async move { api::get::<UserDetail>(&path).await }
    })
    .refetch_on(move |event| match event {
        Event::Key { user_id, .. } => *user_id == whose,
        Event::User { .. } | Event::Users => true,
        _ => false,
    });
    let key = Memo::new(move |_| {
        detail.with(|detail| detail.keys.iter().find(|key| key.id == key_id).cloned()).flatten()
    });
    let phone = Memo::new(move |_| key.with(|key| key.as_ref().and_then(activated_by)));
    let state = activation.state;
    let past = use_past(state.expires_at);
    let dead = Memo::new(move |_| {
        // The key's latest invitation is this one or a later one; before the first fetch it is taken to be open.
        past.get()
            || key
                .with(|key| key.as_ref().and_then(|key| key.activation).is_some_and(|now| !is_open(&now, 0)))
    });
    view! {
        <div data-testid="invitation">
            {move || {
                if let Some(phone) = phone.get() {
                    view! { <Activated phone/> }.into_any()
                } else if dead.get() {
                    view! { <Dead method=state.method on_again/> }.into_any()
                } else {
                    let shown = activation.clone();
                    view! {
                        {shown.codes.map(|codes| view! { <Codes codes/> })}
                        {shown.mailed_to.map(|address| view! { <Mailed address/> })}
                        <Waiting until=state.expires_at/>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

/// Model and system of the phone that activated a key.
fn activated_by(key: &Key) -> Option<String> {
    let phone = key.phone.as_ref().filter(|_| key.status == KeyStatus::Active)?;
    Some(strings::phone(&phone.model, &phone.os))
}

#[component]
fn Codes(codes: ActivationCodes) -> impl IntoView {
    let link = codes.link.clone();
    view! {
        <div class="grid items-center gap-x-6 gap-y-4 sm:grid-cols-[auto_1fr]">
            <div class="justify-self-center">
                <Qr svg=codes.qr_svg alt=strings::qr_alt()/>
            </div>
            <ol class="min-w-0 space-y-4 text-sm">
                <li>
                    <p class="font-semibold">{strings::scan()}</p>
                    <p class="text-muted">{strings::scan_text()}</p>
                </li>
                <li>
                    <p class="font-semibold">{strings::or_type()}</p>
                    <PairingKey digits=codes.pairing_key/>
                </li>
                <li>
                    <p class="mb-1 font-semibold">{strings::or_link()}</p>
                    <div class="flex items-center gap-2">
                        <a
                            class="link min-w-0 truncate"
                            href=link
                            target="_blank"
                            rel="external noopener"
                            data-testid="activation-link"
                        >
                            {codes.link.clone()}
                        </a>
                        <CopyButton text=codes.link test_id="copy-link"/>
                    </div>
                </li>
            </ol>
        </div>
    }
}

#[component]
fn Mailed(address: String) -> impl IntoView {
    view! {
        <Note tone=Tone::Good test_id="mailed">
            {strings::mailed_to_label()} " " <strong data-testid="mailed-to">{address}</strong> ". "
            {may(Permission::Mail).then(|| view! {
                <a class="link" href="/inbox" data-testid="to-inbox">{strings::open_inbox()}</a>
            })}
        </Note>
    }
}

#[component]
fn Waiting(until: i64) -> impl IntoView {
    view! {
        <p class="mt-5 flex items-center gap-3 border-t border-line pt-4 text-sm" role="status" data-testid="waiting">
            <span class="pulse text-warn" aria-hidden="true"></span>
            <span class="grow font-medium">{strings::waiting()}</span>
            <span class="text-muted" aria-hidden="true">
                {strings::valid_for()} " " <Countdown until/>
            </span>
        </p>
    }
}

#[component]
fn Activated(phone: String) -> impl IntoView {
    view! {
        <div class="flex flex-col items-center py-6 text-center" role="status" data-testid="activated">
            <span class="mb-3 rounded-full bg-good-soft p-3.5 text-good">
                <Icon kind=IconKind::Check class="size-7"/>
            </span>
            <p class="text-lg font-semibold">{strings::activated()}</p>
            <p class="mt-0.5 text-muted" data-testid="activated-phone">{phone}</p>
        </div>
    }
}

#[component]
fn Dead(method: ActivationMethod, on_again: Callback<ActivationMethod>) -> impl IntoView {
    let label = match method {
        ActivationMethod::Now => strings::new_code(),
        ActivationMethod::Email => strings::send_again(),
    };
    view! {
        <Note tone=Tone::Warn test_id="invitation-dead">
            <p class="mb-2">{strings::invitation_dead()}</p>
            <Button label icon=IconKind::Refresh small=true on_click=move || on_again.run(method)/>
        </Note>
    }
}
