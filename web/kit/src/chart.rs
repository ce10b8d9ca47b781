//! Charts: small drawings of numbers, whose words stand beside them as a list or a table with links.

use leptos::prelude::*;

use crate::lang::pick;

/// A colour of the charts: a class that fills in a drawing, and one for the square beside its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// What it is all about.
    Accent,
    /// All is well.
    Good,
    /// Waits.
    Warn,
    /// Failed.
    Bad,
    /// Neither.
    Plain,
}

impl Ink {
    const fn fill(self) -> &'static str {
        match self {
            Self::Accent => "fill-accent",
            Self::Good => "fill-good",
            Self::Warn => "fill-warn",
            Self::Bad => "fill-bad",
            Self::Plain => "fill-edge",
        }
    }

    const fn square(self) -> &'static str {
        match self {
            Self::Accent => "size-2.5 shrink-0 rounded-sm bg-accent",
            Self::Good => "size-2.5 shrink-0 rounded-sm bg-good",
            Self::Warn => "size-2.5 shrink-0 rounded-sm bg-warn",
            Self::Bad => "size-2.5 shrink-0 rounded-sm bg-bad",
            Self::Plain => "size-2.5 shrink-0 rounded-sm bg-edge",
        }
    }
}

/// A number with its words, and the list behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Its words.
    pub label: String,
    /// The number.
    pub count: u32,
    /// Where the list behind it is.
    pub href: String,
    /// Its colour.
    pub ink: Ink,
}

/// One bar in which each number has its share; below it the numbers, each a link.
#[component]
pub fn Shares(
    /// The numbers.
    counts: Vec<Count>,
    /// `data-testid`.
    #[prop(into)]
    test_id: String,
) -> impl IntoView {
    let total: u32 = counts.iter().map(|count| count.count).sum::<u32>().max(1);
    let (mut so_far, mut x) = (0, 0);
    let part = |count: &Count| {
        so_far += count.count;
        let at = x;
        x = share(so_far, total, 1000);
        let width = x - at;
        rect(count.ink.fill(), [at, 0], [width, 10])
    };
    let parts = counts.iter().map(part).collect_view();
    let line = |count: Count| {
        view! {
            <li>
                <a class="flex items-center gap-2.5 rounded-md px-2 py-1.5 hover:bg-sunken" href=count.href>
                    <span class=count.ink.square()></span>
                    <span class="min-w-0 grow break-words">{count.label}</span>
                    <span class="font-semibold tabular-nums">{number(count.count)}</span>
                </a>
            </li>
        }
    };
    view! {
        <svg
            class="block h-3 w-full overflow-hidden rounded-full bg-sunken"
            viewBox="0 0 1000 10"
            preserveAspectRatio="none"
            aria-hidden="true"
        >
            {parts}
        </svg>
        <ul class="mt-3 -mx-2 grid gap-x-4 sm:grid-cols-2" data-testid=test_id>
            {counts.into_iter().map(line).collect_view()}
        </ul>
    }
    .into_any()
}

/// Numbers below each other, each with a bar and a link.
#[component]
pub fn Ranks(
    /// The numbers.
    counts: Vec<Count>,
    /// `data-testid`.
    #[prop(into)]
    test_id: String,
) -> impl IntoView {
    let most = counts.iter().map(|count| count.count).max().unwrap_or(0).max(1);
    let line = |count: Count| {
        view! {
            <li>
                <a class="block rounded-md px-2 py-1.5 hover:bg-sunken" href=count.href>
                    <span class="flex items-baseline gap-2.5">
                        <span class="min-w-0 grow break-words">{count.label}</span>
                        <span class="font-semibold tabular-nums">{number(count.count)}</span>
                    </span>
                    <svg
                        class="mt-1 block h-1.5 w-full overflow-hidden rounded-full bg-sunken"
                        viewBox="0 0 1000 10"
                        preserveAspectRatio="none"
                        aria-hidden="true"
                    >
                        {rect(count.ink.fill(), [0, 0], [share(count.count, most, 1000), 10])}
                    </svg>
                </a>
            </li>
        }
    };
    view! { <ul class="-mx-2" data-testid=test_id>{counts.into_iter().map(line).collect_view()}</ul> }
        .into_any()
}

/// What the bars of a chart are made of, from the bottom up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series {
    /// Its words.
    pub label: &'static str,
    /// Its colour.
    pub ink: Ink,
}

/// A bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What it stands for, for example a date.
    pub label: String,
    /// A number for each of the series, and where the list behind it is.
    pub parts: Vec<(u32, String)>,
}

/// The place of a bar in a chart that is `HIGH` high, and how much of it is left free. All is in whole numbers: the
/// program is smaller when it need not write others.
const PLACE: u32 = 40;
const GAP: u32 = 10;
const HIGH: u32 = 1000;

