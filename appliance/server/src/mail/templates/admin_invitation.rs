//! The invitation to become an admin.

use super::{Definition, Field};

/// What it says unless it was changed.
pub const DEFINITION: Definition = Definition {
    name: "admin_invitation",
    title: "Invitation of an admin",
    about: "Invites somebody to manage this appliance.",
    fields: &[
        Field {
            name: "name",
            meaning: "the name of the person invited",
            sample: "Ada Lovelace",
            ..Field::PLAIN
        },
        Field {
            name: "organisation",
            meaning: "your organisation's name",
            sample: "Example Labs",
            ..Field::PLAIN
        },
        Field { name: "by", meaning: "the name of who invites", sample: "Grace Hopper", ..Field::PLAIN },
        Field {
            name: "role",
            meaning: "their role, for example: an auditor",
            sample: "an admin",
            ..Field::PLAIN
        },
        Field {
            name: "link",
            meaning: "the link where they choose a password",
            sample: "https://keys.example.org/join#sample",
            secret: true,
            required: true,
        },
        Field {
            name: "expires",
            meaning: "when the link stops working",
            sample: "31 December 2026, 12:00 UTC",
            ..Field::PLAIN
        },
    ],
    qr_of: None,
    subject: "Manage Pocketkey for {{organisation}}",
    html: r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Manage Pocketkey</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f1f5f9;color:#0f172a;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<table role="presentation" align="center" width="100%" cellpadding="0" cellspacing="0" style="max-width:480px;margin:0 auto">
<tr><td style="padding:0 8px 12px;font-size:14px;font-weight:600;color:#475569">{{organisation}}</td></tr>
<tr><td style="background:#ffffff;border:1px solid #e2e8f0;border-radius:12px;padding:32px 28px">
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">Manage Pocketkey</h1>
<p style="margin:0 0 24px">Hello {{name}},<br>{{by}} invites you to manage the security keys of {{organisation}} as {{role}}.</p>
<p style="margin:0 0 24px"><a href="{{link}}" style="display:inline-block;background:#4338ca;color:#ffffff;text-decoration:none;font-weight:600;padding:12px 24px;border-radius:8px">Choose a password</a></p>
<p style="margin:0;font-size:14px;color:#475569">The invitation works once, until {{expires}}. If you did not expect it, ignore this mail.</p>
</td></tr>
</table>
</body>
</html>
"#,
    text: "\
Hello {{name}},

{{by}} invites you to manage the security keys of {{organisation}} as {{role}}.

Open this link and choose a password:

{{link}}

The invitation works once, until {{expires}}.
If you did not expect it, ignore this mail.
",
};
