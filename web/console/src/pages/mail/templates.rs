//! Every kind of mail.

use leptos::prelude::*;
use pocketkey_api::mail::MailTemplate;
use pocketkey_kit::{api, prelude::*};

use crate::{pages::settings::SettingsTabs, strings};

/// The list.
#[component]
pub fn TemplateList() -> impl IntoView {
    let templates = load(|| api::get::<Vec<MailTemplate>>("/api/v1/settings/templates"));
    let row = |template: MailTemplate| {
        let (label, tone) = match template.changed_at {
            Some(_) => (strings::changed_template(), Tone::Accent),
            None => (strings::built_in(), Tone::Neutral),
        };
        view! {
            <li class="relative flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-5 py-3.5 hover:bg-sunken" data-testid="template-row">
                <div class="min-w-0">
                    <RowLink href=format!("/settings/templates/{}", template.name)>{template.title}</RowLink>
                    <p class="text-sm text-muted">{template.about}</p>
                </div>
                <Badge label tone/>
            </li>
        }
    };
    view! {
        <PageHeader title=strings::templates() text=strings::templates_text()/>
        <SettingsTabs/>
        <div class="card overflow-hidden">
            {templates
                .show(move |all| {
                    view! { <ul class="divide-y divide-line">{all.into_iter().map(row).collect_view()}</ul> }
                        .into_any()
                })}
        </div>
    }
}
