//! Every word of the site, in one place, so that a translation can follow.

pub const PRODUCT: &str = "Pocketkey";
pub const SKIP: &str = "Skip to the content";
pub const NOT_FOUND: &str = "There is no such page";
pub const NOT_FOUND_TEXT: &str = "Check the address, or start from one of these:";
pub const CONNECTION_LOST: &str = "Connection lost. What you see may be out of date; trying again…";
pub const NO_SANDBOX: &str = "This appliance is not a sandbox";
pub const NO_SANDBOX_TEXT: &str =
    "Start one with “pocketkey sandbox”: it brings a simulated phone, a computer and a demo site.";

// Activation.
pub const ACTIVATE: &str = "Activate your phone";
pub const ACTIVATE_LEAD: &str = "invites you to make your phone your security key.";
pub const ACTIVATE_HOW: &str = "Go on with your phone";
pub const ACTIVATE_STEPS: [&str; 3] = [
    "Open the Pocketkey app on your phone.",
    "Scan this code – or open this very link on the phone.",
    "Done. Sign in with your phone from now on.",
];
pub const ACTIVATE_NOTHING_YET: &str =
    "Opening this page has used up nothing. The invitation works once, until a phone takes it.";
pub const ACTIVATE_EXPIRES: &str = "The invitation ends in";
pub const ACTIVATE_QR: &str = "QR code of this page's link";
pub const COPY_LINK: &str = "Copy the link";
pub const SIMULATED: &str = "Or with a simulated phone of this sandbox";
pub const SIMULATED_NONE: &str = "Every simulated phone of this sandbox is activated already.";
pub const TO_SANDBOX: &str = "Try it in the sandbox";
pub const LINK_INCOMPLETE: &str = "This link is incomplete";
pub const LINK_INCOMPLETE_TEXT: &str = "Part of it got lost, perhaps in a line break of the mail. Copy the whole link, or scan the QR code of the mail.";
pub const ASK_ADMIN: &str = "Ask your administrator for a new invitation.";
pub const REDEEMED: &str = "This invitation has been used";
pub const REDEEMED_TEXT: &str =
    "A phone was activated with it. If that was not you, tell your administrator at once.";
pub const EXPIRED: &str = "This invitation has expired";
pub const LOCKED: &str = "This invitation is locked";
pub const LOCKED_TEXT: &str = "A wrong pairing key was typed too often.";
pub const VOIDED: &str = "A newer invitation has replaced this one";
pub const VOIDED_TEXT: &str = "Look for the latest mail from your organisation, and use the link in it.";
pub const UNKNOWN_CODE: &str = "This invitation is not known here";
pub const UNKNOWN_CODE_TEXT: &str =
    "The link may be damaged or from another appliance. Copy it again, whole.";

// Pairing.
pub const PAIR: &str = "Pair your phone with a computer";
pub const PAIR_TEXT: &str = "Scan the code that the computer shows with the Pocketkey app on your phone.";

// The phones' page.
pub const PHONES: &str = "Simulated phones";

// The demo site.
pub const DEMO: &str = "Demo site";
pub const DEMO_TEXT: &str = "A relying party to try sign-in with";
pub const ACCOUNT: &str = "Account name";
pub const FIRST_ACCOUNT: &str = "ada";
pub const SECURITY_KEY: &str = "Security key";
pub const SECURITY_KEY_TEXT: &str = "A second factor for the account above.";
pub const PASSKEY: &str = "Passkey";
pub const PASSKEY_TEXT: &str = "Signs in without a name; the phone is unlocked.";
pub const REGISTER: &str = "Register";
pub const SIGN_IN: &str = "Sign in";
pub const CREATE_PASSKEY: &str = "Create a passkey";
pub const SIGN_IN_PASSKEY: &str = "Sign in with a passkey";
pub const CANCEL: &str = "Cancel";
pub const IDLE: &str = "Nothing has happened yet. Register first, then sign in.";
pub const WAITING: &str = "Waiting for the phone";
pub const WAITING_TEXT: &str = "Approve the request there.";
pub const WAITING_SHOW: &str = "Show the phone";
pub const DETAILS: &str = "What the site verified";
pub const DETAIL_ACCOUNT: &str = "Account";
pub const DETAIL_VERIFIED: &str = "User verified (UV)";
pub const DETAIL_COUNTER: &str = "Signature counter";
pub const DETAIL_AAGUID: &str = "Model (AAGUID)";
pub const DETAIL_ATTESTATION: &str = "Attestation";
pub const DETAIL_CREDENTIAL: &str = "Credential";
pub const YES: &str = "yes";
pub const NO: &str = "no";
pub const AAGUID_HIDDEN: &str = "hidden by the browser";

