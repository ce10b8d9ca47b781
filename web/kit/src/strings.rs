//! Every word the kit itself says, in every language.

use crate::texts;

pub const PRODUCT: &str = "Pocketkey";

texts! {
    cancel: "Cancel", "Abbrechen";
    cancel_search: "Clear the search", "Suche leeren";
    close: "Close", "Schließen";
    copied: "Copied", "Kopiert";
    copy: "Copy", "Kopieren";
    connection_lost:
        "Connection lost. This page may be out of date; trying again…",
        "Verbindung unterbrochen. Diese Seite ist vielleicht veraltet; neuer Versuch läuft …";
    dismiss: "Dismiss", "Ausblenden";
    expired: "expired", "abgelaufen";
    loading: "Loading…", "Wird geladen …";
    just_now: "just now", "gerade eben";
    load_more: "Load more", "Mehr laden";
    main_menu: "Main", "Hauptmenü";
    missing: "This page could not be fetched", "Diese Seite konnte nicht geladen werden";
    missing_detail:
        "A part of this page could not be fetched: the appliance was updated, or cannot be reached. Reload to try again.",
        "Ein Teil dieser Seite konnte nicht geladen werden: Die Appliance wurde aktualisiert oder ist nicht erreichbar. Zum erneuten Versuch neu laden.";
    optional: "optional", "optional";
    pairing_key: "Pairing key", "Kopplungsschlüssel";
    palette: "Search or go to…", "Suchen …";
    palette_close: "to close", "schließen";
    palette_go: "to go", "öffnen";
    palette_move: "to choose", "auswählen";
    palette_results: "What there is to choose", "Auswahl";
    reload: "Reload", "Neu laden";
    retry: "Try again", "Erneut versuchen";
    shortcuts: "Keyboard shortcuts", "Tastenkürzel";
    shortcut_then: "then", "dann";
    skip: "Skip to the content", "Zum Inhalt springen";
    steps: "Steps", "Schritte";
    theme: "Theme", "Farbschema";
    theme_dark: "Dark", "Dunkel";
    theme_light: "Light", "Hell";
    theme_system: "System", "System";
    undo: "Undo", "Rückgängig";
    unreachable: "The appliance cannot be reached.", "Die Appliance ist nicht erreichbar.";
    unreachable_detail:
        "Check that it is running and that this computer is online, then try again.",
        "Prüfen, ob sie läuft und dieser Computer online ist, dann erneut versuchen.";
    unreadable:
        "The appliance gave an answer this page does not understand.",
        "Diese Seite versteht die Antwort der Appliance nicht.";
    unreadable_detail:
        "Reload the page: it may be older than the appliance.",
        "Die Seite neu laden: Sie ist vielleicht älter als die Appliance.";
    language: "Language", "Sprache";
    language_system: "System", "System";
}
