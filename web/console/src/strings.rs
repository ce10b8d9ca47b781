//! Every word the console says, in one place, so that a translation can follow.

use pocketkey_api::{
    admin::Role, authentication::AuthAction, job::JobKind, permission::Permission, settings::SettingOrigin,
};

pub const ACTIVATED: &str = "The phone is active";
pub const ACTIVATED_AT: &str = "Activated";
pub const ACTIVATE_BY_EMAIL: &str = "Activate by e-mail";
pub const ACTIVATE_NOW: &str = "Activate now";
pub const ACTIVATE_NOW_TEXT: &str =
    "The person is here with their phone: show a QR code and a pairing key on this screen.";
pub const ACTIVATE_PHONE: &str = "Activate the phone";
pub const ACTIVE: &str = "Active";
pub const ACTIVITY: &str = "Activity";
pub const ADDED: &str = "Added";
pub const ADD_GROUP: &str = "Add";
pub const ADD_MEMBERS: &str = "Find users to add";
pub const ADD_TO_GROUP: &str = "Add to a group";
pub const ADD_TO_GROUP_TEXT: &str = "Who is in the group already stays in it. This can be undone.";
pub const ADVANCED: &str = "Advanced";
pub const ANY_GROUP: &str = "Any group";
pub const ANY_KEY: &str = "Any keys";
pub const ANY_STATUS: &str = "Any status";
pub const ASSIGNED: &str = "Assigned";
pub const ASSIGN_KEY: &str = "Assign a security key";
pub const ATTACHMENTS: &str = "Attachments";
pub const BACK: &str = "Back";
pub const BACK_TO_USER: &str = "Back to the user";
pub const BLOCK: &str = "Block";
pub const BLOCKED: &str = "Blocked";
pub const BLOCKED_SINCE: &str = "blocked";
pub const BLOCK_COMPUTER_TEXT: &str = "Its security key stops working at once: a request in flight fails on both screens, and this computer stays out until you unblock it. The phone still works with other computers.";
pub const BLOCK_KEY_TEXT: &str = "Nobody can sign in with this phone any more: a request in flight fails on both screens at once, and the phone stays out until you unblock it. Nothing on it is lost.";
pub const BLOCK_USER: &str = "Block the user";
pub const BLOCK_USER_HINT: &str =
    "Blocking takes effect at once, on all keys of this person, and can be undone. Deleting cannot.";
pub const BLOCK_USER_TEXT: &str = "All keys of this person stop working: requests in flight fail on both screens at once, and the phones stay out until you unblock the user. Nothing on them is lost.";
pub const BLUETOOTH_PROXIMITY: &str = "Bluetooth proximity";
pub const BLUETOOTH_PROXIMITY_HINT: &str = "The phone must be near the computer.";
pub const CANCEL: &str = "Cancel";
pub const CODES: &str = "Codes in this mail";
pub const COMPUTERS: &str = "Computers";
pub const COMPUTERS_TEXT: &str = "Computers whose security key is a phone of yours.";
pub const CHANGED: &str = "changed";
pub const CHECK_IMPORT: &str = "Check the file";
pub const CHOOSE_ALL_SHOWN: &str = "Choose everybody in the list";
pub const CHOOSE_ANOTHER_FILE: &str = "Choose another file";
pub const CHOOSE_FILE: &str = "Choose a CSV file";
pub const CHOOSE_NOBODY: &str = "Choose nobody";
pub const CHOSEN_USERS: &str = "Chosen users";
pub const COLUMN: &str = "Column";
pub const COLUMNS: &str = "Columns";
pub const COLUMNS_TEXT: &str =
    "Beside the name. Where a screen is narrow, only the most important ones are shown.";
pub const CONNECTED: &str = "connected";
pub const CONTINUE: &str = "Continue";
pub const CREATE_GROUP: &str = "Create the group";
pub const CREATE_GROUPS: &str = "Create groups that do not exist";
pub const CREATE_GROUPS_HINT: &str = "Otherwise rows that name them are left out.";
pub const CREDENTIAL_STORAGE: &str = "Where credentials are stored";
pub const DELAY: &str = "Delay";
pub const DELAY_HINT: &str = "The reply to a whole mail comes late.";
pub const DELETE: &str = "Delete";
pub const DELETE_ALL: &str = "Delete all";
pub const DELETE_COMPUTER_TEXT: &str = "Its pairing is removed and its security key stops working at once. To use it again, somebody has to pair it anew with a phone.";
pub const DELETE_KEY_TEXT: &str = "The phone is signed out for good: requests in flight fail at once, and its computers have no phone any more. This cannot be undone; the person needs a new key and a new invitation, and has to register anew at every site.";
pub const DELETE_MAIL_TEXT: &str = "It is gone for good; other mails stay.";
pub const DELETE_USER: &str = "Delete the user";
pub const DELETE_USER_TEXT: &str = "All keys of this person are deleted, too: their phones are signed out for good and their computers have no phone any more. This cannot be undone.";
pub const DELETED: &str = "deleted";
pub const DELETE_GROUP: &str = "Delete the group";
pub const DELETE_GROUP_TEXT: &str =
    "Its members stay users. Who was in it is forgotten; this cannot be undone.";
pub const BLOCK_USERS_TEXT: &str = "All their keys stop working: requests in flight fail on both screens at once, and the phones stay out until you unblock them.";
pub const UNBLOCK_USERS_TEXT: &str = "Their phones come back by themselves within a minute. Keys that were blocked by themselves stay blocked.";
pub const WERE_BLOCKED: &str = "blocked";
pub const WERE_UNBLOCKED: &str = "unblocked";
pub const DELETE_USERS_TEXT: &str =
    "Their security keys stop working and are gone for good. This cannot be undone.";
pub const DEMO_SITE: &str = "Demo site";
pub const DISMISS: &str = "Dismiss";
pub const DONE: &str = "Done";
pub const DROP: &str = "Drop";
pub const DROP_HINT: &str = "The connection ends when a mail is complete, and the mail is lost.";
pub const EMAIL: &str = "E-mail address";
pub const END_FAULT: &str = "End it";
pub const EXPIRED: &str = "Expired";
pub const EXPIRED_AT: &str = "expired";
pub const FAULT_DROP: &str = "Connections are dropped on purpose: mail is lost when it is complete.";
pub const FAULT_ENDED: &str = "Mail is taken as it should be again.";
pub const FAULT_KIND: &str = "What goes wrong";
pub const FAULT_REFUSE: &str = "Recipients are refused on purpose.";
pub const FAULT_TEXT: &str = "Make the mail server misbehave, to see how a sender copes.";
pub const FAULT_TITLE: &str = "Test a sender";
pub const FAULT_TO: &str = "Only for addresses with";
pub const FAULT_TO_HINT: &str = "For example @example.org. Empty: every mail, also the appliance’s own.";
pub const DROP_FILE: &str = "Or drop it here. Its first line names the columns.";
pub const EXAMPLES: &str = "In the file";
pub const EXPORT: &str = "Export";
pub const FAILED: &str = "with a problem";
pub const FILTERS: &str = "Filters";
pub const FIRST_GROUP: &str = "Create your first group";
pub const FIRST_USER: &str = "Add your first user";
pub const FROM: &str = "From";
pub const FULL_NAME: &str = "Full name";
pub const GREYLIST: &str = "Greylist";
pub const GREYLIST_HINT: &str = "A recipient is put off until some time after the sender’s first try.";
pub const GROUP: &str = "Group";
pub const GROUPS: &str = "Groups";
pub const GROUP_NAME: &str = "Name";
pub const HEADERS: &str = "Headers";
pub const HTML: &str = "HTML";
pub const IMPORT: &str = "Import";
pub const IMPORT_AS: &str = "Import as";
pub const IMPORT_TEXT: &str = "From a CSV file, as spreadsheets and directories write it. Nothing is changed before you have seen what would be.";
pub const IMPORT_USERS: &str = "Import users";
pub const INBOX: &str = "Inbox";
pub const INBOX_TEXT: &str =
    "Mail that arrives at the built-in mail server, which keeps everything and delivers nothing.";
