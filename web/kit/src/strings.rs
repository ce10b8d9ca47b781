//! Every word the kit itself says, in one place, so that a translation can follow.

pub const LOCALE: &str = "en";
pub const PRODUCT: &str = "Pocketkey";

pub const CANCEL_SEARCH: &str = "Clear the search";
pub const CLOSE: &str = "Close";
pub const COPIED: &str = "Copied";
pub const COPY: &str = "Copy";
pub const CONNECTION_LOST: &str = "Connection lost. This page may be out of date; trying again…";
pub const DISMISS: &str = "Dismiss";
pub const EXPIRED: &str = "expired";
pub const LOADING: &str = "Loading…";
pub const LOAD_MORE: &str = "Load more";
pub const MAIN_MENU: &str = "Main";
pub const MISSING: &str = "This page could not be fetched";
pub const MISSING_DETAIL: &str = "A part of this page could not be fetched: the appliance was updated, or cannot be reached. Reload to try again.";
pub const OPTIONAL: &str = "optional";
pub const PAIRING_KEY: &str = "Pairing key";
pub const PALETTE: &str = "Search or go to…";
pub const PALETTE_CLOSE: &str = "to close";
pub const PALETTE_GO: &str = "to go";
pub const PALETTE_MOVE: &str = "to choose";
pub const PALETTE_RESULTS: &str = "What there is to choose";
pub const RELOAD: &str = "Reload";
pub const RETRY: &str = "Try again";
pub const SHORTCUTS: &str = "Keyboard shortcuts";
pub const SHORTCUT_THEN: &str = "then";
pub const SKIP: &str = "Skip to the content";
pub const STEPS: &str = "Steps";
pub const THEME: &str = "Theme";
pub const THEME_DARK: &str = "Dark";
pub const THEME_LIGHT: &str = "Light";
pub const THEME_SYSTEM: &str = "System";
pub const UNDO: &str = "Undo";
pub const UNREACHABLE: &str = "The appliance cannot be reached.";
pub const UNREACHABLE_DETAIL: &str =
    "Check that it is running and that this computer is online, then try again.";
pub const UNREADABLE: &str = "The appliance gave an answer this page does not understand.";
pub const UNREADABLE_DETAIL: &str = "Reload the page: it may be older than the appliance.";
