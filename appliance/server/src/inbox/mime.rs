//! Takes a mail apart. `mail-parser` reads headers, encodings and character sets; the walk over the parts is our
//! own, because the parser's follows nesting as deep as a hostile mail goes.

use std::ops::Range;

use mail_parser::{
    HeaderValue, Message, MessageParser, MimeHeaders, PartType, decoders::html::html_to_text,
    parsers::MessageStream,
};

/// Multiparts inside multiparts.
const MAX_DEPTH: usize = 16;

/// Parts looked at; the rest is left out.
const MAX_PARTS: usize = 200;

/// Headers listed.
const MAX_HEADERS: usize = 200;

/// Characters of text or HTML shown.
const MAX_TEXT: usize = 2 * 1024 * 1024;

/// A mail taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Entity {
    /// Every header in order, decoded.
    pub headers: Vec<(String, String)>,
    /// The text part; made from the HTML where there is none.
    pub text: String,
    /// The HTML part.
    pub html: Option<String>,
    /// Everything else.
    pub files: Vec<File>,
}

/// An attachment or inline part.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// File name, content id, or media type.
    pub name: String,
    /// Media type, in lower case.
    pub content_type: String,
    /// Content id, if any.
    pub content_id: Option<String>,
    /// Decoded.
    pub bytes: Vec<u8>,
}

impl Entity {
    /// The first header called `name`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Takes `source` apart; whatever it holds, something comes out.
pub fn read(source: &[u8]) -> Entity {
    let mut walk =
        Walk { parser: MessageParser::new().with_mime_headers(), mail: Entity::default(), parts: 0 };
    if let Some(head) = walk.parser.parse_headers(source) {
        walk.mail.headers = headers(&head, source);
    }
    walk.entity(source, 0, None);
    let mut mail = walk.mail;
    if mail.text.is_empty()
        && let Some(html) = &mail.html
    {
        mail.text = html_to_text(&with_breaks(html));
    }
    truncate(&mut mail.text, MAX_TEXT);
    mail.html.iter_mut().for_each(|html| truncate(html, MAX_TEXT));
    mail
}

fn headers(head: &Message<'_>, source: &[u8]) -> Vec<(String, String)> {
    let decoded = head.headers().iter().take(MAX_HEADERS).map(|header| {
        let raw = source.get(range(header.offset_start, header.offset_end)).unwrap_or_default();
        let value = match MessageStream::new(raw).parse_unstructured() {
            HeaderValue::Text(text) => text.into_owned(),
            _ => String::from_utf8_lossy(raw).trim().to_owned(),
        };
        (header.name().to_owned(), value)
    });
    decoded.collect()
}

fn range(start: u32, end: u32) -> Range<usize> {
    start as usize..end as usize
}

struct Walk {
    parser: MessageParser,
    mail: Entity,
    parts: usize,
}

impl Walk {
    /// A whole mail or one of its parts. `within` is the subtype of the multipart around it.
    fn entity(&mut self, source: &[u8], depth: usize, within: Option<&str>) {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return;
        }
        let Some(head) = self.parser.parse_headers(source) else {
            // A part without headers is text (RFC 2046 §5.1).
            return self.text_part(String::from_utf8_lossy(source).trim_start_matches(['\r', '\n']), within);
        };
        let content = head.content_type();
        let kind = content.map_or("text", |content| content.ctype()).to_ascii_lowercase();
        let subtype = content.and_then(|content| content.subtype()).unwrap_or("plain").to_ascii_lowercase();
        let boundary = content.and_then(|content| content.attribute("boundary"));
        match (kind.as_str(), boundary) {
            ("multipart", Some(boundary)) => {
                if depth < MAX_DEPTH {
                    let body = head.headers().last().map_or(0, |header| header.offset_end as usize);
                    for part in split(source.get(body..).unwrap_or_default(), boundary.as_bytes()) {
                        self.entity(part, depth + 1, Some(&subtype));
                    }
                }
            }
            // A mail inside a mail, and whatever a digest holds, is a file: shown by name, never walked into.
            ("message", _) => self.mail.files.push(File {
                name: name_of(&head).unwrap_or_else(|| "message.eml".to_owned()),
                content_type: format!("{kind}/{subtype}"),
                content_id: None,
                bytes: source.to_vec(),
            }),
            _ => self.leaf(source, within),
        }
    }

