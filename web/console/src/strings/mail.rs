//! Words of the inbox and outgoing mail.

use pocketkey_kit::{
    chart::number,
    lang::{Lang, lang, pick},
    texts,
};

use super::capitalised;

texts! {
    attachments: "Attachments", "Anhänge";
    codes: "Codes in this mail", "Codes in dieser Mail";
    delay: "Delay", "Verzögern";
    delay_hint:
        "The reply to a whole mail comes late.",
        "Die Antwort auf eine vollständige Mail kommt verspätet.";
    delete_all: "Delete all", "Alle löschen";
    delete_mail_text:
        "It is gone for good; other mails stay.",
        "Sie ist endgültig weg; andere Mails bleiben.";
    drop: "Drop", "Verbindung trennen";
    drop_hint:
        "The connection ends when a mail is complete, and the mail is lost.",
        "Die Verbindung endet, sobald eine Mail vollständig ist, und die Mail geht verloren.";
    end_fault: "End it", "Beenden";
    fault_drop:
        "Connections are dropped on purpose: mail is lost when it is complete.",
        "Verbindungen werden absichtlich abgebrochen: Vollständige Mails gehen verloren.";
    fault_ended: "Mail is taken as it should be again.", "Mails werden wieder normal angenommen.";
    fault_kind: "What goes wrong", "Was schiefgeht";
    fault_refuse: "Recipients are refused on purpose.", "Empfänger werden absichtlich abgelehnt.";
    fault_text:
        "Make the mail server misbehave, to see how a sender copes.",
        "Den Mailserver absichtlich stören, um zu sehen, wie ein Absender damit umgeht.";
    fault_title: "Test a sender", "Absender testen";
    fault_to: "Only for addresses with", "Nur für Adressen mit";
    fault_to_hint:
        "For example @example.org. Empty: every mail, also the appliance’s own.",
        "Zum Beispiel @example.org. Leer: alle Mails, auch die der Appliance.";
    from_label: "From", "Von";
    greylist: "Greylist", "Greylisting";
    greylist_hint:
        "A recipient is put off until some time after the sender’s first try.",
        "Ein Empfänger wird nach dem ersten Versuch eine Zeit lang abgewiesen.";
    headers: "Headers", "Kopfzeilen";
    html: "HTML", "HTML";
    inbox_text:
        "Mail that arrives at the built-in mail server, which keeps everything and delivers nothing.",
        "Mails, die beim eingebauten Mailserver ankommen. Er behält alles und stellt nichts zu.";
    links: "Links in this mail", "Links in dieser Mail";
    mail: "Mail", "Mail";
    mails_deleted: "The mails were deleted.", "Die Mails wurden gelöscht.";
    mail_html: "The mail as its reader sees it", "Die Mail, wie ihr Empfänger sie sieht";
    no_html: "This mail has no HTML part: see its text.", "Diese Mail hat keinen HTML-Teil: siehe Text.";
    no_mail: "No mail yet", "Noch keine Mails";
    no_mail_found_text: "Every part of a search must hold.", "Alle Teile einer Suche müssen zutreffen.";
    no_mail_text:
        "Invitations appear here as they are sent. Invite a user by e-mail to see one arrive.",
        "Einladungen erscheinen hier, sobald sie versendet werden. Zum Ausprobieren einen Benutzer per E-Mail einladen.";
    received: "Received", "Empfangen";
    refuse: "Refuse", "Ablehnen";
    refuse_hint: "Recipients are refused for good.", "Empfänger werden endgültig abgelehnt.";
    search_mail: "Search mail", "Mails suchen";
    search_mail_hint:
        "Also from:ada, to:, subject:, has:attachment, before:2026-01-31, after:",
        "Auch from:ada, to:, subject:, has:attachment, before:2026-01-31, after:";
    seconds_label: "Seconds", "Sekunden";
    show_all_mail: "Show all mail", "Alle Mails anzeigen";
    source: "Source", "Quelltext";
    start_fault: "Start", "Starten";
    text: "Text", "Text";
    to: "To", "An";
    value: "Value", "Wert";
    any_state: "Any state", "Jeder Zustand";
    back_to_default: "Back to the default", "Auf Standard zurücksetzen";
    built_in: "Built in", "Standard";
    changed_template: "Changed", "Geändert";
    dropped: "Dropped", "Verworfen";
    drop_mail: "Drop this mail", "Diese Mail verwerfen";
    refused_mail: "Failed", "Fehlgeschlagen";
    host: "Server", "Server";
    host_hint: "Its name, such as mail.example.org.", "Sein Name, zum Beispiel mail.example.org.";
    html_part: "HTML", "HTML";
    insert: "Insert where the cursor is:", "An der Schreibmarke einfügen:";
    invite_first: "Go to the users", "Zu den Benutzern";
    leaves_unencrypted:
        "Whoever is between here and the server can read the activation codes, and the password. Only for a server on this computer or in a network of its own.",
        "Wer zwischen hier und dem Server mithört, kann Aktivierungscodes und das Passwort lesen. Nur für einen Server auf diesem Computer oder in einem eigenen Netz.";
    mail_dropped: "The mail is not sent.", "Die Mail wird nicht gesendet.";
    mail_preview: "Preview with sample data", "Vorschau mit Beispieldaten";
    mail_retried: "The mail is tried again.", "Die Mail wird erneut versucht.";
    mail_settings_text:
        "How invitations leave. A change holds at once, for what waits as well.",
        "Wie Einladungen verschickt werden. Änderungen gelten sofort, auch für wartende Mails.";
    next_try: "next try", "nächster Versuch";
    no_outbox: "Nothing was sent yet", "Noch nichts gesendet";
    no_outbox_text:
        "Mails that the appliance sends are listed here, with what became of them. Invite a user by e-mail to see one.",
        "Hier stehen die Mails der Appliance und was aus ihnen wurde. Zum Ausprobieren einen Benutzer per E-Mail einladen.";
    no_outbox_found: "No mail is like that", "Keine passenden Mails";
    outbox_text:
        "What the appliance sent, or tries to. Mails that are done with stay for 30 days.",
        "Was die Appliance gesendet hat oder zu senden versucht. Erledigte Mails bleiben 30 Tage.";
    password_if_wanted: "If the server wants one.", "Falls der Server eines verlangt.";
    password_kept: "Stored. Leave this empty to keep it.", "Gespeichert. Leer lassen, um es zu behalten.";
    port: "Port", "Port";
    queued: "Waiting", "Wartet";
    rate: "Mails a second", "Mails pro Sekunde";
    rate_hint:
        "At most; 0 for as many as the server takes.",
        "Höchstens; 0 für so viele, wie der Server annimmt.";
    remove_password: "Log in without a password", "Ohne Passwort anmelden";
    reply_to: "Answers go to", "Antworten an";
    reply_to_hint: "Empty: to the sender.", "Leer: an den Absender.";
    retry_all: "Retry all failed", "Fehlgeschlagene wiederholen";
    retry_mail: "Retry", "Wiederholen";
    search_outbox: "Search recipients", "Empfänger suchen";
    sender: "Sender", "Absender";
    sender_address: "Sender's address", "Absenderadresse";
    sender_name: "Sender's name", "Absendername";
    sender_option:
        "The sender is set by --mail-from on the command line.",
        "Der Absender ist mit --mail-from auf der Kommandozeile festgelegt.";
    send_preview: "Send me a preview", "Vorschau an mich senden";
    send_test: "Send a test mail", "Testmail senden";
    send_test_text:
        "Goes out right now, the way the form above says, saved or not.",
        "Geht sofort hinaus, so wie es das Formular oben sagt, ob gespeichert oder nicht.";
    sent: "Sent", "Gesendet";
    settings_saved:
        "Saved. Mail leaves this way from now on.",
        "Gespeichert. Mails gehen ab jetzt diesen Weg.";
    stage_connect: "Connected", "Verbunden";
    stage_log_in: "Logged in", "Angemeldet";
    stage_send: "Accepted", "Angenommen";
    stage_tls: "Encryption", "Verschlüsselung";
    subject_label: "Subject", "Betreff";
    templates_text: "What the appliance's mails say.", "Was in den Mails der Appliance steht.";
    template_reset: "The mail says again what is built in.", "Die Mail entspricht wieder dem Standard.";
    template_saved: "Saved. The next mail says this.", "Gespeichert. Gilt ab der nächsten Mail.";
    test_to: "To", "An";
    text_part: "Text", "Text";
    tls: "Encryption", "Verschlüsselung";
    tls_first: "TLS", "TLS";
    tls_maybe: "STARTTLS if the server offers it", "STARTTLS, falls der Server es anbietet";
    tls_none: "None", "Keine";
    tls_starttls: "STARTTLS", "STARTTLS";
    trial_accepted: "The server took the mail.", "Der Server hat die Mail angenommen.";
    trial_failed: "The mail was not sent.", "Die Mail wurde nicht gesendet.";
    via: "Where mails go", "Wohin Mails gehen";
    via_inbox: "The built-in inbox", "Eingebauter Posteingang";
    via_inbox_hint:
        "Nothing leaves this appliance: mails are read in the console. Right for a trial.",
        "Nichts verlässt diese Appliance: Mails werden in der Konsole gelesen. Gut zum Ausprobieren.";
    via_server: "A mail server", "Mailserver";
    via_server_hint: "Your organisation's, or a provider's.", "Der Ihrer Organisation oder eines Anbieters.";
}

