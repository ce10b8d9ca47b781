//! The state line (C6), and how codes are written.

use pocketkey_api::sandbox::KeyState;
use pocketkey_link::frame::Refusal;

use crate::computer::View;

/// The state in one line, for people.
pub fn state_line(view: &View) -> String {
    let phone = view.phone.as_ref().map_or("the phone", |phone| &phone.model);
    match view.state {
        KeyState::NoPhone => "No phone: scan the code with a phone to pair it.".to_owned(),
        KeyState::PhoneOffline => format!("Phone offline: {phone} is not connected."),
        KeyState::Ready => format!("Ready: {phone} answers for this computer's security key."),
        KeyState::Disabled => format!("Off: {phone} receives nothing until the key is switched on."),
        KeyState::ApplianceUnreachable => {
            let trouble = view.trouble.as_deref().unwrap_or("no answer");
            if trouble == Refusal::Blocked.to_string() {
                return "Blocked: an administrator blocked this computer; ask your organisation.".to_owned();
            }
            let hint =
                if trouble == Refusal::NotProven.to_string() { "; pair anew with --pair-again" } else { "" };
            format!("Appliance unreachable: {trouble}{hint}.")
        }
    }
}

/// Six digits, as they are read out.
pub(super) fn grouped(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((first, second)) => format!("{first} {second}"),
        None => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::computer::Phone;

    #[test]
    fn every_state_has_its_line() {
        let phone = Some(Phone { model: "Pixel 9".into(), os: "Android 16".into(), code: "123456".into() });
        let line = |state, trouble: Option<&str>| {
            state_line(&View {
                state,
                phone: phone.clone(),
                trouble: trouble.map(Into::into),
                ..View::default()
            })
        };
        assert!(line(KeyState::NoPhone, None).starts_with("No phone"));
        assert_eq!(line(KeyState::PhoneOffline, None), "Phone offline: Pixel 9 is not connected.");
        assert!(line(KeyState::Ready, None).starts_with("Ready: Pixel 9"));
        assert_eq!(
            line(KeyState::Disabled, None),
            "Off: Pixel 9 receives nothing until the key is switched on."
        );
        let unreachable = line(KeyState::ApplianceUnreachable, Some("connection refused"));
        assert_eq!(unreachable, "Appliance unreachable: connection refused.");
        let unknown = line(KeyState::ApplianceUnreachable, Some(&Refusal::NotProven.to_string()));
        assert!(unknown.contains("--pair-again"));
        let blocked = line(KeyState::ApplianceUnreachable, Some(&Refusal::Blocked.to_string()));
        assert!(blocked.starts_with("Blocked"));
    }
}
