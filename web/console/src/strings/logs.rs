//! Words of logs and the dashboard.

use pocketkey_api::authentication::{AuthAction, AuthReason};
use pocketkey_kit::{
    chart::counted,
    lang::{Lang, lang, pick},
    texts,
};

use super::capitalised;

texts! {
    all_of_them: "All of them", "Alle anzeigen";
    all_users: "users in all", "Benutzer insgesamt";
    any_action: "Anything", "Alles";
    any_outcome: "Any outcome", "Jedes Ergebnis";
    any_reason: "Any reason", "Jeder Grund";
    any_time: "Any time", "Jederzeit";
    as_table: "Show the numbers", "Zahlen anzeigen";
    audit_text:
        "What admins and the appliance did. Nobody can change an entry unnoticed: the command “pocketkey audit verify” finds it.",
        "Was Admins und die Appliance getan haben. Kein Eintrag lässt sich unbemerkt ändern: Der Befehl „pocketkey audit verify“ deckt es auf.";
    before: "Before", "Vorher";
    by_whom: "By whom", "Von wem";
    computer: "Computer", "Computer";
    computers_connected: "computers connected", "Computer verbunden";
    computers_paired: "computers paired", "Computer gekoppelt";
    connections: "Connections", "Verbindungen";
    day: "Day", "Tag";
    days_title:
        "Sign-ins, registrations and failures of the last 30 days",
        "Anmeldungen, Registrierungen und Fehlschläge der letzten 30 Tage";
    empty_log: "Nothing was done yet", "Noch ist nichts geschehen";
    export_csv: "CSV", "CSV";
    export_json: "JSON", "JSON";
    failures: "Why requests failed, 30 days", "Warum Anfragen fehlschlugen, 30 Tage";
    hash: "Hash", "Hash";
    ip: "IP address", "IP-Adresse";
    job_parts: "Everything this job did", "Alles, was dieser Vorgang getan hat";
    keep_days: "Days to keep sign-ins", "Aufbewahrung der Anmeldungen in Tagen";
    keep_days_hint:
        "Older entries are deleted. The audit log is kept for good.",
        "Ältere Einträge werden gelöscht. Das Prüfprotokoll bleibt dauerhaft erhalten.";
    last_30_days: "Last 30 days", "Letzte 30 Tage";
    last_day: "Last 24 hours", "Letzte 24 Stunden";
    last_hour: "Last hour", "Letzte Stunde";
    last_month: "Last 30 days", "Letzte 30 Tage";
    last_week: "Last 7 days", "Letzte 7 Tage";
    log_settings: "What is logged", "Was protokolliert wird";
    mail_failed: "failed, 7 days", "Fehler, 7 Tage";
    mail_waiting: "waiting", "warten";
    next_steps: "Next steps", "Nächste Schritte";
    nothing: "nothing", "nichts";
    nothing_like_that: "There is nothing like that", "Keine passenden Einträge";
    nothing_like_that_text:
        "Every filter and every word of a search must hold.",
        "Alle Filter und alle Suchwörter müssen zutreffen.";
    not_before: "Since", "Seit";
    not_done: "Failed", "Fehlgeschlagen";
    not_said: "not reported", "nicht gemeldet";
    no_failures: "None failed.", "Keine Fehlschläge.";
    no_sign_ins: "No sign-ins yet", "Noch keine Anmeldungen";
    no_sign_ins_text:
        "What a phone is asked appears here as soon as it is over. Pair a computer with a phone and sign in somewhere.",
        "Was ein Smartphone gefragt wird, erscheint hier, sobald es erledigt ist. Zum Ausprobieren einen Computer mit einem Smartphone koppeln und sich irgendwo anmelden.";
    number_label: "Number", "Nummer";
    one_actor: "By one only", "Nur von einem";
    one_job: "One job only", "Nur ein Vorgang";
    one_key: "One key only", "Nur ein Schlüssel";
    one_site: "One web site only", "Nur eine Website";
    one_target: "About one only", "Nur zu einem Gegenstand";
    one_user: "One user only", "Nur ein Benutzer";
    outcome: "Outcome", "Ergebnis";
    own_mail: "Mails of the appliance", "Mails der Appliance";
    phone_label: "Phone", "Smartphone";
    phones_connected: "phones connected", "Smartphones verbunden";
    reason_label: "Reason", "Grund";
    registered: "Registered", "Registriert";
    report_rp: "Phones name the web site", "Smartphones nennen die Website";
    report_rp_hint:
        "Off: the log says who signed in with which computer and how it ended, but not where.",
        "Aus: Das Protokoll sagt, wer sich mit welchem Computer angemeldet hat und wie es ausging, aber nicht wo.";
    same_actor: "Everything by them", "Alles vom selben Urheber";
    same_site: "Everything at this site", "Alles auf dieser Website";
    same_target: "Everything about it", "Alles hierzu";
    same_user: "Everything of this user", "Alles zu diesem Benutzer";
    search_log: "Search the log", "Protokoll durchsuchen";
    sent_today: "sent today", "heute gesendet";
    show_whole_log: "Show the whole log", "Ganzes Protokoll anzeigen";
    signed_in: "Signed in", "Angemeldet";
    sign_ins: "Sign-ins", "Anmeldungen";
    sign_ins_text:
        "What phones were asked, and how it ended.",
        "Was Smartphones gefragt wurden und wie es ausging.";
    step_activate: "Activate a phone", "Smartphone aktivieren";
    step_activate_text:
        "Assign a security key to a user and invite their phone, by e-mail or on screen.",
        "Einem Benutzer einen Sicherheitsschlüssel zuweisen und sein Smartphone einladen, per E-Mail oder am Bildschirm.";
    step_add_people: "Add people", "Personen hinzufügen";
    step_add_people_text:
        "One by one, or all at once from a CSV file.",
        "Einzeln oder alle auf einmal aus einer CSV-Datei.";
    step_pair: "Pair a computer", "Computer koppeln";
    step_pair_text:
        "Run the pairing tool on it and scan its code with the phone.",
        "Dort das Kopplungsprogramm starten und seinen Code mit dem Smartphone scannen.";
    step_sign_in: "Sign in somewhere", "Irgendwo anmelden";
    step_sign_in_text:
        "Register the phone at a web site as a security key; the log shows how it went.",
        "Das Smartphone auf einer Website als Sicherheitsschlüssel registrieren; das Protokoll zeigt, wie es lief.";
    took: "Took", "Dauer";
    to_what: "About", "Betrifft";
    unknown_user: "Unknown", "Unbekannt";
    up_since: "Appliance started:", "Appliance gestartet:";
    web_site: "Web site", "Website";
    what: "What", "Was";
}

