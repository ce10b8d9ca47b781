//! What each kind of mail says: a file here for each, its built-in words in it. A new one is a file, a variant of
//! [`Template`], and whatever fills its fields ([`super::model::MailKind`]).

mod admin_invitation;
mod invitation;
mod second_step_reset;
pub mod text;

use std::collections::BTreeMap;

use pocketkey_api::{
    mail::{Placeholder, TemplateText},
    problem::FieldProblem,
};

use self::text::{Piece, TemplateError, escape, fill, one_line, pieces};
use crate::validate::Fields;

/// The longest subject, in characters.
const MAX_SUBJECT: usize = 200;

/// The longest HTML or text, in bytes: both fit into one request.
const MAX_BODY: usize = 24 * 1024;

/// The placeholder of the QR code, where there is one.
const QR: &str = "qr";

/// A kind of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// An invitation to activate a phone.
    Invitation,
    /// An invitation to become an admin.
    AdminInvitation,
    /// The news that an admin's second step was reset.
    SecondStepReset,
}

/// A kind of mail, described.
pub struct Definition {
    /// Its name in the API and in the database.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// When it is sent.
    pub about: &'static str,
    /// What can be put in.
    pub fields: &'static [Field],
    /// The field that `{{qr}}` is a picture of.
    pub qr_of: Option<&'static str>,
    /// The built-in subject.
    pub subject: &'static str,
    /// The built-in HTML.
    pub html: &'static str,
    /// The built-in text.
    pub text: &'static str,
}

/// Something that is put into a template.
#[derive(Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
    /// What stands there in a preview.
    pub sample: &'static str,
    /// It must not stand in the subject, which is shown on locked screens and kept in logs.
    pub secret: bool,
    /// HTML and text must have it.
    pub required: bool,
}

impl Field {
    /// Neither secret nor required.
    const PLAIN: Self = Self { name: "", meaning: "", sample: "", secret: false, required: false };
}

/// What fills a template, by the fields' names.
pub type Values = BTreeMap<String, String>;

/// A filled template.
#[derive(Debug, PartialEq, Eq)]
pub struct Filled {
    /// The subject, one line.
    pub subject: String,
    /// The HTML.
    pub html: String,
    /// The text.
    pub text: String,
    /// What its QR code says, if the HTML shows it.
    pub qr: Option<String>,
}

