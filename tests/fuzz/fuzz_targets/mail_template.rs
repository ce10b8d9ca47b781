//! What an admin writes into a mail template: nothing panics; what is accepted can be filled, keeps its subject on one line,
//! and never turns a value into markup.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pocketkey_api::mail::TemplateText;
use pocketkey_server::mail::templates::{Template, text};

fuzz_target!(|input: (String, String, String)| {
    let (subject, html, name) = input;
    let _ = text::pieces(&html);
    let content = TemplateText { subject, html: html + "{{link}}{{code}}", text: "{{link}}{{code}}".into() };
    for template in Template::ALL {
        let Ok(content) = template.check(content.clone()) else { continue };
        let mut values = template.sample();
        values.insert("name".into(), format!("<{name}>"));
        let filled = template.fill(&content, &values, |_| "cid:qr".into()).expect("what is accepted can be filled");
        assert!(!filled.subject.contains(['\r', '\n']));
        assert_eq!(filled.html.matches('<').count(), content.html.matches('<').count() + pictures(&content.html));
    }
});

fn pictures(html: &str) -> usize {
    let pieces = text::pieces(html).expect("it was accepted");
    pieces.iter().filter(|piece| matches!(piece, text::Piece::Placeholder("qr", _))).count()
}
