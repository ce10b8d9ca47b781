//! Logs → Sign-ins: what phones were asked, and how it ended, live.

use leptos::prelude::*;
use pocketkey_api::{
    Page, UserId,
    authentication::{AuthAction, AuthOutcome, AuthReason, Authentication},
    event::Event,
};
use pocketkey_kit::{api, load::load, prelude::*, router::Router, time};

use super::{
    LogTabs,
    filters::{Choose, Exports, Filters, Narrowed, Since, fact},
    settings::Settings,
};
use crate::strings;

/// Entries fetched at a time, and at most when a long list is fetched again.
const PAGE: (usize, usize) = (50, 200);

/// The page.
#[component]
pub fn SignInsPage() -> impl IntoView {
    let filters = Filters::of(&["outcome", "reason", "action", "rp", "user", "key"]);
    let (search, _) = use_search();
    let shown = StoredValue::new(PAGE.0);
    let entries = load(move || {
        let limit = shown.get_value().clamp(PAGE.0, PAGE.1).to_string();
        let path = filters.path("/api/v1/authentications", &[("limit", limit)]);
        async move { api::get::<Page<Authentication>>(&path).await }
    });
    // Fetched again, a list stays as long as it was.
    Effect::new(move |_| {
        if let Some(count) = entries.with(|page| page.items.len()) {
            shown.set_value(count);
        }
    });
    use_changes(is_news, move || entries.refetch());
    let more = move |after: String| {
        let own = [("limit", PAGE.0.to_string()), ("after", after)];
        untrack(|| filters.path("/api/v1/authentications", &own))
    };
    let router = use_router();
    let draw = move |page: Page<Authentication>| {
        if page.items.is_empty() {
            return nothing(filters);
        }
        let columns = vec![
            Column::new(strings::who(), ""),
            Column::new(strings::what(), "hidden sm:table-cell"),
            Column::new(strings::outcome(), "w-px"),
            Column::new(strings::computer(), "hidden lg:table-cell"),
            Column::new(strings::ip(), "hidden lg:table-cell"),
            Column::new(strings::when(), "hidden w-px whitespace-nowrap sm:table-cell"),
        ];
        view! {
            <Table caption=strings::sign_ins() columns test_id="sign-ins">
                {page.items.into_iter().map(|entry| row(entry, router)).collect_view()}
            </Table>
            <LoadMore list=entries path=more/>
        }
        .into_any()
    };
    let named = |names: &[&str], words: &dyn Fn(&str) -> String| {
        names.iter().map(|name| ((*name).to_owned(), words(name))).collect::<Vec<_>>()
    };
    let outcomes: Vec<_> = AuthOutcome::ALL.iter().map(|it| it.as_str()).collect();
    let reasons: Vec<_> = AuthReason::ALL.iter().map(|it| it.as_str()).collect();
    let actions: Vec<_> = AuthAction::ALL.iter().map(|it| it.as_str()).collect();
    view! {
        <PageHeader title=strings::logs() text=strings::sign_ins_text()>
            <Settings/>
            <Exports filters path="/api/v1/exports/authentications"/>
        </PageHeader>
        <LogTabs/>
        <div class="mb-4 flex flex-wrap gap-2" role="group" aria-label=strings::filters()>
            <div class="w-full sm:w-64">
                <SearchField label=strings::search_log() value=search/>
            </div>
            <Choose
                filters
                name="outcome"
                label=strings::outcome()
                any=strings::any_outcome()
                options=named(&outcomes, &strings::words)
            />
            <Choose
                filters
                name="reason"
                label=strings::reason_label()
                any=strings::any_reason()
                options=named(&reasons, &strings::reason)
            />
            <Choose
                filters
                name="action"
                label=strings::what()
                any=strings::any_action()
                options=named(&actions, &strings::words)
            />
            <Since filters/>
        </div>
        <Narrowed
            filters
            what=vec![
                ("user", strings::one_user()),
                ("key", strings::one_key()),
                ("rp", strings::one_site()),
                ("from", strings::not_before()),
                ("to", strings::before()),
            ]
        />
        <div class="card overflow-hidden">{entries.show(draw)}</div>
        <Drawer entries/>
    }
}

/// Whether the log has new entries.
fn is_news(event: &Event) -> bool {
    matches!(event, Event::Authentications | Event::Lagged)
}

/// The badge of how it ended.
fn outcome(entry: &Authentication) -> impl IntoView + use<> {
    let (label, tone) = match (entry.outcome, entry.reason) {
        (AuthOutcome::Failed, Some(reason)) => (strings::reason(reason.as_str()), Tone::Bad),
        (AuthOutcome::Failed, None) => (strings::words(entry.outcome.as_str()), Tone::Bad),
        (AuthOutcome::Succeeded, _) => (strings::words(entry.outcome.as_str()), Tone::Good),
        (AuthOutcome::Answered, _) => (strings::words(entry.outcome.as_str()), Tone::Neutral),
    };
    view! { <Badge label tone dot=true test_id="outcome"/> }
}

