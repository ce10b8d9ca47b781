//! Which keys are shown, and how: all of it is in the address.

use leptos::prelude::*;
use pocketkey_api::key::{KeyKind, KeySort, KeyStanding};
use pocketkey_kit::{api, prelude::*};

use crate::strings;

/// The tabs: those active, those invited, all.
pub const TABS: [Tab; 3] = [
    Tab { key: "active", label: strings::active },
    Tab { key: "pending", label: strings::pending },
    Tab { key: "all", label: strings::tab_all },
];

/// Which keys, in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub tab: &'static str,
    pub search: String,
    pub kind: Option<KeyKind>,
    pub group: String,
    /// Within the tab of all.
    pub status: Option<KeyStanding>,
    pub sort: KeySort,
}

impl View {
    /// What an address says, `get` giving its parameters.
    pub fn read(get: impl Fn(&'static str) -> String) -> Self {
        let (tab, status, sort) = (get("tab"), get("status"), get("sort"));
        Self {
            tab: TABS.iter().find(|it| it.key == tab).map_or(TABS[0].key, |it| it.key),
            search: get("q"),
            kind: KeyKind::parse(&get("kind")),
            group: get("group"),
            status: KeyStanding::ALL.into_iter().find(|it| it.key() == status),
            sort: KeySort::ALL.into_iter().find(|it| it.key() == sort).unwrap_or(KeySort::AddedDown),
        }
    }

    /// Its address.
    pub fn address(&self) -> String {
        let tab = if self.tab == TABS[0].key { "" } else { self.tab };
        let sort = if self.sort == KeySort::AddedDown { "" } else { self.sort.key() };
        let status = self.status.map_or("", KeyStanding::key);
        self.with_query("/keys", &[("tab", tab), ("q", &self.search), ("status", status), ("sort", sort)])
    }

    /// The address of a page of it in the API.
    pub fn page_path(&self, limit: usize, after: &str) -> String {
        let status = match self.tab {
            "all" => self.status.map_or("", KeyStanding::key),
            tab => tab,
        };
        let own = [
            ("limit", &*limit.to_string()),
            ("sort", self.sort.key()),
            ("after", after),
            ("search", &self.search),
            ("status", status),
        ];
        self.with_query("/api/v1/keys", &own)
    }

    /// Whether nothing but the tab says which keys.
    pub fn is_whole_tab(&self) -> bool {
        self.search.is_empty() && self.kind.is_none() && self.group.is_empty() && self.status.is_none()
    }

    fn with_query(&self, path: &str, own: &[(&str, &str)]) -> String {
        let shared = [("kind", self.kind.map_or("", KeyKind::key)), ("group", &self.group)];
        let mut address = path.to_owned();
        let mut sign = '?';
        for (name, value) in own.iter().chain(&shared).filter(|(_, value)| !value.is_empty()) {
            address.push_str(&format!("{sign}{name}={}", api::encode(value)));
            sign = '&';
        }
        address
    }
}

/// What the address says now.
pub fn use_view() -> Memo<View> {
    let router = use_router();
    let names = ["tab", "q", "kind", "group", "status", "sort"];
    let values = names.map(|name| (name, router.query(name)));
    Memo::new(move |_| {
        View::read(|wanted| {
            values.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.get()).unwrap_or_default()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_filter_is_passed_over() {
        let view = View::read(|name| match name {
            "tab" => "all".into(),
            "kind" => "usb_key".into(),
            "status" => "odd".into(),
            "sort" => "-name".into(),
            _ => String::new(),
        });
        assert_eq!((view.tab, view.kind, view.status), ("all", Some(KeyKind::UsbKey), None));
        assert_eq!(view.sort, KeySort::NameDown);
        assert!(View::read(|_| String::new()).is_whole_tab() && !view.is_whole_tab());
    }
}
