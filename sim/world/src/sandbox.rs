//! The sandbox: its phone, its computer, and how they come to be.

use std::{
    convert::Infallible,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::http::HeaderValue;
use pocketkey_api::{
    PhoneId,
    sandbox::{
        AuthenticatorSettings, KeyState, Sandbox as View, SandboxKey, SandboxKeyKind, Screen, ScriptMode,
        SimulatedPhone, Touch,
    },
};
use pocketkey_key::{
    computer::{Computer, ComputerOptions, Controls, KeepState, StateError, View as ComputerView},
    uhid::Availability,
};
use pocketkey_phone::{MemoryError, Phone, PhoneOptions};
use pocketkey_push_service::PushService;
use pocketkey_relay_client::{Rest, RestError};
use tokio::{sync::watch, time};

use crate::organisation::{self, Admin};

/// The one phone there is.
const PHONE: &str = "phone-1";
/// How long the phone may take to activate or to pair with everything on one machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a sandbox is made.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// Where its devices reach the appliance, for example `http://127.0.0.1:8080`.
    pub server: String,
    /// The appliance's set-up token, while it has no admin.
    pub setup_token: Option<String>,
    /// The folder that keeps the admin's password, the phone and the computer.
    pub data: PathBuf,
    /// Whether to make a real virtual key where the kernel lets us.
    pub uhid: bool,
}