/// An action's name as words: `user.joined_group` is `User joined group`.
pub fn action(name: &str) -> String {
    match lang() {
        Lang::En => words(&name.replace('.', " ")),
        Lang::De => german_action(name).unwrap_or_else(|| words(&name.replace('.', " "))),
    }
}

/// A name of the API as words.
pub fn words(name: &str) -> String {
    let german = match name {
        _ if lang() == Lang::En => None,
        "actions" => Some("Ereignisse"),
        "answered" => Some("Beantwortet"),
        "cause" => Some("Anlass"),
        "count" => Some("Anzahl"),
        "email" => Some("E-Mail"),
        "enabled" => Some("Eingeschaltet"),
        "expires_at" => Some("Ablauf"),
        "failed" => Some("Fehlgeschlagen"),
        "group" => Some("Gruppe"),
        "groups" => Some("Gruppen"),
        "key" => Some("Schlüssel"),
        "kind" => Some("Art"),
        "label" => Some("Bezeichnung"),
        "method" => Some("Weg"),
        "name" => Some("Name"),
        "other" => Some("Anderes"),
        "reason" => Some("Grund"),
        "register" => Some("Registrieren"),
        "role" => Some("Rolle"),
        "scopes" => Some("Berechtigungen"),
        "settings" => Some("Einstellungen"),
        "sign_in" => Some("Anmelden"),
        "status" => Some("Status"),
        "succeeded" => Some("Erfolgreich"),
        "user" => Some("Benutzer"),
        "username" => Some("Benutzername"),
        "workflow" => Some("Workflow"),
        _ => None,
    };
    german.map_or_else(|| capitalised(name), str::to_owned)
}

/// Why a request failed.
pub fn reason(reason: AuthReason) -> &'static str {
    match reason {
        AuthReason::Denied => pick("Denied", "Abgelehnt"),
        AuthReason::TimedOut => pick("Nobody answered", "Niemand hat geantwortet"),
        AuthReason::WrongUnlock => pick("Not unlocked", "Nicht entsperrt"),
        AuthReason::Cancelled => pick("Called off", "Abgebrochen"),
        AuthReason::PhoneOffline => pick("Phone not reached", "Smartphone nicht erreicht"),
        AuthReason::Blocked => pick("Blocked", "Gesperrt"),
        AuthReason::Busy => pick("Phone busy", "Smartphone beschäftigt"),
        AuthReason::NotPaired => pick("Not paired", "Nicht gekoppelt"),
        AuthReason::Unreadable => pick("Unreadable", "Nicht lesbar"),
        AuthReason::Interrupted => pick("Interrupted", "Unterbrochen"),
        AuthReason::Overloaded => pick("Overloaded", "Überlastet"),
        AuthReason::NoCredential => pick("No credential", "Keine Anmeldedaten"),
        AuthReason::AlreadyRegistered => pick("Already registered", "Schon registriert"),
        AuthReason::Refused => pick("Refused", "Verweigert"),
    }
}

/// What was asked, and where.
pub fn asked(action: Option<AuthAction>, rp: Option<&str>) -> String {
    let what = match action {
        Some(AuthAction::Register) => pick("Register", "Registrieren"),
        Some(AuthAction::SignIn) => pick("Sign in", "Anmelden"),
        Some(AuthAction::Other) => pick("Manage the key", "Schlüssel verwalten"),
        None => pick("Not reported", "Nicht gemeldet"),
    };
    rp.map_or(what.to_owned(), |rp| format!("{what} {} {rp}", pick("at", "bei")))
}

