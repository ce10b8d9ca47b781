//! Tables whose rows are links.

use leptos::prelude::*;

/// A column's heading.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its words.
    pub label: &'static str,
    /// Classes, for example `hidden sm:table-cell` (give its cells the same).
    pub class: &'static str,
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
    let head = |column: Column| view! { <th scope="col" class=column.class>{column.label}</th> };
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
