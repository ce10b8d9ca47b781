//! Words of workflows.

use pocketkey_kit::{
    chart::counted,
    chart::number,
    lang::{Lang, lang, pick},
    texts,
};

use super::users;

texts! {
    any_result: "Any result", "Jedes Ergebnis";
    cancelled: "Cancelled", "Abgebrochen";
    cancel_run: "Cancel the run", "Lauf abbrechen";
    cancel_run_question: "Cancel this run?", "Diesen Lauf abbrechen?";
    cancel_run_text:
        "Nobody else is invited by it. Who was invited already stays invited; another run can take up the rest.",
        "Er lädt niemanden mehr ein. Wer schon eingeladen ist, bleibt eingeladen; ein weiterer Lauf kann den Rest übernehmen.";
    cause_admin: "Started by an admin", "Von einem Admin gestartet";
    cause_imported: "Users were imported", "Benutzer wurden importiert";
    cause_joined: "Users joined a group", "Benutzer kamen in eine Gruppe";
    cause_retry: "Re-run for failures", "Wiederholung der Fehlschläge";
    cause_schedule: "By schedule", "Nach Zeitplan";
    daily: "Every day", "Täglich";
    daily_hint:
        "Reminds everybody who still has no active key, every day.",
        "Erinnert täglich alle, die noch keinen aktiven Schlüssel haben.";
    delete_workflow: "Delete the workflow", "Workflow löschen";
    delete_workflow_text:
        "Its runs end, and their history is forgotten. Keys and invitations stay. This cannot be undone.",
        "Seine Läufe enden, ihr Verlauf geht verloren. Schlüssel und Einladungen bleiben. Das lässt sich nicht rückgängig machen.";
    device_assignment: "Security key device assignment", "Sicherheitsschlüssel zuweisen";
    edit_label: "Edit", "Bearbeiten";
    ended: "ended", "beendet";
    for_all_users: "All users", "Alle Benutzer";
    first_workflow: "Make your first workflow", "Ersten Workflow anlegen";
    groups_gone: "Nobody: its groups were deleted", "Niemand: Die Gruppen wurden gelöscht";
    is_cancelled: "The run was cancelled.", "Der Lauf wurde abgebrochen.";
    is_paused: "The workflow is paused.", "Der Workflow ist angehalten.";
    is_resumed: "The workflow goes on.", "Der Workflow läuft weiter.";
    keep_running: "Let it go on", "Weiterlaufen lassen";
    key_activated: "Activated", "Aktiviert";
    later_users_only:
        "Nobody is invited now: it looks at users as they come.",
        "Jetzt wird niemand eingeladen: Der Workflow wartet auf neue Benutzer.";
    mailed: "Mailed", "Mail gesendet";
    mail_waits: "Mail waits", "Mail wartet";
    never_twice:
        "A run never mails anybody twice, and nobody who has an active key.",
        "Ein Lauf schreibt niemandem zweimal und niemandem mit aktivem Schlüssel.";
    next_run: "Next run", "Nächster Lauf";
    not_yet: "Not yet", "Noch nicht";
    no_groups_yet:
        "There are no groups: the workflow is for all users.",
        "Es gibt keine Gruppen: Der Workflow gilt für alle Benutzer.";
    no_group_chosen: "No group chosen: all users.", "Keine Gruppe gewählt: alle Benutzer.";
    no_results: "Nobody yet", "Noch niemand";
    no_results_text:
        "Users appear here as the run comes to them.",
        "Benutzer erscheinen hier, sobald der Lauf bei ihnen ist.";
    no_runs: "No runs yet", "Noch keine Läufe";
    no_runs_text:
        "A run appears here as soon as it begins, with a result for every user.",
        "Ein Lauf erscheint hier, sobald er beginnt, mit einem Ergebnis je Benutzer.";
    no_workflows: "No workflows yet", "Noch keine Workflows";
    no_workflows_text:
        "A workflow gives security keys to many users and invites them by e-mail, now, by schedule, or as they come.",
        "Ein Workflow gibt vielen Benutzern Sicherheitsschlüssel und lädt sie per E-Mail ein: jetzt, nach Zeitplan oder sobald sie hinzukommen.";
    once: "Once", "Einmal";
    once_changed_hint: "Only when an admin says so.", "Nur wenn ein Admin ihn startet.";
    once_hint: "Now. You can run it again at any time.", "Jetzt. Er lässt sich jederzeit erneut starten.";
    on_imported: "When a user is imported", "Wenn ein Benutzer importiert wird";
    on_imported_hint: "For users whom an import adds.", "Für Benutzer, die ein Import hinzufügt.";
    on_joined: "When a user is added to a group", "Wenn ein Benutzer in eine Gruppe kommt";
    on_joined_hint:
        "To one of the groups of this workflow; to any group, if it is for all users.",
        "In eine der Gruppen dieses Workflows; in irgendeine, wenn er für alle Benutzer gilt.";
    other_kinds_later:
        "Cards, fingerprints and USB keys cannot be activated by e-mail; workflows for them come with their devices.",
        "Karten, Fingerabdrücke und USB-Schlüssel lassen sich nicht per E-Mail aktivieren; Workflows dafür kommen mit den Geräten.";
    pause: "Pause", "Anhalten";
    paused: "Paused", "Angehalten";
    reason_active: "Has an active key", "Hat einen aktiven Schlüssel";
    reason_key_blocked: "The key is blocked", "Der Schlüssel ist gesperrt";
    reason_not_in_group: "Not in the groups any more", "Nicht mehr in den Gruppen";
    reason_user_blocked: "The user is blocked", "Der Benutzer ist gesperrt";
    result_mail_failed: "Mail failed", "Mail fehlgeschlagen";
    result: "Result", "Ergebnis";
    results: "Results", "Ergebnisse";
    resume: "Resume", "Fortsetzen";
    review: "Review", "Prüfen";
    review_title: "Is this right?", "Stimmt alles?";
    run: "Run", "Lauf";
    running: "Running", "Läuft";
    runs: "Runs", "Läufe";
    run_done: "Done", "Fertig";
    run_now: "Run now", "Jetzt starten";
    save_starts_nothing:
        "Saving begins no run, and a run under way keeps what it began with.",
        "Speichern startet keinen Lauf; ein laufender behält, womit er begann.";
    skipped: "Passed over", "Übergangen";
    some_groups_chosen: "Members of any of these groups.", "Mitglieder einer dieser Gruppen.";
    started: "started", "gestartet";
    submit: "Submit", "Anlegen";
    submit_and_run: "Submit and run", "Anlegen und starten";
    to_workflow: "Back to the workflow", "Zurück zum Workflow";
    time_utc: "Time (UTC)", "Uhrzeit (UTC)";
    time_utc_hint:
        "Coordinated Universal Time, summer and winter.",
        "Koordinierte Weltzeit, Sommer wie Winter.";
    waits: "Waiting", "Wartet";
    weekday: "Day", "Tag";
    weekly: "Every week", "Wöchentlich";
    weekly_hint:
        "Reminds everybody who still has no active key, once a week.",
        "Erinnert wöchentlich alle, die noch keinen aktiven Schlüssel haben.";
    withdrawn: "Withdrawn", "Zurückgezogen";
    workflows_text:
        "Security keys for many users, who are invited by e-mail.",
        "Sicherheitsschlüssel für viele Benutzer, die per E-Mail eingeladen werden.";
    workflow_groups_text:
        "Choose groups, or none for all users.",
        "Gruppen wählen, oder keine für alle Benutzer.";
    workflow_groups_title: "Whom is it for?", "Für wen ist er?";
    workflow_name_text:
        "For you and other admins; users do not see it.",
        "Für Sie und andere Admins; Benutzer sehen ihn nicht.";
    workflow_name_title: "What is it called?", "Wie heißt er?";
    workflow_type_text:
        "Whoever has an active key of this type already is passed over.",
        "Wer schon einen aktiven Schlüssel dieser Art hat, wird übergangen.";
    workflow_when_title: "When does it run?", "Wann läuft er?";
}