impl Template {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Invitation, Self::AdminInvitation, Self::SecondStepReset];

    /// The one of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|template| template.definition().name == name)
    }

    /// What it is.
    pub fn definition(self) -> &'static Definition {
        match self {
            Self::Invitation => &invitation::DEFINITION,
            Self::AdminInvitation => &admin_invitation::DEFINITION,
            Self::SecondStepReset => &second_step_reset::DEFINITION,
        }
    }

    /// The built-in words.
    pub fn built_in(self) -> TemplateText {
        let Definition { subject, html, text, .. } = self.definition();
        TemplateText { subject: (*subject).into(), html: (*html).into(), text: (*text).into() }
    }

    /// What can be put in, for people.
    pub fn placeholders(self) -> Vec<Placeholder> {
        let definition = self.definition();
        let fields = definition.fields.iter().map(|field| Placeholder {
            name: field.name.into(),
            meaning: field.meaning.into(),
            required: field.required,
        });
        let qr = definition.qr_of.map(|_| Placeholder {
            name: QR.into(),
            meaning: "the link as a QR code; in the HTML only".into(),
            required: false,
        });
        fields.chain(qr).collect()
    }

    /// Values for a preview.
    pub fn sample(self) -> Values {
        self.definition().fields.iter().map(|field| (field.name.into(), field.sample.into())).collect()
    }

    /// Checks what an admin wrote.
    ///
    /// # Errors
    /// Every part at fault, with the line.
    pub fn check(self, content: TemplateText) -> Result<TemplateText, Vec<FieldProblem>> {
        let mut fields = Fields::default();
        let subject = fields.line("subject", &content.subject, MAX_SUBJECT);
        let content = TemplateText { subject, ..content };
        for (part, text) in [("subject", &content.subject), ("html", &content.html), ("text", &content.text)]
        {
            if part != "subject" && text.len() > MAX_BODY {
                fields.wrong(part, format!("At most {} kB.", MAX_BODY / 1024));
            } else if let Err(error) = self.check_part(part, text) {
                fields.wrong(part, error.to_string());
            }
        }
        fields.finish().map(|()| content)
    }

    fn check_part(self, part: &str, text: &str) -> Result<(), TemplateError> {
        let Definition { fields, qr_of, .. } = self.definition();
        let pieces = pieces(text)?;
        for piece in &pieces {
            let Piece::Placeholder(name, line) = *piece else { continue };
            let field = fields.iter().find(|field| field.name == name);
            match field {
                Some(field) if field.secret && part == "subject" => {
                    let reason = "Subjects are shown on locked screens and kept in logs.";
                    return Err(TemplateError::Misplaced { line, name: field.name, reason });
                }
                Some(_) => {}
                None if name == QR && qr_of.is_some() => {
                    if part != "html" {
                        let reason = "Only the HTML can show a picture.";
                        return Err(TemplateError::Misplaced { line, name: QR, reason });
                    }
                }
                None => return Err(TemplateError::Unknown { line, name: name.to_owned() }),
            }
        }
        let has =
            |name| pieces.iter().any(|piece| matches!(piece, Piece::Placeholder(found, _) if *found == name));
        match fields.iter().find(|field| field.required && part != "subject" && !has(field.name)) {
            Some(Field { name, meaning, .. }) => Err(TemplateError::Missing { name, meaning }),
            None => Ok(()),
        }
    }

    /// Fills `content`; in the HTML, the QR code is a picture at the address `picture`. Values are text wherever they
    /// come: they end no line and begin no markup.
    ///
    /// # Errors
    /// If `content` has a placeholder that `values` do not fill, which [`Template::check`] lets nobody save.
    pub fn fill(
        self,
        content: &TemplateText,
        values: &Values,
        picture: impl Fn(&str) -> String,
    ) -> Result<Filled, TemplateError> {
        let qr = self.definition().qr_of.and_then(|name| values.get(name));
        let plain = |name: &str| values.get(name).map(|value| one_line(value));
        let html = fill(&content.html, |name| match (name, qr) {
            (QR, Some(qr)) => Some(format!(
                r#"<img src="{}" width="240" height="240" alt="QR code" style="width:240px;height:240px;border:0">"#,
                picture(qr)
            )),
            _ => plain(name).map(|value| escape(&value)),
        })?;
        let shows_qr = pieces(&content.html)?.iter().any(|piece| matches!(piece, Piece::Placeholder(QR, _)));
        Ok(Filled {
            subject: one_line(&fill(&content.subject, plain)?),
            text: fill(&content.text, plain)?,
            qr: qr.filter(|_| shows_qr).cloned(),
            html,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut TemplateText)) -> Vec<(String, String)> {
        let mut content = Template::Invitation.built_in();
        change(&mut content);
        let problems = Template::Invitation.check(content).unwrap_err();
        problems.into_iter().map(|problem| (problem.field, problem.message)).collect()
    }

    #[test]
    fn what_is_built_in_can_be_saved_and_filled() {
        for template in Template::ALL {
            assert_eq!(Template::parse(template.definition().name), Some(*template));
            let content = template.check(template.built_in()).unwrap();
            let filled = template.fill(&content, &template.sample(), |_| "cid:qr".into()).unwrap();
            for part in [&filled.subject, &filled.html, &filled.text] {
                assert!(!part.is_empty() && !part.contains("{{"), "{part}");
            }
            for field in template.definition().fields.iter().filter(|field| field.required) {
                assert!(filled.html.contains(field.sample) && filled.text.contains(field.sample));
            }
        }
    }

    #[test]
    fn names_are_text_and_never_markup_or_lines_of_their_own() {
        let mut values = Template::Invitation.sample();
        values.insert("name".into(), "<script>alert('x')</script>\r\nBcc: eve@example.org {{link}}".into());
        values.insert("organisation".into(), "Ada & Sons <Ltd>\r\nX-Evil: yes".into());
        let content = Template::Invitation.built_in();
        let filled = Template::Invitation.fill(&content, &values, |_| "cid:qr".into()).unwrap();
        assert!(!filled.html.contains("<script"), "{}", filled.html);
        assert!(filled.html.contains("&lt;script&gt;alert(&#39;x&#39;)"));
        assert_eq!(filled.subject, "Activate your phone for Ada & Sons <Ltd> X-Evil: yes");
        let first = "Hello <script>alert('x')</script> Bcc: eve@example.org {{link}},\n";
        assert!(filled.text.starts_with(first), "{}", filled.text);
    }

    #[test]
    fn mistakes_name_their_part_and_line() {
        for (change, part, words) in [
            (
                (|content| content.html = content.html.replace("{{name}}", "{{nmae}}"))
                    as fn(&mut TemplateText),
                "html",
                "Line 13: {{nmae}} is no placeholder of this mail.",
            ),
            (|content| content.text.push_str("\n{{qr}}"), "text", "Line 16: {{qr}} cannot stand here."),
            (|content| content.subject = "{{code}}".into(), "subject", "Line 1: {{code}} cannot stand here."),
            (|content| content.text = "Just go {{code}}".into(), "text", "{{link}} is missing:"),
            (|content| content.html = content.html.replace("{{code}}", ""), "html", "{{code}} is missing:"),
            (|content| content.subject = "a\r\nBcc: eve@example.org".into(), "subject", "Only one line"),
            (|content| content.subject = " ".into(), "subject", "Fill this in."),
            (|content| content.text = "x".repeat(MAX_BODY + 1), "text", "At most 24 kB."),
        ] {
            let problems = refused(change);
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert_eq!(problems[0].0, part);
            assert!(problems[0].1.starts_with(words), "{problems:?}");
        }
    }

    #[test]
    fn a_qr_code_that_is_not_shown_is_not_made() {
        let mut content = Template::Invitation.built_in();
        content.html = content.html.replace("{{qr}}", "");
        let filled = Template::Invitation.fill(&content, &Template::Invitation.sample(), |_| "x".into());
        assert_eq!(filled.unwrap().qr, None);
    }
}
