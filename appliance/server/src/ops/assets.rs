//! The files of the web console and the site, embedded in the binary.
//!
//! Large files are kept compressed only (`name.br`); a client that does not take them so – a browser asks for Brotli
//! over HTTPS or from its own machine only – gets them in gzip or as they are. Names that hold a hash never change;
//! everything else is asked for again each time.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use brotli_decompressor::Decompressor;
use flate2::{Compression, read::GzEncoder};
use rust_embed::RustEmbed;

use crate::problem::ApiError;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

/// A stored file.
struct File {
    data: Cow<'static, [u8]>,
    hash: [u8; 32],
}

impl File {
    /// The same file out of Brotli: in gzip, or as it is.
    fn unpacked(self, gzip: bool) -> io::Result<Self> {
        let mut content = Vec::new();
        let mut plain = Decompressor::new(&*self.data, 64 * 1024);
        if gzip {
            GzEncoder::new(plain, Compression::fast()).read_to_end(&mut content)?;
        } else {
            plain.read_to_end(&mut content)?;
        }
        Ok(Self { data: content.into(), ..self })
    }
}

fn embedded(name: &str) -> Option<File> {
    Dist::get(name).map(|file| File { hash: file.metadata.sha256_hash(), data: file.data })
}

/// First path segments that belong to the site; every other page is the console's.
const SITE: [&str; 5] = ["activate", "demo", "sandbox", "phone", "pair"];

/// Shown where the web console has not been built in.
const NOT_BUILT: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Pocketkey</title>\
    <h1>The web console is not built in</h1>\
    <p>Run <code>make web</code> and start again. The API works: <a href=/api/openapi.json>its description</a>.";

/// Answers whatever no endpoint does.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") {
        return ApiError::not_found("This endpoint").into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return ApiError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "wrong_method",
            format!("{method} is not possible here."),
        )
        .into_response();
    }
    let (first, last) = (path.split('/').next().unwrap_or(""), path.rsplit('/').next().unwrap_or(""));
    if last.contains('.') {
        return file(embedded, path, &headers)
            .unwrap_or_else(|| (StatusCode::NOT_FOUND, "There is no such file.\n").into_response());
    }
    let page = if SITE.contains(&first) { "site.html" } else { "console.html" };
    file(embedded, page, &headers).unwrap_or_else(|| (StatusCode::NOT_FOUND, Html(NOT_BUILT)).into_response())
}

/// The file `name` of those that `stored` has, in the best form that the client takes.
fn file(stored: impl Fn(&str) -> Option<File>, name: &str, headers: &HeaderMap) -> Option<Response> {
    let packed = || stored(&format!("{name}.br"));
    let gzip = accepts(headers, "gzip").then_some("gzip");
    let (file, encoding, unpack) = if accepts(headers, "br")
        && let Some(file) = packed()
    {
        (file, Some("br"), false)
    } else if let Some(file) = stored(name) {
        (file, None, false)
    } else {
        (packed()?, gzip, true)
    };

    let hash = data_encoding::BASE64URL_NOPAD.encode(&file.hash);
    let tag = format!("\"{hash}{}\"", encoding.unwrap_or_default());
    let cache = if has_hash(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let common = [(header::CACHE_CONTROL, cache), (header::ETAG, &tag), (header::VARY, "Accept-Encoding")];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes()) {
        return Some((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let file = if unpack { file.unpacked(gzip.is_some()).ok()? } else { file };
    let body = match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let mut response = (common, [(header::CONTENT_TYPE, content_type(name))], body).into_response();
    if let Some(encoding) = encoding {
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, axum::http::HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// Whether `Accept-Encoding` lists `encoding` and does not rule it out.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        named
            && !parts
                .any(|part| part.strip_prefix("q=").is_some_and(|q| q.trim_matches(['0', '.']).is_empty()))
    })
}

/// Whether a part of the file name between `-`, `_` and `.` is a hash: eight or more hexadecimal digits.
fn has_hash(name: &str) -> bool {
    name.rsplit('/').next().unwrap_or(name).split(['-', '_', '.']).any(|part| {
        part.len() >= 8
            && part.bytes().all(|c| c.is_ascii_hexdigit())
            && part.bytes().any(|c| c.is_ascii_digit())
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use flate2::read::GzDecoder;

    use super::*;

    const TEXT: &[u8] = b"let it be known";
    const PACKED: &[u8] = b"\x0b\x07\x80let it be known\x03";

    /// Has `a.js` in every form, `b.js` packed only, `c.js` plain only.
    fn stored(name: &str) -> Option<File> {
        let data = match name {
            "a.js" | "c.js" => TEXT.to_vec(),
            "a.js.br" | "b.js.br" => PACKED.to_vec(),
            _ => return None,
        };
        Some(File { data: data.into(), hash: [name.len().try_into().unwrap(); 32] })
    }

    async fn served(name: &str, accept: &str) -> (String, Bytes) {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, accept.parse().unwrap())]);
        let response = file(stored, name, &headers).unwrap();
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        let encoding = response.headers().get(header::CONTENT_ENCODING);
        let encoding = encoding.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        (encoding, axum::body::to_bytes(response.into_body(), 1000).await.unwrap())
    }

    #[tokio::test]
    async fn every_client_gets_what_it_takes() {
        for name in ["a.js", "b.js"] {
            assert_eq!(served(name, "gzip, br").await, ("br".into(), Bytes::from_static(PACKED)));
            assert_eq!(served(name, "identity").await, (String::new(), Bytes::from_static(TEXT)), "{name}");
        }
        let (encoding, content) = served("b.js", "gzip").await;
        let mut plain = Vec::new();
        GzDecoder::new(&*content).read_to_end(&mut plain).unwrap();
        assert_eq!((encoding.as_str(), &*plain), ("gzip", TEXT));
        assert_eq!(served("c.js", "gzip, br").await, (String::new(), Bytes::from_static(TEXT)));
        assert!(file(stored, "d.js", &HeaderMap::new()).is_none());
    }

    #[test]
    fn a_file_the_client_has_is_not_sent_again() {
        let first = file(stored, "c.js", &HeaderMap::new()).unwrap();
        let tag = first.headers()[header::ETAG].clone();
        let again = file(stored, "c.js", &HeaderMap::from_iter([(header::IF_NONE_MATCH, tag)])).unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = HeaderMap::from_iter([(header::IF_NONE_MATCH, "\"other\"".parse().unwrap())]);
        assert_eq!(file(stored, "c.js", &other).unwrap().status(), StatusCode::OK);
    }

    #[test]
    fn hashes_in_names() {
        for hashed in ["console-0a1b2c3d.wasm", "assets/app.deadbeef01.css", "x_0123456789abcdef.js"] {
            assert!(has_hash(hashed), "{hashed}");
        }
        for plain in
            ["console.html", "favicon.svg", "boot.js", "facade-deadbeef.js", "0123456789abcdef/boot.js"]
        {
            assert!(!has_hash(plain), "{plain}");
        }
    }

    #[test]
    fn encodings() {
        let given = |value: &str| HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().unwrap())]);
        assert!(accepts(&given("gzip, deflate, br;q=0.5"), "br"));
        assert!(accepts(&given("GZIP"), "gzip"));
        assert!(!accepts(&given("gzip, br;q=0"), "br"));
        assert!(!accepts(&given("br; q=0.00"), "br"));
        assert!(!accepts(&HeaderMap::new(), "br"));
    }
}
