//! The news that somebody reset how one signs in.

use super::{Definition, Field};

/// What it says unless it was changed.
pub const DEFINITION: Definition = Definition {
    name: "second_step_reset",
    title: "Second step reset",
    about: "Tells an admin that a colleague took their authenticator app, recovery codes and passkeys off their account.",
    fields: &[
        Field { name: "name", meaning: "the admin's name", sample: "Ada Lovelace", ..Field::PLAIN },
        Field {
            name: "organisation",
            meaning: "your organisation's name",
            sample: "Example Labs",
            ..Field::PLAIN
        },
        Field { name: "by", meaning: "the name of who did it", sample: "Grace Hopper", ..Field::PLAIN },
        Field {
            name: "link",
            meaning: "the page of one's own account",
            sample: "https://keys.example.org/account",
            ..Field::PLAIN
        },
    ],
    qr_of: None,
    subject: "Your second step for Pocketkey was reset",
    html: r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Your second step was reset</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f1f5f9;color:#0f172a;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<table role="presentation" align="center" width="100%" cellpadding="0" cellspacing="0" style="max-width:480px;margin:0 auto">
<tr><td style="padding:0 8px 12px;font-size:14px;font-weight:600;color:#475569">{{organisation}}</td></tr>
<tr><td style="background:#ffffff;border:1px solid #e2e8f0;border-radius:12px;padding:32px 28px">
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">Your second step was reset</h1>
<p style="margin:0 0 24px">Hello {{name}},<br>{{by}} took your authenticator app, recovery codes and passkeys off your account, and you were signed out everywhere. Sign in with your password, and set them up anew.</p>
<p style="margin:0 0 24px"><a href="{{link}}" style="display:inline-block;background:#4338ca;color:#ffffff;text-decoration:none;font-weight:600;padding:12px 24px;border-radius:8px">Set them up</a></p>
<p style="margin:0;font-size:14px;color:#475569">If you did not ask for it, change your password and speak to {{by}}.</p>
</td></tr>
</table>
</body>
</html>
"#,
    text: "\
Hello {{name}},

{{by}} took your authenticator app, recovery codes and passkeys off your account
for {{organisation}}, and you were signed out everywhere.

Sign in with your password, and set them up anew:

{{link}}

If you did not ask for it, change your password and speak to {{by}}.
",
};
