//! Words of API keys and webhooks.

use pocketkey_api::permission::Permission;
use pocketkey_kit::{
    lang::{Lang, lang, pick},
    texts,
};

texts! {
    add_webhook: "Add the webhook", "Webhook hinzufügen";
    api_keys_text:
        "How other programs are let in. A key acts for the admin who made it, within its scopes, and ends with that admin.",
        "So erhalten andere Programme Zugang. Ein Schlüssel handelt im Namen des Admins, der ihn angelegt hat, innerhalb seiner Berechtigungen, und endet mit ihm.";
    api_key_name: "What is it for?", "Wofür ist er?";
    api_key_name_hint:
        "The audit log names the key by this.",
        "Unter diesem Namen steht der Schlüssel im Prüfprotokoll.";
    arrives: "Arrives", "Kommt an";
    copy_secret: "Copy the secret", "Geheimnis kopieren";
    days_30: "After 30 days", "Nach 30 Tagen";
    days_365: "After a year", "Nach einem Jahr";
    days_90: "After 90 days", "Nach 90 Tagen";
    delete_webhook: "Delete this webhook?", "Diesen Webhook löschen?";
    delete_webhook_text:
        "It is told nothing more, and what it was told is forgotten, what still waits included.",
        "Er erfährt nichts mehr, und sein Verlauf wird gelöscht, auch was noch wartet.";
    delivered: "Arrived", "Angekommen";
    deliveries: "What it was told", "Zustellungen";
    delivery_id: "webhook-id", "webhook-id";
    delivery_retried: "It is sent once more.", "Wird noch einmal gesendet.";
    delivery_waiting: "Waits", "Wartet";
    edit_webhook: "Change", "Ändern";
    ends_label: "When does it end?", "Wann läuft er ab?";
    failing: "Does not arrive", "Kommt nicht an";
    given_up: "Given up", "Aufgegeben";
    key_secret_text:
        "Programs send it as Authorization: Bearer, followed by the secret.",
        "Programme senden es als Authorization: Bearer, gefolgt vom Geheimnis.";
    last_outcome: "Last try", "Letzter Versuch";
    last_try_failed: "The last try failed:", "Der letzte Versuch schlug fehl:";
    last_used: "last used", "zuletzt benutzt";
    make_api_key: "Make the key", "Schlüssel anlegen";
    never_used: "never used", "nie benutzt";
    new_api_key: "New API key", "Neuer API-Schlüssel";
    new_webhook: "New webhook", "Neuer Webhook";
    next_try_at: "Next try", "Nächster Versuch";
    nothing_told: "Nothing told yet", "Noch nichts gemeldet";
    no_api_keys: "No API keys yet", "Noch keine API-Schlüssel";
    no_api_keys_text:
        "Whatever the console does, a program can do with a key: make one with the scopes it needs.",
        "Was die Konsole kann, kann ein Programm mit einem Schlüssel auch: einen mit den nötigen Berechtigungen anlegen.";
    no_deliveries: "Nothing was told yet", "Noch keine Zustellungen";
    no_deliveries_text:
        "Send a test to see whether it arrives. Deliveries are kept for thirty days.",
        "Ein Test zeigt, ob etwas ankommt. Zustellungen bleiben dreißig Tage erhalten.";
    no_end: "Never ends", "Läuft nie ab";
    no_webhooks: "No webhooks yet", "Noch keine Webhooks";
    no_webhooks_text:
        "Add the address of a system of yours, and it is told what happens as it happens.",
        "Die Adresse eines eigenen Systems hinzufügen, und es erfährt sofort, was geschieht.";
    orphaned: "Its admin is blocked or gone", "Sein Admin ist gesperrt oder gelöscht";
    payload: "What is sent", "Was gesendet wird";
    read_api: "Read the API", "API-Dokumentation";
    renew_secret: "Renew the secret", "Geheimnis erneuern";
    renew_secret_text:
        "The old secret signs nothing from that moment on: the receiver refuses what comes until it has the new one.",
        "Das alte Geheimnis signiert ab sofort nichts mehr: Der Empfänger lehnt alles ab, bis er das neue hat.";
    retry_delivery: "Send once more", "Noch einmal senden";
    revoke_text:
        "Programs that use it are refused from that moment on. This cannot be undone.",
        "Programme, die ihn verwenden, werden ab sofort abgewiesen. Das lässt sich nicht rückgängig machen.";
    scopes: "What may it do?", "Was darf er?";
    send_test_delivery: "Send a test", "Test senden";
    shown_once: "Copy it now: it is not shown again.", "Jetzt kopieren: Es wird nicht noch einmal angezeigt.";
    switched_off: "Off", "Aus";
    tell_everything: "Tell everything", "Alles melden";
    tell_everything_hint:
        "Whatever goes into the audit log, also what later versions add.",
        "Alles, was ins Prüfprotokoll kommt, auch was spätere Versionen ergänzen.";
    test_sent: "A test is on its way.", "Ein Test ist unterwegs.";
    told: "What is it told?", "Was wird gemeldet?";
    tries: "Tries", "Versuche";
    webhooks_text:
        "Other systems are told what happens: signed as Standard Webhooks, and again until it arrives.",
        "Andere Systeme erfahren, was geschieht: signiert nach Standard Webhooks und wiederholt, bis es ankommt.";
    webhook_deleted: "The webhook is deleted.", "Der Webhook wurde gelöscht.";
    webhook_enabled: "On", "Ein";
    webhook_enabled_hint:
        "Off, it is told nothing; what waits is sent once it is on again.",
        "Ausgeschaltet erfährt er nichts; was wartet, wird nach dem Einschalten gesendet.";
    webhook_saved: "The webhook is changed.", "Der Webhook wurde geändert.";
    webhook_secret_text:
        "The receiver needs it to check the signatures.",
        "Der Empfänger braucht es, um die Signaturen zu prüfen.";
    webhook_url: "Address", "Adresse";
    webhook_url_hint: "Deliveries are sent there by POST.", "Zustellungen werden per POST dorthin gesendet.";
}