/// A time in milliseconds as seconds.
pub fn seconds(ms: u32) -> String {
    format!("{}{}{} s", ms / 1000, pick(".", ","), ms % 1000 / 100)
}

pub fn without(what: &str) -> String {
    format!("{} {what}", pick("Without:", "Ohne:"))
}

pub fn unused_keys(count: u32) -> String {
    let keys = counted(count, pick("key", "Schlüssel"), pick("keys", "Schlüssel"));
    match lang() {
        Lang::En => format!("{keys} unused for 90 days"),
        Lang::De => format!("{keys}, 90 Tage unbenutzt"),
    }
}

pub fn overflows(count: u64) -> String {
    match lang() {
        Lang::En => format!(" · {count} connections closed because their device did not keep up"),
        Lang::De => format!(" · {count} Verbindungen getrennt, weil ihr Gerät nicht mitkam"),
    }
}

/// What actions are about, in German.
fn german_thing(name: &str) -> Option<&'static str> {
    Some(match name {
        "account" => "Konto",
        "admin" => "Admin",
        "api_key" => "API-Schlüssel",
        "appliance" => "Appliance",
        "computer" => "Computer",
        "group" => "Gruppe",
        "inbox" => "Posteingang:",
        "job" => "Vorgang",
        "key" => "Schlüssel",
        "key_settings" => "Schlüsseleinstellungen",
        "log" => "Protokoll",
        "settings" => "Einstellungen:",
        "mail_settings" => "Mail-Einstellungen",
        "mail_template" => "Mailvorlage",
        "outbox" => "Postausgang:",
        "run" => "Lauf",
        "user" => "Benutzer",
        "users" => "Alle Benutzer",
        "webhook" => "Webhook",
        "workflow" => "Workflow",
        _ => return None,
    })
}

/// What actions of webhooks and of the log are about, as words.
pub fn thing(name: &str) -> String {
    let german = german_thing(name).filter(|_| lang() == Lang::De);
    german.map_or_else(|| words(name), |name| name.trim_end_matches(':').to_owned())
}

/// An action's name in German: what it is about, and what was done to it.
fn german_action(name: &str) -> Option<String> {
    let (thing, deed) = name.split_once('.')?;
    let thing = german_thing(thing)?;
    let deed = match deed {
        "activated" => "aktiviert",
        "assigned" => "zugewiesen",
        "blocked" => "gesperrt",
        "cancelled" => "abgebrochen",
        "changed" => "geändert",
        "confirmed" => "bestätigt",
        "created" => "angelegt",
        "deleted" => "gelöscht",
        "dropped" => "Mail verworfen",
        "ended" => "beendet",
        "exported" => "exportiert",
        "fault_set" => "Störung eingestellt",
        "finished" => "beendet",
        "invitation_locked" => "– Einladung gesperrt",
        "invitation_revoked" => "– Einladung widerrufen",
        "invitation_sent" => "– Einladung erneut gesendet",
        "invited" => "eingeladen",
        "joined" => "beigetreten",
        "keys_changed" => "Sicherheitsschlüssel geändert",
        "joined_group" => "zu Gruppe hinzugefügt",
        "left_group" => "aus Gruppe entfernt",
        "mails_deleted" => "Mails gelöscht",
        "paired" => "gekoppelt",
        "passkey_added" => "– Passkey hinzugefügt",
        "passkey_deleted" => "– Passkey gelöscht",
        "passkey_renamed" => "– Passkey umbenannt",
        "password_changed" => "– Passwort geändert",
        "paused" => "angehalten",
        "recovery_codes_made" | "codes_renewed" => "– neue Wiederherstellungscodes",
        "renamed" => "umbenannt",
        "replaced" => "ersetzt",
        "reset" => "zurückgesetzt",
        "resumed" => "fortgesetzt",
        "retried" => "Mails wiederholt",
        "retired" => "abgelöst",
        "revoked" => "widerrufen",
        "role_changed" => "– Rolle geändert",
        "second_step_reset" => "– zweiter Schritt zurückgesetzt",
        "session_ended" | "sessions_ended" => "– Sitzung beendet",
        "set_up" => "eingerichtet",
        "settings_changed" => "– Einstellungen geändert",
        "sign_in_changed" => "Regel für die Anmeldung geändert",
        "sign_in_failed" => "– Anmeldung fehlgeschlagen",
        "signed_in" => "angemeldet",
        "signed_out" => "abgemeldet",
        "started" => "gestartet",
        "test" => "– Test",
        "tested" => "getestet",
        "two_step_off" => "– Anmeldung in zwei Schritten aus",
        "two_step_on" => "– Anmeldung in zwei Schritten ein",
        "unblocked" => "entsperrt",
        "unlocked" => "freigegeben",
        "unpaired" => "entkoppelt",
        _ => return None,
    };
    Some(format!("{thing} {deed}"))
}

#[cfg(test)]
mod tests {
    use pocketkey_api::audit::Action;

    #[test]
    fn every_action_has_a_german_name() {
        for action in Action::ALL {
            assert!(super::german_action(action.as_str()).is_some(), "{}", action.as_str());
        }
    }
}