fn row(entry: Authentication, router: Router) -> impl IntoView {
    let what = strings::asked(entry.action, entry.rp.as_deref());
    let badge = outcome(&entry);
    let name =
        if entry.user_name.is_empty() { strings::unknown_user().to_owned() } else { entry.user_name.clone() };
    view! {
        <tr data-testid="sign-in-row">
            <td>
                <RowLink href=router.with("entry", &entry.id.to_string())>{name}</RowLink>
                <span class="block break-words text-muted sm:hidden">{what.clone()}</span>
                <span class="block text-muted sm:hidden">
                    <RelativeTime at=entry.at/>
                </span>
            </td>
            <td class="hidden break-words sm:table-cell">{what}</td>
            <td class="w-px">{badge}</td>
            <td class="hidden break-words lg:table-cell">{entry.computer}</td>
            <td class="hidden lg:table-cell">{entry.ip}</td>
            <td class="hidden w-px whitespace-nowrap text-muted sm:table-cell">
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
                <LinkButton label=strings::show_whole_log() href="/logs"/>
            </EmptyState>
        }
        .into_any()
    } else {
        view! {
            <EmptyState
                icon=IconKind::Log
                title=strings::no_sign_ins()
                text=strings::no_sign_ins_text()
                test_id="no-sign-ins"
            >
                <LinkButton label=strings::computers() href="/computers" icon=IconKind::Computer/>
            </EmptyState>
        }
        .into_any()
    }
}

/// All there is to say of the entry that the address names.
#[component]
fn Drawer(entries: Load<Page<Authentication>>) -> impl IntoView {
    let router = use_router();
    let chosen = router.query("entry");
    let entry = Memo::new(move |_| {
        let id = chosen.get();
        let find =
            |page: &Page<Authentication>| page.items.iter().find(|entry| entry.id.to_string() == id).cloned();
        entries.with(find).flatten()
    });
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(entry.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && entry.with_untracked(Option::is_some) {
            router.replace(&router.with("entry", ""));
        }
    });
    let title = move || {
        entry.with(|entry| entry.as_ref().map(|entry| strings::asked(entry.action, entry.rp.as_deref())))
    };
    view! {
        <Dialog open title=Signal::derive(move || title().unwrap_or_default()) drawer=true test_id="entry">
            {move || entry.get().map(facts)}
        </Dialog>
    }
}

fn facts(entry: Authentication) -> AnyView {
    let badge = outcome(&entry);
    let only = |name: &str, value: &str| format!("/logs?{name}={}", api::encode(value));
    let user = match entry.user_id.0.as_str() {
        "" => strings::unknown_user().into_any(),
        id => view! { <a class="link" href=format!("/users/{id}")>{entry.user_name.clone()}</a> }.into_any(),
    };
    let seconds = strings::seconds(entry.took_ms);
    let rp = entry.rp.clone();
    view! {
        <dl class="divide-y divide-line text-sm" data-testid="entry-facts">
            {fact(strings::outcome(), badge)}
            {fact(strings::when(), time::full(entry.at))}
            {fact(strings::took(), seconds)}
            {fact(strings::who(), user)}
            {fact(strings::phone_label(), entry.phone)}
            {fact(strings::computer(), entry.computer)}
            {(!entry.ip.is_empty()).then(|| fact(strings::ip(), entry.ip))}
            {fact(strings::web_site(), rp.clone().unwrap_or_else(|| strings::not_said().into()))}
        </dl>
        <div class="mt-5 flex flex-wrap gap-2">
            <LinkButton label=strings::same_user() href=only("user", &entry.user_id.0) small=true test_id="same-user"/>
            {rp.map(|rp| view! {
                <LinkButton label=strings::same_site() href=only("rp", &rp) small=true test_id="same-site"/>
            })}
        </div>
    }
    .into_any()
}

/// The latest of a user's, live, with the way to all of them.
#[component]
pub fn RecentSignIns(user: UserId) -> impl IntoView {
    let all = format!("/logs?user={user}");
    let path = StoredValue::new(format!("/api/v1/authentications?user={user}&limit=10"));
    let entries = load(move || async move { api::get::<Page<Authentication>>(&path.get_value()).await });
    use_changes(is_news, move || entries.refetch());
    let line = |entry: Authentication| {
        let badge = outcome(&entry);
        view! {
            <li class="flex flex-wrap items-center gap-x-3 gap-y-1 px-5 py-3" data-testid="recent-sign-in">
                <span class="min-w-0 grow break-words">{strings::asked(entry.action, entry.rp.as_deref())}</span>
                {badge}
                <span class="text-sm whitespace-nowrap text-muted"><RelativeTime at=entry.at/></span>
            </li>
        }
    };
    let draw = move |page: Page<Authentication>| {
        if page.items.is_empty() {
            return view! { <p class="px-5 py-4 text-muted">{strings::no_sign_ins()}</p> }.into_any();
        }
        view! { <ol class="divide-y divide-line">{page.items.into_iter().map(line).collect_view()}</ol> }
            .into_any()
    };
    view! {
        <div class="mb-2 flex items-center justify-between gap-3">
            <h2>{strings::sign_ins()}</h2>
            <LinkButton label=strings::all_of_them() href=all small=true test_id="all-sign-ins"/>
        </div>
        <div class="card mb-6 overflow-hidden">{entries.show(draw)}</div>
    }
}
