//! Icons: our own line drawings on a 24-unit grid, decorative (hidden from assistive technology).

use leptos::prelude::*;

/// Which icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say what is drawn")]
pub enum IconKind {
    Alert,
    Block,
    Box,
    Card,
    Chart,
    Check,
    Clip,
    Computer,
    Copy,
    Close,
    Columns,
    Down,
    Download,
    Edit,
    External,
    Fingerprint,
    Flow,
    Globe,
    Groups,
    Inbox,
    Info,
    Key,
    Keyboard,
    Left,
    Log,
    Mail,
    Moon,
    Outbox,
    Pause,
    Phone,
    Play,
    Plus,
    Pocketkey,
    Refresh,
    Right,
    Search,
    Settings,
    Shield,
    SignOut,
    Sun,
    Trash,
    Upload,
    Usb,
    User,
    Users,
}

impl IconKind {
    const fn path(self) -> &'static str {
        match self {
            Self::Alert => "M12 3.5 2.5 20h19L12 3.5ZM12 10v4.5M12 17.3v.2",
            Self::Block => "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM5.7 5.7l12.6 12.6",
            Self::Box => "M12 3 4 7.2v9.6L12 21l8-4.2V7.2L12 3ZM4.3 7.3 12 11.5l7.7-4.2M12 11.5V21",
            Self::Card => "M3 5.5h18v13H3zM3 9.5h18M6.5 14.5h4",
            Self::Chart => "M4 20h16M6.5 16.5v-5M12 16.5v-11M17.5 16.5v-8",
            Self::Check => "m4.5 12.5 5 5 10-11",
            Self::Clip => {
                "M20 11.5 12.5 19a5 5 0 0 1-7-7L13 4.5a3.3 3.3 0 0 1 4.7 4.7l-7.3 7.3a1.6 1.6 0 0 1-2.3-2.3L14.5 8"
            }
            Self::Computer => "M3 4.5h18v12H3zM8.5 20.5h7M12 16.5v4",
            Self::Copy => "M9 9h11v11H9zM5 15H4V4h11v1",
            Self::Close => "m6 6 12 12M18 6 6 18",
            Self::Columns => "M4 4.5h16v15H4zM9.3 4.5v15M14.7 4.5v15",
            Self::Download => "M12 4v11M7 10.5l5 5 5-5M4.5 20h15",
            Self::Edit => "M4 20h4L19.5 8.5l-4-4L4 16v4ZM13 7l4 4",
            Self::Upload => "M12 15.5v-11M7 9l5-5 5 5M4.5 20h15",
            Self::Down => "M5.5 9.5 12 16l6.5-6.5",
            Self::External => "M13.5 4H20v6.5M20 4l-9 9M17 14v6H4V7h6",
            Self::Fingerprint => {
                "M6 18.5c1-2 1.3-4.3 1.3-6.5a4.7 4.7 0 0 1 9.4 0c0 1.5-.1 3-.4 4.5M12 12c0 3-.5 6-1.8 8.5M15.3 19.5l-.4 1.3M3.5 14.5c.3-.8.4-1.7.4-2.5a8 8 0 0 1 16.2 0c0 1.3-.1 2.7-.3 4"
            }
            Self::Flow => "M4 4h6v5H4zM14 15h6v5h-6zM7 9v4.5a4 4 0 0 0 4 4h3M10 6.5h3a4 4 0 0 1 4 4V15",
            Self::Globe => {
                "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM3.5 12h17M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9S9 6 12 3Z"
            }
            Self::Groups => {
                "M9 15A5.5 5.5 0 1 1 9 4a5.5 5.5 0 0 1 0 11ZM15 20a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Z"
            }
            Self::Inbox => "m3 13 3-8h12l3 8v6H3v-6ZM3 13h5.5l1.5 2.5h4l1.5-2.5H21",
            Self::Info => "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM12 11v5.5M12 7.5v.2",
            Self::Key => "M20 9a5 5 0 1 1-10 0 5 5 0 0 1 10 0ZM11.4 12.6 3.5 20.5M6.5 17.5l2 2M16.5 8.5h.01",
            Self::Keyboard => {
                "M2.5 6h19v12h-19zM6 9.7h.01M9 9.7h.01M12 9.7h.01M15 9.7h.01M18 9.7h.01M8 14.3h8"
            }
            Self::Left => "M14.5 5.5 8 12l6.5 6.5",
            Self::Log => "M5 3.5h14v17H5zM8.5 8h7M8.5 12h7M8.5 16h4",
            Self::Mail => "M3 5.5h18v13H3zM3.5 6.5 12 13l8.5-6.5",
            Self::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z",
            Self::Outbox => {
                "m3 13 3-6h2M16 7h2l3 6v6H3v-6ZM3 13h5.5l1.5 2.5h4l1.5-2.5H21M12 11.5V3.5M9 6.5l3-3 3 3"
            }
            Self::Pause => "M8.5 5v14M15.5 5v14",
            Self::Phone => {
                "M8 2.5h8A1.5 1.5 0 0 1 17.5 4v16a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 20V4A1.5 1.5 0 0 1 8 2.5ZM10.5 18.5h3"
            }
            Self::Play => "M7 4.5v15l12-7.5L7 4.5Z",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Pocketkey => "M4 4h16v8a8 8 0 0 1-16 0V4ZM14 9.5a2 2 0 1 1-4 0 2 2 0 0 1 4 0ZM12 11.5V15",
            Self::Refresh => "M20 12a8 8 0 1 1-2.4-5.7L20 8.5M20 4v4.5h-4.5",
            Self::Right => "M9.5 5.5 16 12l-6.5 6.5",
            Self::Search => "M17 10.5a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0ZM20.5 20.5l-5.3-5.3",
            Self::Settings => "M4 7h9M17 7h3M4 17h3M11 17h9M13 5v4M11 15v4M17 5v4h-4V5zM7 15h4v4H7z",
            Self::Shield => {
                "M12 3 4.5 6v6c0 4.5 3 7.5 7.5 9 4.5-1.5 7.5-4.5 7.5-9V6L12 3ZM8.5 12l2.5 2.5 4.5-5"
            }
            Self::SignOut => "M14 4H5v16h9M10 12h11M17.5 8.5 21 12l-3.5 3.5",
            Self::Sun => {
                "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"
            }
            Self::Trash => "M4 6.5h16M9 6V3.5h6V6M6.5 6.5l1 14h9l1-14M10 10.5v6M14 10.5v6",
            Self::Usb => "M8 9V3.5h8V9M6.5 9h11v7a5.5 5.5 0 0 1-11 0V9ZM10.5 5.8v.4M13.5 5.8v.4",
            Self::User => "M16 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM4.5 20.5c.7-4 3.7-6.5 7.5-6.5s6.8 2.5 7.5 6.5",
            Self::Users => {
                "M12.5 8a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0ZM2.5 20c.6-3.8 3.2-6 6.5-6s5.9 2.2 6.5 6M16 4.8a3.5 3.5 0 0 1 0 6.4M18.3 14.4c1.8.9 2.9 2.8 3.2 5.6"
            }
        }
    }
}

/// An icon in the text's colour, 1.25 rem unless a class says otherwise.
#[component]
pub fn Icon(
    /// Which one.
    kind: IconKind,
    /// Size and colour classes.
    #[prop(default = "size-5")]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg
            class=class
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="1.75"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=kind.path()></path>
        </svg>
    }
}