// What went wrong.
pub const DENIED: &str = "Denied on the phone";
pub const DENIED_TEXT: &str = "“Deny” was pressed there, or the phone refused by itself. Nothing was signed.";
pub const TIMED_OUT: &str = "Nobody answered in time";
pub const TIMED_OUT_TEXT: &str = "Look at the phone and try again.";
pub const ABORTED: &str = "Cancelled";
pub const ABORTED_TEXT: &str = "The request was taken back; the phone was told.";
pub const DENIED_OR_LATE: &str = "Not allowed";
pub const DENIED_OR_LATE_TEXT: &str =
    "The request was denied on the phone, or could not reach it. Browsers do not tell sites which.";
pub const EXCLUDED: &str = "Already registered";
pub const EXCLUDED_TEXT: &str =
    "The phone holds a credential of this account. Sign in with it, or take another account name.";
pub const NO_PHONE: &str = "No phone is paired with this computer";
pub const NO_PHONE_TEXT: &str = "Activate a phone and let it scan the computer's code first.";
pub const PHONE_OFFLINE: &str = "The phone is offline";
pub const PHONE_OFFLINE_TEXT: &str =
    "The request waited for it until the time was over. Switch its network on and try again.";
pub const BLOCKED: &str = "This security key is blocked";
pub const BLOCKED_TEXT: &str = "An administrator blocked it. Ask your organisation to unblock it.";
pub const UNREACHABLE: &str = "The appliance cannot be reached";
pub const UNREACHABLE_TEXT: &str = "Check that it is running, then try again.";
pub const BUSY: &str = "The phone is busy with another request";
pub const BUSY_TEXT: &str = "Answer that one, or wait until its time is over.";
pub const OVERLOADED: &str = "The appliance carries as many requests as it can";
pub const OVERLOADED_TEXT: &str = "Try again in a moment.";
pub const NO_CREDENTIAL: &str = "The phone has no credential for this account";
pub const NO_CREDENTIAL_TEXT: &str = "Register it first.";
pub const UNSUPPORTED: &str = "Not supported";
pub const UNSUPPORTED_TEXT: &str = "The site asks for something that the phone cannot do.";
pub const FULL: &str = "The phone is full";
pub const FULL_TEXT: &str = "It holds as many passkeys as it can.";
pub const NOT_UNLOCKED: &str = "The phone was not unlocked";
pub const NOT_UNLOCKED_TEXT: &str = "The request needs a fingerprint or PIN that the phone accepts.";
pub const TOO_LONG: &str = "Too many credentials";
pub const TOO_LONG_TEXT: &str =
    "This account has more of them than fit into one request. Take another account name.";
pub const UNREADABLE: &str = "The phone could not read the request";
pub const UNREADABLE_TEXT: &str = "It was damaged or too old. Are both clocks right?";
pub const INTERRUPTED: &str = "The request was interrupted";
pub const INTERRUPTED_TEXT: &str = "The phone was restarted before it could answer. Try again.";
pub const TAMPERED: &str = "The answer is not from the paired phone";
pub const TAMPERED_TEXT: &str =
    "It was changed on the way, or comes from another device. It was thrown away.";
pub const NONSENSE: &str = "The phone's answer makes no sense";
pub const NONSENSE_TEXT: &str = "It was thrown away. Please report this.";
pub const BAD_OPTIONS: &str = "The site's request cannot be read";
pub const BAD_OPTIONS_TEXT: &str = "Reload the page: it may be older than the appliance.";
pub const ORIGIN: &str = "The site's name does not fit its address";
pub const ORIGIN_TEXT: &str = "Open this page at the appliance's own address.";
pub const NO_WEBAUTHN: &str = "This browser cannot use security keys here";
pub const NO_WEBAUTHN_TEXT: &str = "It needs a current browser, and HTTPS or localhost.";
pub const BROWSER: &str = "The browser refused";

// The stand-in.
pub const STAND_IN: &str = "No virtual security key on this machine: this page uses an in-page stand-in.";
pub const STAND_IN_MORE: &str = "What that means, and how to get the real key";
pub const STAND_IN_TEXT: &str = "The stand-in sends the same CTAP2 requests, sealed, through the same relay to the same phone as the real key. But it answers this demo site only, not other sites or programs.";
pub const STAND_IN_NAME: &str = "Browser tab";
pub const STAND_IN_OS: &str = "Browser";
pub const STAND_IN_REFUSED: &str = "The appliance does not accept this stand-in.";
pub const STAND_IN_BLOCKED: &str =
    "An administrator blocked this computer. Ask your organisation to unblock it.";
pub const PAIRING_UNANSWERED: &str = "The phone did not answer the pairing.";
pub const AGAIN: &str = "Try again";

