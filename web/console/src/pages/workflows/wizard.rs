//! "Security key device assignment": name → groups → type → settings → when → review → submit (A8, A9). A workflow is
//! changed in the same steps: from the review to any of them, and back.
//!
//! Nothing is sent before "Submit" or "Save"; what the appliance then finds fault with brings the person back to its step.

use leptos::prelude::*;
use pocketkey_api::{
    WorkflowId,
    group::GroupSummary,
    key::KeyKind,
    workflow::{Audience, AudienceCount, Workflow},
};
use pocketkey_kit::{api, prelude::*};

use super::{
    draft::{Draft, When},
    labels::trigger as trigger_words,
};
use crate::{
    labels::{chosen, kind_name, storages, verifications},
    pages::{
        groups::all_groups,
        users::{
            key_steps::{SettingsStep, StepButtons},
            wizard::Wizard,
        },
    },
    strings,
};

const STEPS: [&str; 6] = ["", "groups", "type", "settings", "when", "review"];
const REVIEW: usize = 5;

/// The wizard, what is typed in it, and what is changed by it.
#[derive(Clone, Copy)]
struct Task {
    wizard: Wizard,
    draft: Draft,
    form: FormState,
    /// The workflow's id, and what it said before.
    existing: Option<(StoredValue<WorkflowId>, Draft)>,
}

impl Task {
    /// Goes on from a step.
    fn next(self, step: usize) {
        self.wizard.go(if self.existing.is_some() { REVIEW } else { step + 1 });
    }

    /// Goes back from a step.
    fn back(self, step: usize) {
        match (self.existing, step) {
            (Some((id, _)), REVIEW) => self.wizard.leave(&format!("/workflows/{}", id.get_value())),
            (Some(_), _) => self.wizard.go(REVIEW),
            (None, 0) => self.wizard.leave("/workflows"),
            (None, _) => self.wizard.go(step - 1),
        }
    }
}

/// The page where a workflow is made.
#[component]
pub fn NewWorkflowPage() -> impl IntoView {
    view! { <WorkflowWizard/> }
}

/// The page where a workflow is changed.
#[component]
pub fn EditWorkflowPage(id: WorkflowId) -> impl IntoView {
    let path = format!("/api/v1/workflows/{id}");
    let workflow = load(move || {
        let path = path.clone();
        async move { api::get::<Workflow>(&path).await }
    });
    workflow.show(|workflow| view! { <WorkflowWizard workflow/> }.into_any())
}

/// The wizard.
#[component]
fn WorkflowWizard(
    /// What is to be changed; otherwise a workflow is made.
    #[prop(optional)]
    workflow: Option<Workflow>,
) -> impl IntoView {
    let (title, back, address) = match &workflow {
        Some(it) => (
            strings::edit_workflow(&it.name),
            (format!("/workflows/{}", it.id), strings::to_workflow().to_owned()),
            format!("/workflows/{}/edit", it.id),
        ),
        None => (
            strings::device_assignment().to_owned(),
            ("/workflows".to_owned(), strings::workflows().to_owned()),
            "/workflows/new".to_owned(),
        ),
    };
    let task = Task {
        wizard: Wizard::new(address, &STEPS),
        draft: workflow.as_ref().map_or_else(Draft::new, Draft::of),
        form: FormState::new(),
        existing: workflow.map(|it| (StoredValue::new(it.id.clone()), Draft::of(&it))),
    };
    if task.existing.is_some() {
        task.wizard.reach_all();
    }
    let groups = load(all_groups);
    let step = move || match task.wizard.step() {
        0 => view! { <NameStep task/> }.into_any(),
        1 => view! { <GroupsStep task groups/> }.into_any(),
        2 => view! { <TypeStep task/> }.into_any(),
        3 => {
            let draft = task.draft.key;
            view! { <SettingsStep draft on_back=move || task.back(3) on_next=move || task.next(3)/> }
                .into_any()
        }
        4 => view! { <WhenStep task/> }.into_any(),
        _ => view! { <ReviewStep task groups/> }.into_any(),
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
            <PageHeader title back/>
            <Steps labels current=Signal::derive(move || task.wizard.step())/>
            <div class="card p-5 sm:p-6">{step}</div>
        </div>
    }
}

#[component]
fn NameStep(task: Task) -> impl IntoView {
    let Task { wizard, draft, form, .. } = task;
    let next = move || {
        form.set_problem(None);
        task.next(0);
    };
    view! {
        <StepHeading title=strings::workflow_name_title() text=strings::workflow_name_text() quiet=!wizard.has_moved()/>
        <Form on_submit=next>
            <FormProblem state=form/>
            <TextField name="name" label=strings::name() value=draft.name error=form.error("name")/>
            <StepButtons on_back=move || task.back(0)/>
        </Form>
    }
}

#[component]
fn GroupsStep(task: Task, groups: Load<Vec<GroupSummary>>) -> impl IntoView {
    let draft = task.draft;
    let next = move || {
        draft.groups_gone.set(false);
        task.next(1);
    };
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
        <Form on_submit=next>
            <fieldset class="min-w-0">
                <legend class="sr-only">{strings::groups()}</legend>
                {choice}
            </fieldset>
            <p class="text-sm font-medium" role="status">{whom}</p>
            <StepButtons on_back=move || task.back(1)/>
        </Form>
    }
}

