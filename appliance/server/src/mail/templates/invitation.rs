//! The invitation to activate a phone.

use super::{Definition, Field};

/// What it says unless it was changed.
pub const DEFINITION: Definition = Definition {
    name: "invitation",
    title: "Invitation",
    about: "Invites a user to activate their phone.",
    fields: &[
        Field { name: "name", meaning: "the user's name", sample: "Ada Lovelace", ..Field::PLAIN },
        Field {
            name: "organisation",
            meaning: "your organisation's name",
            sample: "Example Labs",
            ..Field::PLAIN
        },
        Field {
            name: "link",
            meaning: "the link that activates the phone it is opened on",
            sample: "https://keys.example.org/activate#sample",
            secret: true,
            required: true,
        },
        Field {
            name: "code",
            meaning: "the pairing key, 12 digits to type",
            sample: "1234 5678 9012",
            secret: true,
            required: true,
        },
        Field {
            name: "expires",
            meaning: "when link and code stop working",
            sample: "31 December 2026, 12:00 UTC",
            ..Field::PLAIN
        },
    ],
    qr_of: Some("link"),
    subject: "Activate your phone for {{organisation}}",
    html: r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Activate your phone</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f1f5f9;color:#0f172a;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<table role="presentation" align="center" width="100%" cellpadding="0" cellspacing="0" style="max-width:480px;margin:0 auto">
<tr><td style="padding:0 8px 12px;font-size:14px;font-weight:600;color:#475569">{{organisation}}</td></tr>
<tr><td style="background:#ffffff;border:1px solid #e2e8f0;border-radius:12px;padding:32px 28px">
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">Activate your phone</h1>
<p style="margin:0 0 24px">Hello {{name}},<br>{{organisation}} invites you to use your phone as your security key.</p>
<p style="margin:0 0 24px"><a href="{{link}}" style="display:inline-block;background:#4338ca;color:#ffffff;text-decoration:none;font-weight:600;padding:12px 24px;border-radius:8px">Activate this phone</a></p>
<p style="margin:0 0 8px;color:#475569">Reading this on a computer? Scan the code with your phone:</p>
<p style="margin:0 0 8px;text-align:center">{{qr}}</p>
<p style="margin:0 0 8px;color:#475569">Cannot scan? Type this pairing key into the app:</p>
<p style="margin:0 0 24px;text-align:center;font:600 24px/1.4 ui-monospace,Menlo,Consolas,monospace;letter-spacing:1px">{{code}}</p>
<p style="margin:0;font-size:14px;color:#475569">The invitation works once, until {{expires}}. If you did not expect it, ignore this mail.</p>
</td></tr>
</table>
</body>
</html>
"#,
    text: "\
Hello {{name}},

{{organisation}} invites you to use your phone as your security key.

1. Open this link on your phone:

{{link}}

2. Or type this pairing key into the app:

{{code}}

The invitation works once, until {{expires}}.
If you did not expect it, ignore this mail.
",
};