pub const INFO: &str = "Info";
pub const INVITATION_DEAD: &str = "This invitation no longer works: it has expired, was locked after too many wrong pairing keys, or was replaced by a later one.";
pub const INVITATION_EXPIRED: &str = "The invitation expired";
pub const INVITE: &str = "Invite";
pub const INVITED: &str = "invited";
pub const INVITED_BY_EMAIL: &str = "Invited by e-mail";
pub const INVITED_NOW: &str = "Code shown";
pub const INVITE_TEXT: &str = "A mail with a link, a QR code and a pairing key goes to everybody without an active key. Who has no key is assigned a smartphone with default settings.";
pub const IS_MEMBER: &str = "In the group";
pub const JOB_FAILED: &str = "This broke off; what was done before stays done.";
pub const JOINED: &str = "added";
pub const KEYS: &str = "Keys";
pub const KEY_BLOCKED_BY_USER: &str = "Blocked with the user. To use it again, unblock the user.";
pub const KEY_BLOCKED_TEXT: &str = "Nobody can sign in with it.";
pub const KEY_TYPE: &str = "Type";
pub const LAST_SEEN: &str = "last seen";
pub const KEY_WAS_ASSIGNED: &str = "A security key was assigned";
pub const LEAVE_OUT: &str = "Leave out";
pub const LEFT: &str = "removed";
pub const LINE: &str = "Line";
pub const LINKS: &str = "Links in this mail";
pub const LOCKED: &str = "Locked";
pub const LOCKED_TEXT: &str = "locked after too many wrong pairing keys";
pub const MAIL: &str = "Mail";
pub const MAILED_TO: &str = "An invitation is on its way to";
pub const MAILS_DELETED: &str = "The mails were deleted.";
pub const MAIL_HTML: &str = "The mail as its reader sees it";
pub const MATCH_BY: &str = "Who is the same person?";
pub const MATCH_BY_HINT: &str = "A row is about a user there is already if this is the same.";
pub const MEMBERS: &str = "Members";
pub const NAME: &str = "Name";
pub const NEVER_INVITED: &str = "Never invited";
pub const NEW_CODE: &str = "Make a new code";
pub const NEW_GROUP: &str = "New group";
pub const NEW_GROUP_NAME: &str = "Name of a new group";
pub const NEW_KEY: &str = "New security key";
pub const NEW_USER: &str = "New user";
pub const NOBODY_FOUND_TEXT: &str = "Names, usernames, user IDs and e-mail addresses were searched.";
pub const NOBODY_LIKE_THAT: &str = "Nobody is like that";
pub const NOTHING_TO_DO: &str = "There was nothing to do.";
pub const NOT_ACTIVATED: &str = "Not activated";
pub const NOT_FOUND: &str = "There is nothing here";
pub const NOT_FOUND_TEXT: &str = "The address may be mistyped, or what was here is gone.";
pub const NOT_CONNECTED: &str = "not connected";
pub const NOT_INVITED: &str = "Not invited";
pub const NO_COMPUTERS: &str = "No computers yet";
pub const NO_COMPUTERS_TEXT: &str =
    "A computer appears here once it is paired. Run this on it, then scan its code with an activated phone:";
pub const NO_GROUPS: &str = "No groups yet";
pub const NO_GROUPS_TEXT: &str = "Groups bring together people who are treated alike, such as a department.";
pub const NO_HTML: &str = "This mail has no HTML part: see its text.";
pub const NO_KEY: &str = "No key";
pub const NO_KEYS: &str = "No security key yet";
pub const NO_MAIL: &str = "No mail yet";
pub const NO_MAIL_FOUND_TEXT: &str = "Every part of a search must hold.";
pub const NO_MAIL_TEXT: &str =
    "Invitations appear here as they are sent. Invite a user by e-mail to see one arrive.";
pub const NO_PHONE: &str = "No phone";
pub const NO_MEMBERS: &str = "Nobody is in this group";
pub const NO_MEMBERS_TEXT: &str = "Find users above and add them, or choose them in the list of users.";
pub const NO_USERS: &str = "No users yet";
pub const NO_USERS_TEXT: &str = "Add a person, give them a security key, and their phone signs them in.";
pub const OFF: &str = "Off";
pub const OFFLINE_LOGIN: &str = "Offline login";
pub const OFFLINE_LOGIN_HINT: &str = "Computer and phone may talk to each other without the appliance.";
pub const ON: &str = "On";
pub const ONLINE: &str = "Online";
pub const ON_PHONE: &str = "On the phone";
pub const ON_PHONE_HINT: &str = "The person unlocks the phone.";
pub const OPEN_INBOX: &str = "Open the inbox";
pub const OPTIONAL: &str = "optional";
pub const ORGANISATION: &str = "Organisation";
pub const ORGANISATION_HINT: &str = "Shown in invitations and on phones.";
pub const OR_LINK: &str = "Or open the link on the phone";
pub const OR_TYPE: &str = "Or type the pairing key";
pub const PASSWORD: &str = "Password";
pub const PASSWORD_HINT: &str = "At least 10 characters.";
pub const PENDING: &str = "Pending";
pub const PROBLEM: &str = "Problem";
pub const PROBLEMS: &str = "Problems";
pub const QR_ALT: &str =
    "QR code that activates the phone; the link and the pairing key beside it do the same";
pub const READER_TAP_AND_PIN: &str = "Reader tap and PIN";
pub const READER_TAP_AND_PIN_HINT: &str =
    "The person taps the phone on a reader and types a PIN on the computer.";
