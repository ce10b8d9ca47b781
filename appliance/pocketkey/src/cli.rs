//! The command line.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use pocketkey_api::sandbox::{PhoneVerification, ScriptMode};
use pocketkey_server::proxy::TrustedProxy;

use crate::logging::LogFormat;

/// Turns the phones people already carry into FIDO2 security keys.
#[derive(Debug, Parser)]
#[command(
    version,
    propagate_version = true,
    after_help = "\
To see it all at once, with no phone and no hardware:

    pocketkey sandbox

Every option can also be given as an environment variable, POCKETKEY_ and its name."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// What to log: off, error, warn, info, debug, trace, or per module as in "info,pocketkey_server=debug".
    #[arg(long, env = "POCKETKEY_LOG", default_value = "info", global = true)]
    pub log: String,

    /// How log lines look.
    #[arg(long, env = "POCKETKEY_LOG_FORMAT", value_enum, default_value = "text", global = true)]
    pub log_format: LogFormat,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the appliance: console, activation, relay and mail, for one organisation.
    #[command(after_help = "\
The first start prints a one-time link: open it, choose a password, and add people.
Everything is kept in the data folder; to move the appliance, stop it and copy the folder.")]
    Serve(ServeOptions),

    /// Run everything at once with a seeded organisation and a simulated phone on screen.
    #[command(after_help = "\
Open the address it prints, register at the demo site, and approve on the phone beside it.
Where this machine has /dev/uhid, the key is real and every browser and FIDO tool sees it.")]
    Sandbox(SandboxOptions),

    /// Run a relay node beside an appliance: more machines for more devices, joined by NATS.
    #[command(after_help = "\
The appliance runs as pocketkey serve --nats with the same servers. A load balancer sends /api/v1/relay to
the relay nodes and everything else to the appliance. A relay node keeps nothing: start and stop it at will.
While the appliance is down, phones and computers that are paired go on signing in.")]
    Relay(RelayOptions),

    /// Make this computer use a phone as its security key (Linux).
    #[command(after_help = "\
Shows a QR code here and on a page of this computer; scan it with an activated phone. Then leave this
running: it is the key. It needs /dev/uhid, which pocketkey udev sees to, and says what is missing.")]
    Pair(PairOptions),

    /// Let an ordinary user of this computer plug the key in and use it: show how, or install it (Linux).
    #[command(after_help = "\
Without --install it prints a script with every step: the group, the kernel's module, the udev rule.
With sudo, the user is the one who called sudo.")]
    Udev(UdevOptions),

    /// Run a simulated phone in this terminal.
    #[command(after_help = "\
Lines typed here are what its person does: approve, deny, unlock, wrong (finger), quit, or the
text of a QR code, a link, or a 12-digit pairing key, to activate it or to pair it with a computer.")]
    Phone(PhoneOptions),

    /// Check the log of what admins did, or write it down; also while the appliance runs.
    Audit {
        /// What to do with it.
        #[command(subcommand)]
        command: AuditCommand,
    },

    /// Ask a running appliance whether it is well; used by the container's health check.
    Health(HealthOptions),
}

/// Options that `serve` and `sandbox` share.
#[derive(Debug, Args)]
pub struct ServeOptions {
    /// The folder that keeps everything.
    #[arg(long, env = "POCKETKEY_DATA", value_name = "DIR", default_value = "pocketkey-data")]
    pub data: PathBuf,

    /// Where the console and the API listen.
    #[arg(long, env = "POCKETKEY_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// How it speaks HTTPS.
    #[command(flatten)]
    pub tls: TlsOptions,

    /// A proxy in front, by address or network (10.0.0.0/8): X-Forwarded-For of its requests says whom they are from, for
    /// limits, logs and lists of sessions. May be given several times, or separated by commas [default: none is believed].
    #[arg(
        long = "trusted-proxy",
        env = "POCKETKEY_TRUSTED_PROXY",
        value_name = "CIDR",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<TrustedProxy>,

    /// The address people and phones reach it at [default: http(s)://localhost and the port listened on].
    #[arg(long, env = "POCKETKEY_URL", value_name = "URL")]
    pub url: Option<String>,

