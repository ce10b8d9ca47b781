//! `GET /api/docs`: the OpenAPI document as a page to read. Plain HTML and one style sheet; made from the document when first
//! asked for.

mod html;
mod operation;
mod schema;

use std::sync::{Arc, OnceLock};

use axum::{Router, body::Bytes, http::header, response::Html, routing::get};
use serde_json::Value;

use super::openapi::Document;
use html::escape;

const STYLE: &str = include_str!("reader.css");

/// What a caller should know before the first request.
const INTRODUCTION: &str = include_str!("introduction.html");

/// The page and its style sheet.
pub fn routes(document: Document) -> Router {
    let page = Arc::new(OnceLock::<Bytes>::new());
    let draw = move || render(&document.value()).into();
    let show = async move || Html(page.get_or_init(draw).clone());
    let style = async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE);
    Router::new().route("/api/docs", get(show)).route("/api/docs.css", get(style))
}

/// An endpoint of the document.
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    said: &'a Value,
}

/// The endpoints by tag, tags in the order in which they come first.
fn by_tag(document: &Value) -> Vec<(&str, Vec<Operation<'_>>)> {
    let mut tags: Vec<(&str, Vec<Operation<'_>>)> = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, said) in item.as_object().into_iter().flatten() {
            let tag = said["tags"][0].as_str().unwrap_or("other");
            let operation = Operation { method, path, said };
            match tags.iter_mut().find(|(name, _)| *name == tag) {
                Some((_, operations)) => operations.push(operation),
                None => tags.push((tag, vec![operation])),
            }
        }
    }
    tags.sort_by_key(|(tag, _)| *tag);
    tags
}

fn render(document: &Value) -> String {
    let tags = by_tag(document);
    let links: String =
        tags.iter().map(|(tag, _)| format!("<li><a href=\"#{0}\">{0}</a></li>", escape(tag))).collect();
    let sections: String = tags
        .iter()
        .map(|(tag, operations)| {
            let operations: String =
                operations.iter().map(|operation| operation::render(document, operation)).collect();
            format!("<section id=\"{0}\"><h2>{0}</h2>{operations}</section>", escape(tag))
        })
        .collect();
    let schemas = schema::all(document);
    let version = escape(document["info"]["version"].as_str().unwrap_or_default());
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>Pocketkey API</title>\
         <link rel=\"stylesheet\" href=\"/api/docs.css\"></head><body>\
         <header><p><a href=\"/\">Pocketkey</a></p><h1>API</h1><p>Version {version} · \
         <a href=\"/api/openapi.json\">OpenAPI document</a></p></header>\
         <nav aria-label=\"Contents\"><ul><li><a href=\"#introduction\">Introduction</a></li>{links}\
         <li><a href=\"#schemas\">Schemas</a></li></ul></nav>\
         <main><section id=\"introduction\">{INTRODUCTION}</section>{sections}\
         <section id=\"schemas\"><h2>Schemas</h2>{schemas}</section></main></body></html>"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_document_says_is_text_on_the_page() {
        let document = json!({
            "info": { "version": "1" },
            "paths": { "/x/{id}": { "post": {
                "tags": ["things"], "summary": "Makes <b>bold</b> & `sure`.",
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } },
                "responses": { "201": { "description": "Made" } },
                "security": [{ "session": [] }, { "api_key": ["manage_things"] }],
            } } },
            "components": { "schemas": { "Thing": {
                "type": "object", "required": ["name"],
                "properties": { "name": { "type": "string" }, "next": { "$ref": "#/components/schemas/Thing" } },
            } } },
        });
        let page = render(&document);
        for part in [
            "Makes &lt;b&gt;bold&lt;/b&gt; &amp; <code>sure</code>.",
            "<code>manage_things</code>",
            "curl -X POST",
            "href=\"#schema-Thing\"",
            "id=\"schema-Thing\"",
            "<section id=\"things\">",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
        assert!(!page.contains("style=") && !page.contains("<script") && !page.contains("<style"));
    }
}
