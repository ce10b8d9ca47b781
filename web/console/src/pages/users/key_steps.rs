//! Assigning a key, step by step: its type and its settings (A3, A4).

use leptos::prelude::*;
use pocketkey_kit::prelude::*;

use super::draft::KeyDraft;
use crate::{labels, strings};

/// The buttons at a step's end: back, and on.
#[component]
pub fn StepButtons(
    /// Goes back one step.
    #[prop(into)]
    on_back: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="flex justify-between gap-2 pt-1">
            <Button label=strings::back() icon=IconKind::Left on_click=on_back test_id="back"/>
            <Button label=strings::continue_label() kind=ButtonKind::Primary test_id="continue"/>
        </div>
    }
}

/// Which kind of key.
#[component]
pub fn TypeStep(
    draft: KeyDraft,
    #[prop(into)] on_back: Callback<()>,
    #[prop(into)] on_next: Callback<()>,
) -> impl IntoView {
    let label = move || {
        labels::label_name(draft.kind.get()).map(|name| {
            view! {
                <TextField
                    name="label"
                    label=name
                    hint=strings::label_hint().to_owned()
                    value=draft.label
                    optional=true
                />
            }
        })
    };
    view! {
        <StepHeading title=strings::step_type_title() text=strings::step_type_text()/>
        <Form on_submit=on_next>
            <Choices name="kind" legend=strings::key_type() options=labels::kinds() value=draft.kind/>
            {label}
            <StepButtons on_back/>
        </Form>
    }
}

/// In place of the activation, for kinds whose devices there are not yet.
#[component]
pub fn NoDeviceStep(
    /// Assigning.
    form: FormState,
    #[prop(into)] on_back: Callback<()>,
    #[prop(into)] on_assign: Callback<()>,
) -> impl IntoView {
    view! {
        <StepHeading title=strings::no_device_title()/>
        <Form on_submit=on_assign>
            <FormProblem state=form/>
            <Note tone=Tone::Neutral test_id="no-device">{strings::no_device_text()}</Note>
            <div class="flex justify-between gap-2 pt-1">
                <Button label=strings::back() icon=IconKind::Left on_click=on_back test_id="back"/>
                <Button
                    label=strings::assign_it()
                    kind=ButtonKind::Primary
                    loading=form.busy()
                    test_id="assign"
                />
            </div>
        </Form>
    }
}

/// The key's settings.
#[component]
pub fn SettingsStep(
    draft: KeyDraft,
    #[prop(into)] on_back: Callback<()>,
    #[prop(into)] on_next: Callback<()>,
) -> impl IntoView {
    let settings = move || {
        (!draft.uses_defaults.get()).then(|| {
            view! {
                <div class="space-y-5 border-t border-line pt-5" data-testid="key-settings">
                    <Switch
                        name="bluetooth_proximity"
                        label=strings::bluetooth_proximity()
                        hint=strings::bluetooth_proximity_hint()
                        value=draft.bluetooth_proximity
                    />
                    <Switch
                        name="offline_login"
                        label=strings::offline_login()
                        hint=strings::offline_login_hint()
                        value=draft.offline_login
                    />
                    <Choices
                        name="verification"
                        legend=strings::verification()
                        options=labels::verifications()
                        value=draft.verification
                        wide=true
                    />
                    <details class="group" data-testid="advanced">
                        <summary class="flex w-fit items-center gap-1.5 rounded text-sm font-medium">
                            <Icon kind=IconKind::Right class="size-4 transition-transform group-open:rotate-90"/>
                            {strings::advanced()}
                        </summary>
                        <div class="pt-3">
                            <Choices
                                name="credential_storage"
                                legend=strings::credential_storage()
                                options=labels::storages()
                                value=draft.credential_storage
                            />
                        </div>
                    </details>
                </div>
            }
        })
    };
    view! {
        <StepHeading title=strings::step_settings_title() text=strings::step_settings_text()/>
        <Form on_submit=on_next>
            <Switch
                name="uses_defaults"
                label=strings::use_defaults()
                hint=strings::use_defaults_hint()
                value=draft.uses_defaults
            />
            {settings}
            <StepButtons on_back/>
        </Form>
    }
}
