//! Two-step sign-in: an authenticator app set up and turned off, recovery codes made anew.

use leptos::prelude::*;
use pocketkey_api::{
    Problem,
    account::{Account, RecoveryCodes, TotpCode, TotpSetup},
};
use pocketkey_kit::{api, prelude::*};

use super::{codes::Codes, confirm::Sensitive};
use crate::{confirm::Ask, strings};

const TOTP: &str = "/api/v1/account/totp";

/// What the dialog shows.
#[derive(Debug, Clone)]
enum Shown {
    SetUp(TotpSetup),
    Codes(Vec<String>),
    NewCodes,
    TurnOff,
}

async fn renew() -> Result<RecoveryCodes, Problem> {
    api::post("/api/v1/account/recovery-codes", &()).await
}

/// The card.
#[component]
pub fn TwoStep(account: Load<Account>, sensitive: Sensitive) -> impl IntoView {
    let form = FormState::new();
    let open = RwSignal::new(false);
    let shown = RwSignal::new(None::<Shown>);
    let show = move |what| {
        shown.set(Some(what));
        open.set(true);
    };
    let begin = move || {
        let request = || async { api::post::<_, TotpSetup>(TOTP, &()).await };
        sensitive.send(form, request, move |setup| show(Shown::SetUp(setup)));
    };
    let since = Memo::new(move |_| account.with(|account| account.two_step_since).flatten());
    let left = Memo::new(move |_| account.with(|account| account.recovery_codes_left).unwrap_or_default());
    let state = move || {
        match since.get() {
        None => view! {
            <p class="mb-4 text-muted">{strings::two_step_text()}</p>
            <Button label=strings::set_up_app() icon=IconKind::Phone loading=form.busy() on_click=begin test_id="set-up-app"/>
        }
        .into_any(),
        Some(at) => view! {
            <p class="mb-4 flex flex-wrap items-center gap-x-2.5 gap-y-1">
                <Badge label=strings::on() tone=Tone::Good dot=true test_id="two-step-on"/>
                <span class="text-sm text-muted">{strings::turned_on()} " " <RelativeTime at/></span>
                <span class="text-sm text-muted" data-testid="codes-left">{move || strings::codes_left(left.get())}</span>
            </p>
            <div class="flex flex-wrap gap-2">
                <Button label=strings::new_codes() icon=IconKind::Refresh on_click=move || show(Shown::NewCodes) test_id="new-codes"/>
                <Button label=strings::turn_off() on_click=move || show(Shown::TurnOff) test_id="turn-off"/>
            </div>
        }
        .into_any(),
    }
    };
    let title = move || match shown.get() {
        Some(Shown::SetUp(_)) => strings::set_up_app(),
        Some(Shown::NewCodes) => strings::new_codes(),
        Some(Shown::Codes(_)) => strings::recovery_codes(),
        Some(Shown::TurnOff) | None => strings::two_step_off_question(),
    };
    let content = move || match shown.get() {
        Some(Shown::SetUp(setup)) => view! { <SetUp setup account shown sensitive/> }.into_any(),
        Some(Shown::Codes(codes)) => view! { <Codes codes open/> }.into_any(),
        Some(Shown::NewCodes) => view! { <NewCodes account shown open sensitive/> }.into_any(),
        Some(Shown::TurnOff) => view! { <TurnOff account open sensitive/> }.into_any(),
        None => ().into_any(),
    };
    view! {
        <Card title=strings::two_step()>
            <FormProblem state=form/>
            {state}
        </Card>
        <Dialog open title=Signal::derive(move || title().to_owned()) test_id="two-step-dialog">{content}</Dialog>
    }
}

#[component]
fn SetUp(
    setup: TotpSetup,
    account: Load<Account>,
    shown: RwSignal<Option<Shown>>,
    sensitive: Sensitive,
) -> impl IntoView {
    let form = FormState::new();
    let code = RwSignal::new(String::new());
    let enable = move || {
        let request = move || {
            let code = TotpCode { code: code.get_untracked() };
            async move { api::put::<_, RecoveryCodes>(TOTP, &code).await }
        };
        sensitive.send(form, request, move |new: RecoveryCodes| {
            shown.set(Some(Shown::Codes(new.codes)));
            account.refetch();
        });
    };
    let secret = setup.secret.clone();
    view! {
        <p class="mb-3 text-muted">{strings::scan_with_app()}</p>
        <div class="mb-5 flex flex-wrap items-center gap-5">
            <Qr svg=setup.qr_svg alt=strings::scan_with_app_alt() test_id="totp-qr"/>
            <div class="min-w-0 grow basis-40">
                <p class="mb-1 text-sm text-muted">{strings::type_into_app()}</p>
                <p class="mb-2 font-mono text-sm break-all" data-testid="totp-secret">{setup.secret}</p>
                <CopyButton text=secret/>
            </div>
        </div>
        <Form on_submit=enable>
            <FormProblem state=form/>
            <TextField
                name="code"
                label=strings::app_code()
                value=code
                hint=strings::app_code_hint()
                autocomplete="one-time-code"
                error=form.error("code")
            />
            <div class="flex justify-end">
                <Button label=strings::turn_on() kind=ButtonKind::Primary loading=form.busy() test_id="turn-on"/>
            </div>
        </Form>
    }
}

#[component]
fn TurnOff(account: Load<Account>, open: RwSignal<bool>, sensitive: Sensitive) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let off = move || {
        let request = || async { api::delete(TOTP).await };
        sensitive.send(form, request, move |()| {
            open.set(false);
            account.refetch();
            toasts.say(strings::two_step_is_off());
        });
    };
    view! {
        <Ask
            text=strings::two_step_off_text()
            yes=strings::turn_off()
            form
            open
            on_yes=off
            test_id="turn-off-confirm"
        />
    }
}

#[component]
fn NewCodes(
    account: Load<Account>,
    shown: RwSignal<Option<Shown>>,
    open: RwSignal<bool>,
    sensitive: Sensitive,
) -> impl IntoView {
    let form = FormState::new();
    let make = move || {
        sensitive.send(form, renew, move |new: RecoveryCodes| {
            shown.set(Some(Shown::Codes(new.codes)));
            account.refetch();
        });
    };
    view! {
        <Ask
            text=strings::new_codes_text()
            yes=strings::new_codes()
            kind=ButtonKind::Primary
            form
            open
            on_yes=make
            test_id="new-codes-confirm"
        />
    }
}
