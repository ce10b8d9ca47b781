//! The four settings of smartphones as somebody chooses them – for the organisation, a group or a key –, with what holds and
//! where it comes from.

use leptos::prelude::*;
use pocketkey_api::{
    event::Event,
    key::{CredentialStorage, Verification},
    settings::{SettingOrigin, SettingsChoice, SettingsView},
};
use pocketkey_kit::{api, prelude::*};

use crate::{
    labels::{storages, verifications},
    strings,
};

/// One setting: its words, and how to read and write it as text, empty = inherited.
struct Setting {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    /// Keys and words of its values.
    values: Vec<(&'static str, &'static str)>,
    get: fn(&SettingsChoice) -> String,
    set: fn(&mut SettingsChoice, &str),
    origin: fn(&SettingsView) -> [SettingOrigin; 2],
}

fn switch() -> [(&'static str, &'static str); 2] {
    [("true", strings::on()), ("false", strings::off())]
}

fn of_switch(value: Option<bool>) -> String {
    value.map(|on| on.to_string()).unwrap_or_default()
}

fn of_choices<T: Copy + PartialEq>(choices: &[Choice<T>], value: Option<T>) -> String {
    let found = choices.iter().find(|choice| Some(choice.value) == value);
    found.map(|choice| choice.key.to_owned()).unwrap_or_default()
}

fn parse<T: Copy>(choices: &[Choice<T>], key: &str) -> Option<T> {
    choices.iter().find(|choice| choice.key == key).map(|choice| choice.value)
}

fn words<T>(choices: &[Choice<T>]) -> Vec<(&'static str, &'static str)> {
    choices.iter().map(|choice| (choice.key, choice.label)).collect()
}

fn settings() -> [Setting; 4] {
    [
        Setting {
            name: "bluetooth_proximity",
            label: strings::bluetooth_proximity(),
            hint: strings::bluetooth_proximity_hint(),
            values: switch().to_vec(),
            get: |choice| of_switch(choice.bluetooth_proximity),
            set: |choice, key| choice.bluetooth_proximity = key.parse().ok(),
            origin: |view| {
                [&view.inherited, &view.effective].map(|it| it.origins.bluetooth_proximity.clone())
            },
        },
        Setting {
            name: "offline_login",
            label: strings::offline_login(),
            hint: strings::offline_login_hint(),
            values: switch().to_vec(),
            get: |choice| of_switch(choice.offline_login),
            set: |choice, key| choice.offline_login = key.parse().ok(),
            origin: |view| [&view.inherited, &view.effective].map(|it| it.origins.offline_login.clone()),
        },
        Setting {
            name: "verification",
            label: strings::verification(),
            hint: "",
            values: words(&verifications()),
            get: |choice| of_choices(&verifications(), choice.verification),
            set: |choice, key| choice.verification = parse::<Verification>(&verifications(), key),
            origin: |view| [&view.inherited, &view.effective].map(|it| it.origins.verification.clone()),
        },
        Setting {
            name: "credential_storage",
            label: strings::credential_storage(),
            hint: "",
            values: words(&storages()),
            get: |choice| of_choices(&storages(), choice.credential_storage),
            set: |choice, key| choice.credential_storage = parse::<CredentialStorage>(&storages(), key),
            origin: |view| [&view.inherited, &view.effective].map(|it| it.origins.credential_storage.clone()),
        },
    ]
}