pub const READING: &str = "Reading the file…";
pub const RECEIVED: &str = "Received";
pub const REFUSE: &str = "Refuse";
pub const REFUSE_HINT: &str = "Recipients are refused for good.";
pub const REMOVE: &str = "Remove";
pub const REMOVE_FROM_GROUP: &str = "Remove from a group";
pub const REMOVE_FROM_GROUP_TEXT: &str = "They stay users. This can be undone.";
pub const RENAME: &str = "Rename";
pub const RENAME_GROUP: &str = "Rename the group";
pub const SANDBOX: &str = "Sandbox";
pub const SAVE: &str = "Save";
pub const SCAN: &str = "Scan the QR code with the phone";
pub const SCAN_TEXT: &str = "It works once.";
pub const SEARCH_MAIL: &str = "Search mail";
pub const SEARCH_MAIL_HINT: &str = "Also from:ada, to:, subject:, has:attachment, before:2026-01-31, after:";
pub const SEARCH_USERS: &str = "Search users";
pub const SECONDS: &str = "Seconds";
pub const SECURITY_KEYS: &str = "Security keys";
pub const SEND_AGAIN: &str = "Send again";
pub const SEND_BY_EMAIL: &str = "Send by e-mail";
pub const SETTINGS_DEFAULT: &str = "Default settings";
pub const SETTINGS_OWN: &str = "Custom settings";
pub const SETUP: &str = "Set up Pocketkey";
pub const SETUP_SUBMIT: &str = "Finish the set-up";
pub const SETUP_TEXT: &str = "You will be the first admin.";
pub const SETUP_TOKEN: &str = "Set-up link";
pub const SETUP_TOKEN_HINT: &str = "Pocketkey prints it when it starts. Paste the whole link here.";
pub const SHOW_ALL_MAIL: &str = "Show all mail";
pub const SHOW_ALL_USERS: &str = "Show all users";
pub const SIGN_IN: &str = "Sign in";
pub const SIGN_OUT: &str = "Sign out";
pub const SMARTPHONE: &str = "Smartphone";
pub const SMARTPHONE_HINT: &str = "The person's own phone approves every sign-in and every registration.";
pub const SORT: &str = "Sort";
pub const SORT_ADDED: &str = "Oldest first";
pub const SORT_ADDED_DOWN: &str = "Newest first";
pub const SORT_EMAIL: &str = "E-mail, A–Z";
pub const SORT_EMAIL_DOWN: &str = "E-mail, Z–A";
pub const SORT_NAME: &str = "Name, A–Z";
pub const SORT_NAME_DOWN: &str = "Name, Z–A";
pub const SORT_USERNAME: &str = "Username, A–Z";
pub const SORT_USERNAME_DOWN: &str = "Username, Z–A";
pub const SOURCE: &str = "Source";
pub const START_FAULT: &str = "Start";
pub const STALE: &str = "Invitation lapsed";
pub const STATUS: &str = "Status";
pub const STEP_ACTIVATION: &str = "Activation";
pub const STEP_ACTIVATION_TEXT: &str = "An activation code makes the phone this person's security key.";
pub const STEP_ACTIVATION_TITLE: &str = "Activate the phone";
pub const STEP_PERSON: &str = "Person";
pub const STEP_PERSON_TITLE: &str = "Who is it?";
pub const STEP_SETTINGS: &str = "Settings";
pub const STEP_SETTINGS_TEXT: &str = "They belong to this key.";
pub const STEP_SETTINGS_TITLE: &str = "How should it work?";
pub const STEP_TYPE: &str = "Key type";
pub const STEP_TYPE_TEXT: &str = "What this person signs in with.";
pub const STEP_TYPE_TITLE: &str = "Which security key?";
pub const STORE_APPLIANCE: &str = "In the appliance";
pub const STORE_APPLIANCE_HINT: &str = "They survive the loss of the phone.";
pub const STORE_BOTH: &str = "In both";
pub const STORE_BOTH_HINT: &str = "On the phone, with a copy in the appliance.";
pub const STORE_PHONE: &str = "On the phone";
pub const STORE_PHONE_HINT: &str = "They never leave it.";
pub const TEXT: &str = "Text";
pub const TO: &str = "To";
pub const TO_USER: &str = "Go to the user";
pub const TO_USERS: &str = "Go to the users";
pub const UNBLOCK: &str = "Unblock";
pub const UNBLOCK_USER: &str = "Unblock the user";
pub const UNCHANGED: &str = "unchanged";
pub const UNDO: &str = "Undo";
pub const UPDATE_USERS: &str = "Change users there are already";
pub const UPDATE_USERS_HINT: &str = "An empty cell changes nothing, and nobody is taken out of a group.";
pub const USER: &str = "User";
pub const USERNAME: &str = "Username";
pub const USERNAME_HINT: &str = "What the person signs in with.";
pub const USERS: &str = "Users";
pub const USER_BLOCKED_TEXT: &str = "This user is blocked: none of their keys works until you unblock them.";
pub const USER_ID: &str = "User ID";
pub const USER_ID_HINT: &str = "Your organisation's own number for the person.";
pub const USER_WAS_ADDED: &str = "The user was added";
pub const USE_DEFAULTS: &str = "Use default settings";
pub const USE_DEFAULTS_HINT: &str =
    "The phone may be anywhere, checks the person by its unlock, and keeps the credentials itself.";
pub const VALID_FOR: &str = "valid for";
pub const VALUE: &str = "Value";
pub const VERIFICATION: &str = "Verification";
pub const WAITING: &str = "Waiting for the phone…";
pub const WERE_ADDED: &str = "added";
pub const WHO: &str = "Who";
pub const WOULD_ADD: &str = "would be added";
pub const WOULD_CHANGE: &str = "would be changed";
pub const YOUR_NAME: &str = "Your name";

// Outgoing mail: settings, templates, outbox.
pub const ANY_STATE: &str = "Any state";
pub const BACK_TO_DEFAULT: &str = "Back to the default";
pub const BUILT_IN: &str = "Built in";
pub const CHANGED_TEMPLATE: &str = "Changed";
pub const DROPPED: &str = "Dropped";
pub const DROP_MAIL: &str = "Drop this mail";
pub const REFUSED_MAIL: &str = "Failed";
pub const HOST: &str = "Server";
pub const HOST_HINT: &str = "Its name, such as mail.example.org.";
pub const HTML_PART: &str = "HTML";
pub const INSERT: &str = "Insert where the cursor is:";
pub const INVITE_FIRST: &str = "Go to the users";
pub const LEAVES_UNENCRYPTED: &str = "Whoever is between here and the server can read the activation codes, and the password. Only for a server on this computer or in a network of its own.";
pub const MAIL_DROPPED: &str = "The mail is not sent.";
pub const MAIL_PREVIEW: &str = "Preview with sample data";
pub const MAIL_RETRIED: &str = "The mail is tried again.";
pub const MAIL_SETTINGS: &str = "Mail";
pub const MAIL_SETTINGS_TEXT: &str = "How invitations leave. A change holds at once, for what waits as well.";
pub const NEXT_TRY: &str = "next try";
pub const NO_OUTBOX: &str = "Nothing was sent yet";
pub const NO_OUTBOX_TEXT: &str = "Mails that the appliance sends are listed here, with what became of them. Invite a user by e-mail to see one.";
pub const NO_OUTBOX_FOUND: &str = "No mail is like that";
pub const OUTBOX: &str = "Outbox";
pub const OUTBOX_TEXT: &str =
    "What the appliance sent, or tries to. Mails that are done with stay for 30 days.";
pub const PASSWORD_IF_WANTED: &str = "If the server wants one.";
pub const PASSWORD_KEPT: &str = "Stored. Leave this empty to keep it.";
pub const PORT: &str = "Port";
pub const QUEUED: &str = "Waiting";
pub const RATE: &str = "Mails a second";
pub const RATE_HINT: &str = "At most; 0 for as many as the server takes.";
pub const REMOVE_PASSWORD: &str = "Log in without a password";
pub const REPLY_TO: &str = "Answers go to";
pub const REPLY_TO_HINT: &str = "Empty: to the sender.";
pub const RETRY_ALL: &str = "Retry all failed";
pub const RETRY_MAIL: &str = "Retry";
pub const SEARCH_OUTBOX: &str = "Search recipients";
pub const SENDER: &str = "Sender";
pub const SENDER_ADDRESS: &str = "Sender's address";
pub const SENDER_NAME: &str = "Sender's name";
pub const SENDER_OPTION: &str = "The sender is set by --mail-from on the command line.";
pub const SEND_PREVIEW: &str = "Send me a preview";
pub const SEND_TEST: &str = "Send a test mail";
pub const SEND_TEST_TEXT: &str = "Goes out right now, the way the form above says, saved or not.";
pub const SENT: &str = "Sent";
pub const SETTINGS: &str = "Settings";
pub const SETTINGS_SAVED: &str = "Saved. Mail leaves this way from now on.";
pub const STAGE_CONNECT: &str = "Connected";
pub const STAGE_LOG_IN: &str = "Logged in";
pub const STAGE_SEND: &str = "Accepted";
pub const STAGE_TLS: &str = "Encryption";
pub const STATE: &str = "State";
pub const SUBJECT: &str = "Subject";
pub const TEMPLATES: &str = "Templates";
pub const TEMPLATES_TEXT: &str = "What the appliance's mails say.";
pub const TEMPLATE_RESET: &str = "The mail says again what is built in.";
pub const TEMPLATE_SAVED: &str = "Saved. The next mail says this.";
pub const TEST_TO: &str = "To";
pub const TEXT_PART: &str = "Text";
pub const TLS: &str = "Encryption";
pub const TLS_FIRST: &str = "TLS";
pub const TLS_MAYBE: &str = "STARTTLS if the server offers it";
pub const TLS_NONE: &str = "None";
pub const TLS_STARTTLS: &str = "STARTTLS";
pub const TRIAL_ACCEPTED: &str = "The server took the mail.";
pub const TRIAL_FAILED: &str = "The mail was not sent.";
pub const VIA: &str = "Where mails go";
pub const VIA_INBOX: &str = "The built-in inbox";
pub const VIA_INBOX_HINT: &str =
    "Nothing leaves this appliance: mails are read in the console. Right for a trial.";
