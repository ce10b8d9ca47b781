//! The inbox of the built-in SMTP sink (E3).

use crate::{MailId, api_type};

api_type! {
    /// A mail as listed.
    pub struct MailSummary {
        /// Its id.
        pub id: MailId,
        /// The `From` header, or the envelope sender.
        pub from: String,
        /// The envelope recipients.
        pub to: Vec<String>,
        /// The `Subject` header.
        pub subject: String,
        /// The first words of the text.
        pub snippet: String,
        /// Size in bytes as received.
        pub size: u32,
        /// When it was accepted.
        pub received_at: i64,
    }
}

api_type! {
    /// `GET /api/v1/inbox/{id}`: a mail taken apart.
    pub struct Mail {
        /// As listed.
        pub summary: MailSummary,
        /// Every header, in order, decoded.
        pub headers: Vec<Header>,
        /// The text part; made from the HTML where there is none.
        pub text: String,
        /// The HTML part, inline images as `data:` URLs; shown in a sandboxed frame.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub html: Option<String>,
        /// Links found in the mail, in order, each once.
        pub links: Vec<String>,
        /// Attachments and inline parts.
        pub attachments: Vec<Attachment>,
    }
}

api_type! {
    /// A header field.
    pub struct Header {
        /// Its name.
        pub name: String,
        /// Its value, decoded.
        pub value: String,
    }
}

api_type! {
    /// A part that is neither the text nor the HTML.
    pub struct Attachment {
        /// File name, or the content id.
        pub name: String,
        /// Media type.
        pub content_type: String,
        /// Size in bytes, decoded.
        pub size: u32,
    }
}
