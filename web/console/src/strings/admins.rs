//! Words of admins, one's own account, signing in.

use pocketkey_api::admin::Role;
use pocketkey_kit::{
    chart::counted,
    lang::{Lang, lang, pick},
    texts,
};

texts! {
    sign_in: "Sign in", "Anmelden";
    add_passkey: "Add a passkey", "Passkey hinzufügen";
    add_passkey_text:
        "Your phone, this computer or a USB key will ask you to confirm. It replaces password and code when you sign in.",
        "Das Smartphone, dieser Computer oder ein USB-Schlüssel fragt nach einer Bestätigung. Der Passkey ersetzt Passwort und Code beim Anmelden.";
    admins_text:
        "Who manages this appliance, and what each may do.",
        "Wer diese Appliance verwaltet und was jede Rolle darf.";
    admin_role: "Role", "Rolle";
    app_code: "Code", "Code";
    app_code_hint: "The six digits that the app shows now.", "Die sechs Ziffern, die die App jetzt zeigt.";
    block_admin_text:
        "They are signed out everywhere at once, and cannot sign in until you unblock them.",
        "Alle Sitzungen enden sofort, und eine Anmeldung ist erst nach dem Entsperren wieder möglich.";
    begin_again: "Begin again", "Neu beginnen";
    change_password: "Change the password", "Passwort ändern";
    choose_password: "Choose a password", "Passwort wählen";
    codes_once:
        "Each works once. They are shown only now: keep them where you keep passwords.",
        "Jeder gilt einmal. Sie werden nur jetzt angezeigt: am besten dort aufbewahren, wo auch Passwörter liegen.";
    codes_saved: "I have saved them", "Codes sind gesichert";
    confirm: "Confirm", "Bestätigen";
    confirm_yourself: "Confirm that it is you", "Identität bestätigen";
    confirm_yourself_text:
        "This changes how you sign in. It holds for ten minutes.",
        "Dies ändert Ihre Anmeldung. Die Bestätigung gilt zehn Minuten.";
    copy_codes: "Copy the codes", "Codes kopieren";
    current_password: "Your password", "Ihr Passwort";
    delete_admin_text:
        "They are signed out everywhere at once and are no admin any more. What they did stays in the audit log. This cannot be undone; you can invite them again.",
        "Alle Sitzungen enden sofort, und der Admin-Zugang erlischt. Was getan wurde, bleibt im Prüfprotokoll. Das lässt sich nicht rückgängig machen; eine neue Einladung ist möglich.";
    delete_passkey_text:
        "It signs you in no more. Delete it on the device as well, or it will still be offered there.",
        "Er meldet Sie nicht mehr an. Auch auf dem Gerät löschen, sonst wird er dort weiter angeboten.";
    download: "Download", "Herunterladen";
    everywhere_else: "Sign out everywhere else", "Überall sonst abmelden";
    invitation: "Invitation", "Einladung";
    invitations: "Invitations", "Einladungen";
    invite_admin_text:
        "They get a mail with a link, and choose a password. It works for three days.",
        "Eine Mail mit einem Link geht hinaus, über den ein Passwort gewählt wird. Er gilt drei Tage.";
    join: "Join", "Beitreten";
    join_title: "You are invited", "Sie sind eingeladen";
    never_signed_in: "never signed in", "nie angemeldet";
    new_codes: "New recovery codes", "Neue Wiederherstellungscodes";
    new_codes_text: "The ones you have are void from then on.", "Die bisherigen sind dann ungültig.";
    new_password: "New password", "Neues Passwort";
    no_invitations: "Nobody is invited right now", "Derzeit ist niemand eingeladen";
    no_invitations_text:
        "Invite a colleague, so that you are not the only one who can help.",
        "Eine weitere Person einladen, damit Sie nicht allein helfen können.";
    no_passkeys: "No passkeys yet", "Noch keine Passkeys";
    no_passkeys_text:
        "Sign in with your own phone, without a password. Your Pocketkey phone does it, too.",
        "Mit dem eigenen Smartphone anmelden, ohne Passwort. Auch Ihr Pocketkey-Smartphone kann das.";
    not_used: "not used yet", "noch nicht benutzt";
    open_sessions: "Where you are signed in", "Wo Sie angemeldet sind";
    or: "or", "oder";
    passkeys_label: "Passkeys", "Passkeys";
    passkey_added: "The passkey was added.", "Der Passkey wurde hinzugefügt.";
    passkey_name: "Name", "Name";
    passkey_name_hint:
        "What you will know it by, for example My phone.",
        "Zum Wiedererkennen, zum Beispiel „Mein Smartphone“.";
    password_changed:
        "The password was changed. Other browsers were signed out.",
        "Das Passwort wurde geändert. Andere Browser wurden abgemeldet.";
    password_text: "Changing it signs you out everywhere else.", "Eine Änderung meldet Sie überall sonst ab.";
    profile: "Profile", "Profil";
    recovery_codes: "Recovery codes", "Wiederherstellungscodes";
    rename_passkey: "Rename the passkey", "Passkey umbenennen";
    scan_with_app: "Scan this with an authenticator app.", "Mit einer Authenticator-App scannen.";
    scan_with_app_alt:
        "QR code for an authenticator app; the key beside it does the same",
        "QR-Code für eine Authenticator-App; der Schlüssel daneben leistet dasselbe";
    second_step: "One more step", "Noch ein Schritt";
    second_step_done:
        "It is set up. Go on to the console.",
        "Er ist eingerichtet. Weiter zur Konsole.";
    second_step_first: "Set up a second step", "Zweiten Schritt einrichten";
    second_step_first_text:
        "Every admin here needs more than a password: an authenticator app or a passkey. The console opens once you have one.",
        "Alle Admins brauchen hier mehr als ein Passwort: eine Authenticator-App oder einen Passkey. Danach öffnet sich die Konsole.";
    second_step_of_all: "Second step for every admin", "Zweiter Schritt für alle Admins";
    second_step_of_all_text:
        "When this is on, a password alone lets nobody in: an authenticator app or a passkey is needed. It holds at once: whoever has neither can only set one up. API keys go on working.",
        "Eingeschaltet genügt ein Passwort allein nicht mehr: Eine Authenticator-App oder ein Passkey ist nötig. Dies gilt sofort: Wer beides nicht hat, kann nur eines davon einrichten. API-Schlüssel funktionieren weiter.";
    second_step_hint:
        "Lost the app? Type one of your recovery codes instead.",
        "App verloren? Stattdessen einen Wiederherstellungscode eingeben.";
    second_step_text:
        "Type the code that your authenticator app shows.",
        "Den Code eingeben, den die Authenticator-App zeigt.";
    set_up_app: "Set up an authenticator app", "Authenticator-App einrichten";
    require_second_step: "Require it", "Verlangen";
    reset: "Reset", "Zurücksetzen";
    reset_second_step: "Reset second step", "Zweiten Schritt zurücksetzen";
    reset_second_step_text:
        "Their authenticator app, recovery codes and passkeys are forgotten, they are signed out everywhere and told by mail. Until they set up new ones, their password alone lets them in: do this only once you are sure who asks.",
        "Authenticator-App, Wiederherstellungscodes und Passkeys werden vergessen; die Person wird überall abgemeldet und per Mail benachrichtigt. Bis sie Neues einrichtet, genügt ihr Passwort: nur tun, wenn sicher ist, wer darum bittet.";
    signed_in_at: "signed in", "angemeldet";
    sign_in_passkey: "Sign in with a passkey", "Mit einem Passkey anmelden";
    this_browser: "This browser", "Dieser Browser";
    turned_on: "turned on", "eingeschaltet";
    turn_off: "Turn off", "Ausschalten";
    turn_on: "Turn on", "Einschalten";
    two_step: "Two-step sign-in", "Anmeldung in zwei Schritten";
    two_step_is_off: "Two-step sign-in is off.", "Die Anmeldung in zwei Schritten ist aus.";
    two_step_off_question: "Turn two-step sign-in off?", "Anmeldung in zwei Schritten ausschalten?";
    two_step_off_text:
        "The password alone will sign you in. Your recovery codes are void; to turn it on again, set the app up anew.",
        "Das Passwort allein genügt dann zum Anmelden. Die Wiederherstellungscodes werden ungültig; zum Wiedereinschalten muss die App neu eingerichtet werden.";
    two_step_text:
        "Beside the password, a code from an app on your phone is asked for.",
        "Neben dem Passwort wird ein Code aus einer App auf dem Smartphone verlangt.";
    type_into_app: "Or type this key into it:", "Oder diesen Schlüssel dort eingeben:";
    unlock: "Unlock", "Freigeben";
    used_at: "used", "benutzt";
    use_passkey: "Use a passkey", "Passkey verwenden";
    you: "You", "Sie";
}

