//! What the authentication log holds, and how long.

use leptos::prelude::*;
use pocketkey_api::{admin::Role, authentication::LogSettings};
use pocketkey_kit::{api, prelude::*};

use crate::{session::use_session, strings};

const PATH: &str = "/api/v1/logs/settings";

/// A button, for those who may, and the dialog it opens.
#[component]
pub fn Settings() -> impl IntoView {
    let session = use_session();
    let may = move || {
        let role = session.with(|session| session.admin.as_ref().map(|admin| admin.role)).flatten();
        matches!(role, Some(Role::Owner | Role::Admin))
    };
    let (open, form, toasts) = (RwSignal::new(false), FormState::new(), use_toasts());
    let (report_rp, days) = (RwSignal::new(true), RwSignal::new(String::new()));
    let begin = move || {
        form.send(async { api::get::<LogSettings>(PATH).await }, move |settings| {
            report_rp.set(settings.report_rp);
            days.set(settings.keep_days.to_string());
            open.set(true);
        });
    };
    let save = move || {
        // What is no number is out of range, and the appliance says what the range is.
        let keep_days = days.get_untracked().trim().parse().unwrap_or(0);
        let new = LogSettings { report_rp: report_rp.get_untracked(), keep_days };
        form.send(async move { api::put::<_, LogSettings>(PATH, &new).await }, move |_| {
            open.set(false);
            toasts.say(strings::saved(strings::log_settings()));
        });
    };
    view! {
        {move || may().then(|| view! {
            <Button
                label=strings::log_settings()
                icon=IconKind::Edit
                on_click=begin
                loading=form.busy()
                test_id="log-settings"
            />
        })}
        <Dialog open title=strings::log_settings() test_id="log-settings-dialog">
            <Form on_submit=save>
                <FormProblem state=form/>
                <Switch name="report_rp" label=strings::report_rp() value=report_rp hint=strings::report_rp_hint()/>
                <TextField
                    name="keep_days"
                    label=strings::keep_days()
                    kind="number"
                    value=days
                    hint=strings::keep_days_hint()
                    error=form.error("keep_days")
                />
                <div class="flex justify-end gap-2">
                    <Button label=strings::cancel() on_click=move || open.set(false)/>
                    <Button
                        label=strings::save()
                        kind=ButtonKind::Primary
                        loading=form.busy()
                        test_id="save-log-settings"
                    />
                </div>
            </Form>
        </Dialog>
    }
}
