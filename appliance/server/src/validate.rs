//! Checks of what people type, collected so that one answer names every field at fault.

use pocketkey_api::problem::FieldProblem;

/// Collects what is wrong.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldProblem>);

impl Fields {
    /// Says that `field` is at fault; `message` is for people.
    pub fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldProblem { field: field.to_owned(), message: message.into() });
    }

    /// `value` without surrounding space: one line of 1 to `most` characters.
    pub fn line(&mut self, field: &str, value: &str, most: usize) -> String {
        let value = self.optional_line(field, value, most);
        if value.is_empty() {
            self.wrong(field, "Fill this in.");
        }
        value
    }

    /// `value` without surrounding space: one line of at most `most` characters.
    pub fn optional_line(&mut self, field: &str, value: &str, most: usize) -> String {
        let value = value.trim();
        if value.chars().any(char::is_control) {
            self.wrong(field, "Only one line of plain text.");
        } else if value.chars().count() > most {
            self.wrong(field, format!("At most {most} characters."));
        }
        value.to_owned()
    }

    /// `value` without surrounding space: an e-mail address.
    pub fn email(&mut self, field: &str, value: &str) -> String {
        let before = self.0.len();
        let value = self.line(field, value, 254);
        if self.0.len() == before && value.parse::<lettre::Address>().is_err() {
            self.wrong(field, "This is not an e-mail address.");
        }
        value
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields at fault, if any.
    ///
    /// # Errors
    /// The list, if it is not empty.
    pub fn finish(self) -> Result<(), Vec<FieldProblem>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// `fields` with one entry.
pub fn one(field: &str, message: impl Into<String>) -> Vec<FieldProblem> {
    let mut fields = Fields::default();
    fields.wrong(field, message);
    fields.0
}

/// How names are compared: in lower case.
pub fn key(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(text: &str) -> Result<(), Vec<FieldProblem>> {
        let mut fields = Fields::default();
        fields.email("email", text);
        fields.finish()
    }

    #[test]
    fn emails() {
        for good in ["ada@example.org", " ada@example.org ", "ada+x@sub.example.org"] {
            assert_eq!(email(good), Ok(()), "{good}");
        }
        for bad in ["", "ada", "ada@", "@example.org", "a b@example.org", "a@b@c", "a@b.c\r\nBcc: x@y.z"] {
            assert_eq!(email(bad).unwrap_err().len(), 1, "{bad}");
        }
        assert_eq!(email(&format!("{}@example.org", "a".repeat(300))).unwrap_err().len(), 1);
    }

    #[test]
    fn every_field_at_fault_is_named() {
        let mut fields = Fields::default();
        assert_eq!(fields.line("a", "  x ", 3), "x");
        fields.line("b", "   ", 3);
        fields.line("c", "äöüß", 3);
        fields.optional_line("d", "two\nlines", 30);
        let named: Vec<_> = fields.finish().unwrap_err().into_iter().map(|f| f.field).collect();
        assert_eq!(named, ["b", "c", "d"]);
    }
}
