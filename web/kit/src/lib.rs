//! What the console and the site are made of: about twenty small accessible components on the design tokens of
//! `kit.css`, the API client, and live updates.
//!
//! The content security policy allows no inline styles or scripts: there is no `style=` attribute here, looks are
//! classes of `kit.css`. Every control is a native element, named for assistive technology, and carries a
//! `data-testid` where its caller gives it a `test_id`.

pub mod api;
pub mod button;
pub mod card;
pub mod chart;
pub mod copy;
pub mod dialog;
pub mod dom;
pub mod drawer;
pub mod events;
pub mod field;
pub mod form;
pub mod icon;
mod json;
pub mod lang;
pub mod lazy;
pub mod list;
pub mod load;
pub mod page;
pub mod palette;
pub mod qr;
pub mod router;
pub mod search;
pub mod shell;
pub mod shortcuts;
pub mod steps;
mod strings;
pub mod table;
pub mod tabs;
pub mod theme;
pub mod time;
pub mod toast;
pub mod webauthn;

/// All components and handles, for `use pocketkey_kit::prelude::*`.
pub mod prelude {
    pub use crate::button::{Button, ButtonKind, LinkButton};
    pub use crate::card::{Badge, Card, EmptyState, Note, ProblemNote, Skeleton, Tone};
    pub use crate::copy::CopyButton;
    pub use crate::dialog::{Dialog, DialogButtons};
    pub use crate::drawer::{Drawer, fact};
    pub use crate::events::{Banner, Live, provide_events, use_changes, use_event};
    pub use crate::field::{Choice, Choices, Select, Switch, TextArea, TextField};
    pub use crate::form::{Form, FormProblem, FormState};
    pub use crate::icon::{Icon, IconKind};
    pub use crate::lang::LanguageToggle;
    pub use crate::lazy::{lazy, lazy_piece};
    pub use crate::list::{List, load_list};
    pub use crate::load::{Load, load};
    pub use crate::page::{PageHeader, StepHeading};
    pub use crate::palette::{Palette, PaletteItem};
    pub use crate::qr::{PairingKey, Qr};
    pub use crate::router::{Router, provide_router, use_router};
    pub use crate::search::{SearchField, use_search};
    pub use crate::shell::{AppShell, NavItem};
    pub use crate::shortcuts::{Shortcut, ShortcutRow, ShortcutSheet, use_shortcuts};
    pub use crate::steps::Steps;
    pub use crate::table::{Column, RowLink, Sort, Table};
    pub use crate::tabs::{PageTabs, Tab, Tabs, use_tab};
    pub use crate::theme::ThemeToggle;
    pub use crate::time::{Countdown, RelativeTime, provide_clock};
    pub use crate::toast::{ToastRegion, Toasts, provide_toasts, use_toasts};
}
