//! Logs → Audit: what was done by whom, with all there is to say of an entry beside the list.

use leptos::prelude::*;
use pocketkey_api::{
    Page,
    audit::{Action, Entry},
};
use pocketkey_kit::{api, load::load, prelude::*, time};
use serde_json::Value;

use super::{
    LogTabs,
    filters::{Choose, Exports, Filters, Narrowed, Since, fact},
};
use crate::strings;

/// Entries fetched at a time.
const PAGE: usize = 50;

/// The page.
#[component]
pub fn AuditPage() -> impl IntoView {
    let filters = Filters::of(&["action", "actor", "target", "job"]);
    let (search, _) = use_search();
    let entries = load(move || {
        let path = filters.path("/api/v1/audit", &[("limit", PAGE.to_string())]);
        async move { api::get::<Page<Entry>>(&path).await }
    });
    use_event(move |event| {
        if event == pocketkey_api::event::Event::Lagged {
            entries.refetch();
        }
    });
    let more = move |after: String| {
        untrack(|| filters.path("/api/v1/audit", &[("limit", PAGE.to_string()), ("after", after)]))
    };
    let router = use_router();
    let draw = move |page: Page<Entry>| {
        if page.items.is_empty() {
            return nothing(filters);
        }
        let columns = vec![
            Column::new(strings::what(), ""),
            Column::new(strings::to_what(), "hidden md:table-cell"),
            Column::new(strings::by_whom(), "hidden sm:table-cell"),
            Column::new(strings::when(), "w-px whitespace-nowrap"),
        ];
        view! {
            <Table caption=strings::audit() columns test_id="audit">
                {page.items.into_iter().map(|entry| row(entry, router)).collect_view()}
            </Table>
            <LoadMore list=entries path=more/>
        }
        .into_any()
    };
    let things = Action::ALL.iter().map(|action| action.as_str());
    let options = things.map(|name| (name.to_owned(), strings::action(name))).collect::<Vec<_>>();
    view! {
        <PageHeader title=strings::logs() text=strings::audit_text()>
            <Exports filters path="/api/v1/exports/audit"/>
        </PageHeader>
        <LogTabs/>
        <div class="mb-4 flex flex-wrap gap-2" role="group" aria-label=strings::filters()>
            <div class="w-full sm:w-64">
                <SearchField label=strings::search_log() value=search/>
            </div>
            <Choose filters name="action" label=strings::what() any=strings::any_action() options/>
            <Since filters/>
        </div>
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
        <div class="card overflow-hidden">{entries.show(draw)}</div>
        <Drawer entries/>
    }
}

fn row(entry: Entry, router: pocketkey_kit::router::Router) -> impl IntoView {
    let who = entry.actor.name.clone();
    view! {
        <tr data-testid="audit-row">
            <td>
                <RowLink href=router.with("entry", &entry.id.to_string())>
                    {strings::action(&entry.action)}
                </RowLink>
                <span class="block text-muted break-words md:hidden">{entry.target.name.clone()}</span>
                <span class="block text-muted break-words sm:hidden">{who.clone()}</span>
            </td>
            <td class="hidden break-words md:table-cell">{entry.target.name}</td>
            <td class="hidden break-words sm:table-cell">{who}</td>
            <td class="w-px whitespace-nowrap text-muted">
                <RelativeTime at=entry.at/>
            </td>
        </tr>
    }
}

fn nothing(filters: Filters) -> AnyView {
    if filters.any() {
        view! {
            <EmptyState
                icon=IconKind::Search
                title=strings::nothing_like_that()
                text=strings::nothing_like_that_text()
                test_id="no-match"
            >
                <LinkButton label=strings::show_whole_log() href="/logs/audit"/>
            </EmptyState>
        }
        .into_any()
    } else {
        view! { <EmptyState icon=IconKind::Log title=strings::empty_log() text=strings::audit_text() test_id="no-audit"/> }
            .into_any()
    }
}

/// All there is to say of the entry that the address names.
#[component]
fn Drawer(entries: Load<Page<Entry>>) -> impl IntoView {
    let router = use_router();
    let chosen = router.query("entry");
    let entry = Memo::new(move |_| {
        let id = chosen.get();
        let find = |page: &Page<Entry>| page.items.iter().find(|entry| entry.id.to_string() == id).cloned();
        entries.with(find).flatten()
    });
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(entry.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && entry.with_untracked(Option::is_some) {
            router.replace(&router.with("entry", ""));
        }
    });
    let title = move || entry.with(|entry| entry.as_ref().map(|entry| strings::action(&entry.action)));
    view! {
        <Dialog
            open
            title=Signal::derive(move || title().unwrap_or_default())
            drawer=true
            test_id="entry"
        >
            {move || entry.get().map(facts)}
        </Dialog>
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
        fields.into_iter().filter(|(name, value)| name != "job" && name != "user" && !value.is_null());
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

/// What a field was and is, or what is said by it.
fn change(name: &str, value: &Value) -> AnyView {
    let words = |value: &Value| match value {
        Value::String(text) if text.is_empty() => strings::nothing().to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let label = strings::words(name);
    let shown = match (value.get("from"), value.get("to")) {
        (Some(from), Some(to)) => view! {
            <del class="text-muted">{words(from)}</del>
            " → "
            <ins class="no-underline">{words(to)}</ins>
        }
        .into_any(),
        _ => words(value).into_any(),
    };
    view! {
        <div class="grid grid-cols-[7rem_1fr] gap-x-3 py-2">
            <dt class="text-muted">{label}</dt>
            <dd class="min-w-0 break-words">{shown}</dd>
        </div>
    }
    .into_any()
}
