//! Logs → Audit: what was done by whom, with all there is to say of an entry beside the list.

use leptos::prelude::*;
use pocketkey_api::audit::{Action, Entry};
use pocketkey_kit::{api, prelude::*, time};
use serde_json::Value;

use super::{LogTabs, nothing};
use crate::{
    filters::{Choose, Exports, FilterBar, Filters, Narrowed, Since, options},
    strings,
};

/// The page.
#[component]
pub fn AuditPage() -> impl IntoView {
    let filters = Filters::of(&["action", "actor", "target", "job", "since", "from", "to"]);
    let entries = load_list::<Entry>(move || filters.path("/api/v1/audit", &[])).refetch_on(|_| false);
    let router = use_router();
    let draw = move |all: Vec<Entry>| {
        let columns = vec![
            Column::new(strings::what(), ""),
            Column::new(strings::to_what(), "hidden md:table-cell"),
            Column::new(strings::by_whom(), "hidden sm:table-cell"),
            Column::new(strings::when(), "w-px whitespace-nowrap"),
        ];
        view! {
            <Table caption=strings::audit() columns test_id="audit">
                {all.into_iter().map(|entry| row(entry, router)).collect_view()}
            </Table>
        }
        .into_any()
    };
    let empty = || {
        view! { <EmptyState icon=IconKind::Log title=strings::empty_log() text=strings::audit_text() test_id="no-audit"/> }
            .into_any()
    };
    view! {
        <PageHeader title=strings::logs() text=strings::audit_text()>
            <Exports filters path="/api/v1/exports/audit"/>
        </PageHeader>
        <LogTabs/>
        <FilterBar search=strings::search_log()>
            <Choose
                filters
                name="action"
                label=strings::what()
                any=strings::any_action()
                options=options(Action::ALL, |it| it.as_str(), |it| strings::action(it.as_str()))
            />
            <Since filters/>
        </FilterBar>
        <Narrowed
            filters
            what=vec![
                ("actor", strings::one_actor()),
                ("target", strings::one_target()),
                ("job", strings::one_job()),
                ("from", strings::not_before()),
                ("to", strings::before()),
            ]
        />
        <div class="card overflow-hidden">{entries.show(move || nothing(filters, "/logs/audit", empty), draw)}</div>
        <Drawer
            name="entry"
            page=entries.page()
            id=|entry: &Entry| entry.id.to_string()
            title=|entry: &Entry| strings::action(&entry.action)
            draw=|entry: Entry| facts(entry)
        />
    }
}

fn row(entry: Entry, router: Router) -> impl IntoView {
    let who = entry.actor.name.clone();
    view! {
        <tr data-testid="audit-row">
            <td>
                <RowLink href=router.with("entry", &entry.id.to_string())>
                    {strings::action(&entry.action)}
                </RowLink>
                <span class="block text-muted wrap-anywhere md:hidden">{entry.target.name.clone()}</span>
                <span class="block text-muted wrap-anywhere sm:hidden">{who.clone()}</span>
            </td>
            <td class="hidden wrap-anywhere md:table-cell">{entry.target.name}</td>
            <td class="hidden wrap-anywhere sm:table-cell">{who}</td>
            <td class="w-px whitespace-nowrap text-muted">
                <RelativeTime at=entry.at/>
            </td>
        </tr>
    }
}

fn facts(entry: Entry) -> AnyView {
    let Entry { id, at, actor, action, target, detail, job, hash } = entry;
    let only = |name: &str, value: &str| format!("/logs/audit?{name}={}", api::encode(value));
    let by = if actor.id.is_empty() { "appliance".to_owned() } else { actor.id };
    let page = match action.split('.').next() {
        Some("user") if action != "user.deleted" => Some(format!("/users/{}", target.id)),
        Some("group") if action != "group.deleted" => Some(format!("/groups/{}", target.id)),
        Some("key") => detail["user"].as_str().map(|id| format!("/users/{id}")),
        _ => None,
    };
    let parts = if action.starts_with("job.") { Some(target.id.clone()) } else { job.map(|job| job.0) };
    let target_name = match page {
        Some(href) if !target.name.is_empty() => {
            view! { <a class="link" href=href>{target.name}</a> }.into_any()
        }
        _ => target.name.into_any(),
    };
    let fields = match detail {
        Value::Object(fields) => fields.into_iter().collect(),
        _ => Vec::new(),
    };
    let changes =
        fields.into_iter().filter(|(name, value)| name != "job" && name != "user" && !is_empty(value));
    let changes = changes.map(|(name, value)| change(&name, &value)).collect_view();
    view! {
        <dl class="divide-y divide-line text-sm" data-testid="entry-facts">
            {fact(strings::when(), time::full(at))}
            {fact(strings::by_whom(), actor.name)}
            {(!actor.ip.is_empty()).then(|| fact(strings::ip(), actor.ip))}
            {fact(strings::to_what(), target_name)}
            {changes}
            {fact(strings::number_label(), id.to_string())}
            {fact(strings::hash(), view! { <code class="text-sm break-all">{hash}</code> })}
        </dl>
        <div class="mt-5 flex flex-wrap gap-2">
            {parts.map(|job| view! {
                <LinkButton label=strings::job_parts() href=only("job", &job) small=true test_id="job-parts"/>
            })}
            {(!target.id.is_empty()).then(|| view! {
                <LinkButton label=strings::same_target() href=only("target", &target.id) small=true test_id="same-target"/>
            })}
            <LinkButton label=strings::same_actor() href=only("actor", &by) small=true test_id="same-actor"/>
        </div>
    }
    .into_any()
}

/// Whether there is nothing to say of a value.
fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// What a field was and is, or what is said by it.
fn change(name: &str, value: &Value) -> AnyView {
    let words = |value: &Value| match value {
        Value::String(text) if text.is_empty() => strings::nothing().to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(on) => (if *on { strings::on() } else { strings::off() }).to_owned(),
        Value::Array(all) => all
            .iter()
            .map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    };
    let shown = match (value.get("from"), value.get("to")) {
        (Some(from), Some(to)) => view! {
            <del class="text-muted">{words(from)}</del>
            " → "
            <ins class="no-underline">{words(to)}</ins>
        }
        .into_any(),
        _ => words(value).into_any(),
    };
    fact(strings::words(name), shown)
}
