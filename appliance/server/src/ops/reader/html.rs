//! Text to HTML.

pub use crate::mail::templates::text::escape;

/// Prose: what stands between backticks is code.
pub fn prose(text: &str) -> String {
    let mut html = String::new();
    for (index, part) in text.split('`').enumerate() {
        let part = escape(part);
        html.push_str(&if index % 2 == 1 { format!("<code>{part}</code>") } else { part });
    }
    html
}

/// A table; nothing if it has no rows. Cells are HTML.
pub fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let headings: String = headings.iter().map(|text| format!("<th scope=\"col\">{text}</th>")).collect();
    let rows: String = rows
        .iter()
        .map(|row| {
            format!("<tr>{}</tr>", row.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>())
        })
        .collect();
    format!(
        "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_are_code_and_nothing_is_markup() {
        assert_eq!(prose("a `b<c` \"d\""), "a <code>b&lt;c</code> &quot;d&quot;");
    }
}
