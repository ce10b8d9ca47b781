//! Importing users from CSV (A10).

use crate::{api_type, user::UserStatus};

api_type! {
    /// What a column of the file is.
    #[derive(Copy, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum ImportField {
        /// The organisation's own number for the person.
        ExternalId,
        /// Sign-in name.
        Username,
        /// Full name.
        Name,
        /// First name; with the last name it makes the full name.
        GivenName,
        /// Last name.
        FamilyName,
        /// E-mail address.
        Email,
        /// Names of groups, separated by `|` or `;`.
        Groups,
    }
}

impl ImportField {
    /// Every field there is.
    pub const ALL: [Self; 7] = [
        Self::ExternalId,
        Self::Username,
        Self::Name,
        Self::GivenName,
        Self::FamilyName,
        Self::Email,
        Self::Groups,
    ];

    /// Its name in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::ExternalId => "external_id",
            Self::Username => "username",
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Email => "email",
            Self::Groups => "groups",
        }
    }

    /// The field of that name.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.key() == key)
    }
}

api_type! {
    /// What tells that a row is about a user there is already.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum MatchBy {
        /// The same username.
        Username,
        /// The same e-mail address.
        Email,
        /// The same user ID.
        ExternalId,
    }
}

api_type! {
    /// `POST /api/v1/imports/preview`: what is in a file.
    pub struct ImportPreview {
        /// The headings, in order.
        pub columns: Vec<String>,
        /// What each column seems to be, by its heading.
        pub suggested: Vec<Option<ImportField>>,
        /// The first rows.
        pub sample: Vec<Vec<String>>,
        /// How many rows there are, without the headings.
        pub rows: u32,
        /// What separates the columns: `,`, `;` or a tab.
        pub delimiter: String,
    }
}

/// The word for a status in an export.
#[must_use]
pub const fn status_word(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Active => "active",
        UserStatus::Pending => "pending",
        UserStatus::NotInvited => "not invited",
        UserStatus::Blocked => "blocked",
    }
}