/// The form.
#[component]
pub fn SettingsForm(
    /// Where it is in the API.
    path: String,
    /// Whether the admin may change it.
    editable: bool,
) -> impl IntoView {
    let path = StoredValue::new(path);
    let view =
        load(move || async move { api::get::<SettingsView>(&path.get_value()).await }).refetch_on(|event| {
            matches!(event, Event::Settings | Event::Key { .. } | Event::User { .. } | Event::Groups)
        });
    let draft = RwSignal::new(SettingsChoice::default());
    // What others save is taken over, but not past a choice that is not saved yet.
    let saved = StoredValue::new(SettingsChoice::default());
    Effect::new(move |_| {
        if let Some(own) = view.with(|view| view.own) {
            if draft.get_untracked() == saved.get_value() {
                draft.set(own);
            }
            saved.set_value(own);
        }
    });
    let unchanged = Memo::new(move |_| view.with(|view| view.own == draft.get()) != Some(false));
    let there = Memo::new(move |_| view.with(|_| ()).is_some());
    let form = FormState::new();
    let toasts = use_toasts();
    let save = move || {
        let (choice, before) = (draft.get_untracked(), saved.get_value());
        let put = async move { api::put::<_, SettingsView>(&path.get_value(), &choice).await };
        form.send(put, move |now| {
            view.put(now);
            let path = path.get_value();
            // The page may be another one by then: what it shows is told by the event.
            toasts.say_undo(strings::saved(strings::key_settings()), move || {
                let path = path.clone();
                async move { api::put::<_, SettingsView>(&path, &before).await }
            });
        });
    };
    let rows = move || {
        let row = move |setting| view! { <Row setting view draft editable/> };
        view! {
            <Form on_submit=save test_id="settings-form">
                <FormProblem state=form/>
                <div class="grid gap-x-6 gap-y-5 sm:grid-cols-2">{settings().map(row).collect_view()}</div>
                {editable.then(|| view! {
                    <div class="flex justify-end">
                        <Button
                            label=strings::save()
                            kind=ButtonKind::Primary
                            disabled=unchanged
                            loading=form.busy()
                            test_id="save-settings"
                        />
                    </div>
                })}
            </Form>
        }
    };
    move || if there.get() { rows().into_any() } else { view.show(|_| ().into_any()) }
}

#[component]
fn Row(
    setting: Setting,
    view: Load<SettingsView>,
    draft: RwSignal<SettingsChoice>,
    editable: bool,
) -> impl IntoView {
    let Setting { name, label, hint, values, get, set, origin } = setting;
    let id = format!("field-{name}");
    let hint_id = format!("{id}-hint");
    let values = StoredValue::new(values);
    let word = move |key: &str| {
        values.with_value(|values| values.iter().find(|(it, _)| *it == key).map_or("", |(_, word)| *word))
    };
    // What would be inherited, and what holds now: words, and where from.
    let inherited = Memo::new(move |_| {
        view.with(|view| {
            let key = get(&view.inherited.settings.into());
            strings::inherit(word(&key), &strings::origin(&origin(view)[0], false))
        })
    });
    let holds = Memo::new(move |_| {
        view.with(|view| {
            let here = !get(&view.own).is_empty();
            let key = get(&view.effective.settings.into());
            format!("{} {} – {}", strings::holds(), word(&key), strings::origin(&origin(view)[1], here))
        })
    });
    let chosen = Memo::new(move |_| draft.with(get));
    let options = values.get_value().into_iter().map(move |(key, word)| {
        view! { <option value=key selected=move || chosen.get() == key>{word}</option> }
    });
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <select
                class="input"
                id=id.clone()
                data-testid=id
                name=name
                aria-describedby=hint_id.clone()
                disabled=!editable
                on:change=move |event| draft.update(|draft| set(draft, &event_target_value(&event)))
            >
                <option value="" selected=move || chosen.with(String::is_empty)>{move || inherited.get()}</option>
                {options.collect_view()}
            </select>
            <p class="field-hint" id=hint_id>
                {(!hint.is_empty()).then(|| view! { <span class="block">{hint}</span> })}
                <span class="block" data-testid=format!("holds-{name}")>{move || holds.get()}</span>
            </p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_every_setting_is_read_back() {
        for setting in settings() {
            let mut choice = SettingsChoice::default();
            for (key, _) in setting.values {
                (setting.set)(&mut choice, key);
                assert_eq!((setting.get)(&choice), key, "{}", setting.name);
            }
            (setting.set)(&mut choice, "");
            assert!(choice.is_empty(), "{}", setting.name);
        }
    }
}
