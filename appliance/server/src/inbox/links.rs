//! Links in a mail, and pictures put into its HTML.

use std::collections::HashMap;

use data_encoding::BASE64;

use super::mime::File;

/// Links listed.
const MAX_LINKS: usize = 100;

/// Bytes that pictures may add to the HTML.
const MAX_PICTURES: usize = 8 * 1024 * 1024;

/// Media types put into the HTML: pictures without scripts.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// The `http` and `https` links of text and HTML, in order, each once.
pub fn find(text: &str, html: Option<&str>) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    let html = html.unwrap_or_default().replace("&amp;", "&");
    for source in [text, &html] {
        let mut rest = source;
        while let Some(at) = next_link(rest) {
            let link = &rest[at..];
            let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"'`{}|\\^".contains(c);
            let length = link.find(ends).unwrap_or(link.len());
            let link = link[..length].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']);
            if links.len() < MAX_LINKS && !links.iter().any(|known| known == link) && !link.ends_with("//") {
                links.push(link.to_owned());
            }
            rest = &rest[at + length.max(1)..];
        }
    }
    links
}

fn next_link(text: &str) -> Option<usize> {
    let first = |scheme| text.find(scheme);
    [first("http://"), first("https://")].into_iter().flatten().min()
}

/// `html` with `cid:` pictures as `data:` URLs.
pub fn with_pictures(html: &str, files: &[File]) -> String {
    let pictures: HashMap<&str, &File> = files
        .iter()
        .filter(|file| PICTURES.contains(&file.content_type.as_str()))
        .filter_map(|file| Some((file.content_id.as_deref()?, file)))
        .collect();
    let mut shown = String::with_capacity(html.len());
    let mut budget = MAX_PICTURES;
    let mut rest = html;
    while let Some(at) = rest.find("cid:") {
        let (before, reference) = rest.split_at(at);
        shown.push_str(before);
        let id = &reference["cid:".len()..];
        let id = &id[..id.find(['"', '\'', ')', '>', ' ', '\r', '\n']).unwrap_or(id.len())];
        match pictures.get(id) {
            Some(picture) if picture.bytes.len().div_ceil(3) * 4 <= budget => {
                budget -= picture.bytes.len().div_ceil(3) * 4;
                shown.push_str(&format!("data:{};base64,", picture.content_type));
                BASE64.encode_append(&picture.bytes, &mut shown);
            }
            _ => shown.push_str(&reference[.."cid:".len() + id.len()]),
        }
        rest = &reference["cid:".len() + id.len()..];
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_order_each_once_without_the_punctuation_around_them() {
        let text = "See https://a.example/x#y. Or (http://b.example/?q=1&r=2), https://a.example/x#y!";
        let html = "<a href=\"https://c.example/?a=1&amp;b=2\">https://a.example/x#y</a> https:// http";
        assert_eq!(
            find(text, Some(html)),
            ["https://a.example/x#y", "http://b.example/?q=1&r=2", "https://c.example/?a=1&b=2"]
        );
    }

    fn picture(id: &str, content_type: &str, bytes: Vec<u8>) -> File {
        let content_type = content_type.to_owned();
        File { name: String::new(), content_type, content_id: Some(id.to_owned()), bytes }
    }

    #[test]
    fn pictures_are_put_in_by_their_whole_id() {
        let files = [
            picture("a", "image/png", b"one".to_vec()),
            picture("ab", "image/png", b"two".to_vec()),
            picture("s", "image/svg+xml", b"<svg>".to_vec()),
        ];
        assert_eq!(
            with_pictures("<img src=\"cid:ab\"><img src='cid:a'> cid:s cid:none cid:", &files),
            "<img src=\"data:image/png;base64,dHdv\"><img src='data:image/png;base64,b25l'> cid:s cid:none cid:"
        );
    }

    #[test]
    fn a_picture_shown_a_thousand_times_does_not_fill_the_memory() {
        let files = [picture("a", "image/png", vec![0; 1024 * 1024])];
        assert!(with_pictures(&"<img src=\"cid:a\">".repeat(1000), &files).len() < 2 * MAX_PICTURES);
    }
}