pub const VIA_SERVER: &str = "A mail server";
pub const VIA_SERVER_HINT: &str = "Your organisation's, or a provider's.";

pub fn activate_by_email_text(address: &str) -> String {
    format!("Send a link, a QR code and a pairing key to {address}.")
}

pub fn block_question(name: &str) -> String {
    format!("Block {name}?")
}

pub fn blocked(name: &str) -> String {
    format!("{name} is blocked.")
}

pub fn delete_question(name: &str) -> String {
    format!("Delete {name}?")
}

pub fn deleted(name: &str) -> String {
    format!("{name} was deleted.")
}

/// What becomes of the mails that `q` finds.
pub fn delete_all_text(q: &str) -> String {
    if q.is_empty() {
        "Every mail in the inbox will be deleted. This cannot be undone.".into()
    } else {
        format!(
            "Every mail that matches “{q}” will be deleted, also those not loaded yet. This cannot be undone."
        )
    }
}

pub fn fault_delay(seconds: u32) -> String {
    format!("Mail is answered {seconds} seconds late on purpose.")
}

pub fn fault_greylist(seconds: u32) -> String {
    format!("Recipients are put off on purpose until {seconds} seconds after a sender’s first try.")
}

pub fn fault_only(to: &str) -> String {
    format!("Only addresses with “{to}”.")
}

/// Whom a mail is from, in a row of the list.
pub fn from(sender: &str) -> String {
    if sender.is_empty() { "from nobody".into() } else { format!("from {sender}") }
}

pub fn group_added(name: &str) -> String {
    format!("The group {name} was created.")
}

pub fn mailed_to(address: &str) -> String {
    format!("{MAILED_TO} {address}.")
}

pub fn no_keys_text(name: &str) -> String {
    format!("Assign one, and {name} can sign in with a phone.")
}

pub fn no_mail_found(q: &str) -> String {
    format!("No mail matches “{q}”")
}

pub fn nobody_found(q: &str) -> String {
    format!("Nobody matches “{q}”")
}

pub fn phone(model: &str, os: &str) -> String {
    format!("{model} · {os}")
}

/// A mail's subject, or what stands for none.
pub fn subject(subject: String) -> String {
    if subject.trim().is_empty() { "(no subject)".into() } else { subject }
}

pub fn unblocked(name: &str) -> String {
    format!("{name} is not blocked any more.")
}

pub fn user_added(name: &str) -> String {
    format!("{name} was added.")
}

pub fn version(version: &str) -> String {
    format!("Pocketkey {version}")
}

/// `name`, to be added.
pub fn add(name: &str) -> String {
    format!("Add {name}")
}

pub fn add_users_to_group(count: u32) -> String {
    format!("Add {} to a group", users(count))
}

pub fn choose(name: &str) -> String {
    format!("Choose {name}")
}

pub fn choose_all(count: u32) -> String {
    format!("Choose all {}", number(count))
}

pub fn chosen(count: u32) -> String {
    format!("{} chosen", number(count))
}

pub fn column_is(heading: &str) -> String {
    format!("What the column {heading} is")
}

pub fn block_users(count: u32) -> String {
    format!("Block {}", users(count))
}

pub fn unblock_users(count: u32) -> String {
    format!("Unblock {}", users(count))
}

pub fn delete_users(count: u32) -> String {
    format!("Delete {}", users(count))
}

pub fn edit(field: &str) -> String {
    format!("Change: {field}")
}

/// The words for a field of the API.
pub fn field(key: &str) -> &str {
    match key {
        "external_id" => USER_ID,
        "username" => USERNAME,
        "name" => FULL_NAME,
        "given_name" => "First name",
        "family_name" => "Last name",
        "email" => EMAIL,
        "groups" => GROUPS,
        other => other,
    }
}

pub fn import_rows(count: u32) -> String {
    format!("Import {}", users(count))
}

pub fn invite_users(count: u32) -> String {
    format!("Invite {} by e-mail", users(count))
}

/// What a job is doing.
pub fn job_running(kind: JobKind) -> &'static str {
    match kind {
        JobKind::ImportCheck => "Checking the file…",
        JobKind::Import => "Importing…",
        JobKind::Invite => "Inviting…",
        JobKind::Join => "Adding to the group…",
        JobKind::Leave => "Removing from the group…",
        JobKind::Block => "Blocking…",
        JobKind::Unblock => "Unblocking…",
        JobKind::Delete => "Deleting…",
    }
}

pub fn joined(name: &str) -> String {
    format!("{name} is in the group now.")
}

pub fn left(name: &str) -> String {
    format!("{name} is not in the group any more.")
}

pub fn members(count: u32) -> String {
    if count == 1 { "1 member".to_owned() } else { format!("{} members", number(count)) }
}

pub fn more_problems(rows: u32) -> String {
    format!("These are the first ones; {} rows have a problem.", number(rows))
}

pub use pocketkey_kit::chart::number;

/// So many of so many.
pub fn of(done: u32, total: u32) -> String {
    format!("{} of {}", number(done), number(total))
}

pub fn phone_activated(model: &str) -> String {
    format!("{model} was activated")
}

pub fn remove(name: &str) -> String {
    format!("Remove {name}")
}

pub fn remove_users_from_group(count: u32) -> String {
    format!("Remove {} from a group", users(count))
}

pub fn rows(count: u32) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{} rows", number(count)) }
}

pub fn saved(what: &str) -> String {
    format!("{what}: saved.")
}

pub fn type_to_confirm(word: &str) -> String {
    format!("To confirm, type {word}")
}

pub fn users(count: u32) -> String {
    if count == 1 { "1 user".to_owned() } else { format!("{} users", number(count)) }
}

// Logs and dashboard.
pub const ALL_OF_THEM: &str = "All of them";
pub const ALL_USERS: &str = "users in all";
pub const ANY_ACTION: &str = "Anything";
pub const ANY_OUTCOME: &str = "Any outcome";
pub const ANY_REASON: &str = "Any reason";
pub const ANY_TIME: &str = "Any time";
pub const AS_TABLE: &str = "Show the numbers";
pub const AUDIT: &str = "Audit";
pub const AUDIT_TEXT: &str = "What admins and the appliance did. Nobody can change an entry unnoticed: the command “pocketkey audit verify” finds it.";
pub const BEFORE: &str = "Before";
pub const BY_WHOM: &str = "By whom";
pub const COMPUTER: &str = "Computer";
pub const COMPUTERS_CONNECTED: &str = "computers connected";
pub const COMPUTERS_PAIRED: &str = "computers paired";
pub const CONNECTIONS: &str = "Connections";
pub const DASHBOARD: &str = "Dashboard";
pub const DAY: &str = "Day";
pub const DAYS_TITLE: &str = "Sign-ins, registrations and failures of the last 30 days";
pub const EMPTY_LOG: &str = "Nothing was done yet";
pub const EXPORT_CSV: &str = "CSV";
pub const EXPORT_JSON: &str = "JSON";
pub const FAILURES: &str = "Why requests failed, 30 days";
pub const HASH: &str = "Hash";
pub const IP: &str = "IP address";
pub const JOB_PARTS: &str = "Everything this job did";
pub const KEEP_DAYS: &str = "Days to keep sign-ins";
pub const KEEP_DAYS_HINT: &str = "Older entries are deleted. The audit log is kept for good.";
pub const LAST_30_DAYS: &str = "Last 30 days";
pub const LAST_DAY: &str = "Last 24 hours";
pub const LAST_HOUR: &str = "Last hour";
pub const LAST_MONTH: &str = "Last 30 days";
pub const LAST_WEEK: &str = "Last 7 days";
pub const LOGS: &str = "Logs";
pub const LOG_SETTINGS: &str = "What is logged";
pub const MAIL_FAILED: &str = "failed, 7 days";
pub const MAIL_WAITING: &str = "waiting";
pub const NEXT_STEPS: &str = "Next steps";
pub const NOTHING: &str = "nothing";
pub const NOTHING_LIKE_THAT: &str = "There is nothing like that";
pub const NOTHING_LIKE_THAT_TEXT: &str = "Every filter and every word of a search must hold.";
pub const NOT_BEFORE: &str = "Since";
pub const NOT_DONE: &str = "Failed";
pub const NOT_SAID: &str = "not reported";
pub const NO_FAILURES: &str = "None failed.";
pub const NO_SIGN_INS: &str = "No sign-ins yet";
pub const NO_SIGN_INS_TEXT: &str = "What a phone is asked appears here as soon as it is over. Pair a computer with a phone and sign in somewhere.";
pub const NUMBER: &str = "Number";
pub const ONE_ACTOR: &str = "By one only";
pub const ONE_JOB: &str = "One job only";
pub const ONE_KEY: &str = "One key only";
pub const ONE_SITE: &str = "One web site only";
pub const ONE_TARGET: &str = "About one only";
pub const ONE_USER: &str = "One user only";
pub const OUTCOME: &str = "Outcome";
pub const OWN_MAIL: &str = "Mails of the appliance";
pub const PHONE: &str = "Phone";
pub const PHONES_CONNECTED: &str = "phones connected";
pub const REASON: &str = "Reason";
pub const REGISTERED: &str = "Registered";
pub const REPORT_RP: &str = "Phones name the web site";
pub const REPORT_RP_HINT: &str =
    "Off: the log says who signed in with which computer and how it ended, but not where.";
