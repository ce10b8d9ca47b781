//! Words of what stands around the pages.

use pocketkey_api::job::JobKind;
use pocketkey_kit::{
    chart::number,
    lang::{Lang, lang, pick},
    texts,
};

texts! {
    changed: "changed", "geändert";
    deleted_label: "deleted", "gelöscht";
    were_blocked: "blocked", "gesperrt";
    were_unblocked: "unblocked", "entsperrt";
    demo_site: "Demo site", "Demo-Website";
    dismiss: "Dismiss", "Ausblenden";
    failed: "with a problem", "mit einem Problem";
    invited: "invited", "eingeladen";
    job_failed:
        "This broke off; what was done before stays done.",
        "Der Vorgang ist abgebrochen; was bis dahin erledigt war, bleibt erledigt.";
    joined_label: "added", "hinzugefügt";
    left_label: "removed", "entfernt";
    line: "Line", "Zeile";
    nothing_to_do: "There was nothing to do.", "Es gab nichts zu tun.";
    not_found: "There is nothing here", "Hier ist nichts";
    not_found_text:
        "The address may be mistyped, or what was here is gone.",
        "Die Adresse ist vielleicht falsch geschrieben, oder was hier war, gibt es nicht mehr.";
    on_phone: "On the phone", "Auf dem Smartphone";
    on_phone_hint: "The person unlocks the phone.", "Die Person entsperrt das Smartphone.";
    organisation: "Organisation", "Organisation";
    organisation_hint: "Shown in invitations and on phones.", "Erscheint in Einladungen und auf Smartphones.";
    problem: "Problem", "Problem";
    problems: "Problems", "Probleme";
    reader_tap_and_pin: "Reader tap and PIN", "Lesegerät und PIN";
    reader_tap_and_pin_hint:
        "The person taps the phone on a reader and types a PIN on the computer.",
        "Die Person hält das Smartphone an ein Lesegerät und gibt am Computer eine PIN ein.";
    sandbox: "Sandbox", "Sandbox";
    setup: "Set up Pocketkey", "Pocketkey einrichten";
    setup_submit: "Finish the set-up", "Einrichtung abschließen";
    setup_text: "You will be the first admin.", "Hier entsteht das erste Admin-Konto.";
    setup_token: "Set-up link", "Einrichtungslink";
    setup_token_hint:
        "Pocketkey prints it when it starts. Paste the whole link here.",
        "Pocketkey gibt ihn beim Start aus. Hier den ganzen Link einfügen.";
    smartphone_hint:
        "The person's own phone approves every sign-in and every registration.",
        "Das eigene Smartphone der Person bestätigt jede Anmeldung und jede Registrierung.";
    store_appliance: "In the appliance", "In der Appliance";
    store_appliance_hint:
        "They survive the loss of the phone.",
        "Sie überstehen den Verlust des Smartphones.";
    store_both: "In both", "An beiden Orten";
    store_both_hint:
        "On the phone, with a copy in the appliance.",
        "Auf dem Smartphone, mit einer Kopie in der Appliance.";
    store_phone: "On the phone", "Auf dem Smartphone";
    store_phone_hint: "They never leave it.", "Sie verlassen es nie.";
    unchanged: "unchanged", "unverändert";
    undo: "Undo", "Rückgängig";
    were_added: "added", "hinzugefügt";
    would_add: "would be added", "würden hinzugefügt";
    would_change: "would be changed", "würden geändert";
    your_name: "Your name", "Ihr Name";
    settings: "Settings", "Einstellungen";
    passkey_already:
        "This device has a passkey for your account already.",
        "Dieses Gerät hat schon einen Passkey für Ihr Konto.";
    passkey_already_text:
        "Use another device, or delete the one there is first.",
        "Ein anderes Gerät verwenden oder zuerst den vorhandenen Passkey löschen.";
    passkey_failed: "No passkey was used.", "Es wurde kein Passkey benutzt.";
    passkey_failed_text:
        "It was declined, took too long, or there is none for this site. Try again.",
        "Er wurde abgelehnt, es dauerte zu lange, oder es gibt keinen für diese Website. Bitte erneut versuchen.";
    passkey_not_here:
        "This browser has no passkeys for this page.",
        "Dieser Browser bietet für diese Seite keine Passkeys an.";
    passkey_not_here_text:
        "They need a current browser, and https or localhost.",
        "Nötig sind ein aktueller Browser und https oder localhost.";
    passkey_wrong_site:
        "Passkeys do not work at this address.",
        "Unter dieser Adresse funktionieren Passkeys nicht.";
    card_hint:
        "Held to a reader. It can be assigned now; readers come with a later version.",
        "Wird an ein Lesegerät gehalten. Zuweisen geht schon jetzt; Lesegeräte folgen in einer späteren Version.";
    card_label: "Card number", "Kartennummer";
    fingerprint_hint:
        "A finger on a reader. It can be assigned now; readers come with a later version.",
        "Ein Finger auf einem Lesegerät. Zuweisen geht schon jetzt; Lesegeräte folgen in einer späteren Version.";
    fingerprint_label: "Which finger", "Welcher Finger";
    usb_key_hint:
        "Plugged into the computer. It can be assigned now; enrolment comes with a later version.",
        "Wird in den Computer gesteckt. Zuweisen geht schon jetzt; das Registrieren folgt in einer späteren Version.";
    usb_key_label: "Serial number", "Seriennummer";
    actions: "Do", "Aktionen";
    everywhere: "Everywhere", "Überall";
    go_to: "Go to", "Gehe zu";
    key_escape: "Close what is open, or clear the search", "Offenes schließen oder die Suche leeren";
    key_help: "Show these keys", "Diese Tasten anzeigen";
    key_palette: "Find a page, an action, a user or a group", "Seite, Aktion, Benutzer oder Gruppe finden";
    key_search: "Search this page", "Diese Seite durchsuchen";
    searching: "Searching…", "Suche läuft …";
    shortcuts: "Keyboard shortcuts", "Tastenkürzel";
}

