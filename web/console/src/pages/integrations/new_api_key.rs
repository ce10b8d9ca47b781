//! Making an API key: name, scopes, how long; then the secret, once.

use leptos::prelude::*;
use pocketkey_api::api_key::{ApiKey, ApiKeySecret, NewApiKey};
use pocketkey_kit::{api, prelude::*};

use super::{SecretDialog, scopes::Scopes};
use crate::strings;

fn lives() -> [Choice<Option<u32>>; 4] {
    [
        Choice { value: Some(30), key: "30", label: strings::days_30(), hint: "" },
        Choice { value: Some(90), key: "90", label: strings::days_90(), hint: "" },
        Choice { value: Some(365), key: "365", label: strings::days_365(), hint: "" },
        Choice { value: None, key: "never", label: strings::no_end(), hint: "" },
    ]
}

/// The dialog.
#[component]
pub fn NewApiKeyDialog(open: RwSignal<bool>, keys: Load<Vec<ApiKey>>) -> impl IntoView {
    let made = RwSignal::new(None::<String>);
    view! {
        <SecretDialog
            open
            title=strings::new_api_key()
            text=strings::key_secret_text()
            made
            test_id="new-api-key-dialog"
        >
            <NewApiKeyForm open keys made/>
        </SecretDialog>
    }
}

#[component]
fn NewApiKeyForm(
    open: RwSignal<bool>,
    keys: Load<Vec<ApiKey>>,
    made: RwSignal<Option<String>>,
) -> impl IntoView {
    let form = FormState::new();
    let name = RwSignal::new(String::new());
    let scopes = RwSignal::new(Vec::new());
    let life = RwSignal::new(Some(90));
    let create = move || {
        let new = NewApiKey {
            name: name.get_untracked(),
            scopes: scopes.get_untracked(),
            expires_in_days: life.get_untracked(),
        };
        let request = async move { api::post::<_, ApiKeySecret>("/api/v1/api-keys", &new).await };
        form.send(request, move |answer| {
            keys.refetch();
            made.set(Some(answer.secret));
        });
    };
    view! {
        <Form on_submit=create class="max-w-2xl space-y-5">
            <FormProblem state=form/>
            <TextField
                name="name"
                label=strings::api_key_name()
                hint=strings::api_key_name_hint()
                value=name
                error=form.error("name")
            />
            <Scopes chosen=scopes error=form.error("scopes")/>
            <Select
                name="expires_in_days"
                label=strings::ends_label()
                options=lives().to_vec()
                value=life
                error=form.error("expires_in_days")
            />
            <DialogButtons open form label=strings::make_api_key() test_id="create-api-key"/>
        </Form>
    }
}