/// What becomes of the mails that `q` finds.
pub fn delete_all_text(q: &str) -> String {
    match (lang(), q) {
        (Lang::En, "") => "Every mail in the inbox will be deleted. This cannot be undone.".into(),
        (Lang::De, "") => {
            "Alle Mails im Posteingang werden gelöscht. Das lässt sich nicht rückgängig machen.".into()
        }
        (Lang::En, q) => format!(
            "Every mail that matches “{q}” will be deleted, also those not loaded yet. This cannot be undone."
        ),
        (Lang::De, q) => format!(
            "Alle Mails, auf die „{q}“ passt, werden gelöscht, auch die noch nicht geladenen. Das lässt sich nicht rückgängig machen."
        ),
    }
}

pub fn fault_delay(seconds: u32) -> String {
    match lang() {
        Lang::En => format!("Mail is answered {seconds} seconds late on purpose."),
        Lang::De => format!("Mails werden absichtlich {seconds} Sekunden verspätet beantwortet."),
    }
}

pub fn fault_greylist(seconds: u32) -> String {
    match lang() {
        Lang::En => {
            format!("Recipients are put off on purpose until {seconds} seconds after a sender’s first try.")
        }
        Lang::De => format!(
            "Empfänger werden nach dem ersten Versuch absichtlich {seconds} Sekunden lang abgewiesen."
        ),
    }
}