pub fn block_question(name: &str) -> String {
    match lang() {
        Lang::En => format!("Block {name}?"),
        Lang::De => format!("{name} sperren?"),
    }
}

pub fn blocked(name: &str) -> String {
    match lang() {
        Lang::En => format!("{name} is blocked."),
        Lang::De => format!("{name} ist gesperrt."),
    }
}

pub fn unblocked(name: &str) -> String {
    match lang() {
        Lang::En => format!("{name} is not blocked any more."),
        Lang::De => format!("{name} ist nicht mehr gesperrt."),
    }
}

pub fn version(version: &str) -> String {
    format!("Pocketkey {version}")
}

/// What a job is doing.
pub fn job_running(kind: JobKind) -> &'static str {
    match kind {
        JobKind::ImportCheck => pick("Checking the file…", "Datei wird geprüft …"),
        JobKind::Import => pick("Importing…", "Import läuft …"),
        JobKind::Invite => pick("Inviting…", "Einladungen laufen …"),
        JobKind::Join => pick("Adding to the group…", "Wird zur Gruppe hinzugefügt …"),
        JobKind::Leave => pick("Removing from the group…", "Wird aus der Gruppe entfernt …"),
        JobKind::Block => pick("Blocking…", "Wird gesperrt …"),
        JobKind::Unblock => pick("Unblocking…", "Wird entsperrt …"),
        JobKind::Delete => pick("Deleting…", "Wird gelöscht …"),
    }
}

pub fn more_problems(rows: u32) -> String {
    match lang() {
        Lang::En => format!("These are the first ones; {} rows have a problem.", number(rows)),
        Lang::De => format!("Dies sind die ersten; {} Zeilen haben ein Problem.", number(rows)),
    }
}

pub fn open_at(url: &str) -> String {
    match lang() {
        Lang::En => format!("Open {url} instead."),
        Lang::De => format!("Stattdessen {url} öffnen."),
    }
}

/// That a search found nothing.
pub fn nothing_matches(q: &str) -> String {
    match lang() {
        Lang::En => format!("Nothing matches “{q}”."),
        Lang::De => format!("Nichts passt zu „{q}“."),
    }
}

pub fn search_users_for(q: &str) -> String {
    match lang() {
        Lang::En => format!("All users that match “{q}”"),
        Lang::De => format!("Alle Benutzer zu „{q}“"),
    }
}