pub const SAME_ACTOR: &str = "Everything by them";
pub const SAME_SITE: &str = "Everything at this site";
pub const SAME_TARGET: &str = "Everything about it";
pub const SAME_USER: &str = "Everything of this user";
pub const SEARCH_LOG: &str = "Search the log";
pub const SENT_TODAY: &str = "sent today";
pub const SHOW_WHOLE_LOG: &str = "Show the whole log";
pub const SIGNED_IN: &str = "Signed in";
pub const SIGN_INS: &str = "Sign-ins";
pub const SIGN_INS_TEXT: &str = "What phones were asked, and how it ended.";
pub const STEP_ACTIVATE: &str = "Activate a phone";
pub const STEP_ACTIVATE_TEXT: &str =
    "Assign a security key to a user and invite their phone, by e-mail or on screen.";
pub const STEP_ADD_PEOPLE: &str = "Add people";
pub const STEP_ADD_PEOPLE_TEXT: &str = "One by one, or all at once from a CSV file.";
pub const STEP_PAIR: &str = "Pair a computer";
pub const STEP_PAIR_TEXT: &str = "Run the pairing tool on it and scan its code with the phone.";
pub const STEP_SIGN_IN: &str = "Sign in somewhere";
pub const STEP_SIGN_IN_TEXT: &str =
    "Register the phone at a web site as a security key; the log shows how it went.";
pub const TOOK: &str = "Took";
pub const TO_WHAT: &str = "About";
pub const UNKNOWN_USER: &str = "Unknown";
pub const UNUSED_KEY: &str = "A key unused for 90 days";
pub const UP_SINCE: &str = "The appliance was started";
pub const WEB_SITE: &str = "Web site";
pub const WHAT: &str = "What";
pub const WHEN: &str = "When";

/// An action's name as words: `user.joined_group` is `User joined group`.
pub fn action(name: &str) -> String {
    words(&name.replace('.', " "))
}

/// A name of the API as words.
pub fn words(name: &str) -> String {
    let text = name.replace('_', " ");
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// Why a request failed.
pub fn reason(name: &str) -> String {
    match name {
        "timed_out" => "Nobody answered".into(),
        "wrong_unlock" => "Not unlocked".into(),
        "cancelled" => "Called off".into(),
        "phone_offline" => "Phone not reached".into(),
        "busy" => "Phone busy".into(),
        other => words(other),
    }
}

/// What was asked, and where.
pub fn asked(action: Option<AuthAction>, rp: Option<&str>) -> String {
    let what = match action {
        Some(AuthAction::Register) => "Register",
        Some(AuthAction::SignIn) => "Sign in",
        Some(AuthAction::Other) => "Manage the key",
        None => "Not reported",
    };
    rp.map_or(what.to_owned(), |rp| format!("{what} at {rp}"))
}

pub fn quoted(text: &str) -> String {
    format!("“{text}”")
}

/// A time in milliseconds as seconds.
pub fn seconds(ms: u32) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

pub fn without(what: &str) -> String {
    format!("Without: {what}")
}

pub fn unused_keys(count: u32) -> String {
    if count == 1 {
        "1 key unused for 90 days".to_owned()
    } else {
        format!("{} keys unused for 90 days", number(count))
    }
}

pub fn overflows(count: u64) -> String {
    format!(" · {count} connections closed because their device did not keep up")
}

/// The kind of a mail, by the name of its template.
pub fn mail_kind(template: &str) -> String {
    let mut words = template.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

pub fn mails_retried(count: u32) -> String {
    match count {
        0 => "There was nothing to try again.".to_owned(),
        1 => "1 mail is tried again.".to_owned(),
        _ => format!("{} mails are tried again.", number(count)),
    }
}

pub fn server_option(server: &str) -> String {
    format!("The server is set by --smtp-url on the command line: {server}")
}

pub fn tried(attempts: u32) -> String {
    if attempts == 1 { "tried once".to_owned() } else { format!("tried {} times", number(attempts)) }
}

// Admins, one's own account, signing in.
pub const ACCOUNT: &str = "Your account";
pub const ADD_PASSKEY: &str = "Add a passkey";
pub const ADD_PASSKEY_TEXT: &str = "Your phone, this computer or a USB key will ask you to confirm. It replaces password and code when you sign in.";
pub const ADMINS: &str = "Admins";
pub const ADMINS_TEXT: &str = "Who manages this appliance, and what each may do.";
pub const ADMIN_ROLE: &str = "Role";
pub const APP_CODE: &str = "Code";
pub const APP_CODE_HINT: &str = "The six digits that the app shows now.";
pub const BLOCK_ADMIN_TEXT: &str =
    "They are signed out everywhere at once, and cannot sign in until you unblock them.";
pub const BEGIN_AGAIN: &str = "Begin again";
pub const CHANGE_PASSWORD: &str = "Change the password";
pub const CHOOSE_PASSWORD: &str = "Choose a password";
pub const CODES_ONCE: &str = "Each works once. They are shown only now: keep them where you keep passwords.";
pub const CODES_SAVED: &str = "I have saved them";
pub const CONFIRM: &str = "Confirm";
pub const CONFIRM_YOURSELF: &str = "Confirm that it is you";
pub const CONFIRM_YOURSELF_TEXT: &str = "This changes how you sign in. It holds for ten minutes.";
pub const COPY_CODES: &str = "Copy the codes";
pub const CURRENT_PASSWORD: &str = "Your password";
pub const DELETE_ADMIN_TEXT: &str = "They are signed out everywhere at once and are no admin any more. What they did stays in the audit log. This cannot be undone; you can invite them again.";
pub const DELETE_PASSKEY_TEXT: &str =
    "It signs you in no more. Delete it on the device as well, or it will still be offered there.";
pub const DOWNLOAD: &str = "Download";
pub const EVERYWHERE_ELSE: &str = "Sign out everywhere else";
pub const INVITATION: &str = "Invitation";
pub const INVITATIONS: &str = "Invitations";
pub const INVITE_ADMIN: &str = "Invite an admin";
pub const INVITE_ADMIN_TEXT: &str =
    "They get a mail with a link, and choose a password. It works for three days.";
pub const JOIN: &str = "Join";
pub const JOIN_TITLE: &str = "You are invited";
pub const NEVER_SIGNED_IN: &str = "never signed in";
pub const NEW_CODES: &str = "New recovery codes";
pub const NEW_CODES_TEXT: &str = "The ones you have are void from then on.";
pub const NEW_PASSWORD: &str = "New password";
pub const NO_INVITATIONS: &str = "Nobody is invited right now";
pub const NO_INVITATIONS_TEXT: &str = "Invite a colleague, so that you are not the only one who can help.";
pub const NO_PASSKEYS: &str = "No passkeys yet";
pub const NO_PASSKEYS_TEXT: &str =
    "Sign in with your own phone, without a password. Your Pocketkey phone does it, too.";
pub const NOT_USED: &str = "not used yet";
pub const OPEN_SESSIONS: &str = "Where you are signed in";
pub const OR: &str = "or";
pub const PASSKEYS: &str = "Passkeys";
pub const PASSKEY_ADDED: &str = "The passkey was added.";
pub const PASSKEY_ALREADY: &str = "This device has a passkey for your account already.";
pub const PASSKEY_ALREADY_TEXT: &str = "Use another device, or delete the one there is first.";
pub const PASSKEY_FAILED: &str = "No passkey was used.";
pub const PASSKEY_FAILED_TEXT: &str =
    "It was declined, took too long, or there is none for this site. Try again.";
pub const PASSKEY_NAME: &str = "Name";
pub const PASSKEY_NAME_HINT: &str = "What you will know it by, for example My phone.";
pub const PASSKEY_NOT_HERE: &str = "This browser has no passkeys for this page.";
pub const PASSKEY_NOT_HERE_TEXT: &str = "They need a current browser, and https or localhost.";
pub const PASSKEY_WRONG_SITE: &str = "Passkeys do not work at this address.";
pub const PASSWORD_CHANGED: &str = "The password was changed. Other browsers were signed out.";
pub const PASSWORD_TEXT: &str = "Changing it signs you out everywhere else.";
pub const PROFILE: &str = "You";
pub const RECOVERY_CODES: &str = "Recovery codes";
pub const RENAME_PASSKEY: &str = "Rename the passkey";
pub const REVOKE: &str = "Revoke";
pub const SCAN_WITH_APP: &str = "Scan this with an authenticator app.";
pub const SCAN_WITH_APP_ALT: &str = "QR code for an authenticator app; the key beside it does the same";
pub const SECOND_STEP: &str = "One more step";
pub const SECOND_STEP_HINT: &str = "Lost the app? Type one of your recovery codes instead.";
pub const SECOND_STEP_TEXT: &str = "Type the code that your authenticator app shows.";
pub const SET_UP_APP: &str = "Set up an authenticator app";
pub const SIGNED_IN_AT: &str = "signed in";
pub const SIGN_IN_PASSKEY: &str = "Sign in with a passkey";
pub const THIS_BROWSER: &str = "This browser";
pub const TURNED_ON: &str = "turned on";
pub const TURN_OFF: &str = "Turn off";
pub const TURN_ON: &str = "Turn on";
pub const TWO_STEP: &str = "Two-step sign-in";
pub const TWO_STEP_IS_OFF: &str = "Two-step sign-in is off.";
pub const TWO_STEP_OFF_QUESTION: &str = "Turn two-step sign-in off?";
pub const TWO_STEP_OFF_TEXT: &str = "The password alone will sign you in. Your recovery codes are void; to turn it on again, set the app up anew.";
pub const TWO_STEP_TEXT: &str = "Beside the password, a code from an app on your phone is asked for.";
pub const TYPE_INTO_APP: &str = "Or type this key into it:";
pub const UNLOCK: &str = "Unlock";
pub const USED_AT: &str = "used";
pub const USE_PASSKEY: &str = "Use a passkey";
pub const YOU: &str = "You";

/// What a role is called.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Admin => "Admin",
        Role::HelpDesk => "Help desk",
        Role::Auditor => "Auditor",
    }
}

