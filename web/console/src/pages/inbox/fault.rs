//! What the mail sink does wrong on purpose: set it, see it, end it.

use leptos::prelude::*;
use pocketkey_api::{
    event::Event,
    inbox::{Fault, FaultSetting},
};
use pocketkey_kit::{api, prelude::*};

use crate::strings;

const PATH: &str = "/api/v1/inbox/fault";

/// A fault without its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Refuse,
    Greylist,
    Delay,
    Drop,
}

fn kinds() -> [Choice<Kind>; 4] {
    [
        Choice { value: Kind::Refuse, key: "refuse", label: strings::refuse(), hint: strings::refuse_hint() },
        Choice {
            value: Kind::Greylist,
            key: "greylist",
            label: strings::greylist(),
            hint: strings::greylist_hint(),
        },
        Choice { value: Kind::Delay, key: "delay", label: strings::delay(), hint: strings::delay_hint() },
        Choice { value: Kind::Drop, key: "drop", label: strings::drop(), hint: strings::drop_hint() },
    ]
}

/// The setting, kept up to date.
pub fn load_fault() -> Load<FaultSetting> {
    load(|| api::get::<FaultSetting>(PATH)).refetch_on(|event| *event == Event::MailFault)
}

/// Says so while there is a fault, with the way to end it.
#[component]
pub fn FaultNote(fault: Load<FaultSetting>) -> impl IntoView {
    let toasts = use_toasts();
    let form = FormState::new();
    let end = move || {
        form.send(async { api::put(PATH, &FaultSetting::default()).await }, move |setting| {
            fault.put(setting);
            toasts.say(strings::fault_ended());
        });
    };
    move || {
        let FaultSetting { fault, to } = fault.get()?;
        let words = words(fault?, &to);
        Some(view! {
            <div class="mb-4 space-y-2">
                <Note tone=Tone::Warn test_id="fault">
                    <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
                        <span class="min-w-0 break-words">{words}</span>
                        <Button
                            label=strings::end_fault()
                            small=true
                            loading=form.busy()
                            on_click=end
                            test_id="end-fault"
                        />
                    </div>
                </Note>
                <FormProblem state=form/>
            </div>
        })
    }
}

fn words(fault: Fault, to: &str) -> String {
    let what = match fault {
        Fault::Refuse => strings::fault_refuse().to_owned(),
        Fault::Greylist { seconds } => strings::fault_greylist(seconds),
        Fault::Delay { seconds } => strings::fault_delay(seconds),
        Fault::Drop => strings::fault_drop().to_owned(),
    };
    if to.is_empty() { what } else { format!("{what} {}", strings::fault_only(to)) }
}

/// Where a fault is set.
#[component]
pub fn FaultDialog(open: RwSignal<bool>, fault: Load<FaultSetting>) -> impl IntoView {
    let form = FormState::new();
    let kind = RwSignal::new(Kind::Refuse);
    let seconds = RwSignal::new("30".to_owned());
    let to = RwSignal::new(String::new());
    let timed = move || matches!(kind.get(), Kind::Greylist | Kind::Delay);
    let start = move || {
        // What is no number is out of range, and the appliance says what the range is.
        let seconds = seconds.get_untracked().trim().parse().unwrap_or(0);
        let chosen = match kind.get_untracked() {
            Kind::Refuse => Fault::Refuse,
            Kind::Greylist => Fault::Greylist { seconds },
            Kind::Delay => Fault::Delay { seconds },
            Kind::Drop => Fault::Drop,
        };
        let setting = FaultSetting { fault: Some(chosen), to: to.get_untracked() };
        form.send(async move { api::put(PATH, &setting).await }, move |setting| {
            fault.put(setting);
            open.set(false);
        });
    };
    view! {
        <Dialog open title=strings::fault_title() test_id="fault-dialog">
            <Form on_submit=start>
                <p class="text-muted">{strings::fault_text()}</p>
                <FormProblem state=form/>
                <Choices name="kind" legend=strings::fault_kind() options=kinds().to_vec() value=kind/>
                {move || {
                    timed().then(|| {
                        view! {
                            <TextField
                                name="seconds"
                                label=strings::seconds_label()
                                kind="number"
                                value=seconds
                                error=form.error("seconds")
                            />
                        }
                    })
                }}
                <TextField
                    name="to"
                    label=strings::fault_to()
                    hint=strings::fault_to_hint()
                    optional=true
                    value=to
                    error=form.error("to")
                />
                <DialogButtons open form label=strings::start_fault() test_id="start-fault"/>
            </Form>
        </Dialog>
    }
}
