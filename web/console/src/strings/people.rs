//! Words of users, groups, keys of a user, computers.

use pocketkey_kit::{
    chart::counted,
    chart::number,
    lang::{Lang, lang, pick},
    texts,
};

texts! {
    activated: "The phone is active", "Das Smartphone ist aktiviert";
    activated_at: "Activated", "Aktiviert";
    activate_by_email: "Activate by e-mail", "Per E-Mail aktivieren";
    activate_now: "Activate now", "Jetzt aktivieren";
    activate_now_text:
        "The person is here with their phone: show a QR code and a pairing key on this screen.",
        "Die Person ist mit ihrem Smartphone hier: QR-Code und Kopplungsschlüssel auf diesem Bildschirm anzeigen.";
    activity: "Activity", "Aktivität";
    add_group: "Add", "Hinzufügen";
    add_members: "Find users to add", "Benutzer suchen und hinzufügen";
    add_to_group: "Add to a group", "Zu einer Gruppe hinzufügen";
    add_to_group_text:
        "Who is in the group already stays in it. This can be undone.",
        "Wer schon in der Gruppe ist, bleibt darin. Das lässt sich rückgängig machen.";
    advanced: "Advanced", "Erweitert";
    any_key: "Any keys", "Alle Schlüssel";
    assign_key: "Assign a security key", "Sicherheitsschlüssel zuweisen";
    back_to_user: "Back to the user", "Zurück zum Benutzer";
    blocked_since: "blocked", "gesperrt";
    block_computer_text:
        "Its security key stops working at once: a request in flight fails on both screens, and this computer stays out until you unblock it. The phone still works with other computers.",
        "Der Sicherheitsschlüssel dieses Computers funktioniert sofort nicht mehr: Eine laufende Anfrage schlägt auf beiden Bildschirmen fehl, und der Computer bleibt ausgeschlossen, bis er entsperrt wird. Mit anderen Computern funktioniert das Smartphone weiterhin.";
    block_key_text:
        "Nobody can sign in with this phone any more: a request in flight fails on both screens at once, and the phone stays out until you unblock it. Nothing on it is lost.",
        "Mit diesem Smartphone kann sich niemand mehr anmelden: Eine laufende Anfrage schlägt sofort auf beiden Bildschirmen fehl, und das Smartphone bleibt ausgeschlossen, bis es entsperrt wird. Auf dem Gerät geht nichts verloren.";
    block_user: "Block the user", "Benutzer sperren";
    block_user_hint:
        "Blocking takes effect at once, on all keys of this person, and can be undone. Deleting cannot.",
        "Eine Sperre wirkt sofort auf alle Schlüssel dieser Person und lässt sich aufheben. Löschen ist endgültig.";
    block_user_text:
        "All keys of this person stop working: requests in flight fail on both screens at once, and the phones stay out until you unblock the user. Nothing on them is lost.",
        "Alle Schlüssel dieser Person funktionieren nicht mehr: Laufende Anfragen schlagen sofort auf beiden Bildschirmen fehl, und die Smartphones bleiben ausgeschlossen, bis der Benutzer entsperrt wird. Auf den Geräten geht nichts verloren.";
    computers_text:
        "Computers whose security key is a phone of yours.",
        "Computer, deren Sicherheitsschlüssel eines der Smartphones ist.";
    check_import: "Check the file", "Datei prüfen";
    choose_all_shown: "Choose everybody in the list", "Alle in der Liste auswählen";
    choose_another_file: "Choose another file", "Andere Datei wählen";
    choose_file: "Choose a CSV file", "CSV-Datei wählen";
    choose_nobody: "Choose nobody", "Auswahl aufheben";
    chosen_users: "Chosen users", "Ausgewählte Benutzer";
    column: "Column", "Spalte";
    columns: "Columns", "Spalten";
    columns_text:
        "Beside the name. Where a screen is narrow, only the most important ones are shown.",
        "Neben dem Namen. Auf schmalen Bildschirmen erscheinen nur die wichtigsten.";
    connected: "connected", "verbunden";
    create_group: "Create the group", "Gruppe anlegen";
    create_groups: "Create groups that do not exist", "Fehlende Gruppen anlegen";
    create_groups_hint:
        "Otherwise rows that name them are left out.",
        "Sonst werden Zeilen ausgelassen, die solche Gruppen nennen.";
    delete_computer_text:
        "Its pairing is removed and its security key stops working at once. To use it again, somebody has to pair it anew with a phone.",
        "Die Kopplung wird entfernt, und der Sicherheitsschlüssel des Computers funktioniert sofort nicht mehr. Für eine weitere Nutzung muss er neu mit einem Smartphone gekoppelt werden.";
    delete_key_text:
        "The phone is signed out for good: requests in flight fail at once, and its computers have no phone any more. This cannot be undone; the person needs a new key and a new invitation, and has to register anew at every site.",
        "Das Smartphone wird endgültig abgemeldet: Laufende Anfragen schlagen sofort fehl, und seine Computer haben kein Smartphone mehr. Das lässt sich nicht rückgängig machen; die Person braucht einen neuen Schlüssel und eine neue Einladung und muss sich überall neu registrieren.";
    delete_user: "Delete the user", "Benutzer löschen";
    delete_user_text:
        "All keys of this person are deleted, too: their phones are signed out for good and their computers have no phone any more. This cannot be undone.",
        "Alle Schlüssel dieser Person werden mit gelöscht: Ihre Smartphones werden endgültig abgemeldet, ihre Computer haben kein Smartphone mehr. Das lässt sich nicht rückgängig machen.";
    delete_group: "Delete the group", "Gruppe löschen";
    delete_group_text:
        "Its members stay users. Who was in it is forgotten; this cannot be undone.",
        "Ihre Mitglieder bleiben Benutzer. Wer in der Gruppe war, geht verloren; das lässt sich nicht rückgängig machen.";
    block_users_text:
        "All their keys stop working: requests in flight fail on both screens at once, and the phones stay out until you unblock them.",
        "Alle ihre Schlüssel funktionieren nicht mehr: Laufende Anfragen schlagen sofort auf beiden Bildschirmen fehl, und die Smartphones bleiben ausgeschlossen, bis sie entsperrt werden.";
    unblock_users_text:
        "Their phones come back by themselves within a minute. Keys that were blocked by themselves stay blocked.",
        "Ihre Smartphones melden sich binnen einer Minute von selbst zurück. Einzeln gesperrte Schlüssel bleiben gesperrt.";
    delete_users_text:
        "Their security keys stop working and are gone for good. This cannot be undone.",
        "Ihre Sicherheitsschlüssel funktionieren nicht mehr und sind endgültig weg. Das lässt sich nicht rückgängig machen.";
    expired_at: "expired", "abgelaufen";
    drop_file:
        "Or drop it here. Its first line names the columns.",
        "Oder hier ablegen. Die erste Zeile benennt die Spalten.";
    examples: "In the file", "In der Datei";
    export: "Export", "Exportieren";
    first_group: "Create your first group", "Erste Gruppe anlegen";
    first_user: "Add your first user", "Ersten Benutzer hinzufügen";
    group_name: "Name", "Name";
    import: "Import", "Importieren";
    import_as: "Import as", "Importieren als";
    import_text:
        "From a CSV file, as spreadsheets and directories write it. Nothing is changed before you have seen what would be.",
        "Aus einer CSV-Datei, wie Tabellenprogramme und Verzeichnisdienste sie schreiben. Vor jeder Änderung ist zu sehen, was geschehen würde.";
    info: "Info", "Info";
    in_no_group: "In no group.", "In keiner Gruppe.";
    invitation_dead:
        "This invitation no longer works: it has expired, was locked after too many wrong pairing keys, or was replaced by a later one.",
        "Diese Einladung gilt nicht mehr: Sie ist abgelaufen, wurde nach zu vielen falschen Kopplungsschlüsseln gesperrt oder durch eine spätere ersetzt.";
    invitation_expired: "The invitation expired", "Die Einladung ist abgelaufen";
    invited_by_email: "Invited by e-mail", "Per E-Mail eingeladen";
    invited_now: "Code shown", "Code angezeigt";
    invite_text:
        "A mail with a link, a QR code and a pairing key goes to everybody without an active key. Who has no key is assigned a smartphone with default settings.",
        "Alle ohne aktiven Schlüssel erhalten eine Mail mit Link, QR-Code und Kopplungsschlüssel. Wer keinen Schlüssel hat, bekommt ein Smartphone mit Standardeinstellungen zugewiesen.";
    is_member: "In the group", "In der Gruppe";
    key_blocked_by_user:
        "Blocked with the user. To use it again, unblock the user.",
        "Mit dem Benutzer gesperrt. Zum Verwenden den Benutzer entsperren.";
    key_blocked_text: "Nobody can sign in with it.", "Niemand kann sich damit anmelden.";
    last_seen: "last seen", "zuletzt gesehen";
    key_was_assigned: "A security key was assigned", "Ein Sicherheitsschlüssel wurde zugewiesen";
    leave_out: "Leave out", "Auslassen";
    locked_text:
        "locked after too many wrong pairing keys",
        "nach zu vielen falschen Kopplungsschlüsseln gesperrt";
    mailed_to_label: "An invitation is on its way to", "Eine Einladung ist unterwegs an";
    match_by: "Who is the same person?", "Wer ist dieselbe Person?";
    match_by_hint:
        "A row is about a user there is already if this is the same.",
        "Eine Zeile gilt einem vorhandenen Benutzer, wenn dies übereinstimmt.";
    members_label: "Members", "Mitglieder";
    new_code: "Make a new code", "Neuen Code erzeugen";
    new_group_name: "Name of a new group", "Name einer neuen Gruppe";
    new_key: "New security key", "Neuer Sicherheitsschlüssel";
    not_connected: "not connected", "nicht verbunden";
    no_computers: "No computers yet", "Noch keine Computer";
    no_computers_text:
        "A computer appears here once it is paired. Run this on it, then scan its code with an activated phone:",
        "Ein Computer erscheint hier, sobald er gekoppelt ist. Dies dort ausführen und den Code mit einem aktivierten Smartphone scannen:";
    no_groups: "No groups yet", "Noch keine Gruppen";
    no_groups_text:
        "Groups bring together people who are treated alike, such as a department.",
        "Gruppen fassen Personen zusammen, für die dasselbe gilt, zum Beispiel eine Abteilung.";
    no_key: "No key", "Kein Schlüssel";
    no_phone: "No phone", "Kein Smartphone";
    no_members: "Nobody is in this group", "Niemand ist in dieser Gruppe";
    no_members_text:
        "Find users above and add them, or choose them in the list of users.",
        "Oben nach Benutzern suchen und sie hinzufügen, oder sie in der Benutzerliste auswählen.";
    no_users: "No users yet", "Noch keine Benutzer";
    no_users_text:
        "Add a person, give them a security key, and their phone signs them in.",
        "Person hinzufügen, Sicherheitsschlüssel zuweisen – dann meldet das Smartphone sie an.";
    online: "Online", "Online";
    open_inbox: "Open the inbox", "Posteingang öffnen";
    optional: "optional", "optional";
    or_link: "Or open the link on the phone", "Oder den Link auf dem Smartphone öffnen";
    or_type: "Or type the pairing key", "Oder den Kopplungsschlüssel eingeben";
    qr_alt:
        "QR code that activates the phone; the link and the pairing key beside it do the same",
        "QR-Code, der das Smartphone aktiviert; Link und Kopplungsschlüssel daneben leisten dasselbe";
    reading: "Reading the file…", "Datei wird gelesen …";
    remove_label: "Remove", "Entfernen";
    remove_from_group: "Remove from a group", "Aus einer Gruppe entfernen";
    remove_from_group_text:
        "They stay users. This can be undone.",
        "Sie bleiben Benutzer. Das lässt sich rückgängig machen.";
    rename: "Rename", "Umbenennen";
    rename_group: "Rename the group", "Gruppe umbenennen";
    scan: "Scan the QR code with the phone", "QR-Code mit dem Smartphone scannen";
    scan_text: "It works once.", "Er funktioniert einmal.";
    send_by_email: "Send by e-mail", "Per E-Mail senden";
    sort_email: "E-mail, A–Z", "E-Mail, A–Z";
    sort_email_down: "E-mail, Z–A", "E-Mail, Z–A";
    sort_username: "Username, A–Z", "Benutzername, A–Z";
    sort_username_down: "Username, Z–A", "Benutzername, Z–A";
    step_activation: "Activation", "Aktivierung";
    step_activation_text:
        "An activation code makes the phone this person's security key.",
        "Ein Aktivierungscode macht das Smartphone zum Sicherheitsschlüssel dieser Person.";
    step_activation_title: "Activate the phone", "Smartphone aktivieren";
    step_person: "Person", "Person";
    step_person_title: "Who is it?", "Wer ist es?";
    step_settings_text: "These settings are for this key alone.", "Diese Einstellungen gelten nur für diesen Schlüssel.";
    step_settings_title: "How should it work?", "Wie soll er funktionieren?";
    step_type_text: "What this person signs in with.", "Womit sich diese Person anmeldet.";
    to_user: "Go to the user", "Zum Benutzer";
    unblock_user: "Unblock the user", "Benutzer entsperren";
    update_users: "Change users there are already", "Vorhandene Benutzer ändern";
    update_users_hint:
        "An empty cell changes nothing, and nobody is taken out of a group.",
        "Eine leere Zelle ändert nichts, und niemand wird aus einer Gruppe entfernt.";
    username: "Username", "Benutzername";
    username_hint: "What the person signs in with.", "Womit sich die Person anmeldet.";
    user_blocked_text:
        "This user is blocked: none of their keys works until you unblock them.",
        "Dieser Benutzer ist gesperrt: Keiner seiner Schlüssel funktioniert, bis er entsperrt wird.";
    user_id: "User ID", "Benutzer-ID";
    user_id_hint:
        "Your organisation's own number for the person.",
        "Die Nummer der Person in Ihrer Organisation.";
    user_was_added: "The user was added", "Der Benutzer wurde hinzugefügt";
    use_defaults: "Use default settings", "Standardeinstellungen verwenden";
    use_defaults_hint:
        "The phone may be anywhere, checks the person by its unlock, and keeps the credentials itself.",
        "Das Smartphone darf überall sein, prüft die Person durch Entsperren und behält die Anmeldedaten selbst.";
    waiting: "Waiting for the phone…", "Warten auf das Smartphone …";
    unused_key: "A key unused for 90 days", "Ein Schlüssel, 90 Tage unbenutzt";
    assign_it: "Assign the key", "Schlüssel zuweisen";
    label_hint:
        "What tells this key from others. You can search for it.",
        "Was diesen Schlüssel von anderen unterscheidet. Danach lässt sich suchen.";
    no_device_text:
        "Keys of this kind cannot be activated yet: their readers come with a later version of Pocketkey. Assigned now, the key waits for them.",
        "Schlüssel dieser Art lassen sich noch nicht aktivieren: Ihre Lesegeräte folgen in einer späteren Version von Pocketkey. Ein jetzt zugewiesener Schlüssel wartet darauf.";
    no_device_title: "Nothing to activate yet", "Noch nichts zu aktivieren";
    change_settings: "Change the settings", "Einstellungen ändern";
    group_settings_text:
        "They go over the organisation’s. Of several groups of a user the strictest value holds; a key’s own choice goes over it.",
        "Sie gehen denen der Organisation vor. Von mehreren Gruppen eines Benutzers gilt der strengste Wert; die eigene Wahl eines Schlüssels geht vor.";
    replace: "Replace", "Ersetzen";
    replaced:
        "A new key was assigned. Once it is active, the old one is blocked.",
        "Ein neuer Schlüssel wurde zugewiesen. Sobald er aktiv ist, wird der alte gesperrt.";
    replaces:
        "Replaces another key, which is blocked once this one is active.",
        "Ersetzt einen anderen Schlüssel, der gesperrt wird, sobald dieser aktiv ist.";
    revoked_label:
        "The invitation was revoked: its codes open nothing.",
        "Die Einladung wurde widerrufen: Ihre Codes sind wertlos.";
}