    /// A part that holds no others, decoded by the parser.
    fn leaf(&mut self, source: &[u8], within: Option<&str>) {
        let Some(message) = self.parser.parse(source) else { return };
        let Some(part) = message.parts.first() else { return };
        let attached = part.content_disposition().is_some_and(|disposition| disposition.is_attachment());
        match &part.body {
            PartType::Html(html) if !attached && self.mail.html.is_none() => {
                self.mail.html = Some(html.clone().into_owned());
            }
            PartType::Text(text) if !attached && part.attachment_name().is_none() => {
                self.text_part(text, within)
            }
            _ => {
                let content_type = part.content_type().map_or_else(
                    || "application/octet-stream".to_owned(),
                    |content| format!("{}/{}", content.ctype(), content.subtype().unwrap_or("octet-stream")),
                );
                let content_id = part.content_id().map(str::to_owned);
                let name = name_of(&message).or_else(|| content_id.clone());
                self.mail.files.push(File {
                    name: name.unwrap_or_else(|| content_type.clone()),
                    content_type: content_type.to_ascii_lowercase(),
                    content_id,
                    bytes: part.contents().to_vec(),
                });
            }
        }
    }

    /// Several texts in a row are one, unless they are alternatives.
    fn text_part(&mut self, text: &str, within: Option<&str>) {
        if self.mail.text.is_empty() {
            text.clone_into(&mut self.mail.text);
        } else if within != Some("alternative") && self.mail.text.len() < MAX_TEXT {
            self.mail.text.push_str("\r\n");
            self.mail.text.push_str(text);
        }
    }
}

fn name_of(message: &Message<'_>) -> Option<String> {
    message.parts.first().and_then(|part| part.attachment_name()).map(str::to_owned)
}

/// The parts between the delimiter lines of a multipart body (RFC 2046 §5.1.1). A missing end is forgiven.
fn split<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (None, 0);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let delimiter =
            line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary)).map(<[u8]>::trim_ascii);
        if let Some(rest @ (b"" | b"--")) = delimiter {
            if let Some(start) = start {
                // The line end before the delimiter belongs to it.
                let part = &body[start..at];
                let part = part.strip_suffix(b"\n").unwrap_or(part);
                parts.push(part.strip_suffix(b"\r").unwrap_or(part));
            }
            start = (rest != b"--").then_some(at + line.len());
        }
        at += line.len();
        if parts.len() > MAX_PARTS {
            break;
        }
    }
    if let Some(start) = start {
        parts.push(&body[start..]);
    }
    parts
}

/// Ends of blocks; of these, the parser knows paragraphs alone.
const BLOCKS: [&str; 13] =
    ["blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "pre", "td", "th", "tr"];

/// `html` with a line break at the end of every block, so that words of two blocks do not become one.
fn with_breaks(html: &str) -> String {
    let mut broken = String::with_capacity(html.len());
    for (index, piece) in html.split("</").enumerate() {
        if index > 0 {
            let name = &piece[..piece.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(piece.len())];
            let block = BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block));
            broken.push_str(if block { "<br></" } else { "</" });
        }
        broken.push_str(piece);
    }
    broken
}

