//! One mail: as people see it, and as it is.

use leptos::prelude::*;
use pocketkey_api::{
    MailId,
    inbox::{Attachment, Header, Mail},
};
use pocketkey_kit::{api, prelude::*};

use crate::{
    confirm::{Confirm, ConfirmDialog, Subject},
    strings,
};

const TABS: [Tab; 4] = [
    Tab { key: "html", label: strings::html },
    Tab { key: "text", label: strings::text },
    Tab { key: "headers", label: strings::headers },
    Tab { key: "source", label: strings::source },
];

/// The page of a mail.
#[component]
pub fn MailPage(id: MailId) -> impl IntoView {
    let path = StoredValue::new(format!("/api/v1/inbox/{id}"));
    let mail = load(move || async move { api::get::<Mail>(&path.get_value()).await });
    let title = move || {
        let subject = mail.with(|mail| mail.summary.subject.clone());
        subject.map_or_else(|| strings::mail().into(), strings::subject)
    };
    let confirm = Confirm::new();
    let delete = move || {
        confirm.delete(Subject {
            path: path.get_value(),
            name: strings::quoted(&untrack(title)),
            block_text: "",
            delete_text: strings::delete_mail_text(),
            then: Some("/inbox"),
        });
    };
    let tab = use_tab(&TABS);
    view! {
        <PageHeader title=Signal::derive(title) back=("/inbox".to_owned(), strings::inbox().to_owned())>
            <Button label=strings::delete() icon=IconKind::Trash on_click=delete test_id="delete-mail"/>
        </PageHeader>
        {mail
            .show(move |mail| {
                let body = {
                    let mail = mail.clone();
                    move || match tab.get() {
                        "text" => view! { <pre class="mail-text" data-testid="mail-text" tabindex="0">{mail.text.clone()}</pre> }.into_any(),
                        "headers" => headers(mail.headers.clone()),
                        "source" => view! { <Source path/> }.into_any(),
                        _ if mail.html.is_none() => view! { <p class="p-5 text-muted">{strings::no_html()}</p> }.into_any(),
                        _ => html(path.get_value()),
                    }
                };
                view! {
                    <Envelope mail=mail.clone()/>
                    <Found path=path.get_value() links=mail.links codes=mail.codes attachments=mail.attachments/>
                    <Tabs label=strings::mail() tabs=&TABS/>
                    <div class="card overflow-hidden">{body}</div>
                }
                    .into_any()
            })}
        <ConfirmDialog confirm/>
    }
}

/// From whom, to whom, when.
#[component]
fn Envelope(mail: Mail) -> impl IntoView {
    let summary = mail.summary;
    let fact = |term: &'static str, value: AnyView| {
        view! {
            <dt class="text-muted">{term}</dt>
            <dd class="min-w-0 break-words">{value}</dd>
        }
    };
    view! {
        <dl class="mb-5 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
            {fact(strings::from_label(), summary.from.into_any())}
            {fact(strings::to(), view! { <span data-testid="mail-to">{summary.to.join(", ")}</span> }.into_any())}
            {fact(strings::received(), view! { <RelativeTime at=summary.received_at/> " · " {size(summary.size)} }.into_any())}
        </dl>
    }
}

/// Codes, links and attachments found in the mail.
#[component]
fn Found(
    path: String,
    links: Vec<String>,
    codes: Vec<String>,
    attachments: Vec<Attachment>,
) -> impl IntoView {
    let code = |code: String| {
        view! {
            <li class="flex items-center gap-2">
                <code class="min-w-0 truncate font-mono text-base" data-testid="mail-code">{code.clone()}</code>
                <CopyButton text=code/>
            </li>
        }
    };
    let link = |link: String| {
        view! {
            <li class="flex items-center gap-2">
                <Icon kind=IconKind::External class="size-4 shrink-0 text-muted"/>
                <a
                    class="link min-w-0 truncate"
                    href=link.clone()
                    target="_blank"
                    rel="external noopener noreferrer"
                    data-testid="mail-link"
                >
                    {link.clone()}
                </a>
                <CopyButton text=link/>
            </li>
        }
    };
    let attachment = move |(index, part): (usize, Attachment)| {
        view! {
            <li class="flex items-center gap-2">
                <Icon kind=IconKind::Clip class="size-4 shrink-0 text-muted"/>
                <a
                    class="link min-w-0 truncate"
                    href=format!("{path}/attachments/{index}")
                    download
                    rel="external"
                    data-testid="mail-attachment"
                >
                    {part.name}
                </a>
                <span class="shrink-0 text-muted">{part.content_type} " · " {size(part.size)}</span>
            </li>
        }
    };
    let codes = (!codes.is_empty()).then(|| {
        view! {
            <Card title=strings::codes() class="mb-5 p-4 text-sm">
                <ul class="flex flex-wrap gap-x-6 gap-y-2">{codes.into_iter().map(code).collect_view()}</ul>
            </Card>
        }
    });
    let links = (!links.is_empty()).then(|| {
        view! {
            <Card title=strings::links() class="mb-5 p-4 text-sm">
                <ul class="space-y-1.5">{links.into_iter().map(link).collect_view()}</ul>
            </Card>
        }
    });
    let attachments = (!attachments.is_empty()).then(|| {
        view! {
            <Card title=strings::attachments() class="mb-5 p-4 text-sm">
                <ul class="space-y-1">{attachments.into_iter().enumerate().map(attachment).collect_view()}</ul>
            </Card>
        }
    });
    view! {
        {codes}
        {links}
        {attachments}
    }
}

/// The mail's own HTML, in a frame that may run nothing and reach nothing.
fn html(path: String) -> AnyView {
    view! {
        <iframe
            class="block h-[46rem] w-full border-0 bg-white"
            src=format!("{path}/html")
            sandbox=""
            title=strings::mail_html()
            data-testid="mail-html"
        ></iframe>
    }
    .into_any()
}

fn headers(headers: Vec<Header>) -> AnyView {
    let columns = vec![Column::new(strings::name(), ""), Column::new(strings::value(), "")];
    let row = |header: Header| {
        view! {
            <tr>
                <td class="align-top! font-medium whitespace-nowrap">{header.name}</td>
                <td class="font-mono text-sm wrap-anywhere">{header.value}</td>
            </tr>
        }
    };
    view! {
        <Table caption=strings::headers() columns test_id="mail-headers">
            {headers.into_iter().map(row).collect_view()}
        </Table>
    }
    .into_any()
}

#[component]
fn Source(path: StoredValue<String>) -> impl IntoView {
    let source = load(move || {
        let path = format!("{}/source", path.get_value());
        async move { api::get_text(&path).await }
    });
    source.show(|source| {
        view! { <pre class="mail-text" data-testid="mail-source" tabindex="0">{source}</pre> }.into_any()
    })
}

/// `640 B`, `3.4 kB`; cut off, not rounded.
fn size(bytes: u32) -> String {
    let (unit, name) = match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..1_000_000 => (1_000, "kB"),
        _ => (1_000_000, "MB"),
    };
    format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit)
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        for (bytes, expected) in
            [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (25_360, "25.3 kB"), (3_400_000, "3.4 MB")]
        {
            assert_eq!(super::size(bytes), expected);
        }
    }
}