pub fn activate_by_email_text(address: &str) -> String {
    match lang() {
        Lang::En => format!("Send a link, a QR code and a pairing key to {address}."),
        Lang::De => format!("Link, QR-Code und Kopplungsschlüssel an {address} senden."),
    }
}

pub fn group_added(name: &str) -> String {
    match lang() {
        Lang::En => format!("The group {name} was created."),
        Lang::De => format!("Die Gruppe {name} wurde angelegt."),
    }
}

pub fn no_keys_text(name: &str) -> String {
    match lang() {
        Lang::En => format!("Assign one, and {name} can sign in with a phone."),
        Lang::De => format!("Sobald einer zugewiesen ist, kann sich {name} mit einem Smartphone anmelden."),
    }
}

pub fn nobody_found(q: &str) -> String {
    match lang() {
        Lang::En => format!("Nobody matches “{q}”"),
        Lang::De => format!("Niemand passt zu „{q}“"),
    }
}

pub fn phone(model: &str, os: &str) -> String {
    format!("{model} · {os}")
}

pub fn user_added(name: &str) -> String {
    match lang() {
        Lang::En => format!("{name} was added."),
        Lang::De => format!("{name} wurde hinzugefügt."),
    }
}

/// `name`, to be added.
pub fn add(name: &str) -> String {
    match lang() {
        Lang::En => format!("Add {name}"),
        Lang::De => format!("{name} hinzufügen"),
    }
}

