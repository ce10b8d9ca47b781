//! Words of the list of keys and their settings.

use pocketkey_api::settings::SettingOrigin;
use pocketkey_kit::{lang::pick, texts};

use super::{connected, inherit_label, not_connected};

texts! {
    any_kind: "Any type", "Jede Art";
    default_settings_text:
        "What holds for every smartphone, unless a group or a key says otherwise. The strictest of a user’s groups goes over this, a key’s own choice over everything.",
        "Was für jedes Smartphone gilt, wenn Gruppe oder Schlüssel nichts anderes sagen. Die strengste Gruppe eines Benutzers geht vor, die eigene Wahl eines Schlüssels geht allem vor.";
    holds: "In force:", "Es gilt:";
    keys_text: "Every security key, and where it stands.", "Alle Sicherheitsschlüssel und ihr Stand.";
    key_settings_text:
        "What you choose here is for this key alone.",
        "Was hier gewählt wird, gilt nur für diesen Schlüssel.";
    no_active_keys: "No active keys", "Keine aktiven Schlüssel";
    no_active_keys_text:
        "A key is active once a phone has redeemed its invitation. Invite users one by one, or many by a workflow.",
        "Ein Schlüssel ist aktiv, sobald ein Smartphone seine Einladung eingelöst hat. Benutzer einzeln einladen oder viele mit einem Workflow.";
    no_keys_at_all_text:
        "Assign one to a user, or to many by a workflow.",
        "Einem Benutzer einen zuweisen, oder vielen mit einem Workflow.";
    no_keys_match: "No key is like that", "Keine passenden Schlüssel";
    no_keys_match_text:
        "Labels, names, usernames, user IDs and e-mail addresses were searched.",
        "Gesucht wurde in Bezeichnungen, Namen, Benutzernamen, Benutzer-IDs und E-Mail-Adressen.";
    no_pending_keys: "Nobody has an open invitation", "Niemand hat eine offene Einladung";
    no_pending_keys_text:
        "Keys stand here from their invitation until a phone redeems it.",
        "Schlüssel stehen hier von der Einladung an, bis ein Smartphone sie einlöst.";
    search_keys: "Search keys", "Schlüssel suchen";
    show_all_keys: "Show all keys", "Alle Schlüssel anzeigen";
    tab_all: "All", "Alle";
    to_the_user: "The user’s page", "Zur Seite des Benutzers";
    to_workflows: "Go to the workflows", "Zu den Workflows";
}

/// Where a value comes from.
pub fn origin(origin: &SettingOrigin, here: bool) -> String {
    match origin {
        _ if here => pick("chosen here", "hier gewählt").to_owned(),
        SettingOrigin::BuiltIn => pick("built in", "voreingestellt").to_owned(),
        SettingOrigin::Organisation => pick("from the organisation", "von der Organisation").to_owned(),
        SettingOrigin::Group { group } => {
            format!("{} {}", pick("from the group", "von der Gruppe"), group.name)
        }
        SettingOrigin::Key => pick("from the key", "vom Schlüssel").to_owned(),
    }
}

/// Whether a phone is connected.
pub fn presence(online: bool) -> String {
    (if online { connected() } else { not_connected() }).to_owned()
}

/// The choice that leaves a setting to whatever is above.
pub fn inherit(value: &str, origin: &str) -> String {
    format!("{} ({value}, {origin})", inherit_label())
}
