//! The same for many users: who is chosen, and what can be done with them.

use std::collections::HashSet;

use leptos::prelude::*;
use pocketkey_api::{
    GroupId, JobId, UserId,
    group::GroupSummary,
    job::Job,
    user::{Bulk, BulkAction, Selection, UserFilter},
};
use pocketkey_kit::{api, prelude::*};

use super::view::View;
use crate::{pages::groups::all_groups, strings};

/// Who is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// These.
    Some(HashSet<UserId>),
    /// All that the filter finds, so many.
    All(UserFilter, u32),
}

impl Default for Chosen {
    fn default() -> Self {
        Self::Some(HashSet::new())
    }
}

impl Chosen {
    /// Whether this user is chosen.
    pub fn holds(&self, id: &UserId) -> bool {
        match self {
            Self::Some(ids) => ids.contains(id),
            Self::All(..) => true,
        }
    }

    /// Chooses a user, or not any more. Of all, `shown` stay then.
    pub fn set(&mut self, id: &UserId, on: bool, shown: impl Iterator<Item = UserId>) {
        let mut ids = match std::mem::take(self) {
            Self::Some(ids) => ids,
            Self::All(..) => shown.collect(),
        };
        if on {
            ids.insert(id.clone());
        } else {
            ids.remove(id);
        }
        *self = Self::Some(ids);
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        match self {
            Self::Some(ids) => u32::try_from(ids.len()).unwrap_or(u32::MAX),
            Self::All(_, count) => *count,
        }
    }

    fn selection(&self) -> Selection {
        match self.clone() {
            Self::Some(ids) => Selection::Ids(ids.into_iter().collect()),
            Self::All(filter, expected) => Selection::Matching { filter, expected },
        }
    }
}

/// What is being asked before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Invite,
    Join,
    Leave,
    Block,
    Unblock,
    Delete,
}

impl Ask {
    fn title(self, count: u32) -> String {
        match self {
            Self::Invite => strings::invite_users(count),
            Self::Join => strings::add_users_to_group(count),
            Self::Leave => strings::remove_users_from_group(count),
            Self::Block => strings::block_users(count),
            Self::Unblock => strings::unblock_users(count),
            Self::Delete => strings::delete_users(count),
        }
    }
}

/// The bar with what can be done with who is chosen; nothing while nobody is.
#[component]
pub fn BulkBar(
    chosen: RwSignal<Chosen>,
    view: Memo<View>,
    /// How many the filter finds, once known.
    #[prop(into)]
    total: Signal<Option<u32>>,
    /// How many are in the list so far.
    #[prop(into)]
    shown: Signal<u32>,
    /// The job that does it.
    job: RwSignal<Option<JobId>>,
) -> impl IntoView {
    let count = Memo::new(move |_| chosen.with(Chosen::count));
    let asked = RwSignal::new(Ask::Invite);
    let open = RwSignal::new(false);
    let ask = move |what| {
        asked.set(what);
        open.set(true);
    };
    let all_shown = move || {
        let more = total.get().filter(|total| *total > shown.get())?;
        (count.get() == shown.get()).then_some(more)
    };
    let choose_all =
        move |total| chosen.set(Chosen::All(view.with_untracked(|view| view.filter.clone()), total));
    let bar = move || {
        (count.get() > 0).then(|| {
            view! {
                <div class="bulk" role="region" aria-label=strings::chosen_users() data-testid="bulk">
                    <span class="mr-auto flex flex-wrap items-center gap-x-3 text-sm font-medium" role="status">
                        <span data-testid="chosen-count">{move || strings::chosen(count.get())}</span>
                        <button
                            class="link"
                            type="button"
                            data-testid="choose-nobody"
                            on:click=move |_| chosen.set(Chosen::default())
                        >
                            {strings::choose_nobody()}
                        </button>
                        {move || all_shown().map(|total| view! {
                            <button
                                class="link"
                                type="button"
                                data-testid="choose-all"
                                on:click=move |_| choose_all(total)
                            >
                                {strings::choose_all(total)}
                            </button>
                        })}
                    </span>
                    <Button label=strings::invite() icon=IconKind::Mail small=true on_click=move || ask(Ask::Invite) test_id="bulk-invite"/>
                    <Button label=strings::add_to_group() icon=IconKind::Groups small=true on_click=move || ask(Ask::Join) test_id="bulk-join"/>
                    <Button label=strings::remove_from_group() small=true on_click=move || ask(Ask::Leave) test_id="bulk-leave"/>
                    <Button label=strings::block() small=true on_click=move || ask(Ask::Block) test_id="bulk-block"/>
                    <Button label=strings::unblock() small=true on_click=move || ask(Ask::Unblock) test_id="bulk-unblock"/>
                    <Button label=strings::delete() icon=IconKind::Trash small=true on_click=move || ask(Ask::Delete) test_id="bulk-delete"/>
                </div>
            }
        })
    };
    view! {
        {bar}
        <Dialog
            open
            title=Signal::derive(move || asked.get().title(count.get()))
            test_id="bulk-dialog"
        >
            {move || view! { <Confirm ask=asked.get() chosen job open/> }}
        </Dialog>
    }
}

