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
            Column::new(strings::WHO, ""),
            Column::new(strings::WHAT, "hidden sm:table-cell"),
            Column::new(strings::OUTCOME, "w-px"),
            Column::new(strings::COMPUTER, "hidden lg:table-cell"),
            Column::new(strings::IP, "hidden lg:table-cell"),
            Column::new(strings::WHEN, "hidden w-px whitespace-nowrap sm:table-cell"),
        ];
        view! {
            <Table caption=strings::SIGN_INS columns test_id="sign-ins">
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
        <PageHeader title=strings::LOGS text=strings::SIGN_INS_TEXT>
            <Settings/>
            <Exports filters path="/api/v1/exports/authentications"/>
        </PageHeader>
        <LogTabs/>
        <div class="mb-4 flex flex-wrap gap-2" role="group" aria-label=strings::FILTERS>
            <div class="w-full sm:w-64">
                <SearchField label=strings::SEARCH_LOG value=search/>
            </div>
            <Choose
                filters
                name="outcome"
                label=strings::OUTCOME
                any=strings::ANY_OUTCOME
                options=named(&outcomes, &strings::words)
            />
            <Choose
                filters
                name="reason"
                label=strings::REASON
                any=strings::ANY_REASON
                options=named(&reasons, &strings::reason)
            />
            <Choose
                filters
                name="action"
                label=strings::WHAT
                any=strings::ANY_ACTION
                options=named(&actions, &strings::words)
            />
            <Since filters/>
        </div>
        <Narrowed
            filters
            what=vec![
                ("user", strings::ONE_USER),
                ("key", strings::ONE_KEY),
                ("rp", strings::ONE_SITE),
                ("from", strings::NOT_BEFORE),
                ("to", strings::BEFORE),
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
        if entry.user_name.is_empty() { strings::UNKNOWN_USER.to_owned() } else { entry.user_name.clone() };
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
                title=strings::NOTHING_LIKE_THAT
                text=strings::NOTHING_LIKE_THAT_TEXT
                test_id="no-match"
            >
                <LinkButton label=strings::SHOW_WHOLE_LOG href="/logs"/>
            </EmptyState>
        }
        .into_any()
    } else {
        view! {
            <EmptyState
                icon=IconKind::Log
                title=strings::NO_SIGN_INS
                text=strings::NO_SIGN_INS_TEXT
                test_id="no-sign-ins"
            >
                <LinkButton label=strings::COMPUTERS href="/computers" icon=IconKind::Computer/>
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
        "" => strings::UNKNOWN_USER.into_any(),
        id => view! { <a class="link" href=format!("/users/{id}")>{entry.user_name.clone()}</a> }.into_any(),
    };
    let seconds = strings::seconds(entry.took_ms);
    let rp = entry.rp.clone();
    view! {
        <dl class="divide-y divide-line text-sm" data-testid="entry-facts">
            {fact(strings::OUTCOME, badge)}
            {fact(strings::WHEN, time::full(entry.at))}
            {fact(strings::TOOK, seconds)}
            {fact(strings::WHO, user)}
            {fact(strings::PHONE, entry.phone)}
            {fact(strings::COMPUTER, entry.computer)}
            {(!entry.ip.is_empty()).then(|| fact(strings::IP, entry.ip))}
            {fact(strings::WEB_SITE, rp.clone().unwrap_or_else(|| strings::NOT_SAID.into()))}
        </dl>
        <div class="mt-5 flex flex-wrap gap-2">
            <LinkButton label=strings::SAME_USER href=only("user", &entry.user_id.0) small=true test_id="same-user"/>
            {rp.map(|rp| view! {
                <LinkButton label=strings::SAME_SITE href=only("rp", &rp) small=true test_id="same-site"/>
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
            return view! { <p class="px-5 py-4 text-muted">{strings::NO_SIGN_INS}</p> }.into_any();
        }
        view! { <ol class="divide-y divide-line">{page.items.into_iter().map(line).collect_view()}</ol> }
            .into_any()
    };
    view! {
        <div class="mb-2 flex items-center justify-between gap-3">
            <h2>{strings::SIGN_INS}</h2>
            <LinkButton label=strings::ALL_OF_THEM href=all small=true test_id="all-sign-ins"/>
        </div>
        <div class="card mb-6 overflow-hidden">{entries.show(draw)}</div>
    }
}
