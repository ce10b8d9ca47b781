//! How mail leaves: the form, and a test mail.

use leptos::prelude::*;
use pocketkey_api::mail::{MailSettings, MailSetup, MailTest, MailTrial, MailVia, SmtpServer, TlsMode};
use pocketkey_kit::{api, prelude::*};

use super::trial::Trial;
use crate::{pages::settings::SettingsTabs, session::own_email, strings};

const PATH: &str = "/api/v1/settings/mail";

fn vias() -> [Choice<MailVia>; 2] {
    [
        Choice {
            value: MailVia::Inbox,
            key: "inbox",
            label: strings::via_inbox(),
            hint: strings::via_inbox_hint(),
        },
        Choice {
            value: MailVia::Server,
            key: "server",
            label: strings::via_server(),
            hint: strings::via_server_hint(),
        },
    ]
}

fn modes() -> [Choice<TlsMode>; 4] {
    [
        Choice { value: TlsMode::Starttls, key: "starttls", label: strings::tls_starttls(), hint: "" },
        Choice { value: TlsMode::Tls, key: "tls", label: strings::tls_first(), hint: "" },
        Choice { value: TlsMode::Opportunistic, key: "opportunistic", label: strings::tls_maybe(), hint: "" },
        Choice { value: TlsMode::None, key: "none", label: strings::tls_none(), hint: "" },
    ]
}

/// The page.
#[component]
pub fn MailSettingsPage() -> impl IntoView {
    let setup = load(|| api::get::<MailSetup>(PATH));
    // Drawn once: what somebody else saves meanwhile must not overwrite what is being typed here.
    let drawn = Memo::new(move |_| setup.with(|_| ()).is_some());
    let form = move || {
        if drawn.get() {
            let first = setup.with_untracked(Clone::clone);
            first.map(|first| view! { <SettingsForm first setup/> }.into_any())
        } else {
            Some(view! { <div class="card">{setup.show(|_| ().into_any())}</div> }.into_any())
        }
    };
    view! {
        <PageHeader title=strings::mail_settings() text=strings::mail_settings_text()/>
        <SettingsTabs/>
        {form}
    }
}

/// The form's fields.
#[derive(Clone, Copy)]
struct Fields {
    via: RwSignal<MailVia>,
    host: RwSignal<String>,
    port: RwSignal<String>,
    tls: RwSignal<TlsMode>,
    user: RwSignal<String>,
    password: RwSignal<String>,
    no_password: RwSignal<bool>,
    sender_name: RwSignal<String>,
    sender_address: RwSignal<String>,
    reply_to: RwSignal<String>,
    rate: RwSignal<String>,
}

impl Fields {
    fn new(settings: MailSettings) -> Self {
        let MailSettings { via, server, sender_name, sender_address, reply_to, rate } = settings;
        let text = RwSignal::<String>::new;
        Self {
            via: RwSignal::new(via),
            host: text(server.host),
            port: text(server.port.to_string()),
            tls: RwSignal::new(server.tls),
            user: text(server.user),
            password: text(String::new()),
            no_password: RwSignal::new(false),
            sender_name: text(sender_name),
            sender_address: text(sender_address),
            reply_to: text(reply_to),
            rate: text(rate.to_string()),
        }
    }

    /// As it goes to the appliance. What is no number is out of range, and the appliance says what the range is.
    fn settings(self) -> MailSettings {
        let typed = self.password.get_untracked();
        let password = match (typed.is_empty(), self.no_password.get_untracked()) {
            (true, false) => None,
            (true, true) => Some(String::new()),
            (false, _) => Some(typed),
        };
        MailSettings {
            via: self.via.get_untracked(),
            server: SmtpServer {
                host: self.host.get_untracked(),
                port: self.port.get_untracked().trim().parse().unwrap_or(0),
                tls: self.tls.get_untracked(),
                user: self.user.get_untracked(),
                password,
            },
            sender_name: self.sender_name.get_untracked(),
            sender_address: self.sender_address.get_untracked(),
            reply_to: self.reply_to.get_untracked(),
            rate: self.rate.get_untracked().trim().parse().unwrap_or(u32::MAX),
        }
    }

    /// The usual port moves with the encryption, as long as it is a usual one.
    fn follow_port(self) {
        Effect::watch(
            move || self.tls.get(),
            move |tls, _, _| {
                let usual = match tls {
                    TlsMode::Tls => "465",
                    TlsMode::Starttls | TlsMode::Opportunistic => "587",
                    TlsMode::None => "25",
                };
                if ["", "25", "465", "587"].contains(&self.port.get_untracked().trim()) {
                    self.port.set(usual.to_owned());
                }
            },
            false,
        );
    }
}