/// Cuts `text` to at most this many bytes, between two characters.
pub fn truncate(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str) -> Vec<u8> {
        text.replace('\n', "\r\n").into_bytes()
    }

    #[test]
    fn alternatives_inline_pictures_and_attachments() {
        let mail = read(&lines(
            "From: =?utf-8?q?Ada_L=C3=B6velace?= <ada@example.org>\nSubject: =?utf-8?B?SMOkbGxv?=\n\
             Content-Type: multipart/mixed; boundary=\"out er\"\n\npreamble\n--out er\n\
             Content-Type: multipart/alternative; boundary=alt\n\n--alt\nContent-Type: text/plain; charset=iso-8859-1\n\
             Content-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe\n--alt\nContent-Type: multipart/related; boundary=rel\n\n\
             --rel\nContent-Type: text/html\n\n<img src=\"cid:a@b\">\n--rel\nContent-Type: image/png\nContent-ID: <a@b>\n\
             Content-Transfer-Encoding: base64\n\niVBORw0=\n--rel--\n--alt--\n--out er\n\
             Content-Type: text/csv; name=\"list.csv\"\nContent-Disposition: attachment; filename=\"list.csv\"\n\na,b\n\
             --out er--\nepilogue\n",
        ));
        assert_eq!(mail.header("from"), Some("Ada Lövelace <ada@example.org>"));
        assert_eq!(mail.header("Subject"), Some("Hällo"));
        assert_eq!(mail.text, "Grüße");
        assert_eq!(mail.html.as_deref(), Some("<img src=\"cid:a@b\">"));
        let [picture, list] = mail.files.as_slice() else { panic!("{:?}", mail.files) };
        assert_eq!(
            (picture.content_id.as_deref(), picture.bytes.as_slice()),
            (Some("a@b"), &b"\x89PNG\x0d"[..])
        );
        assert_eq!(
            (list.name.as_str(), list.content_type.as_str(), &list.bytes[..]),
            ("list.csv", "text/csv", &b"a,b"[..])
        );
    }

    #[test]
    fn plain_mails_html_only_mails_and_mails_without_headers() {
        let plain = read(&lines("Subject: x\n\nHello\nthere\n"));
        assert_eq!((plain.text.as_str(), plain.html), ("Hello\r\nthere\r\n", None));
        let html = read(&lines("Content-Type: text/html; charset=utf-8\n\n<p>Hello <b>there</b></p>\n"));
        assert_eq!(html.text.trim(), "Hello there");
        let table = read(&lines(
            "Content-Type: text/html\n\n<H1>Code</H1><table><tr><td>12<b>34</b></td><td>56</td>",
        ));
        assert_eq!(table.text.split_whitespace().collect::<Vec<_>>(), ["Code", "1234", "56"]);
        assert_eq!(read(&lines("\nonly a body\n")).text.trim(), "only a body");
        assert_eq!(read(b""), Entity::default());
    }

    #[test]
    fn a_mail_inside_is_a_file_and_nesting_ends() {
        let forwarded = read(&lines("Content-Type: message/rfc822\n\nSubject: inner\n\nhi\n"));
        assert_eq!(forwarded.files.len(), 1);
        let bomb = "Content-Type: message/rfc822\n\n".repeat(100_000);
        assert_eq!(read(bomb.as_bytes()).files.len(), 1);
        let mut deep = String::new();
        for level in 0..5000 {
            deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"));
        }
        assert_eq!(read(deep.as_bytes()).files.len(), 0);
        let wide = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(100_000));
        assert!(read(wide.as_bytes()).text.len() < 1000);
        let digest = format!("Content-Type: multipart/digest; boundary=b\n\n--b\n\n{bomb}");
        read(digest.as_bytes());
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let known: &[&[u8]] = &[
            b"Content-Type: multipart/mixed; boundary=b\r\n",
            b"Content-Type: text/html; charset=utf-16\r\n",
            b"Content-Type: message/rfc822\r\n",
            b"Content-Transfer-Encoding: base64\r\n",
            b"Content-Transfer-Encoding: quoted-printable\r\n",
            b"Content-Disposition: attachment; filename*=utf-8''%ff\r\n",
            b"Subject: =?utf-7?q?+AAA=?= =?x\r\n",
            b"\r\n",
            b"\n",
            b"--b\r\n",
            b"--b--\r\n",
            b"<a href=\"http://x\">",
            b"&#x;",
            b"=\r\n",
            b"AAAA",
            b" folded\r\n",
            b"From: \"a\\\" <b@c>\r\n",
        ];
        prop_oneof![
            3 => prop::sample::select(known).prop_map(<[u8]>::to_vec),
            1 => prop::collection::vec(any::<u8>(), 0..30),
        ]
    }

    proptest! {
        #[test]
        fn nothing_panics_and_no_part_is_longer_than_the_mail(pieces in prop::collection::vec(piece(), 0..80)) {
            let source = pieces.concat();
            let mail = read(&source);
            prop_assert!(mail.files.iter().all(|file| file.bytes.len() <= source.len().max(4) * 4));
            prop_assert!(mail.files.len() <= MAX_PARTS);
        }
    }
}
