//! What is typed in the wizard of workflows, kept while one goes back and forth.

use leptos::prelude::*;
use pocketkey_api::{
    GroupId,
    workflow::{NewWorkflow, Trigger, Workflow, WorkflowChange},
};

use crate::pages::users::draft::KeyDraft;

/// When it runs, as it is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Once,
    Daily,
    Weekly,
    Joined,
    Imported,
}

/// A workflow to be made, or changed.
#[derive(Clone, Copy)]
pub struct Draft {
    pub name: RwSignal<String>,
    pub groups: RwSignal<Vec<GroupId>>,
    /// It is for nobody, since its groups were deleted, until somebody chooses.
    pub groups_gone: RwSignal<bool>,
    pub key: KeyDraft,
    pub when: RwSignal<When>,
    pub weekday: RwSignal<u8>,
    /// `HH:MM`, as the browser's field for times gives it.
    pub time: RwSignal<String>,
}

impl Draft {
    /// Nothing typed yet.
    pub fn new() -> Self {
        Self {
            name: RwSignal::new(String::new()),
            groups: RwSignal::new(Vec::new()),
            groups_gone: RwSignal::new(false),
            key: KeyDraft::new(),
            when: RwSignal::new(When::Once),
            weekday: RwSignal::new(1),
            time: RwSignal::new("08:00".into()),
        }
    }

    /// What a workflow says now.
    pub fn of(workflow: &Workflow) -> Self {
        let draft = Self::new();
        draft.name.set(workflow.name.clone());
        draft.groups.set(workflow.groups.iter().map(|group| group.id.clone()).collect());
        draft.groups_gone.set(!workflow.everybody && workflow.groups.is_empty());
        draft.key.fill(workflow.kind, workflow.settings);
        draft.when.set(match workflow.trigger {
            Trigger::Once => When::Once,
            Trigger::Schedule { weekday: None, .. } => When::Daily,
            Trigger::Schedule { weekday: Some(_), .. } => When::Weekly,
            Trigger::Joined => When::Joined,
            Trigger::Imported => When::Imported,
        });
        if let Trigger::Schedule { weekday, minute } = workflow.trigger {
            draft.weekday.set(weekday.unwrap_or(1));
            draft.time.set(format!("{:02}:{:02}", minute / 60, minute % 60));
        }
        draft
    }

    pub fn trigger(self) -> Trigger {
        let minute = minute_of(&self.time.get()).unwrap_or(0);
        match self.when.get() {
            When::Once => Trigger::Once,
            When::Daily => Trigger::Schedule { weekday: None, minute },
            When::Weekly => Trigger::Schedule { weekday: Some(self.weekday.get()), minute },
            When::Joined => Trigger::Joined,
            When::Imported => Trigger::Imported,
        }
    }

    /// As the API wants a new one.
    pub fn to_api(self) -> NewWorkflow {
        let key = self.key.to_api();
        NewWorkflow {
            name: self.name.get_untracked(),
            groups: self.groups.get_untracked(),
            kind: key.kind,
            settings: key.settings,
            trigger: untrack(|| self.trigger()),
        }
    }

    /// What differs from `before`. The rest is left alone: others may have changed it meanwhile.
    pub fn change(self, before: Self) -> WorkflowChange {
        let (before, gone, now) = (before.to_api(), before.groups_gone.get_untracked(), self.to_api());
        let chosen = now.groups != before.groups || gone != self.groups_gone.get_untracked();
        WorkflowChange {
            name: (now.name != before.name).then_some(now.name),
            groups: chosen.then_some(now.groups),
            kind: (now.kind != before.kind).then_some(now.kind),
            settings: (now.settings != before.settings).then(|| now.settings.unwrap_or_default()),
            trigger: (now.trigger != before.trigger).then_some(now.trigger),
        }
    }
}

/// Minutes after midnight of `HH:MM`.
fn minute_of(time: &str) -> Option<u16> {
    let (hours, minutes) = time.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use pocketkey_api::{key::KeyKind, settings::SettingsChoice, workflow::WorkflowState};

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

    #[test]
    fn only_what_was_touched_is_changed() {
        Owner::new().with(|| {
            let partly = SettingsChoice { offline_login: Some(true), ..SettingsChoice::default() };
            let workflow = Workflow {
                id: "w".into(),
                name: "Lab".into(),
                everybody: false,
                groups: Vec::new(),
                kind: KeyKind::Smartphone,
                settings: Some(partly),
                trigger: Trigger::Schedule { weekday: Some(5), minute: 485 },
                state: WorkflowState::Waiting,
                next_at: None,
                created_at: 0,
                last_run: None,
            };
            let (before, now) = (Draft::of(&workflow), Draft::of(&workflow));
            assert_eq!(now.to_api().trigger, workflow.trigger);
            assert_eq!(now.change(before), WorkflowChange::default());
            now.weekday.set(1);
            now.key.uses_defaults.set(true);
            let trigger = Some(Trigger::Schedule { weekday: Some(1), minute: 485 });
            let settings = Some(SettingsChoice::default());
            assert_eq!(now.change(before), WorkflowChange { trigger, settings, ..WorkflowChange::default() });
            // Nobody becomes everybody only when somebody says so.
            let now = Draft::of(&workflow);
            now.groups_gone.set(false);
            let groups = Some(Vec::new());
            assert_eq!(now.change(before), WorkflowChange { groups, ..WorkflowChange::default() });
        });
    }
}
