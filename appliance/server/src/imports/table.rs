//! A CSV file: its headings and rows, whatever separates the columns.

use pocketkey_api::import::{ImportField, ImportPreview};

use super::model::{ImportError, MAX_COLUMNS, MAX_ROWS};

/// So many rows are shown before the import.
const SAMPLE: usize = 5;
/// What may separate columns.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// A file that can be read: UTF-8, with headings, not too large.
#[derive(Debug)]
pub struct Table {
    text: String,
    delimiter: u8,
    columns: Vec<String>,
    rows: u32,
}

/// A row of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line it begins at, the first of the file being 1.
    pub line: u32,
    /// Its cells.
    pub cells: Vec<String>,
}

impl Table {
    /// Reads the headings and counts the rows.
    ///
    /// # Errors
    /// [`ImportError`], all but [`ImportError::Columns`].
    pub fn read(bytes: Vec<u8>) -> Result<Self, ImportError> {
        let mut text = String::from_utf8(bytes).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            ImportError::NotUtf8 { line: 1 + good.iter().filter(|byte| **byte == b'\n').count() }
        })?;
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let delimiter = delimiter(&text);
        let mut table = Self { text, delimiter, columns: Vec::new(), rows: 0 };
        let mut records = table.records();
        let columns = records.next().ok_or(ImportError::Empty)?.cells;
        if columns.len() > MAX_COLUMNS {
            return Err(ImportError::TooManyColumns);
        }
        let rows = records.take(MAX_ROWS as usize + 1).count();
        table.rows =
            u32::try_from(rows).ok().filter(|rows| *rows <= MAX_ROWS).ok_or(ImportError::TooManyRows)?;
        table.columns = columns.into_iter().map(|column| column.trim().to_owned()).collect();
        if table.columns.iter().all(String::is_empty) {
            return Err(ImportError::Empty);
        }
        Ok(table)
    }

    /// How many rows there are, without the headings.
    pub fn len(&self) -> u32 {
        self.rows
    }

    /// Whether there are headings only.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The rows, without the headings.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.records().skip(1)
    }

    fn records(&self) -> impl Iterator<Item = Row> + '_ {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(self.text.as_bytes());
        // The text is UTF-8 and rows may be of any length: there is nothing left that could fail.
        reader.into_records().map_while(Result::ok).map(|record| Row {
            line: record.position().map_or(0, |position| self.line_of(position)),
            cells: record.iter().map(str::to_owned).collect(),
        })
    }

    /// The line a row begins at: the reader's position is before the empty lines that it passes over.
    fn line_of(&self, position: &csv::Position) -> u32 {
        let begin = usize::try_from(position.byte()).unwrap_or(usize::MAX);
        let rest = self.text.as_bytes().get(begin..).unwrap_or_default();
        let passed =
            rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
        u32::try_from(position.line() + passed.count() as u64).unwrap_or(u32::MAX)
    }

    /// What is in the file.
    pub fn preview(&self) -> ImportPreview {
        ImportPreview {
            columns: self.columns.clone(),
            suggested: suggest(&self.columns),
            sample: self.rows().take(SAMPLE).map(|row| row.cells).collect(),
            rows: self.rows,
            delimiter: char::from(self.delimiter).to_string(),
        }
    }
}