/// Bars beside each other, and a table of the same numbers.
#[component]
pub fn Bars(
    /// What is shown, for who cannot see it.
    #[prop(into)]
    title: String,
    /// What a bar stands for, for example `Day`.
    #[prop(into)]
    column: String,
    /// The words that open the table.
    #[prop(into)]
    as_table: String,
    /// What the bars are made of.
    series: Vec<Series>,
    /// The bars.
    bars: Vec<Bar>,
    /// `data-testid`.
    #[prop(into)]
    test_id: String,
) -> impl IntoView {
    let height = |bar: &Bar| bar.parts.iter().map(|(count, _)| count).sum::<u32>();
    let top = bars.iter().map(height).max().unwrap_or(0).max(1);
    let width = u32::try_from(bars.len()).unwrap_or(1).max(1) * PLACE;
    let drawn = bars.iter().zip(0_u32..).map(|(bar, index)| {
        let x = index * PLACE + GAP / 2;
        let (mut so_far, mut y) = (0, HIGH);
        let words = bar.parts.iter().zip(&series);
        let words: Vec<_> =
            words.map(|((count, _), series)| format!("{}: {}", series.label, number(*count))).collect();
        let rects = bar.parts.iter().zip(&series).map(|((count, _), series)| {
            so_far += count;
            let below = y;
            y = HIGH - share(so_far, top, HIGH);
            rect(series.ink.fill(), [x, y], [PLACE - GAP, below - y])
        });
        let rects = rects.collect_view();
        view! {
            <g class="hover:opacity-75">
                <title>{format!("{} – {}", bar.label, words.join(", "))}</title>
                {rect("fill-transparent", [x, 0], [PLACE - GAP, HIGH])}
                {rects}
            </g>
        }
    });
    let drawn = drawn.collect_view();
    let ends = [bars.first(), bars.last()].map(|bar| bar.map(|bar| bar.label.clone()).unwrap_or_default());
    let legend = series.iter().map(|series| {
        view! {
            <span class="inline-flex items-center gap-1.5">
                <span class=series.ink.square()></span>
                {series.label}
            </span>
        }
    });
    let legend = legend.collect_view();
    let heads = series.iter().map(|series| view! { <th scope="col" class="text-right!">{series.label}</th> });
    let heads = heads.collect_view();
    let row = |bar: Bar| {
        let cell = |(count, href): (u32, String)| {
            let shown = if count == 0 {
                view! { <span class="text-muted">"0"</span> }.into_any()
            } else {
                view! { <a class="link" href=href>{number(count)}</a> }.into_any()
            };
            view! { <td class="text-right! tabular-nums">{shown}</td> }
        };
        view! {
            <tr>
                <th scope="row">{bar.label}</th>
                {bar.parts.into_iter().map(cell).collect_view()}
            </tr>
        }
    };
    let (image, region, caption) = (title.clone(), title.clone(), title);
    view! {
        <div data-testid=test_id>
            <div class="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted">{legend}</div>
            <div class="flex items-stretch gap-2">
                <div class="flex flex-col justify-between text-right text-sm text-muted tabular-nums" aria-hidden="true">
                    <span>{number(top)}</span>
                    <span>"0"</span>
                </div>
                <svg
                    class="block h-36 w-0 min-w-0 grow border-y border-line"
                    viewBox=format!("0 0 {width} {HIGH}")
                    preserveAspectRatio="none"
                    role="img"
                    aria-label=image
                >
                    {drawn}
                </svg>
            </div>
            <div class="mt-1 flex justify-between pl-6 text-sm text-muted" aria-hidden="true">
                <span>{ends[0].clone()}</span>
                <span>{ends[1].clone()}</span>
            </div>
            <details class="mt-2">
                <summary class="cursor-pointer rounded text-sm text-muted hover:text-ink">{as_table}</summary>
                <div class="mt-2 max-h-72 overflow-auto" tabindex="0" role="region" aria-label=region>
                    <table class="table table-tight">
                        <caption class="sr-only">{caption}</caption>
                        <thead>
                            <tr>
                                <th scope="col">{column}</th>
                                {heads}
                            </tr>
                        </thead>
                        <tbody>{bars.into_iter().rev().map(row).collect_view()}</tbody>
                    </table>
                </div>
            </details>
        </div>
    }
    .into_any()
}

fn rect(class: &'static str, [x, y]: [u32; 2], [width, height]: [u32; 2]) -> AnyView {
    view! { <rect class=class x=x y=y width=width height=height></rect> }.into_any()
}

/// How long a part is, of a whole that is `long`. What is added up is added up before: so parts leave no gaps.
fn share(part: u32, whole: u32, long: u32) -> u32 {
    let exact = u64::from(part) * u64::from(long) / u64::from(whole.max(1));
    u32::try_from(exact).unwrap_or(long).min(long)
}

/// A number as people read it: 12,345, in German 12.345.
#[must_use]
pub fn number(number: u32) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(pick(",", "."))
}

/// So many things: `1 user`, `1,234 users`.
#[must_use]
pub fn counted(count: u32, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_is_of_the_whole_and_nothing_is_divided_by_nothing() {
        assert_eq!([share(1, 4, 1000), share(2, 3, 1000), share(4, 4, 1000)], [250, 666, 1000]);
        assert_eq!([share(0, 0, 1000), share(u32::MAX, u32::MAX, 1000)], [0, 1000]);
    }
}
