//! What of the users is shown, and how: all of it is in the address, so that it survives a reload, can be shared, and
//! back goes back.

use leptos::prelude::*;
use pocketkey_api::user::{HasKey, Standing, UserFilter, UserSort};
use pocketkey_kit::{api, prelude::*};

use crate::strings;

/// Where the columns chosen last are remembered in this browser.
const STORAGE: &str = "pocketkey-user-columns";

/// A column that can be shown beside the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Col {
    Username,
    UserId,
    Status,
    Groups,
    Keys,
    Added,
}

impl Col {
    /// Every one, in the order in which they stand.
    pub const ALL: [Self; 6] =
        [Self::Username, Self::UserId, Self::Status, Self::Groups, Self::Keys, Self::Added];
    /// Those shown unless others are chosen.
    const DEFAULT: [Self; 3] = [Self::Status, Self::Groups, Self::Keys];

    /// Its name in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::UserId => "user_id",
            Self::Status => "status",
            Self::Groups => "groups",
            Self::Keys => "keys",
            Self::Added => "added",
        }
    }

    /// Its words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Username => strings::username(),
            Self::UserId => strings::user_id(),
            Self::Status => strings::status(),
            Self::Groups => strings::groups(),
            Self::Keys => strings::keys(),
            Self::Added => strings::added(),
        }
    }

    /// Where there is room for it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Status => "w-px whitespace-nowrap",
            Self::Keys => "hidden tabular-nums text-muted sm:table-cell",
            Self::Username | Self::UserId | Self::Groups => "hidden md:table-cell",
            Self::Added => "hidden whitespace-nowrap text-muted md:table-cell",
        }
    }

    /// The orders that go with it, up and down.
    pub const fn sorts(self) -> Option<[UserSort; 2]> {
        match self {
            Self::Username => Some([UserSort::Username, UserSort::UsernameDown]),
            Self::Added => Some([UserSort::Added, UserSort::AddedDown]),
            _ => None,
        }
    }
}

/// Which users, in which order, with which columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub filter: UserFilter,
    pub sort: UserSort,
    pub columns: Vec<Col>,
}

impl View {
    /// What an address says, `get` giving its parameters; `remembered` = the columns where it says nothing of them.
    pub fn read(get: impl Fn(&'static str) -> String, remembered: &str) -> Self {
        let text = |name| Some(get(name)).filter(|value| !value.is_empty());
        let filter = UserFilter {
            search: get("q"),
            status: text("status").and_then(|key| Standing::ALL.into_iter().find(|it| it.key() == key)),
            group: text("group").map(|id| id.as_str().into()),
            key: text("key").and_then(|key| HasKey::ALL.into_iter().find(|it| it.key() == key)),
        };
        let sort = get("sort");
        let sort = UserSort::ALL.into_iter().find(|it| it.key() == sort).unwrap_or(UserSort::Username);
        let columns = text("columns").unwrap_or_else(|| remembered.to_owned());
        Self { filter, sort, columns: columns_of(&columns) }
    }

    /// Its address.
    pub fn address(&self) -> String {
        let sort = if self.sort == UserSort::Username { "" } else { self.sort.key() };
        let columns = if self.columns == Col::DEFAULT { String::new() } else { columns_text(&self.columns) };
        self.with_query("/users", &[("q", &self.filter.search), ("sort", sort), ("columns", &columns)])
    }

    /// The address of the list in the API.
    pub fn list_path(&self) -> String {
        self.filter_path("/api/v1/users", &[("sort", self.sort.key())])
    }

    /// The address of something in the API that takes the filter, and of `own` parameters.
    pub fn filter_path(&self, path: &str, own: &[(&str, &str)]) -> String {
        self.with_query(&api::with_query(path, own.iter().copied()), &[("search", &self.filter.search)])
    }

    /// `path` with `own` and the conditions that are called the same everywhere.
    fn with_query(&self, path: &str, own: &[(&str, &str)]) -> String {
        let shared = [
            ("status", self.filter.status.map_or("", Standing::key)),
            ("group", self.filter.group.as_ref().map_or("", |id| &id.0)),
            ("key", self.filter.key.map_or("", HasKey::key)),
        ];
        api::with_query(path, own.iter().copied().chain(shared))
    }

    /// Whether everybody is shown.
    pub fn is_all(&self) -> bool {
        self.filter == UserFilter::default()
    }
}

fn columns_of(text: &str) -> Vec<Col> {
    match text {
        "" => Col::DEFAULT.to_vec(),
        text => Col::ALL.into_iter().filter(|col| text.split(',').any(|key| key == col.key())).collect(),
    }
}

/// What `columns_of` reads; no column at all has a word, too.
fn columns_text(columns: &[Col]) -> String {
    match columns {
        [] => "none".to_owned(),
        columns => columns.iter().map(|col| col.key()).collect::<Vec<_>>().join(","),
    }
}

/// What the address says now.
pub fn use_view() -> Memo<View> {
    let router = use_router();
    let names = ["q", "status", "group", "key", "sort", "columns"];
    let values = names.map(|name| (name, router.query(name)));
    let storage = move || window().local_storage().ok().flatten();
    let remembered =
        storage().and_then(|storage| storage.get_item(STORAGE).ok().flatten()).unwrap_or_default();
    Memo::new(move |_| {
        let get = |wanted: &'static str| {
            values.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.get()).unwrap_or_default()
        };
        View::read(get, &remembered)
    })
}

/// Remembers columns in this browser, for the next time that an address says nothing of them.
pub fn remember(columns: &[Col]) {
    if let Ok(Some(storage)) = window().local_storage() {
        drop(storage.set_item(STORAGE, &columns_text(columns)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_filter_is_passed_over() {
        let view = View::read(
            |name| match name {
                "q" => "ada".into(),
                "status" => "stale".into(),
                "key" => "shoe".into(),
                "sort" => "-name".into(),
                "columns" => "keys,shoe,username".into(),
                _ => String::new(),
            },
            "",
        );
        assert_eq!(view.filter.status, Some(Standing::Stale));
        assert_eq!((view.filter.key, view.filter.group.clone()), (None, None));
        assert_eq!((view.sort, view.columns), (UserSort::NameDown, vec![Col::Username, Col::Keys]));
    }

    #[test]
    fn columns_are_remembered_even_if_there_are_none() {
        assert_eq!(columns_of(""), Col::DEFAULT);
        assert_eq!(columns_of(&columns_text(&[])), []);
        assert_eq!(columns_of(&columns_text(&Col::ALL)), Col::ALL);
        assert!(View::read(|_| String::new(), "added").is_all());
    }
}
