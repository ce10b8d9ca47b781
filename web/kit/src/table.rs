//! Tables whose rows are links.

use leptos::prelude::*;

/// A column's heading.
pub struct Column {
    /// Its words.
    pub label: &'static str,
    /// Classes, for example `hidden sm:table-cell` (give its cells the same).
    pub class: &'static str,
    /// How to sort by it, if one can.
    pub sort: Option<Sort>,
    /// What stands there in place of words.
    pub content: Option<AnyView>,
}

impl Column {
    /// A column that one cannot sort by.
    #[must_use]
    pub const fn new(label: &'static str, class: &'static str) -> Self {
        Self { label, class, sort: None, content: None }
    }
}

/// Sorting by a column.
#[derive(Debug, Clone)]
pub struct Sort {
    /// Where a click on the heading leads: this order, or, if the table has it already, the other way round.
    pub href: String,
    /// Whether the table is sorted by it now: `ascending` or `descending`.
    pub now: Option<&'static str>,
}

/// A table; its children are the `<tr>`s of the body.
#[component]
pub fn Table(
    /// What it lists, for who cannot see it.
    #[prop(into)]
    caption: String,
    /// Its columns.
    columns: Vec<Column>,
    /// `data-testid`.
    #[prop(optional, into)]
    test_id: Option<String>,
    children: Children,
) -> impl IntoView {
    let head = |column: Column| {
        let Column { label, class, sort, content } = column;
        let now = sort.as_ref().and_then(|sort| sort.now);
        let label = match (content, sort) {
            (Some(content), _) => content,
            (None, None) => label.into_any(),
            (None, Some(sort)) => view! { <a class="sort" href=sort.href>{label}</a> }.into_any(),
        };
        view! { <th scope="col" class=class aria-sort=now>{label}</th> }
    };
    view! {
        <table class="table" data-testid=test_id>
            <caption class="sr-only">{caption}</caption>
            <thead>
                <tr>{columns.into_iter().map(head).collect_view()}</tr>
            </thead>
            <tbody>{children()}</tbody>
        </table>
    }
    .into_any()
}

/// The link of a row: put it into the first cell, it covers the whole row.
#[component]
pub fn RowLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    children: Children,
) -> impl IntoView {
    view! {
        <a class="row-link font-medium" href=href>
            {children()}
        </a>
    }
    .into_any()
}
