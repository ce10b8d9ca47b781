//! The OpenAPI 3.1 document as `openapi.json` holds it; `document.rs` makes that of what the handlers say.

use std::io::Read;

use axum::{Router, http::header, routing::get};
use flate2::read::GzDecoder;
use serde_json::Value;

use super::reader;

/// `openapi.json`, packed by build.rs.
const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.gz"));

/// What the API says of itself: the appliance's own document and that of endpoints which were added.
#[derive(Clone, Copy, Default)]
pub struct Document {
    added: Option<&'static str>,
}

impl Document {
    /// With the document of further endpoints.
    pub fn with(added: &'static str) -> Self {
        Self { added: Some(added) }
    }

    /// The document as JSON.
    pub fn text(self) -> Vec<u8> {
        if self.added.is_some() { self.value().to_string().into() } else { unpacked() }
    }

    /// The document to look into.
    pub fn value(self) -> Value {
        let mut document = serde_json::from_slice(&unpacked()).unwrap_or_default();
        if let Some(added) = self.added {
            add(&mut document, serde_json::from_str(added).unwrap_or_default());
        }
        document
    }
}

fn unpacked() -> Vec<u8> {
    let mut text = Vec::new();
    // Always possible: a test reads all of it.
    GzDecoder::new(PACKED).read_to_end(&mut text).unwrap_or_default();
    text
}

/// Adds to `document` what only `added` has.
fn add(document: &mut Value, added: Value) {
    let (Value::Object(document), Value::Object(added)) = (document, added) else { return };
    for (name, value) in added {
        match document.get_mut(&name) {
            Some(own) => add(own, value),
            None => drop(document.insert(name, value)),
        }
    }
}

/// `GET /api/openapi.json`, and the same to read: `GET /api/docs`.
pub fn routes(document: Document) -> Router {
    let text = async move || ([(header::CONTENT_TYPE, "application/json")], document.text());
    Router::new().route("/api/openapi.json", get(text)).merge(reader::routes(document))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_the_file() {
        assert_eq!(Document::default().text(), include_bytes!("openapi.json"));
    }

    #[test]
    fn added_endpoints_stand_beside_our_own() {
        let own = Document::default().value();
        let both = Document::with(
            r#"{ "info": { "title": "More" }, "paths": { "/more": { "get": {} } },
                 "components": { "schemas": { "More": {} } } }"#,
        );
        let both: Value = serde_json::from_slice(&both.text()).unwrap();
        assert_eq!(both["info"], own["info"]);
        for part in ["/paths/~1more/get", "/components/schemas/More"] {
            assert!(both.pointer(part).is_some() && own.pointer(part).is_none(), "{part}");
        }
        for part in ["/paths/~1api~1v1~1users/get", "/components/schemas/Problem"] {
            assert_eq!(both.pointer(part), own.pointer(part), "{part}");
        }
    }
}
