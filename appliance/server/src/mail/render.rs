//! A mail as it goes over the wire (RFC 5322, MIME).

use std::time::{Duration, SystemTime};

use lettre::{
    Address, Message,
    address::AddressError,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use pocketkey_api::mail::TemplateText;

use super::{
    qr,
    templates::{
        Filled, Template, Values,
        text::{TemplateError, one_line},
    },
};

/// The Content-ID of the QR code.
const QR_ID: &str = "qr@pocketkey";

/// Why a mail cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The recipient.
    #[error("the recipient is not an e-mail address: {0}")]
    Recipient(#[from] AddressError),
    /// The template.
    #[error("the template: {0}")]
    Template(#[from] TemplateError),
    /// The QR code.
    #[error("the QR code: {0}")]
    Qr(#[from] qr::QrPngError),
    /// The MIME parts.
    #[error("the mail: {0}")]
    Message(#[from] lettre::error::Error),
}

/// From whom, to whom, when.
pub struct Letterhead<'a> {
    /// The sender.
    pub from: &'a Mailbox,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<&'a Mailbox>,
    /// The recipient's address.
    pub to: &'a str,
    /// With angle brackets.
    pub message_id: &'a str,
    /// Unix time in milliseconds.
    pub now: i64,
}

/// Renders a mail.
///
/// # Errors
/// See [`RenderError`].
pub fn render(
    head: &Letterhead<'_>,
    template: Template,
    content: &TemplateText,
    values: &Values,
) -> Result<Vec<u8>, RenderError> {
    let recipient: Address = head.to.parse()?;
    let filled = template.fill(content, values, |_| format!("cid:{QR_ID}"))?;
    let date = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(head.now).unwrap_or(0));
    let auto = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
    let mut message = Message::builder()
        .message_id(Some(head.message_id.to_owned()))
        .date(date)
        .from(head.from.clone())
        .to(Mailbox::new(values.get("name").map(|name| one_line(name)), recipient))
        .subject(filled.subject.clone())
        .raw_header(auto);
    if let Some(reply_to) = head.reply_to {
        message = message.reply_to(reply_to.clone());
    }
    Ok(message.multipart(body(filled)?)?.formatted())
}

fn body(filled: Filled) -> Result<MultiPart, RenderError> {
    let html = SinglePart::html(filled.html);
    let text = MultiPart::alternative().singlepart(SinglePart::plain(filled.text));
    let Some(qr) = filled.qr else { return Ok(text.singlepart(html)) };
    let png = ContentType::parse("image/png").unwrap_or(ContentType::TEXT_PLAIN);
    let code = Attachment::new_inline_with_name(QR_ID.to_owned(), "activation.png".to_owned());
    let html = MultiPart::related().singlepart(html).singlepart(code.body(qr::png(&qr)?, png));
    Ok(text.multipart(html))
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};

    use super::*;

    fn rendered(name: &str, content: &TemplateText) -> Vec<u8> {
        let mut values = Template::Invitation.sample();
        values.insert("name".into(), name.into());
        values.insert("organisation".into(), "Søren's Schlüssel\r\nX-Evil: yes".into());
        let head = Letterhead {
            from: &"Pocketkey <pocketkey@example.org>".parse().unwrap(),
            reply_to: Some(&"help@example.org".parse().unwrap()),
            to: "ada@example.org",
            message_id: "<1@example.org>",
            now: 1_795_356_300_000,
        };
        render(&head, Template::Invitation, content, &values).unwrap()
    }

    #[test]
    fn another_program_reads_what_was_meant() {
        let bytes = rendered("Ada Löve\"lace", &Template::Invitation.built_in());
        let mail = MessageParser::new().parse(&bytes).unwrap();
        assert_eq!(mail.message_id(), Some("1@example.org"));
        assert_eq!(mail.subject(), Some("Activate your phone for Søren's Schlüssel X-Evil: yes"));
        let to = mail.to().and_then(|to| to.first()).unwrap();
        assert_eq!((to.name(), to.address()), (Some("Ada Löve\"lace"), Some("ada@example.org")));
        assert_eq!(mail.reply_to().and_then(|to| to.first()).unwrap().address(), Some("help@example.org"));
        assert!(mail.body_text(0).unwrap().contains("1234 5678 9012"));
        assert!(mail.body_html(0).unwrap().contains("cid:qr@pocketkey"));
        let code = mail.attachments().find(|part| part.content_id() == Some("qr@pocketkey")).unwrap();
        assert_eq!(code.contents()[..8], *b"\x89PNG\r\n\x1a\n");
        assert!(!bytes.windows(2).any(|pair| pair[1] == b'\n' && pair[0] != b'\r'), "bare line feeds");
    }

    #[test]
    fn no_name_becomes_a_header_wherever_the_template_puts_it() {
        let mut content = Template::Invitation.built_in();
        content.subject = "{{name}} {{organisation}}".into();
        for name in
            ["a\r\nBcc: eve@example.org", "a\nBcc: eve@example.org", "a\rBcc: eve@example.org\r\n\r\nbody"]
        {
            let bytes = rendered(name, &content);
            let mail = MessageParser::new().parse(&bytes).unwrap();
            assert!(mail.bcc().is_none() && mail.header("X-Evil").is_none(), "{name:?}");
            let to = mail.to().unwrap();
            assert_eq!((to.iter().count(), to.first().unwrap().address()), (1, Some("ada@example.org")));
        }
    }
}
