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
        /// How many attachments and inline parts it has.
        pub attachments: u32,
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
        /// What looks like a one-time code or a pairing key, in order, each once, without the spaces inside.
        pub codes: Vec<String>,
        /// Attachments and inline parts.
        pub attachments: Vec<Attachment>,
    }
}

api_type! {
    /// `DELETE /api/v1/inbox`: what became of it.
    pub struct Deleted {
        /// Mails that are gone.
        pub count: u32,
    }
}

api_type! {
    /// `/api/v1/inbox/fault`: what the SMTP sink does wrong on purpose, so that senders can be tested. Forgotten when the
    /// appliance stops.
    #[derive(Default)]
    pub struct FaultSetting {
        /// What; absent: nothing, mail is taken as it should be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fault: Option<Fault>,
        /// Only to mails for addresses that hold this text; empty: to every mail. Case does not matter.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub to: String,
    }
}

api_type! {
    /// Something that mail servers do to senders.
    #[derive(Copy)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    pub enum Fault {
        /// Recipients are refused for good (550).
        Refuse,
        /// A recipient is put off (451) until this long after a sender's first try.
        Greylist {
            /// 1 to 3600.
            seconds: u32,
        },
        /// The reply to a whole mail comes this much later.
        Delay {
            /// 1 to 240.
            seconds: u32,
        },
        /// The connection ends instead of that reply, and the mail is not kept.
        Drop,
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
