//! Choosing groups, and making a new one on the spot.

use leptos::prelude::*;
use pocketkey_api::{
    GroupId,
    group::{Group, GroupSummary, NewGroup},
};
use pocketkey_kit::{
    api,
    field::{toggle, until_changed},
    prelude::*,
};

use crate::{pages::groups::all_groups, strings};

/// The groups as boxes to tick.
#[component]
pub fn GroupPicker(
    /// Which are chosen.
    chosen: RwSignal<Vec<GroupId>>,
    /// What is wrong with the choice.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let groups = load(all_groups);
    let new_name = RwSignal::new(String::new());
    let form = FormState::new();
    let create = move || {
        let name = new_name.get_untracked().trim().to_owned();
        if name.is_empty() {
            return;
        }
        let request = async move { api::post::<_, Group>("/api/v1/groups", &NewGroup { name }).await };
        form.send(request, move |group| {
            new_name.set(String::new());
            chosen.update(|chosen| chosen.push(group.id.clone()));
            groups.update(|groups| {
                groups.push(GroupSummary { id: group.id, name: group.name, member_count: 0 });
            });
        });
    };
    let tick = move |group: GroupSummary| {
        let id = group.id.clone();
        let is_chosen = move || chosen.with(|chosen| chosen.contains(&id));
        view! {
            <label class="chip">
                <input
                    type="checkbox"
                    data-testid="group-choice"
                    prop:checked=is_chosen
                    on:change=move |event| toggle(chosen, group.id.clone(), event_target_checked(&event))
                />
                {group.name}
            </label>
        }
    };
    let error = until_changed(chosen, error);
    let naming = until_changed(new_name, form.in_a_line("name"));
    let wrong = move || naming.get().or_else(|| error.get());
    view! {
        <fieldset class="min-w-0">
            <legend class="field-label mb-1.5">
                {strings::groups()} <span class="font-normal text-muted">" (" {strings::optional()} ")"</span>
            </legend>
            <div class="flex flex-wrap items-center gap-2">
                {move || groups.problem().get().map(|problem| view! { <ProblemNote problem/> })}
                {move || groups.get().map(|groups| groups.into_iter().map(tick).collect_view())}
                <div class="flex min-w-0 flex-wrap gap-2">
                    <input
                        class="input w-44! grow"
                        type="text"
                        autocomplete="off"
                        placeholder=strings::new_group()
                        aria-label=strings::new_group_name()
                        aria-describedby="field-groups-error"
                        data-testid="new-group-name"
                        prop:value=move || new_name.get()
                        on:input=move |event| new_name.set(event_target_value(&event))
                        on:keydown=move |event| {
                            // Enter adds the group; it does not send the form around it.
                            if event.key() == "Enter" {
                                event.prevent_default();
                                create();
                            }
                        }
                    />
                    <Button
                        label=strings::add_group()
                        icon=IconKind::Plus
                        loading=form.busy()
                        on_click=move || create()
                        test_id="add-group"
                    />
                </div>
            </div>
            <p class="field-error mt-1.5" id="field-groups-error" role="alert" hidden=move || wrong().is_none()>
                {wrong}
            </p>
        </fieldset>
    }
}