/// What a role may do.
pub fn role_hint(role: Role) -> &'static str {
    match role {
        Role::Owner => "Everything, other owners included.",
        Role::Admin => "Everything but owners and other admins.",
        Role::HelpDesk => "Sees people and their keys; assigns, invites, blocks and unblocks.",
        Role::Auditor => "Sees everything but mails; changes nothing.",
    }
}

pub fn role_of(name: &str) -> String {
    format!("Role of {name}")
}

pub fn role_changed(name: &str, to: Role) -> String {
    format!("{name} is now: {}.", role(to))
}

pub fn admin_invited(email: &str) -> String {
    format!("An invitation is on its way to {email}.")
}

pub fn invitation_revoked(name: &str) -> String {
    format!("The invitation of {name} was revoked.")
}

pub fn unlocked(name: &str) -> String {
    format!("{name} can try again.")
}

pub fn join_text(by: &str, organisation: &str, to: Role) -> String {
    format!("{by} invites you to manage the security keys of {organisation}. Your role: {}.", role(to))
}

pub fn codes_left(count: u32) -> String {
    match count {
        0 => "No recovery codes are left.".to_owned(),
        1 => "1 recovery code is left.".to_owned(),
        count => format!("{count} recovery codes are left."),
    }
}

pub fn passkeys(count: u32) -> String {
    if count == 1 { "1 passkey".to_owned() } else { format!("{count} passkeys") }
}

pub fn open_at(url: &str) -> String {
    format!("Open {url} instead.")
}

/// A browser's name, or what stands for none.
pub fn browser(name: String) -> String {
    if name.is_empty() { "Unknown browser".to_owned() } else { name }
}

// Kinds of keys, their settings, the list of keys.

pub const ASSIGN_IT: &str = "Assign the key";
pub const CARD: &str = "Card";
pub const CARD_HINT: &str = "Held to a reader. It can be assigned now; readers come with a later version.";
pub const CARD_LABEL: &str = "Card number";
pub const FINGERPRINT: &str = "Fingerprint";
pub const FINGERPRINT_HINT: &str =
    "A finger on a reader. It can be assigned now; readers come with a later version.";
pub const FINGERPRINT_LABEL: &str = "Which finger";
pub const LABEL_HINT: &str = "What tells this key from others. You can search for it.";
pub const NO_DEVICE_TEXT: &str = "Keys of this kind cannot be activated yet: their readers come with a later version of Pocketkey. Assigned now, the key waits for them.";
pub const NO_DEVICE_TITLE: &str = "Nothing to activate yet";
pub const USB_KEY: &str = "USB key";
pub const USB_KEY_HINT: &str =
    "Plugged into the computer. It can be assigned now; enrolment comes with a later version.";
pub const USB_KEY_LABEL: &str = "Serial number";

pub const ANY_KIND: &str = "Any type";
pub const CHANGE_SETTINGS: &str = "Change the settings";
pub const DEFAULT_SETTINGS: &str = "Default settings";
pub const DEFAULT_SETTINGS_TEXT: &str = "What holds for every smartphone, unless a group or a key says otherwise. The strictest of a user’s groups goes over this, a key’s own choice over everything.";
pub const GROUP_SETTINGS_TEXT: &str = "They go over the organisation’s. Of several groups of a user the strictest value holds; a key’s own choice goes over it.";
pub const HOLDS: &str = "In force:";
pub const INHERIT: &str = "Inherit";
pub const KEYS_TEXT: &str = "Every security key, and where it stands.";
pub const KEY_SETTINGS: &str = "Settings";
pub const KEY_SETTINGS_TEXT: &str = "What you choose here is for this key alone.";
pub const NO_ACTIVE_KEYS: &str = "No active keys";
pub const NO_ACTIVE_KEYS_TEXT: &str = "A key is active once a phone has redeemed its invitation. Invite users one by one, or many by a workflow.";
pub const NO_KEYS_AT_ALL_TEXT: &str = "Assign one to a user, or to many by a workflow.";
pub const NO_KEYS_MATCH: &str = "No key is like that";
pub const NO_KEYS_MATCH_TEXT: &str = "Labels, names, usernames, user IDs and e-mail addresses were searched.";
pub const NO_PENDING_KEYS: &str = "Nobody has an open invitation";
pub const NO_PENDING_KEYS_TEXT: &str = "Keys stand here from their invitation until a phone redeems it.";
pub const REPLACE: &str = "Replace";
pub const REPLACED: &str = "A new key was assigned. Once it is active, the old one is blocked.";
pub const REPLACES: &str = "Replaces another key, which is blocked once this one is active.";
pub const REVOKED: &str = "The invitation was revoked: its codes open nothing.";
pub const SEARCH_KEYS: &str = "Search keys";
pub const SHOW_ALL_KEYS: &str = "Show all keys";
pub const TAB_ALL: &str = "All";
pub const TO_THE_USER: &str = "The user’s page";
pub const TO_WORKFLOWS: &str = "Go to the workflows";