/// What a role is called.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => pick("Owner", "Inhaber"),
        Role::Admin => pick("Admin", "Admin"),
        Role::HelpDesk => pick("Help desk", "Helpdesk"),
        Role::Auditor => pick("Auditor", "Prüfer"),
    }
}

/// What a role may do.
pub fn role_hint(role: Role) -> &'static str {
    match role {
        Role::Owner => pick("Everything, other owners included.", "Alles, auch andere Inhaber."),
        Role::Admin => {
            pick("Everything but owners and other admins.", "Alles außer Inhabern und anderen Admins.")
        }
        Role::HelpDesk => pick(
            "Sees people and their keys; assigns, invites, blocks and unblocks.",
            "Sieht Personen und ihre Schlüssel; weist zu, lädt ein, sperrt und entsperrt.",
        ),
        Role::Auditor => {
            pick("Sees everything but mails; changes nothing.", "Sieht alles außer Mails; ändert nichts.")
        }
    }
}

/// That a second step is needed, or not any more.
pub fn second_step_required(required: bool) -> &'static str {
    if required {
        pick("Every admin needs a second step now.", "Alle Admins brauchen jetzt einen zweiten Schritt.")
    } else {
        pick("A password alone lets admins in again.", "Ein Passwort allein genügt Admins wieder.")
    }
}