/// What a scope lets a key do.
pub fn scope(scope: Permission) -> &'static str {
    match scope {
        Permission::Own => pick("Its own account", "Das eigene Konto"),
        Permission::SeePeople => {
            pick("See users, groups, keys and computers", "Benutzer, Gruppen, Schlüssel und Computer sehen")
        }
        Permission::ManagePeople => {
            pick("Add, change, import and delete them", "Sie anlegen, ändern, importieren und löschen")
        }
        Permission::HelpPeople => pick(
            "Assign keys, invite, block and unblock",
            "Schlüssel zuweisen, einladen, sperren und entsperren",
        ),
        Permission::SeeAudit => pick("Read the audit log", "Prüfprotokoll lesen"),
        Permission::SeeAdmins => {
            pick("See admins and invitations of admins", "Admins und ihre Einladungen sehen")
        }
        Permission::ManageAdmins => {
            pick("Invite, change and delete admins", "Admins einladen, ändern und löschen")
        }
        Permission::SetSignIn => {
            pick("Choose how admins have to sign in", "Festlegen, wie Admins sich anmelden müssen")
        }
        Permission::Mail => pick(
            "Read the inbox, which holds activation codes; set how mail leaves",
            "Posteingang lesen, der Aktivierungscodes enthält; Mailversand einstellen",
        ),
        Permission::Integrate => pick(
            "Manage webhooks and API keys, with no more scopes than its own",
            "Webhooks und API-Schlüssel verwalten, mit höchstens den eigenen Berechtigungen",
        ),
    }
}

/// How much a webhook is told.
pub fn told_of(actions: usize) -> String {
    match (lang(), actions) {
        (Lang::En, 0) => "Told everything".to_owned(),
        (Lang::En, 1) => "Told of 1 kind of event".to_owned(),
        (Lang::En, _) => format!("Told of {actions} kinds of events"),
        (Lang::De, 0) => "Alles wird gemeldet".to_owned(),
        (Lang::De, 1) => "1 Ereignisart wird gemeldet".to_owned(),
        (Lang::De, _) => format!("{actions} Ereignisarten werden gemeldet"),
    }
}

pub fn chosen_of(chosen: usize, all: usize) -> String {
    format!("{chosen} {} {all}", pick("of", "von"))
}

pub fn ends(when: &str) -> String {
    match lang() {
        Lang::En => format!("ends {when}"),
        Lang::De => format!("läuft ab: {when}"),
    }
}

pub fn made_by(name: &str) -> String {
    match lang() {
        Lang::En => format!("made by {name}"),
        Lang::De => format!("angelegt von {name}"),
    }
}

pub fn revoke_question(name: &str) -> String {
    match lang() {
        Lang::En => format!("Revoke {name}?"),
        Lang::De => format!("{name} widerrufen?"),
    }
}

pub fn revoked(name: &str) -> String {
    match lang() {
        Lang::En => format!("{name} is revoked."),
        Lang::De => format!("{name} wurde widerrufen."),
    }
}