// States of the key.
pub const KEY: &str = "Key";
pub const KEY_DISABLED: &str = "The key is switched off";
pub const KEY_READY: &str = "Ready";
pub const KEY_STARTING: &str = "Starting…";
pub const KEY_PAIRING: &str = "Pairing with the phone…";
pub const KEY_NO_PHONE: &str = "No phone is paired";
pub const KEY_PHONE_OFFLINE: &str = "The phone is offline";
pub const KEY_UNREACHABLE: &str = "No connection";
pub const KEY_UNREACHABLE_DETAIL: &str = "to the appliance; trying again…";
pub const KEY_FAILED: &str = "Not ready";
pub const INVITATION: &str = "Let a phone scan this";
pub const INVITATION_QR: &str = "QR code for pairing a phone with this page";

// The sandbox.
pub const SANDBOX: &str = "Sandbox";
pub const SANDBOX_TEXT: &str =
    "Sign in to a web site with a phone. Everything on the way is real; only the phone is simulated.";
pub const OPEN_CONSOLE: &str = "Console";
pub const OPEN_INBOX: &str = "Inbox";
pub const NEW_TAB: &str = "(opens in a new tab)";
pub const HINTS: &str = "Try it";
pub const HINT_REGISTER: &str = "Register";
pub const HINT_REGISTER_TEXT: &str = "at the demo site";
pub const HINT_APPROVE: &str = "Approve";
pub const HINT_APPROVE_TEXT: &str = "on the phone";
pub const HINT_SIGN_IN: &str = "Sign in";
pub const HINT_SIGN_IN_TEXT: &str = "and approve again";
pub const HINT_DONE: &str = "Signed in with a phone. Try “Deny”, switch its network off, or let it sleep.";
pub const BROWSER_ON_COMPUTER: &str = "Browser on the computer";
pub const PHONE: &str = "Phone";
pub const FLOW: &str = "What happens";
pub const FLOW_BROWSER: &str = "Browser";
pub const FLOW_BROWSER_TEXT: &str = "WebAuthn";
pub const FLOW_KEY: &str = "Key";
pub const FLOW_STAND_IN: &str = "Stand-in";
pub const FLOW_RELAY: &str = "Relay";
pub const FLOW_RELAY_TEXT: &str = "sealed";
pub const FLOW_PHONE: &str = "Phone";
pub const FLOW_IDLE: &str = "Nothing is under way.";
pub const FLOW_SENT: &str = "The request is sealed for the phone; the relay passes on what it cannot read.";
pub const FLOW_ASKS: &str = "The phone asks its owner.";
pub const FLOW_UNLOCKS: &str = "Approved. The phone wants to be unlocked.";
pub const FLOW_DONE: &str = "The phone signed, and the site has verified the signature.";
pub const FLOW_FAILED: &str = "The answer came back: no signature.";
pub const SCRIPT: &str = "The person with the phone";
pub const SCRIPT_ASK: &str = "is you";
pub const SCRIPT_APPROVE: &str = "always approves";
pub const SCRIPT_DENY: &str = "always denies";
pub const SCRIPT_IGNORE: &str = "never looks";
pub const NETWORK: &str = "Network";
pub const NETWORK_TITLE: &str = "Without a network the phone hears nothing.";
pub const ASLEEP: &str = "Asleep";
pub const ASLEEP_TITLE: &str =
    "Asleep the phone is not connected. A request calls it by a push; a touch wakes it, too.";
pub const FAR: &str = "Far away";
pub const FAR_TITLE: &str =
    "Far from the computer. The phone refuses then, if its key's settings demand Bluetooth proximity.";

/// `Hello Ada Lovelace`.
pub fn hello(name: &str) -> String {
    format!("Hello {name}")
}

/// A button that lets a simulated phone take an invitation.
pub fn activate_on(model: &str) -> String {
    format!("Activate on {model}")
}

/// A button that lets a simulated phone scan a computer's code.
pub fn pair_on(model: &str) -> String {
    format!("Pair {model}")
}

/// A phone took the invitation.
pub fn activated_on(model: &str) -> String {
    format!("{model} is activated.")
}

/// The end of a registration.
pub fn registered(account: &str) -> String {
    format!("Registered {account}")
}

/// The end of a sign-in.
pub fn signed_in(account: &str) -> String {
    format!("Signed in as {account}")
}

/// What follows a registration.
pub const REGISTERED_TEXT: &str = "The site now knows the phone. Next: sign in.";
/// What a sign-in means.
pub const SIGNED_IN_TEXT: &str = "The phone's signature is verified.";

/// A status of CTAP without words of its own.
pub fn ctap_status(status: u8) -> String {
    format!("The phone answered with CTAP status 0x{status:02x}.")
}

/// With which phone the key is paired.
pub fn paired_with(model: &str, code: &str) -> String {
    format!("with {model}, code {code}")
}