pub fn role_of(name: &str) -> String {
    match lang() {
        Lang::En => format!("Role of {name}"),
        Lang::De => format!("Rolle von {name}"),
    }
}

pub fn role_changed(name: &str, to: Role) -> String {
    match lang() {
        Lang::En => format!("{name} is now: {}.", role(to)),
        Lang::De => format!("{name} ist jetzt: {}.", role(to)),
    }
}

pub fn admin_invited(email: &str) -> String {
    match lang() {
        Lang::En => format!("An invitation is on its way to {email}."),
        Lang::De => format!("Eine Einladung ist unterwegs an {email}."),
    }
}

pub fn invitation_revoked(name: &str) -> String {
    match lang() {
        Lang::En => format!("The invitation of {name} was revoked."),
        Lang::De => format!("Die Einladung von {name} wurde widerrufen."),
    }
}

pub fn reset_second_step_question(name: &str) -> String {
    match lang() {
        Lang::En => format!("Reset the second step of {name}?"),
        Lang::De => format!("Zweiten Schritt von {name} zurücksetzen?"),
    }
}

pub fn second_step_is_reset(name: &str) -> String {
    match lang() {
        Lang::En => format!("{name} signs in with the password alone, and was told so."),
        Lang::De => format!("{name} meldet sich nur mit dem Passwort an und wurde benachrichtigt."),
    }
}

pub fn unlocked(name: &str) -> String {
    match lang() {
        Lang::En => format!("{name} can try again."),
        Lang::De => format!("{name} kann es wieder versuchen."),
    }
}

pub fn join_text(by: &str, organisation: &str, to: Role) -> String {
    let role = role(to);
    match lang() {
        Lang::En => {
            format!("{by} invites you to manage the security keys of {organisation}. Your role: {role}.")
        }
        Lang::De => format!(
            "{by} lädt Sie ein, die Sicherheitsschlüssel von {organisation} zu verwalten. Ihre Rolle: {role}."
        ),
    }
}

pub fn codes_left(count: u32) -> String {
    match (lang(), count) {
        (Lang::En, 0) => "No recovery codes are left.".to_owned(),
        (Lang::En, 1) => "1 recovery code is left.".to_owned(),
        (Lang::En, _) => format!("{count} recovery codes are left."),
        (Lang::De, 0) => "Es sind keine Wiederherstellungscodes übrig.".to_owned(),
        (Lang::De, 1) => "1 Wiederherstellungscode ist übrig.".to_owned(),
        (Lang::De, _) => format!("{count} Wiederherstellungscodes sind übrig."),
    }
}

pub fn passkeys(count: u32) -> String {
    counted(count, pick("passkey", "Passkey"), pick("passkeys", "Passkeys"))
}

/// A browser's name, or what stands for none.
pub fn browser(name: String) -> String {
    if name.is_empty() { pick("Unknown browser", "Unbekannter Browser").to_owned() } else { name }
}