    /// Where the built-in SMTP sink listens.
    #[arg(
        long,
        env = "POCKETKEY_SMTP_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:2525"
    )]
    pub smtp_listen: SocketAddr,

    /// The sink's certificate chain for STARTTLS, a PEM file [default: a self-signed one, made at every start].
    #[arg(long, env = "POCKETKEY_SMTP_CERT", value_name = "FILE", requires = "smtp_key")]
    pub smtp_cert: Option<PathBuf>,

    /// The key of --smtp-cert, a PEM file.
    #[arg(long, env = "POCKETKEY_SMTP_KEY", value_name = "FILE", requires = "smtp_cert")]
    pub smtp_key: Option<PathBuf>,

    /// The one name and password that logs in at the sink; nobody has to log in [default: any].
    #[arg(long, env = "POCKETKEY_SMTP_LOGIN", value_name = "NAME:PASSWORD", hide_env_values = true)]
    pub smtp_login: Option<String>,

    /// How long mails stay in the inbox: 12h, 30d.
    #[arg(long, env = "POCKETKEY_INBOX_KEEP", value_name = "TIME", default_value = "30d", value_parser = duration)]
    pub inbox_keep: Duration,

    /// How many mails stay in the inbox; older ones are deleted.
    #[arg(long, env = "POCKETKEY_INBOX_MOST", value_name = "COUNT", default_value = "10000", value_parser = clap::value_parser!(u32).range(1..))]
    pub inbox_most: u32,

    /// The mail server to send invitations through, as smtp://user:password@host:587?tls=required or smtps://…
    /// [default: what the console says under Settings, at first the built-in sink, shown in the console's Inbox].
    #[arg(long, env = "POCKETKEY_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// A file that holds --smtp-url, so that its password is on no command line.
    #[arg(long, env = "POCKETKEY_SMTP_URL_FILE", value_name = "FILE", conflicts_with = "smtp_url")]
    pub smtp_url_file: Option<PathBuf>,

    /// The sender of the appliance's mails, as Pocketkey <pocketkey@example.org> [default: what the console says under
    /// Settings].
    #[arg(long, env = "POCKETKEY_MAIL_FROM", value_name = "SENDER")]
    pub mail_from: Option<String>,

    /// The NATS servers by which relay nodes (pocketkey relay) join in, as nats://user:password@host:4222 or tls://host,
    /// separated by commas [default: this node is the only one].
    #[arg(long, env = "POCKETKEY_NATS", value_name = "URL", value_delimiter = ',', hide_env_values = true)]
    pub nats: Vec<String>,

    /// A file with the credentials for the NATS servers.
    #[arg(long, env = "POCKETKEY_NATS_CREDS", value_name = "FILE", requires = "nats")]
    pub nats_creds: Option<PathBuf>,

    /// How long an invitation works: 30m, 24h, 7d.
    #[arg(long, env = "POCKETKEY_ACTIVATION_TTL", value_name = "TIME", default_value = "24h", value_parser = duration)]
    pub activation_ttl: Duration,
}

/// Options of whatever listens for HTTP.
#[derive(Debug, Args)]
pub struct TlsOptions {
    /// The certificate chain of HTTPS, a PEM file; read at the start [default: plain HTTP, for a proxy that speaks TLS].
    #[arg(long, env = "POCKETKEY_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// The key of --tls-cert, a PEM file.
    #[arg(long, env = "POCKETKEY_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

impl TlsOptions {
    /// The two files, if there are any.
    pub fn identity(self) -> Option<(PathBuf, PathBuf)> {
        self.tls_cert.zip(self.tls_key)
    }
}

/// Options of `sandbox`.
#[derive(Debug, Args)]
pub struct SandboxOptions {
    /// As for `serve`.
    #[command(flatten)]
    pub serve: ServeOptions,

    /// Make no virtual key even where it is possible; the demo page then uses its stand-in.
    #[arg(long, env = "POCKETKEY_NO_UHID")]
    pub no_uhid: bool,
}

/// Options of `relay`.
#[derive(Debug, Args)]
pub struct RelayOptions {
    /// The NATS servers that the appliance is on, as nats://user:password@host:4222 or tls://host, separated by commas.
    #[arg(
        long,
        env = "POCKETKEY_NATS",
        value_name = "URL",
        value_delimiter = ',',
        required = true,
        hide_env_values = true
    )]
    pub nats: Vec<String>,

    /// A file with the credentials for them.
    #[arg(long, env = "POCKETKEY_NATS_CREDS", value_name = "FILE")]
    pub nats_creds: Option<PathBuf>,

    /// A proxy in front, by address or network (10.0.0.0/8): X-Forwarded-For of its requests says whom they are from, for
    /// limits. May be given several times, or separated by commas [default: none is believed].
    #[arg(
        long = "trusted-proxy",
        env = "POCKETKEY_TRUSTED_PROXY",
        value_name = "CIDR",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<TrustedProxy>,

    /// Where phones and computers connect.
    #[arg(long, env = "POCKETKEY_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8081")]
    pub listen: SocketAddr,

    /// How it speaks HTTPS.
    #[command(flatten)]
    pub tls: TlsOptions,
}

/// Options of `phone`.
#[derive(Debug, Args)]
pub struct PhoneOptions {
    /// Where the phone reaches the appliance [default: where the scanned link says].
    #[arg(long, env = "POCKETKEY_SERVER", value_name = "URL")]
    pub server: Option<String>,

    /// The folder that keeps its keys and credentials [default: forgotten at the end].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Scan this first: a link, the text of a QR code, or a 12-digit pairing key. May be given twice, to activate
    /// and then to pair.
    #[arg(long, value_name = "TEXT")]
    pub scan: Vec<String>,

    /// What its person does with a request by themselves.
    #[arg(long, value_enum, default_value = "ask")]
    pub mode: Mode,

    /// The model it reports.
    #[arg(long, default_value = "Simulated phone")]
    pub model: String,

