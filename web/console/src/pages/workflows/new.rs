//! "Security key device assignment": name → groups → type → settings → when → review → submit (A8, A9).
//!
//! Nothing is sent before "Submit"; what the appliance then finds fault with brings the person back to its step.

use leptos::prelude::*;
use pocketkey_api::{
    GroupId,
    group::GroupSummary,
    key::KeyKind,
    workflow::{Audience, AudienceCount, NewWorkflow, Trigger, Workflow},
};
use pocketkey_kit::{api, prelude::*};

use super::labels::trigger as trigger_words;
use crate::{
    labels::{chosen, kind_name, storages, verifications},
    pages::{
        groups::all_groups,
        users::{
            draft::KeyDraft,
            key_steps::{SettingsStep, StepButtons},
            wizard::Wizard,
        },
    },
    strings,
};

const STEPS: [&str; 6] = ["", "groups", "type", "settings", "when", "review"];

/// When it runs, as it is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Once,
    Daily,
    Weekly,
    Joined,
    Imported,
}

/// What is typed, kept while one goes back and forth.
#[derive(Clone, Copy)]
struct Draft {
    name: RwSignal<String>,
    groups: RwSignal<Vec<GroupId>>,
    key: KeyDraft,
    when: RwSignal<When>,
    weekday: RwSignal<u8>,
    /// `HH:MM`, as the browser's field for times gives it.
    time: RwSignal<String>,
}

impl Draft {
    fn new() -> Self {
        Self {
            name: RwSignal::new(String::new()),
            groups: RwSignal::new(Vec::new()),
            key: KeyDraft::new(),
            when: RwSignal::new(When::Once),
            weekday: RwSignal::new(1),
            time: RwSignal::new("08:00".into()),
        }
    }

    fn trigger(self) -> Trigger {
        let minute = minute_of(&self.time.get()).unwrap_or(0);
        match self.when.get() {
            When::Once => Trigger::Once,
            When::Daily => Trigger::Schedule { weekday: None, minute },
            When::Weekly => Trigger::Schedule { weekday: Some(self.weekday.get()), minute },
            When::Joined => Trigger::Joined,
            When::Imported => Trigger::Imported,
        }
    }

    fn to_api(self) -> NewWorkflow {
        let key = self.key.to_api();
        NewWorkflow {
            name: self.name.get_untracked(),
            groups: self.groups.get_untracked(),
            kind: key.kind,
            settings: key.settings,
            trigger: untrack(|| self.trigger()),
        }
    }
}