/// Where a value comes from.
pub fn origin(origin: &SettingOrigin, here: bool) -> String {
    match origin {
        _ if here => "chosen here".to_owned(),
        SettingOrigin::BuiltIn => "built in".to_owned(),
        SettingOrigin::Organisation => "from the organisation".to_owned(),
        SettingOrigin::Group { group } => format!("from the group {}", group.name),
        SettingOrigin::Key => "from the key".to_owned(),
    }
}

/// Whether a phone is connected.
pub fn presence(online: bool) -> String {
    (if online { CONNECTED } else { NOT_CONNECTED }).to_owned()
}

/// The choice that leaves a setting to whatever is above.
pub fn inherit(value: &str, origin: &str) -> String {
    format!("{INHERIT} ({value}, {origin})")
}

/// That a key of this kind was assigned.
pub fn key_assigned(kind: &str) -> String {
    format!("{kind}: assigned.")
}

// Workflows.

pub const ANY_RESULT: &str = "Any result";
pub const CANCELLED: &str = "Cancelled";
pub const CANCEL_RUN: &str = "Cancel the run";
pub const CANCEL_RUN_QUESTION: &str = "Cancel this run?";
pub const CANCEL_RUN_TEXT: &str =
    "Nobody else is invited by it. Who was invited already stays invited; another run can take up the rest.";
pub const CAUSE_ADMIN: &str = "Started by an admin";
pub const CAUSE_IMPORTED: &str = "Users were imported";
pub const CAUSE_JOINED: &str = "Users joined a group";
pub const CAUSE_RETRY: &str = "Re-run for failures";
pub const CAUSE_SCHEDULE: &str = "By schedule";
pub const DAILY: &str = "Every day";
pub const DAILY_HINT: &str = "Reminds everybody who still has no active key, every day.";
pub const DELETE_WORKFLOW: &str = "Delete the workflow";
pub const DELETE_WORKFLOW_TEXT: &str =
    "Its runs end, and their history is forgotten. Keys and invitations stay. This cannot be undone.";
pub const DEVICE_ASSIGNMENT: &str = "Security key device assignment";
pub const ENDED: &str = "ended";
pub const FOR_ALL_USERS: &str = "All users";
pub const FIRST_WORKFLOW: &str = "Make your first workflow";
pub const GROUPS_GONE: &str = "Nobody: its groups were deleted";
pub const IS_CANCELLED: &str = "The run was cancelled.";
pub const IS_PAUSED: &str = "The workflow is paused.";
pub const IS_RESUMED: &str = "The workflow goes on.";
pub const KEEP_RUNNING: &str = "Let it go on";
pub const KEY_ACTIVATED: &str = "Activated";
pub const LATER_USERS_ONLY: &str = "Nobody is invited now: it looks at users as they come.";
pub const MAILED: &str = "Mailed";
pub const MAIL_WAITS: &str = "Mail waits";
pub const NEVER_TWICE: &str = "A run never mails anybody twice, and nobody who has an active key.";
pub const NEW_WORKFLOW: &str = "New workflow";
pub const NEXT_RUN: &str = "Next run";
pub const NOT_YET: &str = "Not yet";
pub const NO_GROUPS_YET: &str = "There are no groups: the workflow is for all users.";
pub const NO_GROUP_CHOSEN: &str = "No group chosen: all users.";
pub const NO_RESULTS: &str = "Nobody yet";
pub const NO_RESULTS_TEXT: &str = "Users appear here as the run comes to them.";
pub const NO_RUNS: &str = "No runs yet";
pub const NO_RUNS_TEXT: &str = "A run appears here as soon as it begins, with a result for every user.";
pub const NO_WORKFLOWS: &str = "No workflows yet";
pub const NO_WORKFLOWS_TEXT: &str = "A workflow gives security keys to many users and invites them by e-mail, now, by schedule, or as they come.";
pub const ONCE: &str = "Once";
pub const ONCE_HINT: &str = "Now. You can run it again at any time.";
pub const ON_IMPORTED: &str = "When a user is imported";
pub const ON_IMPORTED_HINT: &str = "For users whom an import adds.";
pub const ON_JOINED: &str = "When a user is added to a group";
pub const ON_JOINED_HINT: &str =
    "To one of the groups of this workflow; to any group, if it is for all users.";
pub const OTHER_KINDS_LATER: &str = "Cards, fingerprints and USB keys cannot be activated by e-mail; workflows for them come with their devices.";
pub const PAUSE: &str = "Pause";
pub const PAUSED: &str = "Paused";
pub const REASON_ACTIVE: &str = "Has an active key";
pub const REASON_KEY_BLOCKED: &str = "The key is blocked";
pub const REASON_NOT_IN_GROUP: &str = "Not in the groups any more";
pub const REASON_USER_BLOCKED: &str = "The user is blocked";
pub const RESULT_MAIL_FAILED: &str = "Mail failed";
pub const RESULT: &str = "Result";
pub const RESULTS: &str = "Results";
pub const RESUME: &str = "Resume";
pub const REVIEW: &str = "Review";
pub const REVIEW_TITLE: &str = "Is this right?";
pub const RUN: &str = "Run";
pub const RUNNING: &str = "Running";
pub const RUNS: &str = "Runs";
pub const RUN_DONE: &str = "Done";
pub const RUN_NOW: &str = "Run now";
pub const SKIPPED: &str = "Passed over";
pub const SOME_GROUPS_CHOSEN: &str = "Members of any of these groups.";
pub const STARTED: &str = "started";
pub const SUBMIT: &str = "Submit";
pub const SUBMIT_AND_RUN: &str = "Submit and run";
pub const TO_WORKFLOW: &str = "Back to the workflow";
pub const TIME_UTC: &str = "Time (UTC)";
pub const TIME_UTC_HINT: &str = "Coordinated Universal Time, summer and winter.";
pub const WAITS: &str = "Waiting";
pub const WEEKDAY: &str = "Day";
pub const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
pub const WEEKLY: &str = "Every week";
pub const WEEKLY_HINT: &str = "Reminds everybody who still has no active key, once a week.";
pub const WITHDRAWN: &str = "Withdrawn";
pub const WORKFLOWS: &str = "Workflows";
pub const WORKFLOWS_TEXT: &str = "Security keys for many users, who are invited by e-mail.";
pub const WORKFLOW_GROUPS_TEXT: &str = "Choose groups, or none for all users.";
pub const WORKFLOW_GROUPS_TITLE: &str = "Whom is it for?";
pub const WORKFLOW_NAME_TEXT: &str = "For you and other admins; users do not see it.";
pub const WORKFLOW_NAME_TITLE: &str = "What is it called?";
pub const WORKFLOW_TYPE_TEXT: &str = "Whoever has an active key of this type already is passed over.";
pub const WORKFLOW_WHEN_TITLE: &str = "When does it run?";

pub fn retry(count: u32) -> String {
    format!(
        "Re-run for {}",
        if count == 1 { "1 failure".to_owned() } else { format!("{} failures", number(count)) }
    )
}

