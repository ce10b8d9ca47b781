//! Logs → Sign-ins: what phones were asked, and how it ended, live.

use leptos::prelude::*;
use pocketkey_api::{
    Page, UserId,
    authentication::{AuthAction, AuthOutcome, AuthReason, Authentication},
    event::Event,
    permission::Permission,
};
use pocketkey_kit::{api, prelude::*, time};

use super::{LogTabs, nothing, settings::Settings};
use crate::{
    filters::{Choose, Exports, FilterBar, Filters, Narrowed, Since, options},
    session::may,
    strings,
};

/// The page.
#[component]
pub fn SignInsPage() -> impl IntoView {
    let filters = Filters::of(&["outcome", "reason", "action", "rp", "user", "key", "since", "from", "to"]);
    let entries = load_list::<Authentication>(move || filters.path("/api/v1/authentications", &[]));
    use_changes(is_news, move || entries.refetch());
    let router = use_router();
    let draw = move |all: Vec<Authentication>| {
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
                {all.into_iter().map(|entry| row(entry, router)).collect_view()}
            </Table>
        }
        .into_any()
    };
    view! {
        <PageHeader title=strings::logs() text=strings::sign_ins_text()>
            {may(Permission::ManagePeople).then(|| view! { <Settings/> })}
            <Exports filters path="/api/v1/exports/authentications"/>
        </PageHeader>
        <LogTabs/>
        <FilterBar search=strings::search_log()>
            <Choose
                filters
                name="outcome"
                label=strings::outcome()
                any=strings::any_outcome()
                options=options(AuthOutcome::ALL, |it| it.as_str(), |it| strings::words(it.as_str()))
            />
            <Choose
                filters
                name="reason"
                label=strings::reason_label()
                any=strings::any_reason()
                options=options(AuthReason::ALL, |it| it.as_str(), |it| strings::reason(*it))
            />
            <Choose
                filters
                name="action"
                label=strings::what()
                any=strings::any_action()
                options=options(AuthAction::ALL, |it| it.as_str(), |it| strings::words(it.as_str()))
            />
            <Since filters/>
        </FilterBar>
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
        <div class="card overflow-hidden">{entries.show(move || nothing(filters, "/logs", no_sign_ins), draw)}</div>
        <Drawer
            name="entry"
            page=entries.page()
            id=|entry: &Authentication| entry.id.to_string()
            title=|entry: &Authentication| strings::asked(entry.action, entry.rp.as_deref())
            draw=|entry: Authentication| facts(entry)
        />
    }
}

/// Whether the log has new entries.
fn is_news(event: &Event) -> bool {
    matches!(event, Event::Authentications | Event::Lagged)
}

/// The badge of how it ended.
fn outcome(entry: &Authentication) -> impl IntoView + use<> {
    let (label, tone) = match (entry.outcome, entry.reason) {
        (AuthOutcome::Failed, Some(reason)) => (strings::reason(reason).to_owned(), Tone::Bad),
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
                <span class="block wrap-anywhere text-muted sm:hidden">{what.clone()}</span>
                <span class="block text-muted sm:hidden">
                    <RelativeTime at=entry.at/>
                </span>
            </td>
            <td class="hidden wrap-anywhere sm:table-cell">{what}</td>
            <td class="w-px">{badge}</td>
            <td class="hidden wrap-anywhere lg:table-cell">{entry.computer}</td>
            <td class="hidden lg:table-cell">{entry.ip}</td>
            <td class="hidden w-px whitespace-nowrap text-muted sm:table-cell">
                <RelativeTime at=entry.at/>
            </td>
        </tr>
    }
}

fn no_sign_ins() -> AnyView {
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
