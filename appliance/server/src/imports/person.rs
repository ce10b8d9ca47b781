//! A row as a person.

use pocketkey_api::import::ImportField;

use super::Row;
use crate::export::unguard;

/// What a row says of a person; `None` = no such column, or an empty cell.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Person {
    /// The line of the file.
    pub line: u32,
    /// User ID.
    pub external_id: Option<String>,
    /// Username.
    pub username: Option<String>,
    /// Full name, put together if need be.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Groups, as written.
    pub groups: Option<String>,
}

impl Person {
    /// What `row` says, its columns being `mapping`.
    ///
    /// # Errors
    /// If the row has more or fewer cells than there are headings, how many it has.
    pub fn of(row: Row, mapping: &[Option<ImportField>], width: usize) -> Result<Self, (u32, usize)> {
        let Row { line, cells } = row;
        let needed = cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
        if cells.len() < width || needed > width {
            return Err((line, cells.len()));
        }
        let mut person = Self { line, ..Self::default() };
        let (mut given, mut family) = (None, None);
        for (cell, field) in cells.into_iter().zip(mapping) {
            let value = Some(unguard(cell.trim()).to_owned()).filter(|value| !value.is_empty());
            match field {
                None => {}
                Some(ImportField::ExternalId) => person.external_id = value,
                Some(ImportField::Username) => person.username = value,
                Some(ImportField::Name) => person.name = value,
                Some(ImportField::GivenName) => given = value,
                Some(ImportField::FamilyName) => family = value,
                Some(ImportField::Email) => person.email = value,
                Some(ImportField::Groups) => person.groups = value,
            }
        }
        if person.name.is_none() {
            let parts: Vec<String> = given.into_iter().chain(family).collect();
            person.name = Some(parts.join(" ")).filter(|name| !name.is_empty());
        }
        Ok(person)
    }

    /// Whether the row says nothing at all.
    pub fn is_blank(&self) -> bool {
        *self == Self { line: self.line, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: [Option<ImportField>; 4] =
        [Some(ImportField::Username), None, Some(ImportField::GivenName), Some(ImportField::FamilyName)];

    fn person(cells: &[&str]) -> Result<Person, (u32, usize)> {
        let cells = cells.iter().map(|cell| (*cell).to_owned()).collect();
        Person::of(Row { line: 7, cells }, &MAPPING, 4)
    }

    #[test]
    fn cells_go_where_the_mapping_says() {
        let ada = person(&[" ada ", "x", "Ada", "Lovelace"]).unwrap();
        let expected = Person {
            line: 7,
            username: Some("ada".into()),
            name: Some("Ada Lovelace".into()),
            ..Person::default()
        };
        assert_eq!(ada, expected);
        assert_eq!(person(&["ada", "", "", " "]).unwrap().name, None);
        assert_eq!(person(&["ada", "", "", "L", "", ""]).unwrap().name.as_deref(), Some("L"));
    }

    #[test]
    fn a_row_that_does_not_fit_the_headings_is_refused() {
        assert_eq!(person(&["ada"]), Err((7, 1)));
        assert_eq!(person(&["ada", "", "", "", "more"]), Err((7, 5)));
    }
}