#[component]
fn SettingsForm(first: MailSetup, setup: Load<MailSetup>) -> impl IntoView {
    let MailSetup { settings, server_option, sender_option, .. } = first;
    let fields = Fields::new(settings);
    fields.follow_port();
    let (form, test) = (FormState::new(), FormState::new());
    let toasts = use_toasts();
    let save = move || {
        test.set_problem(None);
        let settings = fields.settings();
        form.send(async move { api::put(PATH, &settings).await }, move |saved: MailSetup| {
            setup.put(saved);
            fields.password.set(String::new());
            fields.no_password.set(false);
            toasts.say(strings::settings_saved());
        });
    };
    // A field may be at fault for saving or for testing.
    let error = move |field| {
        let (save, test) = (form.error(field), test.error(field));
        Signal::derive(move || save.get().or_else(|| test.get()))
    };
    let by_option = server_option.is_some();
    let server = move || {
        (!by_option && fields.via.get() == MailVia::Server)
            .then(|| view! { <ServerFields fields setup error=Callback::new(error)/> })
    };
    let where_to = match server_option {
        Some(server) => {
            view! { <Note test_id="server-option">{strings::server_option(&server)}</Note> }.into_any()
        }
        None => view! {
            <Choices name="via" legend=strings::via() options=vias().to_vec() value=fields.via wide=true/>
        }
        .into_any(),
    };
    view! {
        <Form on_submit=save class="max-w-3xl space-y-5" test_id="mail-settings">
            <FormProblem state=form/>
            <div class="card space-y-5 p-5">{where_to} {server}</div>
            <Card title=strings::sender() class="space-y-5 p-5">
                {sender_option.then(|| view! { <Note test_id="sender-option">{strings::sender_option()}</Note> })}
                <div class="grid gap-5 sm:grid-cols-2">
                    <TextField
                        name="sender_name"
                        label=strings::sender_name()
                        value=fields.sender_name
                        optional=true
                        disabled=sender_option
                        error=error("sender_name")
                    />
                    <TextField
                        name="sender_address"
                        label=strings::sender_address()
                        kind="email"
                        value=fields.sender_address
                        disabled=sender_option
                        error=error("sender_address")
                    />
                    <TextField
                        name="reply_to"
                        label=strings::reply_to()
                        kind="email"
                        hint=strings::reply_to_hint()
                        value=fields.reply_to
                        optional=true
                        error=error("reply_to")
                    />
                    <TextField
                        name="rate"
                        label=strings::rate()
                        kind="number"
                        hint=strings::rate_hint()
                        value=fields.rate
                        error=error("rate")
                    />
                </div>
            </Card>
            <div class="flex justify-end">
                <Button label=strings::save() kind=ButtonKind::Primary loading=form.busy() test_id="save"/>
            </div>
        </Form>
        <TestMail fields form test/>
    }
}

#[component]
fn ServerFields(
    fields: Fields,
    setup: Load<MailSetup>,
    error: Callback<&'static str, Signal<Option<String>>>,
) -> impl IntoView {
    let has_password = Signal::derive(move || setup.with(|setup| setup.has_password).unwrap_or(false));
    let readable = move || matches!(fields.tls.get(), TlsMode::None | TlsMode::Opportunistic);
    let warning = move || {
        readable().then(|| {
            view! { <Note tone=Tone::Warn test_id="unencrypted">{strings::leaves_unencrypted()}</Note> }
        })
    };
    let password = move || {
        let hint = if has_password.get() { strings::password_kept() } else { strings::password_if_wanted() };
        view! {
            <TextField
                name="password"
                label=strings::password()
                kind="password"
                autocomplete="new-password"
                hint
                optional=true
                value=fields.password
                error=error.run("password")
            />
        }
    };
    let forget = move || {
        has_password.get().then(|| {
            view! { <Switch name="no_password" label=strings::remove_password() value=fields.no_password/> }
        })
    };
    view! {
        <div class="grid gap-5 sm:grid-cols-[1fr_14rem_7rem]">
            <TextField
                name="host"
                label=strings::host()
                hint=strings::host_hint()
                value=fields.host
                error=error.run("host")
            />
            <Select name="tls" label=strings::tls() options=modes().to_vec() value=fields.tls/>
            <TextField name="port" label=strings::port() kind="number" value=fields.port error=error.run("port")/>
        </div>
        {warning}
        <div class="grid gap-5 sm:grid-cols-2">
            <TextField
                name="user"
                label=strings::user()
                optional=true
                value=fields.user
                error=error.run("user")
            />
            {password}
        </div>
        {forget}
    }
}

/// Sends a mail right now, as the form says.
#[component]
fn TestMail(fields: Fields, form: FormState, test: FormState) -> impl IntoView {
    let to = RwSignal::new(own_email());
    let outcome = RwSignal::new(None::<MailTrial>);
    let send = move || {
        form.set_problem(None);
        outcome.set(None);
        let asked = MailTest { to: to.get_untracked(), settings: Some(fields.settings()) };
        test.send(async move { api::post(&format!("{PATH}/test"), &asked).await }, move |trial| {
            outcome.set(Some(trial));
        });
    };
    view! {
        <Card title=strings::send_test() class="mt-5 max-w-3xl space-y-4 p-5">
            <p class="text-sm text-muted">{strings::send_test_text()}</p>
            <Form on_submit=send class="flex flex-wrap items-end gap-3">
                <div class="min-w-0 grow basis-60">
                    <TextField name="to" label=strings::test_to() kind="email" value=to error=test.error("to")/>
                </div>
                <Button label=strings::send_test() icon=IconKind::Mail loading=test.busy() test_id="send-test"/>
            </Form>
            <FormProblem state=test/>
            <div aria-live="polite">{move || outcome.get().map(|trial| view! { <Trial trial/> })}</div>
        </Card>
    }
}
