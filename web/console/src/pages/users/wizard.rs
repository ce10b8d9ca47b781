//! Where one is in a wizard: a step in the address, so that the browser's back and forward work – but never a step
//! that was not reached in this visit, and none but the last once things are done that cannot be undone by going back.

use leptos::prelude::*;
use pocketkey_kit::prelude::*;

/// A wizard's place. Copies are handles to the same wizard.
#[derive(Clone, Copy)]
pub struct Wizard {
    step: Memo<usize>,
    reached: RwSignal<usize>,
    finished: RwSignal<bool>,
    router: Router,
    path: StoredValue<String>,
    keys: &'static [&'static str],
}

impl Wizard {
    /// A wizard at `path`, whose steps are called `keys` in `?step=`; the first is the empty one.
    pub fn new(path: String, keys: &'static [&'static str]) -> Self {
        let router = use_router();
        let wanted = router.query("step");
        let reached = RwSignal::new(0);
        let finished = RwSignal::new(false);
        let step = Memo::new(move |_| {
            let wanted = wanted.with(|wanted| keys.iter().position(|key| key == wanted)).unwrap_or(0);
            if finished.get() { keys.len() - 1 } else { wanted.min(reached.get()) }
        });
        Self { step, reached, finished, router, path: StoredValue::new(path), keys }
    }

    /// Index of the current step.
    pub fn step(self) -> usize {
        self.step.get()
    }

    /// Goes to a step.
    pub fn go(self, step: usize) {
        self.reached.update(|reached| *reached = step.max(*reached));
        let path = self.path.get_value();
        let key = self.keys.get(step).copied().unwrap_or_default();
        self.leave(&if key.is_empty() { path } else { format!("{path}?step={key}") });
    }

    /// Whether any step but the first was reached.
    pub fn has_moved(self) -> bool {
        self.reached.get_untracked() > 0
    }

    /// Every step is there from the beginning.
    pub fn reach_all(self) {
        self.reached.set(self.keys.len() - 1);
    }

    /// Goes to another page.
    pub fn leave(self, address: &str) {
        self.router.go(address);
    }

    /// From now on there is only the last step.
    pub fn finish(self) {
        self.finished.try_set(true);
    }

    /// Whether there is only the last step.
    pub fn is_finished(self) -> bool {
        self.finished.get()
    }
}