/// Minutes after midnight of `HH:MM`.
fn minute_of(time: &str) -> Option<u16> {
    let (hours, minutes) = time.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// The wizard.
#[component]
pub fn NewWorkflowPage() -> impl IntoView {
    let wizard = Wizard::new("/workflows/new".into(), &STEPS);
    let draft = Draft::new();
    let form = FormState::new();
    let groups = load(all_groups);
    let step = move || {
        match wizard.step() {
        0 => view! { <NameStep wizard draft form/> }.into_any(),
        1 => view! { <GroupsStep wizard draft groups/> }.into_any(),
        2 => view! { <TypeStep wizard draft/> }.into_any(),
        3 => {
            view! { <SettingsStep draft=draft.key on_back=move || wizard.go(2) on_next=move || wizard.go(4)/> }
                .into_any()
        }
        4 => view! { <WhenStep wizard draft/> }.into_any(),
        _ => view! { <ReviewStep wizard draft form groups/> }.into_any(),
    }
    };
    let labels = vec![
        strings::name(),
        strings::groups(),
        strings::step_type(),
        strings::step_settings(),
        strings::when(),
        strings::review(),
    ];
    view! {
        <div class="mx-auto max-w-2xl">
            <PageHeader
                title=strings::device_assignment()
                back=("/workflows".to_owned(), strings::workflows().to_owned())
            />
            <Steps labels current=Signal::derive(move || wizard.step())/>
            <div class="card p-5 sm:p-6">{step}</div>
        </div>
    }
}

#[component]
fn NameStep(wizard: Wizard, draft: Draft, form: FormState) -> impl IntoView {
    let next = move || {
        form.set_problem(None);
        wizard.go(1);
    };
    view! {
        <StepHeading title=strings::workflow_name_title() text=strings::workflow_name_text() quiet=!wizard.has_moved()/>
        <Form on_submit=next>
            <FormProblem state=form/>
            <TextField name="name" label=strings::name() value=draft.name error=form.error("name")/>
            <StepButtons on_back=move || wizard.leave("/workflows")/>
        </Form>
    }
}

#[component]
fn GroupsStep(wizard: Wizard, draft: Draft, groups: Load<Vec<GroupSummary>>) -> impl IntoView {
    let tick = move |group: GroupSummary| {
        let (id, other) = (group.id.clone(), group.id);
        let is_chosen = move || draft.groups.with(|chosen| chosen.contains(&id));
        let toggle = move |event| {
            let on = event_target_checked(&event);
            draft.groups.update(|chosen| {
                chosen.retain(|it| *it != other);
                if on {
                    chosen.push(other.clone());
                }
            });
        };
        view! {
            <label class="chip">
                <input type="checkbox" data-testid="group-choice" prop:checked=is_chosen on:change=toggle/>
                {group.name}
                <span class="text-muted">{strings::number(group.member_count)}</span>
            </label>
        }
    };
    let choice = move || {
        groups.show(move |all| {
            if all.is_empty() {
                return view! { <Note>{strings::no_groups_yet()}</Note> }.into_any();
            }
            let ticks = all.into_iter().map(tick).collect_view();
            view! { <div class="flex flex-wrap gap-2">{ticks}</div> }.into_any()
        })
    };
    let whom = move || {
        if draft.groups.with(Vec::is_empty) {
            strings::no_group_chosen()
        } else {
            strings::some_groups_chosen()
        }
    };
    view! {
        <StepHeading title=strings::workflow_groups_title() text=strings::workflow_groups_text()/>
        <Form on_submit=move || wizard.go(2)>
            <fieldset class="min-w-0">
                <legend class="sr-only">{strings::groups()}</legend>
                {choice}
            </fieldset>
            <p class="text-sm font-medium" role="status">{whom}</p>
            <StepButtons on_back=move || wizard.go(0)/>
        </Form>
    }
}

#[component]
fn TypeStep(wizard: Wizard, draft: Draft) -> impl IntoView {
    let kinds = crate::labels::kinds().into_iter().filter(|kind| kind.value.has_device()).collect();
    view! {
        <StepHeading title=strings::step_type_title() text=strings::workflow_type_text()/>
        <Form on_submit=move || wizard.go(3)>
            <Choices name="kind" legend=strings::key_type() options=kinds value=draft.key.kind/>
            <Note test_id="other-kinds">{strings::other_kinds_later()}</Note>
            <StepButtons on_back=move || wizard.go(1)/>
        </Form>
    }
}

#[component]
fn WhenStep(wizard: Wizard, draft: Draft) -> impl IntoView {
    let choice = |value, key, label, hint| Choice { value, key, label, hint };
    let options = vec![
        choice(When::Once, "once", strings::once(), strings::once_hint()),
        choice(When::Daily, "daily", strings::daily(), strings::daily_hint()),
        choice(When::Weekly, "weekly", strings::weekly(), strings::weekly_hint()),
        choice(When::Joined, "joined", strings::on_joined(), strings::on_joined_hint()),
        choice(When::Imported, "imported", strings::on_imported(), strings::on_imported_hint()),
    ];
    let days = move || {
        const KEYS: [&str; 7] = ["1", "2", "3", "4", "5", "6", "7"];
        let all = (1_u8..).zip(KEYS).zip(strings::weekdays());
        all.map(|((value, key), label)| Choice { value, key, label, hint: "" }).collect::<Vec<_>>()
    };
    let scheduled = Memo::new(move |_| matches!(draft.when.get(), When::Daily | When::Weekly));
    let weekly = Memo::new(move |_| draft.when.get() == When::Weekly);
    view! {
        <StepHeading title=strings::workflow_when_title()/>
        <Form on_submit=move || wizard.go(5)>
            <Choices name="when" legend=strings::when() options value=draft.when/>
            {move || scheduled.get().then(|| view! {
                <div class="grid gap-5 sm:grid-cols-2">
                    {move || weekly.get().then(|| view! {
                        <Select name="weekday" label=strings::weekday() options=days() value=draft.weekday/>
                    })}
                    <TextField
                        name="time"
                        label=strings::time_utc()
                        value=draft.time
                        kind="time"
                        hint=strings::time_utc_hint().to_owned()
                    />
                </div>
            })}
            <StepButtons on_back=move || wizard.go(3)/>
        </Form>
    }
}

#[component]
fn ReviewStep(
    wizard: Wizard,
    draft: Draft,
    form: FormState,
    groups: Load<Vec<GroupSummary>>,
) -> impl IntoView {
    let toasts = use_toasts();
    let count = load(move || {
        let audience = Audience { groups: draft.groups.get(), kind: draft.key.kind.get() };
        async move { api::post::<_, AudienceCount>("/api/v1/workflows/preview", &audience).await }
    });
    let submit = move || {
        let send = async move {
            let answer = api::post::<_, Workflow>("/api/v1/workflows", &draft.to_api()).await;
            if let Err(problem) = &answer {
                match problem.fields.first().map(|field| &*field.field) {
                    Some("name") => wizard.go(0),
                    Some("groups") => wizard.go(1),
                    _ => {}
                }
            }
            answer
        };
        form.send(send, move |workflow| {
            toasts.say(strings::workflow_made(&workflow.name));
            wizard.leave(&format!("/workflows/{}", workflow.id));
        });
    };
    let whom = move || {
        let names = groups.with(|all| {
            let chosen = draft.groups.get();
            let names = all.iter().filter(|group| chosen.contains(&group.id)).map(|group| &*group.name);
            names.collect::<Vec<_>>().join(", ")
        });
        names.filter(|names| !names.is_empty()).unwrap_or_else(|| strings::for_all_users().to_owned())
    };
    let settings = move || {
        let key = draft.key;
        if key.uses_defaults.get() {
            return strings::settings_default().to_owned();
        }
        let on_off = |on: bool| if on { strings::on() } else { strings::off() };
        [
            (strings::bluetooth_proximity(), on_off(key.bluetooth_proximity.get())),
            (strings::offline_login(), on_off(key.offline_login.get())),
            (strings::verification(), chosen(&verifications(), &key.verification.get())),
            (strings::credential_storage(), chosen(&storages(), &key.credential_storage.get())),
        ]
        .map(|(name, value)| format!("{name}: {value}"))
        .join(" · ")
    };
    let effect = move || {
        count.with(|count| match draft.when.get() {
            When::Joined | When::Imported => strings::later_users_only().to_owned(),
            _ => strings::would_invite(count.to_invite, count.users),
        })
    };
    let row = |term: &'static str, value: AnyView| {
        view! {
            <div class="grid gap-x-4 py-2.5 sm:grid-cols-[9rem_1fr]">
                <dt class="text-sm text-muted">{term}</dt>
                <dd class="min-w-0 font-medium break-words">{value}</dd>
            </div>
        }
    };
    let once = move || draft.when.get() == When::Once;
    view! {
        <StepHeading title=strings::review_title()/>
        <Form on_submit=submit>
            <FormProblem state=form/>
            <dl class="divide-y divide-line" data-testid="review">
                {row(strings::name(), (move || draft.name.get()).into_any())}
                {row(strings::groups(), whom.into_any())}
                {row(strings::key_type(), (move || kind_name(KeyKind::clone(&draft.key.kind.get()))).into_any())}
                {row(strings::step_settings(), settings.into_any())}
                {row(strings::when(), (move || trigger_words(draft.trigger())).into_any())}
            </dl>
            <Note tone=Tone::Accent test_id="effect">{effect} " " {strings::never_twice()}</Note>
            <div class="flex justify-between gap-2 pt-1">
                <Button label=strings::back() icon=IconKind::Left on_click=move || wizard.go(4) test_id="back"/>
                <Button
                    label=Signal::derive(move || {
                        (if once() { strings::submit_and_run() } else { strings::submit() }).to_owned()
                    })
                    kind=ButtonKind::Primary
                    loading=form.busy()
                    test_id="submit"
                />
            </div>
        </Form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, minute) in [
            ("00:00", Some(0)),
            ("08:30", Some(510)),
            ("23:59:00", Some(1439)),
            ("24:00", None),
            ("", None),
            ("8", None),
        ] {
            assert_eq!(minute_of(text), minute, "{text}");
        }
    }
}
