//! Live updates by server-sent events: a stream that reconnects for as long as the page wants it, and the console's
//! own stream of changes, handed to whichever page listens.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
    time::Duration,
};

use leptos::prelude::*;
use pocketkey_api::event::Event;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use crate::{card::Note, card::Tone, json, strings};

/// What a [`Stream`] tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamEvent<T> {
    /// Connected, for the first time or again: whatever happened before was missed.
    Open,
    /// Not connected; a new try follows by itself.
    Lost,
    /// A message.
    Message(T),
}

/// An open stream; dropping it closes it.
pub struct Stream {
    _line: Rc<Line>,
}

impl Stream {
    /// Opens the event stream at `url`, whose unnamed events are JSON of `T`. What cannot be read is passed over.
    pub fn open<T: DeserializeOwned + 'static>(url: &str, react: impl Fn(StreamEvent<T>) + 'static) -> Self {
        let told = move |raw: StreamEvent<String>| match raw {
            StreamEvent::Open => react(StreamEvent::Open),
            StreamEvent::Lost => react(StreamEvent::Lost),
            StreamEvent::Message(text) => {
                if let Some(message) = json::parse(&text) {
                    react(StreamEvent::Message(message));
                }
            }
        };
        let line = Rc::new(Line { url: url.to_owned(), told: Box::new(told), source: RefCell::default() });
        Line::connect(&line, RETRY);
        Self { _line: line }
    }
}

/// First pause before a new try where the browser has given up; it doubles up to [`RETRY_MOST`].
const RETRY: Duration = Duration::from_secs(1);
const RETRY_MOST: Duration = Duration::from_secs(15);

struct Line {
    url: String,
    told: Box<dyn Fn(StreamEvent<String>)>,
    source: RefCell<Option<Source>>,
}

struct Source {
    source: EventSource,
    _on_open: Closure<dyn Fn()>,
    _on_error: Closure<dyn Fn()>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
}

impl Drop for Source {
    fn drop(&mut self) {
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.set_onmessage(None);
        self.source.close();
    }
}

impl Line {
    fn connect(line: &Rc<Self>, retry: Duration) {
        let Ok(source) = EventSource::new(&line.url) else { return };
        let on_open = listener(line, |line| (line.told)(StreamEvent::Open));
        let closed = source.clone();
        let on_error = listener(line, move |line| {
            (line.told)(StreamEvent::Lost);
            // The browser tries again by itself unless the answer was an error.
            if closed.ready_state() == EventSource::CLOSED {
                let line = Rc::downgrade(line);
                let again = move || {
                    if let Some(line) = line.upgrade() {
                        Self::connect(&line, (retry * 2).min(RETRY_MOST));
                    }
                };
                set_timeout(again, retry);
            }
        });
        let weak = Rc::downgrade(line);
        let on_message: Closure<dyn Fn(MessageEvent)> = Closure::new(move |event: MessageEvent| {
            if let (Some(line), Some(text)) = (weak.upgrade(), event.data().as_string()) {
                (line.told)(StreamEvent::Message(text));
            }
        });
        source.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let source = Source { source, _on_open: on_open, _on_error: on_error, _on_message: on_message };
        line.source.replace(Some(source));
    }
}

fn listener(line: &Rc<Line>, react: impl Fn(&Rc<Line>) + 'static) -> Closure<dyn Fn()> {
    let line: Weak<Line> = Rc::downgrade(line);
    Closure::new(move || {
        if let Some(line) = line.upgrade() {
            react(&line);
        }
    })
}

/// The console's stream of changes.
#[derive(Clone, Copy)]
pub struct Live {
    lost: RwSignal<bool>,
    next: StoredValue<u64>,
    listeners: StoredValue<Vec<(u64, Callback<Event>)>>,
}

impl Live {
    fn tell(self, event: &Event) {
        for (_, listener) in self.listeners.try_get_value().unwrap_or_default() {
            listener.run(event.clone());
        }
    }

    /// Whether the connection is lost right now.
    #[must_use]
    pub fn lost(self) -> Signal<bool> {
        self.lost.into()
    }
}

/// Opens `/api/v1/events` for as long as the calling component lives; [`use_event`] and [`Banner`] need it.
pub fn provide_events() {
    let live = Live {
        lost: RwSignal::new(false),
        next: StoredValue::new(0),
        listeners: StoredValue::new(Vec::new()),
    };
    provide_context(live);
    let stream = Stream::open("/api/v1/events", move |event| match event {
        StreamEvent::Open => {
            live.lost.try_set(false);
            live.tell(&Event::Lagged);
        }
        StreamEvent::Lost => {
            live.lost.try_set(true);
        }
        StreamEvent::Message(event) => live.tell(&event),
    });
    StoredValue::new_local(stream); // dropped, and so closed, with the component
}

/// Calls `react` with every change while the calling component lives. [`Event::Lagged`] also comes after a
/// (re)connection: fetch everything shown again.
pub fn use_event(react: impl Fn(Event) + Send + Sync + 'static) {
    let Some(live) = use_context::<Live>() else { return };
    let id = live.next.get_value();
    live.next.set_value(id + 1);
    live.listeners.update_value(|all| all.push((id, Callback::new(react))));
    on_cleanup(move || {
        live.listeners.try_update_value(|all| all.retain(|(other, _)| *other != id));
    });
}

/// So much later than a change what it changed is fetched.
const SOON: Duration = Duration::from_millis(500);

/// Calls `fetch` soon after a change that `wanted` picks out; what changes until then is fetched with it.
pub fn use_changes(
    wanted: impl Fn(&Event) -> bool + Send + Sync + 'static,
    fetch: impl Fn() + Copy + Send + Sync + 'static,
) {
    let waits = StoredValue::new(false);
    use_event(move |event| {
        if !wanted(&event) || waits.get_value() {
            return;
        }
        waits.set_value(true);
        let soon = move || {
            // The component may be gone by now.
            if waits.try_set_value(false).is_none() {
                fetch();
            }
        };
        set_timeout(soon, SOON);
    });
}

/// A connection that is back sooner is not worth a word.
const PATIENCE: Duration = Duration::from_secs(2);

/// Says so while the connection is lost.
#[component]
pub fn Banner() -> impl IntoView {
    let lost = use_context::<Live>().map(Live::lost);
    let said = RwSignal::new(false);
    Effect::new(move |earlier: Option<Option<TimeoutHandle>>| {
        if let Some(Some(timer)) = earlier {
            timer.clear();
        }
        if lost.is_some_and(|lost| lost.get()) {
            let say = move || {
                said.try_set(true);
            };
            set_timeout_with_handle(say, PATIENCE).ok()
        } else {
            said.set(false);
            None
        }
    });
    let note = move || {
        said.get().then(|| {
            view! {
                <div class="pb-4">
                    <Note tone=Tone::Warn test_id="connection-lost">
                        {strings::connection_lost()}
                    </Note>
                </div>
            }
        })
    };
    view! { <div class="banner" role="status">{note}</div> }
}