    /// Where its person is verified.
    #[arg(long, value_enum, default_value = "phone")]
    pub verification: Verification,
}

/// Where a simulated phone verifies its person.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Verification {
    /// On the phone, by unlocking it.
    Phone,
    /// By a PIN typed at the computer.
    Pin,
    /// Either.
    PhoneAndPin,
}

impl From<Verification> for PhoneVerification {
    fn from(verification: Verification) -> Self {
        match verification {
            Verification::Phone => Self::Phone,
            Verification::Pin => Self::Pin,
            Verification::PhoneAndPin => Self::PhoneAndPin,
        }
    }
}

/// What a simulated person does by themselves.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Mode {
    /// Waits for a line typed here.
    Ask,
    /// Approves and unlocks at once.
    Approve,
    /// Denies at once.
    Deny,
    /// Never looks.
    Ignore,
}

impl From<Mode> for ScriptMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Ask => Self::Ask,
            Mode::Approve => Self::Approve,
            Mode::Deny => Self::Deny,
            Mode::Ignore => Self::Ignore,
        }
    }
}

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Find out whether an entry was edited, removed or moved.
    #[command(after_help = "\
Each entry holds a hash over itself and the one before, and the last one is sealed with the appliance's
secret. A check says OK with the number of entries and the last one's hash, the head; or it names the
first entry that is wrong, and how, and exits with 1.

The secret is in the same folder. Against somebody who can read it, note the head elsewhere from time
to time and give it to a later check: whatever came before it cannot have been written anew.

    pocketkey audit verify --data /var/lib/pocketkey
    pocketkey audit verify --data /var/lib/pocketkey --head 3f7a…")]
    Verify(AuditVerify),

    /// Write the whole log to the standard output, newest first.
    #[command(after_help = "    pocketkey audit export --format csv > audit.csv")]
    Export(AuditExport),
}

/// Options of `audit verify`.
#[derive(Debug, Args)]
pub struct AuditVerify {
    /// The appliance's data folder.
    #[arg(long, env = "POCKETKEY_DATA", value_name = "DIR", default_value = "pocketkey-data")]
    pub data: PathBuf,

    /// The head that an earlier check said: the log must still hold it.
    #[arg(long, value_name = "HASH")]
    pub head: Option<String>,
}

/// Options of `audit export`.
#[derive(Debug, Args)]
pub struct AuditExport {
    /// The appliance's data folder.
    #[arg(long, env = "POCKETKEY_DATA", value_name = "DIR", default_value = "pocketkey-data")]
    pub data: PathBuf,

    /// As what.
    #[arg(long, value_enum, default_value = "json")]
    pub format: ExportFormat,
}

/// How a log is written down.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ExportFormat {
    /// For spreadsheets; a cell that one would run as a formula has an apostrophe before it.
    Csv,
    /// An object a line.
    Json,
}

/// Options of `health`.
#[derive(Debug, Args)]
pub struct HealthOptions {
    /// Where the appliance listens.
    #[arg(long, env = "POCKETKEY_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

/// Options of `pair`.
#[derive(Debug, Args)]
pub struct PairOptions {
    /// The appliance's address.
    #[arg(long, env = "POCKETKEY_SERVER", value_name = "URL")]
    pub server: String,

    /// The folder that keeps this computer's keys and its pairing [default: ~/.local/state/pocketkey].
    #[arg(long, env = "POCKETKEY_STATE", value_name = "DIR")]
    pub state: Option<PathBuf>,

    /// What the phone calls this computer [default: its host name].
    #[arg(long)]
    pub name: Option<String>,

    /// Pair another phone in place of the present one; asks first.
    #[arg(long)]
    pub pair_again: bool,

    /// Replace the paired phone without asking.
    #[arg(long, short)]
    pub yes: bool,

    /// Plug no virtual security key in: only pair, and show the state.
    #[arg(long)]
    pub no_key: bool,

    /// How long a person has to answer a request: at most 2m.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub answer_within: Duration,

    /// How long a request waits for a phone that is offline; 0s fails at once [default: as --answer-within].
    #[arg(long, value_name = "TIME", value_parser = duration_or_none)]
    pub wait_for_phone: Option<Duration>,
}

/// Options of `udev`.
#[derive(Debug, Args)]
pub struct UdevOptions {
    /// Do it, as root.
    #[arg(long)]
    pub install: bool,

    /// Who may plug a key in from now on [default: whoever runs this].
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
}

/// A number and a unit: s, m, h or d.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a time such as 90s, 30m, 24h or 7d");
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    match number.checked_mul(seconds) {
        Some(0) | None => Err(wrong()),
        Some(seconds) => Ok(Duration::from_secs(seconds)),
    }
}

/// The same, or `0s`.
fn duration_or_none(text: &str) -> Result<Duration, String> {
    if text == "0s" { Ok(Duration::ZERO) } else { duration(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration_or_none("0s"), Ok(Duration::ZERO));
        assert_eq!(duration("7d"), Ok(Duration::from_secs(7 * 86_400)));
        for wrong in ["", "24", "h", "0h", "-1h", "24 h", "99999999999999999999d"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