#[component]
fn TypeStep(task: Task) -> impl IntoView {
    let kinds = crate::labels::kinds().into_iter().filter(|kind| kind.value.has_device()).collect();
    view! {
        <StepHeading title=strings::step_type_title() text=strings::workflow_type_text()/>
        <Form on_submit=move || task.next(2)>
            <Choices name="kind" legend=strings::key_type() options=kinds value=task.draft.key.kind/>
            <Note test_id="other-kinds">{strings::other_kinds_later()}</Note>
            <StepButtons on_back=move || task.back(2)/>
        </Form>
    }
}

#[component]
fn WhenStep(task: Task) -> impl IntoView {
    let draft = task.draft;
    let once = if task.existing.is_some() { strings::once_changed_hint() } else { strings::once_hint() };
    let choice = |value, key, label, hint| Choice { value, key, label, hint };
    let options = vec![
        choice(When::Once, "once", strings::once(), once),
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
        <Form on_submit=move || task.next(4)>
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
            <StepButtons on_back=move || task.back(4)/>
        </Form>
    }
}

#[component]
fn ReviewStep(task: Task, groups: Load<Vec<GroupSummary>>) -> impl IntoView {
    let Task { wizard, draft, form, existing } = task;
    let toasts = use_toasts();
    let count = load(move || {
        let audience = Audience { groups: draft.groups.get(), kind: draft.key.kind.get() };
        async move { api::post::<_, AudienceCount>("/api/v1/workflows/preview", &audience).await }
    });
    let submit = move || {
        let send = async move {
            let answer = match existing {
                Some((id, before)) => {
                    let path = format!("/api/v1/workflows/{}", id.get_value());
                    api::patch::<_, Workflow>(&path, &draft.change(before)).await
                }
                None => api::post::<_, Workflow>("/api/v1/workflows", &draft.to_api()).await,
            };
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
            toasts.say(match existing {
                Some(_) => strings::saved(&workflow.name),
                None => strings::workflow_made(&workflow.name),
            });
            wizard.leave(&format!("/workflows/{}", workflow.id));
        });
    };
    let whom = move || {
        let names = groups.with(|all| {
            let chosen = draft.groups.get();
            let names = all.iter().filter(|group| chosen.contains(&group.id)).map(|group| &*group.name);
            names.collect::<Vec<_>>().join(", ")
        });
        let nobody = draft.groups_gone.get();
        let none = move || if nobody { strings::groups_gone() } else { strings::for_all_users() };
        names.filter(|names| !names.is_empty()).unwrap_or_else(|| none().to_owned())
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
            _ if draft.groups_gone.get() => String::new(),
            When::Joined | When::Imported => strings::later_users_only().to_owned(),
            _ => strings::would_invite(count.to_invite, count.users),
        })
    };
    let row = move |step: usize, term: &'static str, value: AnyView| {
        view! {
            <div class="grid grid-cols-[1fr_auto] gap-x-4 py-2.5 sm:grid-cols-[9rem_1fr_auto]">
                <dt class="text-sm text-muted">{term}</dt>
                <dd class="col-start-1 min-w-0 font-medium break-words sm:col-start-auto">{value}</dd>
                <dd class="col-start-2 row-span-2 row-start-1 sm:col-start-3 sm:row-span-1">
                    <Button
                        label=strings::edit(term)
                        icon=IconKind::Edit
                        icon_only=true
                        small=true
                        kind=ButtonKind::Ghost
                        on_click=move || wizard.go(step)
                        test_id=format!("edit-step-{step}")
                    />
                </dd>
            </div>
        }
    };
    let submit_label = move || match (existing.is_some(), draft.when.get()) {
        (true, _) => strings::save(),
        (false, When::Once) => strings::submit_and_run(),
        (false, _) => strings::submit(),
    };
    let consequence =
        if existing.is_some() { strings::save_starts_nothing() } else { strings::never_twice() };
    view! {
        <StepHeading title=strings::review_title()/>
        <Form on_submit=submit>
            <FormProblem state=form/>
            <dl class="divide-y divide-line" data-testid="review">
                {row(0, strings::name(), (move || draft.name.get()).into_any())}
                {row(1, strings::groups(), whom.into_any())}
                {row(2, strings::key_type(), (move || kind_name(KeyKind::clone(&draft.key.kind.get()))).into_any())}
                {row(3, strings::step_settings(), settings.into_any())}
                {row(4, strings::when(), (move || trigger_words(draft.trigger())).into_any())}
            </dl>
            <Note tone=Tone::Accent test_id="effect">{effect} " " {consequence}</Note>
            <div class="flex justify-between gap-2 pt-1">
                <Button label=strings::back() icon=IconKind::Left on_click=move || task.back(REVIEW) test_id="back"/>
                <Button
                    label=Signal::derive(move || submit_label().to_owned())
                    kind=ButtonKind::Primary
                    loading=form.busy()
                    test_id="submit"
                />
            </div>
        </Form>
    }
}
