//! `/activate#CODE`: where an invitation's link leads. Looking at it consumes nothing; only a phone redeems.

use leptos::prelude::*;
use pocketkey_api::{
    PhoneId, Problem,
    activation::{ActivationCode, ActivationPreview, PreviewActivation},
    sandbox::{Screen, SimulatedPhone, Touch},
};
use pocketkey_kit::{api, dom, prelude::*};
use pocketkey_link::qr::{self, Scanned};

use crate::{
    qr as picture,
    shell::Shell,
    strings,
    world::{Presence, is_new, teller, use_world},
};

/// What is known of the invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Invitation {
    Asking,
    Open(ActivationPreview),
    Closed(Problem),
    Incomplete,
}

fn link() -> String {
    window().location().href().unwrap_or_default()
}

/// The page.
#[component]
pub fn ActivatePage() -> impl IntoView {
    let invitation = RwSignal::new(Invitation::Asking);
    let look = move || {
        let Ok(Scanned::Activation { code, .. }) = qr::read(&link()) else {
            invitation.set(Invitation::Incomplete);
            return;
        };
        invitation.set(Invitation::Asking);
        leptos::task::spawn_local(async move {
            let asked = PreviewActivation { code: ActivationCode::Code(code.clone()) };
            let known = match api::post("/api/v1/activations/preview", &asked).await {
                Ok(preview) => Invitation::Open(preview),
                Err(problem) => Invitation::Closed(problem),
            };
            // Another link may have been pasted over this one meanwhile.
            if dom::fragment() == code {
                invitation.try_set(known);
            }
        });
    };
    look();
    let listener = window_event_listener(leptos::ev::hashchange, move |_| look());
    on_cleanup(move || listener.remove());

    // The phone that is taking the invitation: once it has, the page says so instead of "used".
    let taking = RwSignal::new(None::<PhoneId>);
    let content = move || match invitation.get() {
        Invitation::Asking => view! { <Card class=""><Skeleton/></Card> }.into_any(),
        Invitation::Open(preview) => view! { <Open preview taking/> }.into_any(),
        Invitation::Closed(problem) => {
            let again = Callback::new(move |()| look());
            view! { <Closed problem again/> }.into_any()
        }
        Invitation::Incomplete => {
            closed(strings::LINK_INCOMPLETE, strings::LINK_INCOMPLETE_TEXT.to_owned(), "incomplete")
        }
    };
    view! { <Shell title=strings::ACTIVATE>{content}</Shell> }.into_any()
}

/// An invitation that waits.
#[component]
fn Open(preview: ActivationPreview, taking: RwSignal<Option<PhoneId>>) -> impl IntoView {
    let world = use_world();
    let activated = Memo::new(move |_| {
        let taker = taking.get()?;
        let phone = world.first_phone(|phone| phone.id == taker && !is_new(phone))?;
        Some(phone.model)
    });
    let address = link();
    let picture = picture::svg(&address);
    let shown = address.clone();
    let open = move || {
        let (picture, shown) = (picture.clone(), shown.clone());
        view! {
            <Card title=strings::ACTIVATE_HOW test_id="activation-open">
                <div class="flex flex-col items-center gap-6 sm:flex-row sm:items-start">
                    {picture.map(|svg| view! { <div class="shrink-0"><Qr svg alt=strings::ACTIVATE_QR/></div> })}
                    <div class="min-w-0 space-y-4">
                        <ol class="list-decimal space-y-1.5 pl-5 marker:text-muted">
                            {strings::ACTIVATE_STEPS.map(|step| view! { <li>{step}</li> }).collect_view()}
                        </ol>
                        <CopyButton text=shown.clone() label=strings::COPY_LINK test_id="copy-link"/>
                        <p class="text-sm text-muted">
                            {strings::ACTIVATE_NOTHING_YET} " " {strings::ACTIVATE_EXPIRES} " "
                            <Countdown until=preview.expires_at/> "."
                        </p>
                    </div>
                </div>
                <Simulated link=shown.clone() taking/>
            </Card>
        }
        .into_any()
    };
    let content = move || match activated.get() {
        None => open(),
        Some(model) => view! {
            <Card test_id="activation-done">
                <p class="mb-4 flex items-center gap-2 text-lg font-semibold" role="status">
                    <Icon kind=IconKind::Check class="size-6 text-good"/>
                    {strings::activated_on(&model)}
                </p>
                <LinkButton label=strings::TO_SANDBOX href="/sandbox" kind=ButtonKind::Primary/>
            </Card>
        }
        .into_any(),
    };
    view! {
        <h1 class="text-2xl" data-testid="activation-hello">{strings::hello(&preview.name)}</h1>
        <p class="mt-1 mb-5 text-muted">
            <strong class="font-semibold text-ink" data-testid="activation-organisation">{preview.organisation}</strong>
            " " {strings::ACTIVATE_LEAD}
        </p>
        {content}
    }
    .into_any()
}

