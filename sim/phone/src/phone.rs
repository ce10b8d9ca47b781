//! Starting a phone and touching it.

use std::path::PathBuf;

use pocketkey_api::{
    PhoneId,
    sandbox::{AuthenticatorSettings, Script, ScriptMode, SimulatedPhone, Touch},
};
use pocketkey_push_service::PushService;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::{
    actor::{Actor, Command},
    memory::{Memory, MemoryError},
};

/// What a simulated phone is.
#[derive(Debug, Clone)]
pub struct PhoneOptions {
    /// Its id among the simulated phones.
    pub id: PhoneId,
    /// The model it reports, for example `Pixel 9 (simulated)`.
    pub model: String,
    /// The operating system it reports.
    pub os: String,
    /// Where it reaches the appliance. `None`: where the scanned link says; a typed pairing key needs it.
    pub server: Option<String>,
    /// The folder that keeps its keys and credentials; `None`: they live as long as the process.
    pub data: Option<PathBuf>,
    /// Where it subscribes, so that it can be called while it sleeps.
    pub push: Option<PushService>,
    /// How its person behaves at first.
    pub script: ScriptMode,
    /// How its authenticator works at first.
    pub authenticator: AuthenticatorSettings,
}

/// A running phone; dropping it switches it off.
#[derive(Debug)]
pub struct Phone {
    commands: mpsc::Sender<Command>,
    screen: watch::Receiver<SimulatedPhone>,
    task: JoinHandle<()>,
}

impl Phone {
    /// Switches a phone on.
    ///
    /// # Errors
    /// [`MemoryError`] if its folder cannot be read or written.
    pub fn start(options: PhoneOptions) -> Result<Self, MemoryError> {
        let memory = Memory::open(options.data.as_deref())?;
        let (commands, incoming) = mpsc::channel(16);
        let (actor, screen) = Actor::new(options, memory)?;
        let task = tokio::spawn(actor.run(incoming));
        Ok(Self { commands, screen, task })
    }

    /// The person touches the screen. What comes of it shows in [`Phone::watch`].
    pub async fn touch(&self, touch: Touch) {
        let _ = self.commands.send(Command::Touch(touch)).await;
    }

    /// Changes how the person behaves by themselves; holds for a request on screen too.
    pub async fn script(&self, script: Script) {
        let _ = self.commands.send(Command::Script(script)).await;
    }

    /// Switches the phone's network on or off.
    pub async fn online(&self, online: bool) {
        let _ = self.commands.send(Command::Online(online)).await;
    }

    /// Puts the phone to sleep: it leaves the relay until it is called by a push, touched, or woken. It hears calls only
    /// if it could subscribe to them.
    pub async fn asleep(&self, asleep: bool) {
        let _ = self.commands.send(Command::Asleep(asleep)).await;
    }

    /// Takes the phone away from its computers, or back. There is no beacon: this stands for hearing one or not.
    pub async fn far(&self, far: bool) {
        let _ = self.commands.send(Command::Far(far)).await;
    }

    /// Changes how the authenticator works; its credentials stay. As after a restart: a request on screen is given up.
    /// Computers learn of it with the next answer, or when their key is plugged in.
    pub async fn set_authenticator(&self, settings: AuthenticatorSettings) {
        let _ = self.commands.send(Command::Authenticator(settings)).await;
    }

    /// What the phone shows, now and at every change.
    pub fn watch(&self) -> watch::Receiver<SimulatedPhone> {
        self.screen.clone()
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.task.abort();
    }
}