pub fn add_users_to_group(count: u32) -> String {
    match lang() {
        Lang::En => format!("Add {} to a group", users(count)),
        Lang::De => format!("{} zu einer Gruppe hinzufügen", users(count)),
    }
}

pub fn choose(name: &str) -> String {
    match lang() {
        Lang::En => format!("Choose {name}"),
        Lang::De => format!("{name} auswählen"),
    }
}

pub fn choose_all(count: u32) -> String {
    match lang() {
        Lang::En => format!("Choose all {}", number(count)),
        Lang::De => format!("Alle {} auswählen", number(count)),
    }
}

pub fn chosen(count: u32) -> String {
    match lang() {
        Lang::En => format!("{} chosen", number(count)),
        Lang::De => format!("{} ausgewählt", number(count)),
    }
}

pub fn column_is(heading: &str) -> String {
    match lang() {
        Lang::En => format!("What the column {heading} is"),
        Lang::De => format!("Was die Spalte {heading} ist"),
    }
}

pub fn block_users(count: u32) -> String {
    match lang() {
        Lang::En => format!("Block {}", users(count)),
        Lang::De => format!("{} sperren", users(count)),
    }
}

pub fn unblock_users(count: u32) -> String {
    match lang() {
        Lang::En => format!("Unblock {}", users(count)),
        Lang::De => format!("{} entsperren", users(count)),
    }
}

