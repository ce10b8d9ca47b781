//! Times for people. Times are Unix milliseconds, as in the API.

use std::{cell::OnceCell, time::Duration};

use js_sys::{Array, Date, Intl, Object, Reflect};
use leptos::prelude::*;

use crate::{lang::lang, strings};

#[derive(Clone, Copy)]
struct Clock(RwSignal<i64>);

/// Starts the page's clock, which ticks every second; the components below need it.
pub fn provide_clock() {
    let clock = Clock(RwSignal::new(now()));
    provide_context(clock);
    let advance = move || {
        clock.0.try_set(now());
    };
    let tick = set_interval_with_handle(advance, Duration::from_secs(1));
    on_cleanup(move || {
        if let Ok(tick) = tick {
            tick.clear();
        }
    });
}

/// Now, in Unix milliseconds.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "a whole number of milliseconds, far below 2^53")]
pub fn now() -> i64 {
    Date::now() as i64
}

/// Now, as a signal that ticks every second.
#[must_use]
pub fn use_now() -> Signal<i64> {
    use_context::<Clock>().map_or_else(|| Signal::stored(now()), |clock| clock.0.into())
}

/// Whether `at` lies in the past; turns true by itself.
#[must_use]
pub fn use_past(at: i64) -> Memo<bool> {
    let now = use_now();
    Memo::new(move |_| now.get() >= at)
}

/// `5 minutes ago`, `in 23 hours`; the full date and time on hover.
#[component]
pub fn RelativeTime(
    /// When.
    at: i64,
) -> impl IntoView {
    let now = use_now();
    let words = Memo::new(move |_| format_relative(at - now.get()));
    let date = date(at);
    view! {
        <time datetime=String::from(date.to_iso_string()) title=full(at)>
            {move || words.get()}
        </time>
    }
    .into_any()
}

/// `23 h 59 min`, `4 min 32 s`, counting down; `expired` at the end.
#[component]
pub fn Countdown(
    /// The end.
    until: i64,
) -> impl IntoView {
    let now = use_now();
    view! { <span class="tabular-nums">{move || remaining(until - now.get())}</span> }.into_any()
}

/// `22 November 2026 at 02:05`.
#[must_use]
pub fn full(at: i64) -> String {
    let options = Object::new();
    for (key, value) in [("dateStyle", "long"), ("timeStyle", "short")] {
        drop(Reflect::set(&options, &key.into(), &value.into()));
    }
    date(at).to_locale_string(lang().code(), &options).into()
}

/// Milliseconds of a day.
pub const DAY: i64 = 24 * 60 * 60 * 1000;

/// `22 Nov`, of a day that begins at `at` in UTC.
#[must_use]
pub fn day(at: i64) -> String {
    let options = Object::new();
    for (key, value) in [("day", "numeric"), ("month", "short"), ("timeZone", "UTC")] {
        drop(Reflect::set(&options, &key.into(), &value.into()));
    }
    date(at).to_locale_date_string(lang().code(), &options).into()
}

#[allow(clippy::cast_precision_loss, reason = "milliseconds, far below 2^53")]
fn date(at: i64) -> Date {
    Date::new(&(at as f64).into())
}

fn format_relative(difference: i64) -> String {
    thread_local! {
        static FORMAT: OnceCell<Intl::RelativeTimeFormat> = const { OnceCell::new() };
    }
    let (count, unit) = match relative(difference) {
        None if difference <= 0 => return strings::just_now().to_owned(),
        found => found.unwrap_or((0, "second")),
    };
    FORMAT.with(|format| {
        let format = format.get_or_init(|| {
            let options = Object::new();
            drop(Reflect::set(&options, &"numeric".into(), &"auto".into()));
            Intl::RelativeTimeFormat::new(&Array::of1(&lang().code().into()), &options)
        });
        format.format(f64::from(count), unit).into()
    })
}

/// A difference in milliseconds as a whole number of the largest unit that fits; none below a minute, which nobody counts.
fn relative(difference: i64) -> Option<(i32, &'static str)> {
    const UNITS: [(i64, &str); 5] =
        [(365 * 86_400, "year"), (30 * 86_400, "month"), (86_400, "day"), (3_600, "hour"), (60, "minute")];
    let seconds = difference / 1000;
    let (size, unit) = UNITS.iter().find(|(size, _)| seconds.abs() >= *size)?;
    Some((i32::try_from(seconds / size).unwrap_or(i32::MAX), unit))
}

/// What is left of a difference in milliseconds.
fn remaining(difference: i64) -> String {
    let seconds = difference / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match (hours, minutes) {
        _ if difference <= 0 => strings::expired().to_owned(),
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::{relative, remaining};

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;

    #[test]
    fn differences_are_told_in_the_largest_unit_that_fits() {
        for (difference, expected) in [
            (0, None),
            (-59_999, None),
            (-MINUTE, Some((-1, "minute"))),
            (90 * MINUTE, Some((1, "hour"))),
            (-24 * HOUR, Some((-1, "day"))),
            (40 * 24 * HOUR, Some((1, "month"))),
            (-800 * 24 * HOUR, Some((-2, "year"))),
        ] {
            assert_eq!(relative(difference), expected, "{difference}");
        }
    }

    #[test]
    fn a_countdown_ends_expired() {
        for (difference, expected) in [
            (24 * HOUR - 1, "23 h 59 min"),
            (HOUR, "1 h 0 min"),
            (HOUR - 1, "59 min 59 s"),
            (MINUTE, "1 min 0 s"),
            (1_500, "1 s"),
            (0, "expired"),
            (-5, "expired"),
        ] {
            assert_eq!(remaining(difference), expected, "{difference}");
        }
    }
}
