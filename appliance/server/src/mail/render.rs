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

use super::{
    invitation,
    model::{Invitation, MailKind, OutgoingMail},
    qr,
};

/// Why a mail cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The recipient.
    #[error("the recipient is not an e-mail address: {0}")]
    Recipient(#[from] AddressError),
    /// The QR code.
    #[error("the QR code: {0}")]
    Qr(#[from] qr::QrPngError),
    /// The MIME parts.
    #[error("the mail: {0}")]
    Message(#[from] lettre::error::Error),
}

/// Renders `mail`. `message_id` comes with angle brackets; `now` is Unix time in milliseconds.
///
/// # Errors
/// See [`RenderError`].
pub fn render(
    from: &Mailbox,
    mail: &OutgoingMail,
    message_id: &str,
    now: i64,
) -> Result<Vec<u8>, RenderError> {
    let MailKind::Invitation(invitation) = &mail.kind;
    let recipient: Address = mail.to.parse()?;
    let date = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now).unwrap_or(0));
    let auto = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
    let message = Message::builder()
        .message_id(Some(message_id.to_owned()))
        .date(date)
        .from(from.clone())
        .to(Mailbox::new(Some(invitation::one_line(&invitation.name)), recipient))
        .subject(invitation::subject(invitation))
        .raw_header(auto)
        .multipart(body(invitation)?)?;
    Ok(message.formatted())
}

fn body(invitation: &Invitation) -> Result<MultiPart, RenderError> {
    let png = ContentType::parse("image/png").unwrap_or(ContentType::TEXT_PLAIN);
    let code = Attachment::new_inline_with_name(invitation::QR_ID.to_owned(), "activation.png".to_owned());
    let html = MultiPart::related()
        .singlepart(SinglePart::html(invitation::html(invitation)))
        .singlepart(code.body(qr::png(&invitation.link)?, png));
    Ok(MultiPart::alternative().singlepart(SinglePart::plain(invitation::text(invitation))).multipart(html))
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};

    use super::*;

    fn rendered(name: &str) -> Vec<u8> {
        let kind = MailKind::Invitation(Invitation {
            key_id: "key".into(),
            organisation: "Søren's Schlüssel\r\nX-Evil: yes".into(),
            name: name.into(),
            link: "https://keys.example.org/activate#abc".into(),
            pairing_key: "123456789012".into(),
            expires_at: 0,
        });
        let mail = OutgoingMail { to: "ada@example.org".into(), kind };
        let from = "Pocketkey <pocketkey@example.org>".parse().unwrap();
        render(&from, &mail, "<1@example.org>", 1_795_356_300_000).unwrap()
    }

    #[test]
    fn another_program_reads_what_was_meant() {
        let bytes = rendered("Ada Löve\"lace");
        let mail = MessageParser::new().parse(&bytes).unwrap();
        assert_eq!(mail.message_id(), Some("1@example.org"));
        assert_eq!(mail.subject(), Some("Activate your phone for Søren's Schlüssel X-Evil: yes"));
        let to = mail.to().and_then(|to| to.first()).unwrap();
        assert_eq!((to.name(), to.address()), (Some("Ada Löve\"lace"), Some("ada@example.org")));
        assert!(mail.body_text(0).unwrap().contains("1234 5678 9012"));
        assert!(mail.body_html(0).unwrap().contains("cid:qr@pocketkey"));
        let code = mail.attachments().find(|part| part.content_id() == Some("qr@pocketkey")).unwrap();
        assert_eq!(code.contents()[..8], *b"\x89PNG\r\n\x1a\n");
    }

    #[test]
    fn no_name_becomes_a_header() {
        for name in
            ["a\r\nBcc: eve@example.org", "a\nBcc: eve@example.org", "a\rBcc: eve@example.org\r\n\r\nbody"]
        {
            let bytes = rendered(name);
            let mail = MessageParser::new().parse(&bytes).unwrap();
            assert!(mail.bcc().is_none() && mail.header("X-Evil").is_none(), "{name:?}");
            let to = mail.to().unwrap();
            assert_eq!((to.iter().count(), to.first().unwrap().address()), (1, Some("ada@example.org")));
        }
    }
}
