//! What is stored of a mail.

use pocketkey_api::{
    MailId,
    inbox::{Attachment, Header, Mail, MailSummary},
};

use super::{codes, links, mime, mime::Entity, session::Delivery};

/// The longest sender and subject kept for the list, in characters.
const MAX_LINE: usize = 300;

/// The length of a snippet, in characters.
const SNIPPET: usize = 160;

/// How much of a text is searched, in bytes.
const MAX_INDEXED: usize = 256 * 1024;

/// A mail to be stored.
#[derive(Debug)]
pub struct NewMail {
    /// The `From` header, or the envelope sender.
    pub from: String,
    /// The envelope sender.
    pub envelope: String,
    /// The envelope recipients.
    pub to: Vec<String>,
    /// The `Subject` header.
    pub subject: String,
    /// The first words of the text.
    pub snippet: String,
    /// How many parts are neither the text nor the HTML.
    pub attachments: u32,
    /// As received.
    pub source: Vec<u8>,
}

/// What a search looks through.
#[derive(Debug)]
pub struct Index {
    /// The `From` header and the envelope sender.
    pub sender: String,
    /// The envelope recipients, and the `To` and `Cc` headers with their names.
    pub recipients: String,
    /// The `Subject` header.
    pub subject: String,
    /// The text, and the names of the attachments.
    pub body: String,
}

impl NewMail {
    /// Reads from a delivery what the list shows.
    pub fn from_delivery(delivery: Delivery) -> Self {
        let entity = mime::read(&delivery.message);
        Self {
            from: line(entity.header("From").unwrap_or(&delivery.sender), MAX_LINE),
            subject: line(entity.header("Subject").unwrap_or_default(), MAX_LINE),
            snippet: line(&entity.text, SNIPPET),
            attachments: u32::try_from(entity.files.len()).unwrap_or(u32::MAX),
            envelope: delivery.sender,
            to: delivery.recipients,
            source: delivery.message,
        }
    }
}

impl Index {
    /// Reads from a mail and its envelope what is searched.
    pub fn new(sender: &str, recipients: &[String], source: &[u8]) -> Self {
        let entity = mime::read(source);
        let header = |name| entity.header(name).unwrap_or_default();
        let mut from = header("From").to_owned();
        if !from.contains(sender) {
            from.extend([" ", sender]);
        }
        let mut to = recipients.join(" ");
        for name in ["To", "Cc"] {
            to.extend([" ", header(name)]);
        }
        let subject = header("Subject").to_owned();
        let mut body = entity.text;
        mime::truncate(&mut body, MAX_INDEXED);
        body.extend(entity.files.iter().flat_map(|file| ["\n", &file.name]));
        Self { sender: from, recipients: to, subject, body }
    }
}

/// The first `most` characters of `text`, white space and control characters folded.
fn line(text: &str, most: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > most * 4 {
            break;
        }
    }
    line.chars().take(most).collect()
}

/// A stored mail, taken apart.
pub fn mail(summary: MailSummary, source: &[u8]) -> Mail {
    let Entity { headers, text, html, files } = mime::read(source);
    let links = links::find(&text, html.as_deref());
    let codes = codes::find(&text);
    let attachment = |file: &mime::File| Attachment {
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size: u32::try_from(file.bytes.len()).unwrap_or(u32::MAX),
    };
    Mail {
        summary,
        headers: headers.into_iter().map(|(name, value)| Header { name, value }).collect(),
        text,
        html: html.map(|html| links::with_pictures(&html, &files)),
        links,
        codes,
        attachments: files.iter().map(attachment).collect(),
    }
}

/// The number in a mail's id.
pub fn number(id: &MailId) -> Option<i64> {
    id.0.parse().ok()
}