/// Why a sandbox does not come up.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The appliance refused, or cannot be reached.
    #[error("the sandbox cannot be filled: {0}")]
    Rest(#[from] RestError),
    /// The admin's password can be neither read nor kept.
    #[error("the sandbox cannot keep its admin's password: {0}")]
    Admin(#[from] std::io::Error),
    /// The push service.
    #[error("the simulated push service does not start: {0}")]
    Push(std::io::Error),
    /// The phone's folder.
    #[error("the simulated phone does not start: {0}")]
    Phone(#[from] MemoryError),
    /// The computer.
    #[error("the simulated computer does not start: {0}")]
    Computer(#[from] StateError),
    /// An invitation on screen came without codes.
    #[error("the appliance gave no codes for an invitation on screen")]
    NoCodes,
    /// The phone did not take the invitation or the pairing.
    #[error("the simulated phone did not {0} in time; it shows: {1:?}")]
    Stuck(&'static str, Box<Screen>),
}

/// A sandbox; clones share it.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    options: SandboxOptions,
    admin: Admin,
    phone: OnceLock<Phone>,
    key: OnceLock<Controls>,
    view: watch::Sender<View>,
}

impl Sandbox {
    /// A sandbox with nothing in it yet: [`Sandbox::run`] fills it once the appliance serves.
    ///
    /// # Errors
    /// [`SandboxError::Admin`] if the data folder does not keep the admin's password.
    pub fn new(options: SandboxOptions) -> Result<Self, SandboxError> {
        let admin = Admin::load_or_make(&options.data)?;
        let (kind, missing) = match Availability::check() {
            _ if !options.uhid => {
                (SandboxKeyKind::StandIn, "The virtual security key is switched off (--no-uhid).".to_owned())
            }
            Availability::Available => (SandboxKeyKind::Uhid, String::new()),
            Availability::Missing { advice } | Availability::NotPermitted { advice } => {
                (SandboxKeyKind::StandIn, advice)
            }
        };
        let key = SandboxKey {
            kind,
            state: KeyState::NoPhone,
            missing: (kind == SandboxKeyKind::StandIn).then_some(missing),
        };
        let view = watch::channel(View { phones: Vec::new(), key }).0;
        Ok(Self(Arc::new(Inner { options, admin, phone: OnceLock::new(), key: OnceLock::new(), view })))
    }

    /// Fills the sandbox and keeps it alive; call it once, when the appliance serves. Returns only if it cannot.
    ///
    /// # Errors
    /// [`SandboxError`].
    pub async fn run(&self) -> Result<Infallible, SandboxError> {
        let options = &self.0.options;
        let push = PushService::start().await.map_err(SandboxError::Push)?;
        let phone = self.start_phone(push)?;
        let mut screen = phone.watch();
        if let Some(token) = &options.setup_token {
            let mut rest = Rest::new(&options.server);
            self.0.admin.set_up(&mut rest, token).await?;
            let text = organisation::seed(&rest).await?;
            phone.touch(Touch::Scan { text }).await;
            wait_for("activate", &mut screen, |screen| matches!(screen, Screen::Home { .. })).await?;
        }
        let real = self.0.view.borrow().key.kind == SandboxKeyKind::Uhid;
        let computer = if real { Some(self.start_computer(phone).await?) } else { None };
        if let Some(computer) = &computer {
            let _ = self.0.key.set(computer.controls());
        }
        let mut key = computer.as_ref().map(Computer::state);
        loop {
            self.0.view.send_modify(|view| {
                view.phones = vec![screen.borrow_and_update().clone()];
                if let Some(key) = &mut key {
                    view.key.state = key.borrow_and_update().state;
                }
            });
            tokio::select! {
                _ = screen.changed() => {}
                () = changed(&mut key) => {}
            }
        }
    }

    /// The whole sandbox, now and at every change.
    pub fn view(&self) -> watch::Receiver<View> {
        self.0.view.subscribe()
    }

    /// The phone with this id.
    pub fn phone(&self, id: &PhoneId) -> Option<&Phone> {
        self.0.phone.get().filter(|_| id.0 == PHONE)
    }

    /// What a person can do to the virtual key, where there is one.
    pub fn controls(&self) -> Option<&Controls> {
        self.0.key.get()
    }

    /// Signs a browser in to the console as the seeded admin: the `Set-Cookie` line.
    ///
    /// # Errors
    /// [`RestError`].
    pub async fn sign_in(&self) -> Result<HeaderValue, RestError> {
        self.0.admin.sign_in(&self.0.options.server).await
    }
}

impl Sandbox {
    fn start_phone(&self, push: PushService) -> Result<&Phone, SandboxError> {
        let options = &self.0.options;
        let phone = Phone::start(PhoneOptions {
            id: PHONE.into(),
            model: "Pixel 9 (simulated)".to_owned(),
            os: "Android 16".to_owned(),
            server: Some(options.server.clone()),
            data: Some(options.data.join("phones").join(PHONE)),
            push: Some(push),
            script: ScriptMode::Ask,
            authenticator: AuthenticatorSettings::default(),
        })?;
        Ok(self.0.phone.get_or_init(|| phone))
    }

    /// The computer with its real key, paired with the phone.
    async fn start_computer(&self, phone: &Phone) -> Result<Computer, SandboxError> {
        let options = &self.0.options;
        let computer = Computer::start(ComputerOptions {
            keep: KeepState::InFolder(options.data.join("computer")),
            plug_in: true,
            ..ComputerOptions::new(&options.server, "This computer")
        })?;
        if computer.state().borrow().phone.is_none() {
            let text = computer.pairing_text().await;
            let mut screen = phone.watch();
            phone.touch(Touch::Scan { text }).await;
            let paired =
                |screen: &Screen| matches!(screen, Screen::Home { computers, .. } if !computers.is_empty());
            wait_for("pair with the computer", &mut screen, paired).await?;
        }
        Ok(computer)
    }
}

/// Waits until the phone's screen is as it should be.
async fn wait_for(
    what: &'static str,
    phone: &mut watch::Receiver<SimulatedPhone>,
    arrived: impl Fn(&Screen) -> bool,
) -> Result<(), SandboxError> {
    let waited = time::timeout(PATIENCE, phone.wait_for(|phone| arrived(&phone.screen))).await;
    if matches!(waited, Ok(Ok(_))) {
        return Ok(());
    }
    drop(waited);
    Err(SandboxError::Stuck(what, Box::new(phone.borrow().screen.clone())))
}

async fn changed(key: &mut Option<watch::Receiver<ComputerView>>) {
    if let Some(key) = key
        && key.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}