pub fn delete_users(count: u32) -> String {
    match lang() {
        Lang::En => format!("Delete {}", users(count)),
        Lang::De => format!("{} löschen", users(count)),
    }
}

pub fn import_rows(count: u32) -> String {
    match lang() {
        Lang::En => format!("Import {}", users(count)),
        Lang::De => format!("{} importieren", users(count)),
    }
}

pub fn invite_users(count: u32) -> String {
    match lang() {
        Lang::En => format!("Invite {} by e-mail", users(count)),
        Lang::De => format!("{} per E-Mail einladen", users(count)),
    }
}

pub fn joined(name: &str) -> String {
    match lang() {
        Lang::En => format!("{name} is in the group now."),
        Lang::De => format!("{name} ist jetzt in der Gruppe."),
    }
}

pub fn left(name: &str) -> String {
    match lang() {
        Lang::En => format!("{name} is not in the group any more."),
        Lang::De => format!("{name} ist nicht mehr in der Gruppe."),
    }
}

pub fn phone_activated(model: &str) -> String {
    match lang() {
        Lang::En => format!("{model} was activated"),
        Lang::De => format!("{model} wurde aktiviert"),
    }
}

pub fn remove(name: &str) -> String {
    match lang() {
        Lang::En => format!("Remove {name}"),
        Lang::De => format!("{name} entfernen"),
    }
}

pub fn remove_users_from_group(count: u32) -> String {
    match lang() {
        Lang::En => format!("Remove {} from a group", users(count)),
        Lang::De => format!("{} aus einer Gruppe entfernen", users(count)),
    }
}

pub fn rows(count: u32) -> String {
    counted(count, pick("row", "Zeile"), pick("rows", "Zeilen"))
}

pub fn users(count: u32) -> String {
    counted(count, pick("user", "Benutzer"), pick("users", "Benutzer"))
}

/// That a key of this kind was assigned.
pub fn key_assigned(kind: &str) -> String {
    format!("{kind}: {}.", pick("assigned", "zugewiesen"))
}
