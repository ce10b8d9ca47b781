//! The words and looks of an invitation.

use super::model::Invitation;

/// The Content-ID of the QR code.
pub const QR_ID: &str = "qr@pocketkey";

/// The subject line.
pub fn subject(invitation: &Invitation) -> String {
    format!("Activate your phone for {}", one_line(&invitation.organisation))
}

/// The plain text.
pub fn text(invitation: &Invitation) -> String {
    format!(
        "Hello {name},\r\n\
         \r\n\
         {organisation} invites you to use your phone as your security key.\r\n\
         \r\n\
         1. Open this link on your phone:\r\n\
         \r\n\
         {link}\r\n\
         \r\n\
         2. Or type this pairing key into the app:\r\n\
         \r\n\
         {key}\r\n\
         \r\n\
         The invitation works once, until {expires}.\r\n\
         If you did not expect it, ignore this mail.\r\n",
        name = one_line(&invitation.name),
        organisation = one_line(&invitation.organisation),
        link = invitation.link,
        key = grouped(&invitation.pairing_key),
        expires = utc(invitation.expires_at),
    )
}

/// The HTML; the QR code is the part [`QR_ID`].
pub fn html(invitation: &Invitation) -> String {
    let (name, organisation) = (escape(&invitation.name), escape(&invitation.organisation));
    let (link, key) = (escape(&invitation.link), grouped(&invitation.pairing_key));
    let expires = utc(invitation.expires_at);
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Activate your phone</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f1f5f9;color:#0f172a;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<table role="presentation" align="center" width="100%" cellpadding="0" cellspacing="0" style="max-width:480px;margin:0 auto">
<tr><td style="padding:0 8px 12px;font-size:14px;font-weight:600;color:#475569">{organisation}</td></tr>
<tr><td style="background:#ffffff;border:1px solid #e2e8f0;border-radius:12px;padding:32px 28px">
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">Activate your phone</h1>
<p style="margin:0 0 24px">Hello {name},<br>{organisation} invites you to use your phone as your security key.</p>
<p style="margin:0 0 24px"><a href="{link}" style="display:inline-block;background:#4338ca;color:#ffffff;text-decoration:none;font-weight:600;padding:12px 24px;border-radius:8px">Activate this phone</a></p>
<p style="margin:0 0 8px;color:#475569">Reading this on a computer? Scan the code with your phone:</p>
<p style="margin:0 0 8px;text-align:center"><img src="cid:{QR_ID}" width="240" height="240" alt="QR code of the activation link" style="width:240px;height:240px;border:0"></p>
<p style="margin:0 0 8px;color:#475569">Cannot scan? Type this pairing key into the app:</p>
<p style="margin:0 0 24px;text-align:center;font:600 24px/1.4 ui-monospace,Menlo,Consolas,monospace;letter-spacing:1px">{key}</p>
<p style="margin:0;font-size:14px;color:#475569">The invitation works once, until {expires}. If you did not expect it, ignore this mail.</p>
</td></tr>
</table>
</body>
</html>
"#
    )
}

/// `1234 5678 9012`.
fn grouped(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().filter(char::is_ascii_digit).collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// `text` with spaces in place of its line ends and other control characters.
pub fn one_line(text: &str) -> String {
    let pieces = text.split(char::is_control).filter(|piece| !piece.is_empty());
    pieces.collect::<Vec<_>>().join(" ")
}

/// `text` as HTML text or attribute value.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Unix milliseconds as `22 November 2026, 14:05 UTC`.
fn utc(ms: i64) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let minutes = ms.div_euclid(60_000);
    let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
    // Days since 0000-03-01 in the proleptic Gregorian calendar: leap days end the year, and 153 days are five months.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = year_of_era + era * 400 + i64::from(month >= 10);
    let name = usize::try_from((month + 2) % 12).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"");
    format!("{day} {name} {year}, {:02}:{:02} UTC", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation() -> Invitation {
        Invitation {
            key_id: "key".into(),
            organisation: "Ada & Sons <Ltd>".into(),
            name: "<script>alert('x')</script>\r\nBcc: eve@example.org".into(),
            link: "https://keys.example.org/activate#abc".into(),
            pairing_key: "123456789012".into(),
            expires_at: 1_795_356_300_000,
        }
    }

    #[test]
    fn dates() {
        for (ms, text) in [
            (0, "1 January 1970, 00:00 UTC"),
            (951_782_400_000, "29 February 2000, 00:00 UTC"),
            (951_868_799_000, "29 February 2000, 23:59 UTC"),
            (1_795_356_300_000, "22 November 2026, 14:05 UTC"),
            (4_107_542_400_000, "1 March 2100, 00:00 UTC"),
            (-1, "31 December 1969, 23:59 UTC"),
        ] {
            assert_eq!(utc(ms), text);
        }
    }

    #[test]
    fn names_are_text_and_never_markup_or_lines_of_their_own() {
        let html = html(&invitation());
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)"));
        assert!(html.contains("Ada &amp; Sons &lt;Ltd&gt;"));
        assert!(!subject(&invitation()).contains(['\r', '\n']));
        assert!(
            text(&invitation()).starts_with("Hello <script>alert('x')</script> Bcc: eve@example.org,\r\n")
        );
    }

    #[test]
    fn both_forms_hold_link_key_and_expiry() {
        for form in [html(&invitation()), text(&invitation())] {
            for needed in
                ["https://keys.example.org/activate#abc", "1234 5678 9012", "22 November 2026, 14:05 UTC"]
            {
                assert!(form.contains(needed), "{needed} in {form}");
            }
        }
    }
}
