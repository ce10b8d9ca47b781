//! `/phone`: the simulated phones alone, for a second display.

use leptos::prelude::*;
use pocketkey_api::{
    PhoneId,
    sandbox::{Asleep, Far, Online, Script, ScriptMode, SimulatedPhone},
};
use pocketkey_kit::prelude::*;
use pocketkey_phone_screen::PhoneScreen;

use crate::{
    shell::{NoSandbox, Shell},
    strings,
    world::{Presence, teller, use_world},
};

/// A phone of the sandbox, and below it what is done to it from outside.
#[component]
fn Phone(
    /// The phone, as it is now.
    phone: SimulatedPhone,
) -> impl IntoView {
    let id = phone.id.clone();
    let phone = use_world().follow(phone);
    view! {
        <article class="mx-auto w-full max-w-[19.5rem]">
            <h2 class="sr-only">{strings::PHONE} " " {move || phone.with(|phone| phone.model.clone())}</h2>
            <PhoneScreen phone=phone on_touch=teller(id.clone(), "touch")/>
            <Controls id phone/>
        </article>
    }
    .into_any()
}

const MODES: [(ScriptMode, &str, &str); 4] = [
    (ScriptMode::Ask, "ask", strings::SCRIPT_ASK),
    (ScriptMode::Approve, "approve", strings::SCRIPT_APPROVE),
    (ScriptMode::Deny, "deny", strings::SCRIPT_DENY),
    (ScriptMode::Ignore, "ignore", strings::SCRIPT_IGNORE),
];

/// What the person with the phone does, whether it has a network, whether it sleeps, and where it is.
#[component]
fn Controls(id: PhoneId, phone: Memo<SimulatedPhone>) -> impl IntoView {
    let mode = Memo::new(move |_| phone.with(|phone| phone.script.mode));
    let online = Memo::new(move |_| phone.with(|phone| phone.online));
    let asleep = Memo::new(move |_| phone.with(|phone| phone.asleep));
    let set_mode = teller::<Script>(id.clone(), "script");
    let set_online = teller::<Online>(id.clone(), "online");
    let far = Memo::new(move |_| phone.with(|phone| phone.far));
    let set_asleep = teller::<Asleep>(id.clone(), "asleep");
    let set_far = teller::<Far>(id.clone(), "far");
    let mode_id = format!("script-{id}");
    let choose = move |event| {
        let key = event_target_value(&event);
        if let Some((mode, ..)) = MODES.iter().find(|(_, name, _)| *name == key) {
            set_mode.run(Script { mode: *mode });
        }
    };
    let option = move |(value, key, label): (ScriptMode, &'static str, &'static str)| {
        view! { <option value=key prop:selected=move || mode.get() == value>{label}</option> }
    };
    let switch = move |what: &'static str, label, title, on: Memo<bool>, set: Callback<bool>| {
        let switch_id = format!("{what}-{id}");
        view! {
            <div class="field" title=title>
                <label class="field-label" for=switch_id.clone()>{label}</label>
                <span class="flex min-h-[2.375rem] items-center">
                    <input
                        class="switch"
                        type="checkbox"
                        role="switch"
                        id=switch_id
                        data-testid=format!("phone-{what}")
                        prop:checked=move || on.get()
                        on:change=move |event| set.run(event_target_checked(&event))
                    />
                </span>
            </div>
        }
    };
    let set_online = Callback::new(move |online| set_online.run(Online { online }));
    let set_asleep = Callback::new(move |asleep| set_asleep.run(Asleep { asleep }));
    let set_far = Callback::new(move |far| set_far.run(Far { far }));
    view! {
        <div class="mt-4 grid grid-cols-3 gap-4">
            <div class="field col-span-3">
                <label class="field-label" for=mode_id.clone()>{strings::SCRIPT}</label>
                <select class="input" id=mode_id data-testid="phone-script" on:change=choose>
                    {MODES.map(option).collect_view()}
                </select>
            </div>
            {switch("online", strings::NETWORK, strings::NETWORK_TITLE, online, set_online)}
            {switch("asleep", strings::ASLEEP, strings::ASLEEP_TITLE, asleep, set_asleep)}
            {switch("far", strings::FAR, strings::FAR_TITLE, far, set_far)}
        </div>
    }
    .into_any()
}

/// Every phone of the sandbox, side by side.
#[component]
pub fn Phones() -> impl IntoView {
    let world = use_world();
    let none = Memo::new(move |_| world.phones().is_empty());
    view! {
        // The sandbox is still being filled.
        {move || none.get().then(|| view! { <Card class="mx-auto w-full max-w-[19.5rem]"><Skeleton lines=6/></Card> })}
        <For each=move || world.phones() key=|phone| phone.id.clone() let(phone)>
            <Phone phone/>
        </For>
    }
    .into_any()
}

/// The page.
#[component]
pub fn PhonesPage() -> impl IntoView {
    let presence = use_world().presence();
    let absent = Memo::new(move |_| presence.with(|presence| *presence == Presence::Absent));
    view! {
        <Shell title=strings::PHONES wide=true>
            <h1 class="sr-only">{strings::PHONES}</h1>
            {move || {
                if absent.get() {
                    view! { <NoSandbox/> }.into_any()
                } else {
                    view! {
                        <div class="grid gap-10 sm:grid-cols-[repeat(auto-fit,minmax(19.5rem,1fr))]">
                            <Phones/>
                        </div>
                    }
                    .into_any()
                }
            }}
        </Shell>
    }
    .into_any()
}
