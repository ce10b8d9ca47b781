//! The dashboard (A16): how things stand, live, each number with the list behind it.

mod steps;

use leptos::prelude::*;
use pocketkey_api::{
    dashboard::{Dashboard, Day, FailureCount},
    event::Event,
};
use pocketkey_kit::{
    api,
    chart::{Bar, Bars, Count, Ink, Ranks, Series, Shares, number},
    prelude::*,
    time::{DAY, day},
};

use crate::strings;
use steps::Steps;

/// The page.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let dashboard = load(|| async { api::get::<Dashboard>("/api/v1/dashboard").await });
    use_changes(|event| !matches!(event, Event::Job { .. } | Event::MailFault), move || dashboard.refetch());
    let steps = Memo::new(move |_| dashboard.with(steps::done));
    let there = Memo::new(move |_| dashboard.with(|_| ()).is_some());
    let page = move || {
        if !there.get() {
            return view! { <div class="card">{dashboard.show(|_| ().into_any())}</div> }.into_any();
        }
        view! {
            {move || steps.get().flatten().map(|done| view! { <Steps done/> })}
            <div class="grid grid-cols-1 gap-4 lg:grid-cols-2" data-testid="dashboard">
                <Part
                    title=strings::users_label()
                    dashboard
                    of=|it| Dashboard { people: it.people, unused_keys: it.unused_keys, ..Dashboard::default() }
                    draw=people
                />
                <Part
                    title=strings::last_30_days()
                    dashboard
                    of=|it| Dashboard { days: it.days.clone(), ..Dashboard::default() }
                    draw=days
                />
                <Part
                    title=strings::failures()
                    dashboard
                    of=|it| Dashboard { failures: it.failures.clone(), ..Dashboard::default() }
                    draw=failures
                />
                <div class="grid grid-cols-1 content-start gap-4">
                    <Part
                        title=strings::connections()
                        dashboard
                        of=|it| Dashboard { relay: it.relay, computers: it.computers, ..Dashboard::default() }
                        draw=relay
                    />
                    <Part
                        title=strings::own_mail()
                        dashboard
                        of=|it| Dashboard { mail: it.mail, ..Dashboard::default() }
                        draw=mail
                    />
                </div>
            </div>
        }
        .into_any()
    };
    view! {
        <PageHeader title=strings::dashboard()/>
        {page}
    }
}

/// A card with a part of the numbers, drawn anew only if these changed: whoever is in it stays there. Of one type for all
/// parts, so that it is compiled once.
#[component]
fn Part(
    title: &'static str,
    dashboard: Load<Dashboard>,
    /// What it shows; the rest is left at nothing.
    of: fn(&Dashboard) -> Dashboard,
    draw: fn(Dashboard) -> AnyView,
) -> impl IntoView {
    let numbers = Memo::new(move |_| dashboard.with(of));
    view! { <Card title>{move || numbers.get().map(draw)}</Card> }
}

fn people(Dashboard { people, unused_keys, .. }: Dashboard) -> AnyView {
    let count = |label: &str, count, status: &str, ink| Count {
        label: label.to_owned(),
        count,
        href: format!("/users?status={status}"),
        ink,
    };
    let counts = vec![
        count(strings::active(), people.active, "active", Ink::Good),
        count(strings::pending(), people.pending, "pending", Ink::Warn),
        count(strings::stale(), people.lapsed, "stale", Ink::Accent),
        count(strings::never_invited(), people.never_invited, "never_invited", Ink::Plain),
        count(strings::blocked_label(), people.blocked, "blocked", Ink::Bad),
    ];
    view! {
        <Figure count=people.total label=strings::all_users() href="/users" test_id="all-users"/>
        <Shares counts test_id="people"/>
        <p class="mt-3 border-t border-line pt-3">
            <a class="link" href="/users?key=unused" data-testid="unused-keys">
                {strings::unused_keys(unused_keys)}
            </a>
        </p>
    }
    .into_any()
}

fn days(Dashboard { days, .. }: Dashboard) -> AnyView {
    let series = vec![
        Series { label: strings::signed_in(), ink: Ink::Accent },
        Series { label: strings::registered(), ink: Ink::Good },
        Series { label: strings::not_done(), ink: Ink::Bad },
    ];
    let bar = |it: &Day| {
        let on_day = |query: &str| format!("/logs?{query}&from={}&to={}", it.at, it.at + DAY);
        Bar {
            label: day(it.at),
            parts: vec![
                (it.signed_in, on_day("action=sign_in&outcome=succeeded")),
                (it.registered, on_day("action=register&outcome=succeeded")),
                (it.failed, on_day("outcome=failed")),
            ],
        }
    };
    let sum: u32 = days.iter().map(|day| day.signed_in).sum();
    view! {
        <Figure
            count=sum
            label=strings::sign_ins()
            href="/logs?action=sign_in&outcome=succeeded&since=30d"
            test_id="all-sign-ins"
        />
        <Bars
            title=strings::days_title()
            column=strings::day()
            as_table=strings::as_table()
            series
            bars=days.iter().map(bar).collect()
            test_id="days"
        />
    }
    .into_any()
}

fn failures(Dashboard { failures, .. }: Dashboard) -> AnyView {
    if failures.is_empty() {
        return view! { <p class="text-muted" data-testid="no-failures">{strings::no_failures()}</p> }
            .into_any();
    }
    let count = |it: &FailureCount| Count {
        label: strings::reason(it.reason).to_owned(),
        count: it.count,
        href: format!("/logs?reason={}&since=30d", it.reason.as_str()),
        ink: Ink::Bad,
    };
    view! { <Ranks counts=failures.iter().map(count).collect() test_id="failures"/> }.into_any()
}

fn relay(Dashboard { relay, computers: paired, .. }: Dashboard) -> AnyView {
    view! {
        <div class="grid grid-cols-3 gap-4">
            <Figure count=relay.phones label=strings::phones_connected() href="/users?status=active" test_id="phones-connected"/>
            <Figure count=relay.computers label=strings::computers_connected() href="/computers" test_id="computers-connected"/>
            <Figure count=paired label=strings::computers_paired() href="/computers" test_id="computers-paired"/>
        </div>
        <p class="mt-2 text-sm text-muted">
            {strings::up_since()} " " <RelativeTime at=relay.started_at/>
            {(relay.overflows > 0).then(|| strings::overflows(relay.overflows))}
        </p>
    }
    .into_any()
}

fn mail(Dashboard { mail, .. }: Dashboard) -> AnyView {
    view! {
        <div class="grid grid-cols-3 gap-4">
            <Figure count=mail.sent_today label=strings::sent_today() href="/outbox?state=sent" test_id="mail-sent"/>
            <Figure count=mail.queued label=strings::mail_waiting() href="/outbox?state=queued" test_id="mail-queued"/>
            <Figure count=mail.failed label=strings::mail_failed() href="/outbox?state=failed" test_id="mail-failed"/>
        </div>
    }
    .into_any()
}

/// A large number and its words, a link to what it counts.
#[component]
fn Figure(count: u32, label: &'static str, href: &'static str, test_id: &'static str) -> impl IntoView {
    view! {
        <a class="-mx-2 mb-2 block rounded-md px-2 py-1 hover:bg-sunken" href=href data-testid=test_id>
            <span class="block text-2xl font-semibold tabular-nums">{number(count)}</span>
            <span class="block text-sm text-muted">{label}</span>
        </a>
    }
    .into_any()
}
