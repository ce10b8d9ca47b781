//! One endpoint on the page.

use serde_json::Value;

use super::{
    Operation,
    html::{escape, prose, table},
    schema::{example, type_of},
};

/// The endpoint, closed until it is looked into.
pub fn render(document: &Value, operation: &Operation<'_>) -> String {
    let Operation { method, path, said } = operation;
    let (method, path) = (method.to_uppercase(), escape(path));
    let text = |field: &str| prose(said[field].as_str().unwrap_or_default());
    let id = format!("{}-{}", method.to_lowercase(), path.trim_matches('/').replace(['/', '{', '}'], "-"));
    format!(
        "<details id=\"{id}\"><summary><span class=\"method {}\">{method}</span> <code>{path}</code> \
         <span class=\"summary\">{}</span></summary><div class=\"body\"><p>{}</p>{}{}{}<h3>Answers</h3>{}\
         <h3>Example</h3><pre tabindex=\"0\"><code>{}</code></pre></div></details>",
        method.to_lowercase(),
        text("summary"),
        text("description"),
        access(said),
        parameters(said),
        body(said),
        answers(said),
        escape(&curl(document, operation)),
    )
}

/// Who may call it.
fn access(said: &Value) -> String {
    let Some(ways) = said["security"].as_array() else {
        return "<p class=\"access\">Open to everybody.</p>".to_owned();
    };
    let scope = ways.iter().find_map(|way| way["api_key"].as_array());
    match scope.map(|scopes| scopes.iter().filter_map(Value::as_str).map(escape).collect::<Vec<_>>()) {
        Some(scopes) => {
            format!(
                "<p class=\"access\">Signed in, or an API key with the scope <code>{}</code>.</p>",
                scopes.join(" ")
            )
        }
        None => "<p class=\"access\">Signed in.</p>".to_owned(),
    }
}

fn parameters(said: &Value) -> String {
    let rows: Vec<_> = said["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| {
            let text = |field: &str| parameter[field].as_str().unwrap_or_default();
            let needed = if parameter["required"] == true { "" } else { "optional" };
            [
                format!("<code>{}</code>", escape(text("name"))),
                escape(text("in")),
                format!("{} <small>{needed}</small>", type_of(&parameter["schema"])),
                prose(text("description")),
            ]
        })
        .collect();
    let table = table(["Parameter", "In", "Type", "Meaning"], &rows);
    if table.is_empty() { table } else { format!("<h3>Parameters</h3>{table}") }
}

/// What a request or an answer carries, in words.
fn content(of: &Value) -> Vec<String> {
    let kinds = of["content"].as_object().into_iter().flatten();
    kinds
        .map(|(kind, content)| format!("{} <small>{}</small>", type_of(&content["schema"]), escape(kind)))
        .collect()
}

fn body(said: &Value) -> String {
    let kinds = content(&said["requestBody"]);
    if kinds.is_empty() { String::new() } else { format!("<h3>Body</h3><p>{}</p>", kinds.join(" or ")) }
}

fn answers(said: &Value) -> String {
    let rows: Vec<_> = said["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(status, answer)| {
            let said = prose(answer["description"].as_str().unwrap_or_default());
            [format!("<code>{}</code>", escape(status)), said, content(answer).join(" or ")]
        })
        .collect();
    table(["Status", "Meaning", "Body"], &rows)
}

/// The request for a terminal.
fn curl(document: &Value, Operation { method, path, said }: &Operation<'_>) -> String {
    let mut command = String::from("curl");
    if *method != "get" {
        command += &format!(" -X {}", method.to_uppercase());
    }
    command += &format!(" \"$POCKETKEY_URL{path}\"");
    if said["security"].is_array() {
        command += " \\\n  -H \"Authorization: Bearer $POCKETKEY_API_KEY\"";
    }
    let contents = &said["requestBody"]["content"];
    if let Some(json) = contents.get("application/json") {
        let example = serde_json::to_string_pretty(&example(document, &json["schema"])).unwrap_or_default();
        command += &format!(" \\\n  --json '{}'", example.replace('\'', "'\\''"));
    } else if let Some((kind, _)) = contents.as_object().and_then(|all| all.iter().next()) {
        command += &format!(" \\\n  -H \"Content-Type: {kind}\" --data-binary @FILE");
    }
    command
}
