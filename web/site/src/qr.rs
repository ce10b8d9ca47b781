//! QR codes made in the page, so that the secret in a link's fragment stays there.

use qrcode::{QrCode, render::svg};

/// The QR code of `text` as an SVG document; `None` if it is too long for one.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::new(text).ok()?;
    Some(code.render::<svg::Color>().quiet_zone(true).min_dimensions(256, 256).build())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_link_becomes_a_picture_and_a_novel_does_not() {
        let svg = super::svg("https://keys.example.org/activate#kqE3").unwrap();
        assert!(svg.contains("<svg") && svg.is_ascii());
        assert_eq!(super::svg(&"x".repeat(8000)), None);
    }
}
