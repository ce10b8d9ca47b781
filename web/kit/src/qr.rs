//! What a phone scans, and the digits for those that cannot.

use leptos::prelude::*;

use crate::strings;

/// A QR code from an SVG document of the API. On white in both themes: phones expect dark on light.
#[component]
pub fn Qr(
    /// The SVG document (ASCII).
    svg: String,
    /// What the code is, for who cannot see it.
    #[prop(into)]
    alt: String,
    /// `data-testid`.
    #[prop(default = "qr".into(), into)]
    test_id: String,
) -> impl IntoView {
    let source = window().btoa(&svg).map(|base64| format!("data:image/svg+xml;base64,{base64}")).ok();
    view! {
        <img
            class="block size-52 rounded-xl border border-line bg-white"
            width="208"
            height="208"
            src=source
            alt=alt
            data-testid=test_id
        />
    }
    .into_any()
}

/// A pairing key: 12 digits in groups of four.
#[component]
pub fn PairingKey(
    /// The digits, ungrouped.
    #[prop(into)]
    digits: String,
) -> impl IntoView {
    view! {
        <output
            class="block font-mono text-2xl font-semibold tracking-wide whitespace-nowrap tabular-nums"
            aria-label=strings::pairing_key()
            data-testid="pairing-key"
        >
            {grouped(&digits)}
        </output>
    }
    .into_any()
}

/// `123456789012` → `1234 5678 9012`.
#[must_use]
pub fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    #[test]
    fn pairing_keys_are_grouped_by_four() {
        assert_eq!(super::grouped("123456789012"), "1234 5678 9012");
        assert_eq!(super::grouped("12345"), "1234 5");
        assert_eq!(super::grouped(""), "");
    }
}
