//! Templates: text with placeholders such as `{{name}}`. No loops, no conditions: filling one takes as long as it is long.

/// Why a template cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A placeholder without an end.
    #[error("Line {line}: {{{{ has no }}}} on the same line.")]
    Open {
        /// Where it begins, from 1.
        line: usize,
    },
    /// A placeholder that this mail has not.
    #[error("Line {line}: {{{{{name}}}}} is no placeholder of this mail.")]
    Unknown {
        /// Where it stands, from 1.
        line: usize,
        /// Its name.
        name: String,
    },
    /// A placeholder that must not stand here.
    #[error("Line {line}: {{{{{name}}}}} cannot stand here. {reason}")]
    Misplaced {
        /// Where it stands, from 1.
        line: usize,
        /// Its name.
        name: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// A placeholder that must be there.
    #[error("{{{{{name}}}}} is missing: {meaning}. Put it in somewhere.")]
    Missing {
        /// Its name.
        name: &'static str,
        /// What it stands for.
        meaning: &'static str,
    },
}

/// A piece of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it is.
    Text(&'a str),
    /// The name between the braces, and the line it stands on, from 1.
    Placeholder(&'a str, usize),
}

/// Takes a template apart.
///
/// # Errors
/// [`TemplateError::Open`].
pub fn pieces(template: &str) -> Result<Vec<Piece<'_>>, TemplateError> {
    let (mut pieces, mut rest, mut line) = (Vec::new(), template, 1);
    while let Some((text, after)) = rest.split_once("{{") {
        line += text.matches('\n').count();
        let (name, after) = after
            .split_once("}}")
            .filter(|(name, _)| !name.contains('\n'))
            .ok_or(TemplateError::Open { line })?;
        pieces.extend([Piece::Text(text), Piece::Placeholder(name.trim(), line)]);
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

/// Fills a template: `value` gives what stands for a placeholder. What it gives is not looked into again.
///
/// # Errors
/// [`TemplateError::Open`]; [`TemplateError::Unknown`] if `value` gives nothing.
pub fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, TemplateError> {
    let mut filled = String::with_capacity(template.len() + 256);
    for piece in pieces(template)? {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Placeholder(name, line) => {
                let value =
                    value(name).ok_or_else(|| TemplateError::Unknown { line, name: name.to_owned() })?;
                filled.push_str(&value);
            }
        }
    }
    Ok(filled)
}

/// `text` with spaces in place of its line ends and other control characters.
pub fn one_line(text: &str) -> String {
    let pieces = text.split(char::is_control).filter(|piece| !piece.is_empty());
    pieces.collect::<Vec<_>>().join(" ")
}

/// `text` as HTML text or attribute value.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn upper(template: &str) -> Result<String, TemplateError> {
        fill(template, |name| (name != "no").then(|| name.to_uppercase()))
    }

    #[test]
    fn placeholders_are_filled_and_everything_else_stays() {
        for (template, filled) in [
            ("", ""),
            ("Hello {{name}}, {{ name }}!", "Hello NAME, NAME!"),
            ("a { b } c }} {", "a { b } c }} {"),
            ("@media x { p { color: red }}", "@media x { p { color: red }}"),
            ("{{a}}{{b}}", "AB"),
        ] {
            assert_eq!(upper(template).as_deref(), Ok(filled), "{template}");
        }
    }

    #[test]
    fn errors_name_the_line() {
        assert_eq!(upper("a\nb {{name"), Err(TemplateError::Open { line: 2 }));
        assert_eq!(upper("{{a\n}}"), Err(TemplateError::Open { line: 1 }));
        let unknown = upper("{{a}}\r\n\n{{no}}").unwrap_err();
        assert_eq!(unknown.to_string(), "Line 3: {{no}} is no placeholder of this mail.");
        assert_eq!(TemplateError::Open { line: 1 }.to_string(), "Line 1: {{ has no }} on the same line.");
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_template(template in "([a-z{} \n]|\\{\\{[a-z ]{0,5}\\}\\}){0,40}") {
            if let Ok(pieces) = pieces(&template) {
                let mut rest = template.as_str();
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => rest = rest.strip_prefix(text).unwrap(),
                        Piece::Placeholder(name, line) => {
                            let before = &template[..template.len() - rest.len()];
                            prop_assert_eq!(line, before.matches('\n').count() + 1);
                            let (inside, after) = rest.strip_prefix("{{").unwrap().split_once("}}").unwrap();
                            prop_assert_eq!(inside.trim(), name);
                            rest = after;
                        }
                    }
                }
                prop_assert_eq!(rest, "");
            }
        }

        #[test]
        fn values_are_never_taken_for_templates(value in "[{}a-z]{0,20}") {
            prop_assert_eq!(fill("<{{x}}>", |_| Some(value.clone())), Ok(format!("<{value}>")));
        }

        #[test]
        fn escaped_text_ends_no_element_and_no_attribute(text in ".{0,80}") {
            prop_assert!(!escape(&text).contains(['<', '>', '"', '\'']));
        }
    }
}