/// What it means, and the button that does it.
#[component]
fn Confirm(
    ask: Ask,
    chosen: RwSignal<Chosen>,
    job: RwSignal<Option<JobId>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let form = FormState::new();
    let group = RwSignal::new(None::<GroupId>);
    let typed = RwSignal::new(String::new());
    let count = chosen.with_untracked(Chosen::count);
    let start = move || {
        let action = match (ask, group.get_untracked()) {
            (Ask::Invite, _) => BulkAction::Invite,
            (Ask::Block, _) => BulkAction::Block,
            (Ask::Unblock, _) => BulkAction::Unblock,
            (Ask::Delete, _) => BulkAction::Delete,
            (Ask::Join, Some(group)) => BulkAction::Join { group },
            (Ask::Leave, Some(group)) => BulkAction::Leave { group },
            (_, None) => return,
        };
        let bulk = Bulk { action, users: chosen.with_untracked(Chosen::selection) };
        form.send(async move { api::post::<_, Job>("/api/v1/users/bulk", &bulk).await }, move |begun| {
            chosen.set(Chosen::default());
            open.set(false);
            job.set(Some(begun.id));
        });
    };
    let (text, label, kind) = match ask {
        Ask::Invite => (strings::invite_text(), strings::invite(), ButtonKind::Primary),
        Ask::Join => (strings::add_to_group_text(), strings::add_to_group(), ButtonKind::Primary),
        Ask::Leave => (strings::remove_from_group_text(), strings::remove_from_group(), ButtonKind::Primary),
        Ask::Block => (strings::block_users_text(), strings::block(), ButtonKind::Danger),
        Ask::Unblock => (strings::unblock_users_text(), strings::unblock(), ButtonKind::Primary),
        Ask::Delete => (strings::delete_users_text(), strings::delete(), ButtonKind::Danger),
    };
    let word = count.to_string();
    let not_yet = {
        let word = word.clone();
        Signal::derive(move || match ask {
            Ask::Invite | Ask::Block | Ask::Unblock => false,
            Ask::Join | Ask::Leave => group.with(Option::is_none),
            Ask::Delete => typed.with(|typed| typed.trim() != word),
        })
    };
    view! {
        <Form on_submit=start>
            <FormProblem state=form/>
            <p class="text-muted">{text}</p>
            {matches!(ask, Ask::Join | Ask::Leave).then(|| view! { <GroupChoice group/> })}
            {(ask == Ask::Delete).then(|| view! {
                <TextField name="confirm" label=strings::type_to_confirm(&word) value=typed/>
            })}
            <DialogButtons open form label kind disabled=not_yet test_id="bulk-confirm"/>
        </Form>
    }
}

/// One of the groups there are.
#[component]
fn GroupChoice(group: RwSignal<Option<GroupId>>) -> impl IntoView {
    let groups = load(all_groups);
    let draw = move |groups: Vec<GroupSummary>| {
        if groups.is_empty() {
            return view! {
                <Note>{strings::no_groups()} ". " <a class="link" href="/groups">{strings::first_group()}</a></Note>
            }
            .into_any();
        }
        let choice = move |it: GroupSummary| {
            let id = it.id.clone();
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        name="group"
                        data-testid="bulk-group"
                        on:change=move |_| group.set(Some(id.clone()))
                    />
                    <span class="min-w-0 grow break-words">{it.name}</span>
                    <span class="shrink-0 text-sm text-muted">{strings::members(it.member_count)}</span>
                </label>
            }
        };
        view! {
            <fieldset class="grid max-h-72 gap-2 overflow-auto p-0.5">
                <legend class="field-label mb-1.5">{strings::group()}</legend>
                {groups.into_iter().map(choice).collect_view()}
            </fieldset>
        }
        .into_any()
    };
    groups.show(draw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choosing_one_by_one_and_all() {
        let shown = || ["a", "b", "c"].map(UserId::from).into_iter();
        let mut chosen = Chosen::default();
        chosen.set(&"a".into(), true, shown());
        chosen.set(&"b".into(), true, shown());
        chosen.set(&"a".into(), false, shown());
        assert!(!chosen.holds(&"a".into()) && chosen.holds(&"b".into()));
        assert_eq!(chosen.selection(), Selection::Ids(vec!["b".into()]));

        let mut chosen = Chosen::All(UserFilter::default(), 1000);
        assert!(chosen.holds(&"z".into()));
        assert_eq!(chosen.count(), 1000);
        chosen.set(&"a".into(), false, shown());
        let Selection::Ids(mut ids) = chosen.selection() else { panic!("by name from here on") };
        ids.sort_unstable();
        assert_eq!(ids, ["b".into(), "c".into()], "never more than was seen");
    }
}