/// What the first line holds most of, outside of quotes.
fn delimiter(text: &str) -> u8 {
    let line = text.lines().next().unwrap_or_default();
    let count = |delimiter: u8| {
        let mut quoted = false;
        let separates = |byte: &u8| {
            quoted ^= *byte == b'"';
            !quoted && *byte == delimiter
        };
        line.as_bytes().iter().copied().filter(separates).count()
    };
    // Of equals the last one wins: the comma.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// What each column seems to be, by English and German headings; no field twice.
fn suggest(columns: &[String]) -> Vec<Option<ImportField>> {
    let mut suggested = Vec::new();
    for column in columns {
        let word: String =
            column.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let field = match &*word {
            "userid" | "id" | "externalid" | "employeeid" | "employeenumber" | "personnelnumber"
            | "staffnumber" | "benutzerid" | "mitarbeiterid" | "mitarbeiternummer" | "mitarbeiternr"
            | "personalnummer" | "personalnr" => Some(ImportField::ExternalId),
            "username" | "user" | "login" | "loginname" | "account" | "samaccountname" | "uid"
            | "benutzername" | "benutzer" | "benutzerkennung" | "nutzername" | "anmeldename" | "kennung"
            | "konto" | "kontoname" => Some(ImportField::Username),
            "name" | "fullname" | "displayname" | "cn" | "vollständigername" | "vollstaendigername"
            | "anzeigename" => Some(ImportField::Name),
            "firstname" | "givenname" | "forename" | "vorname" | "vornamen" | "rufname" => {
                Some(ImportField::GivenName)
            }
            "lastname" | "familyname" | "surname" | "sn" | "nachname" | "familienname" | "zuname" => {
                Some(ImportField::FamilyName)
            }
            "email" | "mail" | "emailaddress" | "mailaddress" | "emailadresse" | "mailadresse" => {
                Some(ImportField::Email)
            }
            "groups" | "group" | "teams" | "team" | "memberof" | "gruppen" | "gruppe" | "mitgliedvon" => {
                Some(ImportField::Groups)
            }
            _ => None,
        };
        suggested.push(field.filter(|_| !suggested.contains(&field)));
    }
    // Beside a first name, and without a last name, “Name” is the last name.
    let has = |field| suggested.contains(&Some(field));
    if has(ImportField::GivenName) && !has(ImportField::FamilyName) {
        for (field, column) in suggested.iter_mut().zip(columns) {
            if *field == Some(ImportField::Name) && column.eq_ignore_ascii_case("name") {
                *field = Some(ImportField::FamilyName);
            }
        }
    }
    suggested
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(text: &str) -> Table {
        Table::read(text.as_bytes().to_vec()).unwrap()
    }

    fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
        table(text).rows().map(|row| (row.line, row.cells)).collect()
    }

    #[test]
    fn delimiters_are_found_by_the_headings() {
        for text in ["a,b\n1,2", "a;b\r\n1;2\r\n", "a\tb\n1\t2", "\u{feff}\"a;,\",b\n1,2"] {
            assert_eq!(rows(text), [(2, vec!["1".to_owned(), "2".to_owned()])], "{text:?}");
        }
        assert_eq!(rows("name\nAda; Countess\n"), [(2, vec!["Ada; Countess".to_owned()])]);
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let lines: Vec<u32> = table("a,b\n\n1,\"two\nlines\"\n\n3,4\n").rows().map(|row| row.line).collect();
        assert_eq!(lines, [3, 6]);
    }

    #[test]
    fn headings_say_what_columns_are() {
        use ImportField::*;
        let preview =
            table("Employee ID;E-Mail;First name;Last Name;mail;Shoe size;User Name;Groups\n").preview();
        assert_eq!(
            preview.suggested,
            [
                Some(ExternalId),
                Some(Email),
                Some(GivenName),
                Some(FamilyName),
                None,
                None,
                Some(Username),
                Some(Groups)
            ]
        );
        assert_eq!((preview.rows, &*preview.delimiter), (0, ";"));
    }

    #[test]
    fn german_headings_as_excel_writes_them() {
        use ImportField::*;
        let excel = "\u{feff}Personal-Nr.;Benutzername;Vorname;Name;E-Mail-Adresse;Gruppen;Schuhgröße\r\n\
                     7;jürgen;Jürgen;Groß;j@example.org;Vertrieb|Köln;43\r\n";
        let preview = table(excel).preview();
        let all = [ExternalId, Username, GivenName, FamilyName, Email, Groups];
        assert_eq!(preview.suggested[..6], all.map(Some));
        assert_eq!((preview.suggested[6], preview.rows, &*preview.delimiter), (None, 1, ";"));
        assert_eq!(preview.sample[0][2..4], ["Jürgen", "Groß"]);
        for (heading, field) in [
            ("E-Mail", Email),
            ("Mail-Adresse", Email),
            ("ANMELDENAME", Username),
            ("Vollständiger Name", Name),
            ("Anzeigename", Name),
            ("Gruppe", Groups),
            ("Mitarbeiternummer", ExternalId),
            ("Familienname", FamilyName),
        ] {
            assert_eq!(suggest(&[heading.to_owned()]), [Some(field)], "{heading}");
        }
        let columns = |text: &str| table(text).preview().suggested;
        assert_eq!(columns("Name;Vorname\n"), [Some(FamilyName), Some(GivenName)]);
        let three = [Some(Name), Some(GivenName), Some(FamilyName)];
        assert_eq!(columns("Name;Vorname;Nachname\n"), three);
        assert_eq!(columns("Full name,First name\n"), [Some(Name), Some(GivenName)]);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let read = |bytes: &[u8]| Table::read(bytes.to_vec()).err();
        for empty in [&b""[..], b"\n\n", b"\xef\xbb\xbf", b",,\n"] {
            assert_eq!(read(empty), Some(ImportError::Empty), "{empty:?}");
        }
        assert_eq!(read(b"name\nAda\nJ\xfcrgen\n"), Some(ImportError::NotUtf8 { line: 3 }));
        assert_eq!(read("a,".repeat(201).as_bytes()), Some(ImportError::TooManyColumns));
        assert_eq!(read("a\n".repeat(250_002).as_bytes()), Some(ImportError::TooManyRows));
        assert_eq!(read("a\n".repeat(250_001).as_bytes()), None);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_every_row_is_counted(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(table) = Table::read(bytes) {
                prop_assert_eq!(table.rows().count(), table.len() as usize);
                prop_assert_eq!(table.preview().suggested.len(), table.width());
            }
        }

        #[test]
        fn what_was_written_is_read(
            cells in proptest::collection::vec(proptest::collection::vec("[^\u{0}\u{feff}]{0,12}", 3), 1..8),
        ) {
            let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
            writer.write_record(["a", "b", "c"]).unwrap();
            for row in &cells {
                writer.write_record(row).unwrap();
            }
            let table = Table::read(writer.into_inner().unwrap()).unwrap();
            let read: Vec<_> = table.rows().map(|row| row.cells).collect();
            prop_assert_eq!(read, cells);
        }
    }
}
