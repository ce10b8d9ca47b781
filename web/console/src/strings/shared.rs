//! Words of what is said in several places.

use pocketkey_kit::{
    chart::counted,
    chart::number,
    lang::{Lang, lang, pick},
    texts,
};

use super::{mailed_to_label, user_id, username};

texts! {
    activate_phone: "Activate the phone", "Smartphone aktivieren";
    active: "Active", "Aktiv";
    added: "Added", "Hinzugefügt";
    any_group: "Any group", "Alle Gruppen";
    any_status: "Any status", "Jeder Status";
    assigned: "Assigned", "Zugewiesen";
    back: "Back", "Zurück";
    block: "Block", "Sperren";
    blocked_label: "Blocked", "Gesperrt";
    bluetooth_proximity: "Bluetooth proximity", "Bluetooth-Nähe";
    bluetooth_proximity_hint:
        "The phone must be near the computer.",
        "Das Smartphone muss in der Nähe des Computers sein.";
    cancel: "Cancel", "Abbrechen";
    computers: "Computers", "Computer";
    continue_label: "Continue", "Weiter";
    credential_storage: "Where credentials are stored", "Speicherort der Anmeldedaten";
    delete: "Delete", "Löschen";
    done: "Done", "Fertig";
    email: "E-mail address", "E-Mail-Adresse";
    expired: "Expired", "Abgelaufen";
    filters: "Filters", "Filter";
    full_name: "Full name", "Vollständiger Name";
    group: "Group", "Gruppe";
    groups: "Groups", "Gruppen";
    import_users: "Import users", "Benutzer importieren";
    inbox: "Inbox", "Posteingang";
    invite: "Invite", "Einladen";
    keys: "Keys", "Schlüssel";
    key_type: "Type", "Art";
    locked: "Locked", "Gesperrt";
    name: "Name", "Name";
    never_invited: "Never invited", "Nie eingeladen";
    new_group: "New group", "Neue Gruppe";
    new_user: "New user", "Neuer Benutzer";
    nobody_found_text:
        "Names, usernames, user IDs and e-mail addresses were searched.",
        "Gesucht wurde in Namen, Benutzernamen, Benutzer-IDs und E-Mail-Adressen.";
    nobody_like_that: "Nobody is like that", "Keine passenden Benutzer";
    not_activated: "Not activated", "Nicht aktiviert";
    not_invited: "Not invited", "Nicht eingeladen";
    no_keys: "No security key yet", "Noch kein Sicherheitsschlüssel";
    off: "Off", "Aus";
    offline_login: "Offline login", "Offline-Anmeldung";
    offline_login_hint:
        "Computer and phone may talk to each other without the appliance.",
        "Computer und Smartphone dürfen ohne die Appliance miteinander sprechen.";
    on: "On", "Ein";
    password: "Password", "Passwort";
    password_hint: "At least 10 characters.", "Mindestens 10 Zeichen.";
    pending: "Pending", "Ausstehend";
    save: "Save", "Speichern";
    search_users: "Search users", "Benutzer suchen";
    security_keys: "Security keys", "Sicherheitsschlüssel";
    send_again: "Send again", "Erneut senden";
    settings_default: "Default settings", "Standardeinstellungen";
    settings_own: "Custom settings", "Eigene Einstellungen";
    settings_taken: "Taken by the phone", "Vom Smartphone übernommen";
    settings_wait: "Waiting for the phone", "Wartet auf das Smartphone";
    show_all_users: "Show all users", "Alle Benutzer anzeigen";
    sign_out: "Sign out", "Abmelden";
    smartphone: "Smartphone", "Smartphone";
    sort: "Sort", "Sortierung";
    sort_added: "Oldest first", "Älteste zuerst";
    sort_added_down: "Newest first", "Neueste zuerst";
    sort_name: "Name, A–Z", "Name, A–Z";
    sort_name_down: "Name, Z–A", "Name, Z–A";
    stale: "Invitation lapsed", "Einladung verfallen";
    status: "Status", "Status";
    step_settings: "Settings", "Einstellungen";
    step_type: "Key type", "Schlüsselart";
    step_type_title: "Which security key?", "Welcher Sicherheitsschlüssel?";
    to_users: "Go to the users", "Zu den Benutzern";
    unblock: "Unblock", "Entsperren";
    user: "User", "Benutzer";
    users_label: "Users", "Benutzer";
    valid_for: "valid for", "gültig für";
    verification: "Verification", "Verifizierung";
    who: "Who", "Wer";
    mail_settings: "Mail", "Mail";
    outbox: "Outbox", "Postausgang";
    state: "State", "Zustand";
    templates: "Templates", "Vorlagen";
    audit: "Audit", "Prüfprotokoll";
    dashboard: "Dashboard", "Übersicht";
    logs: "Logs", "Protokolle";
    when: "When", "Wann";
    account: "Your account", "Ihr Konto";
    admins: "Admins", "Admins";
    invite_admin: "Invite an admin", "Admin einladen";
    revoke: "Revoke", "Widerrufen";
    card: "Card", "Karte";
    fingerprint: "Fingerprint", "Fingerabdruck";
    usb_key: "USB key", "USB-Schlüssel";
    default_settings: "Default settings", "Standardeinstellungen";
    inherit_label: "Inherit", "Übernehmen";
    key_settings: "Settings", "Einstellungen";
    new_workflow: "New workflow", "Neuer Workflow";
    workflows: "Workflows", "Workflows";
    api_keys: "API keys", "API-Schlüssel";
    webhooks: "Webhooks", "Webhooks";
}

pub fn delete_question(name: &str) -> String {
    match lang() {
        Lang::En => format!("Delete {name}?"),
        Lang::De => format!("{name} löschen?"),
    }
}

pub fn deleted(name: &str) -> String {
    match lang() {
        Lang::En => format!("{name} was deleted."),
        Lang::De => format!("{name} wurde gelöscht."),
    }
}

pub fn mailed_to(address: &str) -> String {
    format!("{} {address}.", mailed_to_label())
}

pub fn edit(field: &str) -> String {
    match lang() {
        Lang::En => format!("Change: {field}"),
        Lang::De => format!("Ändern: {field}"),
    }
}

/// The words for a field of the API.
pub fn field(key: &str) -> &str {
    match key {
        "external_id" => user_id(),
        "username" => username(),
        "name" => full_name(),
        "given_name" => pick("First name", "Vorname"),
        "family_name" => pick("Last name", "Nachname"),
        "email" => email(),
        "groups" => groups(),
        other => other,
    }
}

pub fn members(count: u32) -> String {
    counted(count, pick("member", "Mitglied"), pick("members", "Mitglieder"))
}

/// So many of so many.
pub fn of(done: u32, total: u32) -> String {
    format!("{} {} {}", number(done), pick("of", "von"), number(total))
}

pub fn saved(what: &str) -> String {
    format!("{what}: {}.", pick("saved", "gespeichert"))
}

pub fn type_to_confirm(word: &str) -> String {
    match lang() {
        Lang::En => format!("To confirm, type {word}"),
        Lang::De => format!("Zur Bestätigung {word} eingeben"),
    }
}

/// What the appliance calls something, as a label.
pub fn capitalised(name: &str) -> String {
    let mut text = name.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