pub fn run_number(run: u32) -> String {
    format!("Run {}", number(run))
}

/// What a run came to.
pub fn run_sentence(invited: u32, skipped: u32) -> String {
    match skipped {
        0 => format!("{} invited", number(invited)),
        _ => format!("{} invited, {} passed over", number(invited), number(skipped)),
    }
}

pub fn run_title(workflow: &str, run: u32) -> String {
    format!("{workflow}: run {}", number(run))
}

/// When a schedule is due; `weekday` is 1 for Monday.
pub fn schedule(weekday: Option<u8>, minute: u16) -> String {
    let day = weekday.and_then(|day| WEEKDAYS.get(usize::from(day).checked_sub(1)?));
    let day = day.map_or_else(|| DAILY.to_owned(), |day| format!("Every {day}"));
    format!("{day}, {:02}:{:02} UTC", minute / 60, minute % 60)
}

pub fn workflow_made(name: &str) -> String {
    format!("The workflow {name} was made.")
}

/// Whom a workflow would invite now.
pub fn would_invite(to_invite: u32, of: u32) -> String {
    format!("As things are, {} of {} would be invited.", number(to_invite), users(of))
}

// The palette and the keys.
pub const ACTIONS: &str = "Do";
pub const EVERYWHERE: &str = "Everywhere";
pub const GO_TO: &str = "Go to";
pub const KEY_ESCAPE: &str = "Close what is open, or clear the search";
pub const KEY_HELP: &str = "Show these keys";
pub const KEY_PALETTE: &str = "Find a page, an action, a user or a group";
pub const KEY_SEARCH: &str = "Search this page";
pub const SEARCHING: &str = "Searching…";
pub const SHORTCUTS: &str = "Keyboard shortcuts";

pub fn nothing_matches(q: &str) -> String {
    format!("Nothing matches “{q}”.")
}

pub fn search_users_for(q: &str) -> String {
    format!("All users that match “{q}”")
}

// API keys and webhooks.

pub const ADD_WEBHOOK: &str = "Add the webhook";
pub const API_KEYS: &str = "API keys";
pub const API_KEYS_TEXT: &str = "How other programs are let in. A key acts for the admin who made it, within its scopes, and ends with that admin.";
pub const API_KEY_NAME: &str = "What is it for?";
pub const API_KEY_NAME_HINT: &str = "The audit log names the key by this.";
pub const ARRIVES: &str = "Arrives";
pub const COPY_SECRET: &str = "Copy the secret";
pub const DAYS_30: &str = "After 30 days";
pub const DAYS_365: &str = "After a year";
pub const DAYS_90: &str = "After 90 days";
pub const DELETE_WEBHOOK: &str = "Delete this webhook?";
pub const DELETE_WEBHOOK_TEXT: &str =
    "It is told nothing more, and what it was told is forgotten, what still waits included.";
pub const DELIVERED: &str = "Arrived";
pub const DELIVERIES: &str = "What it was told";
pub const DELIVERY_ID: &str = "webhook-id";
pub const DELIVERY_RETRIED: &str = "It is sent once more.";
pub const DELIVERY_WAITING: &str = "Waits";
pub const EDIT_WEBHOOK: &str = "Change";
pub const ENDS: &str = "When does it end?";
pub const FAILING: &str = "Does not arrive";
pub const GIVEN_UP: &str = "Given up";
pub const KEY_SECRET_TEXT: &str = "Programs send it as Authorization: Bearer, followed by the secret.";
pub const LAST_OUTCOME: &str = "Last try";
pub const LAST_TRY_FAILED: &str = "The last try failed:";
pub const LAST_USED: &str = "last used";
pub const MAKE_API_KEY: &str = "Make the key";
pub const NEVER_USED: &str = "never used";
pub const NEW_API_KEY: &str = "New API key";
pub const NEW_WEBHOOK: &str = "New webhook";
pub const NEXT_TRY_AT: &str = "Next try";
pub const NOTHING_TOLD: &str = "Nothing told yet";
pub const NO_API_KEYS: &str = "No API keys yet";
pub const NO_API_KEYS_TEXT: &str =
    "Whatever the console does, a program can do with a key: make one with the scopes it needs.";
pub const NO_DELIVERIES: &str = "Nothing was told yet";
pub const NO_DELIVERIES_TEXT: &str =
    "Send a test to see whether it arrives. Deliveries are kept for thirty days.";
pub const NO_END: &str = "Never ends";
pub const NO_WEBHOOKS: &str = "No webhooks yet";
pub const NO_WEBHOOKS_TEXT: &str =
    "Add the address of a system of yours, and it is told what happens as it happens.";
pub const ORPHANED: &str = "Its admin is blocked or gone";
pub const PAYLOAD: &str = "What is sent";
pub const READ_API: &str = "Read the API";
pub const RENEW_SECRET: &str = "Renew the secret";
pub const RENEW_SECRET_TEXT: &str = "The old secret signs nothing from that moment on: the receiver refuses what comes until it has the new one.";
pub const RETRY_DELIVERY: &str = "Send once more";
pub const REVOKE_TEXT: &str = "Programs that use it are refused from that moment on. This cannot be undone.";
pub const SCOPES: &str = "What may it do?";
pub const SEND_TEST_DELIVERY: &str = "Send a test";
pub const SHOWN_ONCE: &str = "Copy it now: it is not shown again.";
pub const SWITCHED_OFF: &str = "Off";
pub const TELL_EVERYTHING: &str = "Tell everything";
pub const TELL_EVERYTHING_HINT: &str = "Whatever goes into the audit log, also what later versions add.";
pub const TEST_SENT: &str = "A test is on its way.";
pub const TOLD: &str = "What is it told?";
pub const TRIES: &str = "Tries";
pub const WEBHOOKS: &str = "Webhooks";
pub const WEBHOOKS_TEXT: &str =
    "Other systems are told what happens: signed as Standard Webhooks, and again until it arrives.";
pub const WEBHOOK_DELETED: &str = "The webhook is deleted.";
pub const WEBHOOK_ENABLED: &str = "On";
pub const WEBHOOK_ENABLED_HINT: &str = "Off, it is told nothing; what waits is sent once it is on again.";
pub const WEBHOOK_SAVED: &str = "The webhook is changed.";
pub const WEBHOOK_SECRET_TEXT: &str = "The receiver needs it to check the signatures.";
pub const WEBHOOK_URL: &str = "Address";
pub const WEBHOOK_URL_HINT: &str = "Deliveries are sent there by POST.";

/// What a scope lets a key do.
pub fn scope(scope: Permission) -> &'static str {
    match scope {
        Permission::Own => "Its own account",
        Permission::SeePeople => "See users, groups, keys and computers",
        Permission::ManagePeople => "Add, change, import and delete them",
        Permission::HelpPeople => "Assign keys, invite, block and unblock",
        Permission::SeeAudit => "Read the audit log",
        Permission::SeeAdmins => "See admins and invitations of admins",
        Permission::ManageAdmins => "Invite, change and delete admins",
        Permission::Mail => "Read the inbox, which holds activation codes; set how mail leaves",
        Permission::Integrate => "Manage webhooks and API keys, with no more scopes than its own",
    }
}

/// How much a webhook is told.
pub fn told_of(actions: usize) -> String {
    match actions {
        0 => "Told everything".to_owned(),
        1 => "Told of 1 kind of event".to_owned(),
        _ => format!("Told of {actions} kinds of events"),
    }
}

pub fn chosen_of(chosen: usize, all: usize) -> String {
    format!("{chosen} of {all}")
}

pub fn ends(when: &str) -> String {
    format!("ends {when}")
}

pub fn made_by(name: &str) -> String {
    format!("made by {name}")
}

pub fn revoke_question(name: &str) -> String {
    format!("Revoke {name}?")
}

pub fn revoked(name: &str) -> String {
    format!("{name} is revoked.")
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(super::number(number), text);
        }
    }
}