pub fn fault_only(to: &str) -> String {
    match lang() {
        Lang::En => format!("Only addresses with “{to}”."),
        Lang::De => format!("Nur Adressen mit „{to}“."),
    }
}

/// Whom a mail is from, in a row of the list.
pub fn from(sender: &str) -> String {
    match (lang(), sender) {
        (Lang::En, "") => "from nobody".into(),
        (Lang::De, "") => "ohne Absender".into(),
        (Lang::En, sender) => format!("from {sender}"),
        (Lang::De, sender) => format!("von {sender}"),
    }
}

pub fn no_mail_found(q: &str) -> String {
    match lang() {
        Lang::En => format!("No mail matches “{q}”"),
        Lang::De => format!("Keine Mail passt zu „{q}“"),
    }
}

/// A mail's subject, or what stands for none.
pub fn subject(subject: String) -> String {
    if subject.trim().is_empty() { pick("(no subject)", "(kein Betreff)").into() } else { subject }
}

pub fn quoted(text: &str) -> String {
    match lang() {
        Lang::En => format!("“{text}”"),
        Lang::De => format!("„{text}“"),
    }
}

/// The kind of a mail, by the name of its template.
pub fn mail_kind(template: &str) -> String {
    match (lang(), template) {
        (Lang::De, "invitation") => "Einladung".to_owned(),
        (Lang::De, "reminder") => "Erinnerung".to_owned(),
        (Lang::De, "admin_invitation") => "Admin-Einladung".to_owned(),
        (Lang::De, "second_step_reset") => "Zweiter Schritt zurückgesetzt".to_owned(),
        (Lang::De, "test") => "Testmail".to_owned(),
        _ => capitalised(template),
    }
}

pub fn mails_retried(count: u32) -> String {
    match (lang(), count) {
        (Lang::En, 0) => "There was nothing to try again.".to_owned(),
        (Lang::En, 1) => "1 mail is tried again.".to_owned(),
        (Lang::En, _) => format!("{} mails are tried again.", number(count)),
        (Lang::De, 0) => "Es gab nichts zu wiederholen.".to_owned(),
        (Lang::De, 1) => "1 Mail wird erneut versucht.".to_owned(),
        (Lang::De, _) => format!("{} Mails werden erneut versucht.", number(count)),
    }
}

pub fn server_option(server: &str) -> String {
    match lang() {
        Lang::En => format!("The server is set by --smtp-url on the command line: {server}"),
        Lang::De => format!("Der Server ist mit --smtp-url auf der Kommandozeile festgelegt: {server}"),
    }
}

pub fn tried(attempts: u32) -> String {
    match (lang(), attempts) {
        (Lang::En, 1) => "tried once".to_owned(),
        (Lang::En, _) => format!("tried {} times", number(attempts)),
        (Lang::De, 1) => "einmal versucht".to_owned(),
        (Lang::De, _) => format!("{}-mal versucht", number(attempts)),
    }
}