/// In a sandbox: the simulated phones take the invitation as well.
#[component]
fn Simulated(link: String, taking: RwSignal<Option<PhoneId>>) -> impl IntoView {
    let world = use_world();
    let here = Memo::new(move |_| world.presence().with(|presence| matches!(presence, Presence::Here(_))));
    let new = move || world.phones().into_iter().filter(is_new).collect::<Vec<_>>();
    let none = Memo::new(move |_| world.first_phone(is_new).is_none());
    let button = move |phone: SimulatedPhone| {
        let scan = teller(phone.id.clone(), "touch");
        let (id, model, text) = (phone.id.clone(), phone.model.clone(), link.clone());
        let error = {
            let phone = world.follow(phone);
            move || {
                let asked =
                    taking.with(|taking| taking.as_ref() == Some(&phone.with(|phone| phone.id.clone())));
                let error = phone.with(|phone| match &phone.screen {
                    Screen::Welcome { error } => error.clone(),
                    _ => None,
                });
                asked.then_some(error).flatten().map(|error| view! { <Note tone=Tone::Bad>{error}</Note> })
            }
        };
        view! {
            <Button
                label=strings::activate_on(&model)
                icon=IconKind::Phone
                kind=ButtonKind::Primary
                on_click=move |()| {
                    taking.set(Some(id.clone()));
                    scan.run(Touch::Scan { text: text.clone() });
                }
                test_id="activate-simulated"
            />
            {error}
        }
    };
    move || {
        here.get().then(|| {
            let button = button.clone();
            view! {
                <section class="mt-6 border-t border-line pt-5">
                    <h3 class="mb-2 text-base">{strings::SIMULATED}</h3>
                    <div class="flex flex-col items-start gap-2">
                        <For each=new key=|phone| phone.id.clone() let(phone)>{button(phone)}</For>
                    </div>
                    {move || none.get().then(|| view! { <p class="text-sm text-muted">{strings::SIMULATED_NONE}</p> })}
                </section>
            }
        })
    }
}

/// An invitation that cannot be taken (any more), or an appliance that does not say.
#[component]
fn Closed(problem: Problem, again: Callback<()>) -> impl IntoView {
    let (title, text) = match problem.code.as_str() {
        "activation_redeemed" | "activation_used" => (strings::REDEEMED, strings::REDEEMED_TEXT.to_owned()),
        "activation_expired" => (strings::EXPIRED, strings::ASK_ADMIN.to_owned()),
        "activation_locked" => (strings::LOCKED, format!("{} {}", strings::LOCKED_TEXT, strings::ASK_ADMIN)),
        "activation_voided" => (strings::VOIDED, strings::VOIDED_TEXT.to_owned()),
        "activation_unknown" | "activation_not_found" | "not_found" => {
            (strings::UNKNOWN_CODE, strings::UNKNOWN_CODE_TEXT.to_owned())
        }
        _ => {
            return view! {
                <h1 class="mb-4 text-2xl">{strings::ACTIVATE}</h1>
                <ProblemNote problem/>
                <div class="mt-4">
                    <Button
                        label=strings::AGAIN
                        icon=IconKind::Refresh
                        on_click=again
                        test_id="retry"
                    />
                </div>
            }
            .into_any();
        }
    };
    closed(title, text, &problem.code)
}

fn closed(title: &'static str, text: String, state: &str) -> AnyView {
    view! {
        <div class="card flex flex-col items-center px-6 py-12 text-center" data-testid="activation-closed" data-state=state.to_owned()>
            <span class="mb-4 rounded-full bg-warn-soft p-3.5 text-warn">
                <Icon kind=IconKind::Alert class="size-6"/>
            </span>
            <h1 class="text-xl">{title}</h1>
            <p class="mt-1 max-w-md text-muted">{text}</p>
        </div>
    }
    .into_any()
}
