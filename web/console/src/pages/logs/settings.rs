//! What the authentication log holds, and how long.

use leptos::prelude::*;
use pocketkey_api::authentication::LogSettings;
use pocketkey_kit::{api, prelude::*};

use crate::strings;

const PATH: &str = "/api/v1/logs/settings";

/// A button, and the dialog it opens.
#[component]
pub fn Settings() -> impl IntoView {
    let (open, form, toasts) = (RwSignal::new(false), FormState::new(), use_toasts());
    let (report_rp, days) = (RwSignal::new(true), RwSignal::new(String::new()));
    let begin = move || {
        toasts.attempt(async { api::get::<LogSettings>(PATH).await }, move |settings| {
            form.set_problem(None);
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
        <Button label=strings::log_settings() icon=IconKind::Edit on_click=begin test_id="log-settings"/>
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
                <DialogButtons open form label=strings::save() test_id="save-log-settings"/>
            </Form>
        </Dialog>
    }
}