pub fn edit_workflow(name: &str) -> String {
    match lang() {
        Lang::En => format!("Edit {name}"),
        Lang::De => format!("{name} bearbeiten"),
    }
}

pub fn retry(count: u32) -> String {
    match lang() {
        Lang::En => format!("Re-run for {}", counted(count, "failure", "failures")),
        Lang::De => format!("{} wiederholen", counted(count, "Fehlschlag", "Fehlschläge")),
    }
}

pub fn run_number(run: u32) -> String {
    format!("{} {}", pick("Run", "Lauf"), number(run))
}

/// What a run came to.
pub fn run_sentence(invited: u32, skipped: u32) -> String {
    let invited = format!("{} {}", number(invited), pick("invited", "eingeladen"));
    match skipped {
        0 => invited,
        _ => format!("{invited}, {} {}", number(skipped), pick("passed over", "übergangen")),
    }
}

pub fn run_title(workflow: &str, run: u32) -> String {
    format!("{workflow}: {} {}", pick("run", "Lauf"), number(run))
}

/// When a schedule is due; `weekday` is 1 for Monday.
pub fn schedule(weekday: Option<u8>, minute: u16) -> String {
    let days = weekdays();
    let day = weekday.and_then(|day| days.get(usize::from(day).checked_sub(1)?));
    let day = day.map_or_else(|| daily().to_owned(), |day| format!("{} {day}", pick("Every", "Jeden")));
    format!("{day}, {:02}:{:02} UTC", minute / 60, minute % 60)
}

pub fn workflow_made(name: &str) -> String {
    match lang() {
        Lang::En => format!("The workflow {name} was made."),
        Lang::De => format!("Der Workflow {name} wurde angelegt."),
    }
}

/// Whom a workflow would invite now.
pub fn would_invite(to_invite: u32, of: u32) -> String {
    match lang() {
        Lang::En => format!("As things are, {} of {} would be invited.", number(to_invite), users(of)),
        Lang::De => format!("Derzeit würden {} von {} eingeladen.", number(to_invite), users(of)),
    }
}

pub fn weekdays() -> [&'static str; 7] {
    match lang() {
        Lang::En => ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        Lang::De => ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    }
}
