//! What JSON looks like: types in words, fields as tables, examples.

use serde_json::{Map, Value, json};

use super::html::{escape, prose, table};

/// Examples go no deeper than this.
const DEPTH: u32 = 6;

/// The schema that `schema` refers to, or itself.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
}

/// A type in words, with links to what is described elsewhere.
pub fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", escape(name));
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(all) = schema[choice].as_array() {
            return all.iter().map(type_of).collect::<Vec<_>>().join(" or ");
        }
    }
    if let Some(all) = schema["enum"].as_array() {
        return all.iter().map(|value| code(&value.to_string())).collect::<Vec<_>>().join(", ");
    }
    if schema["type"] == "array" || schema["type"][0] == "array" {
        return format!("list of {}", type_of(&schema["items"]));
    }
    match &schema["type"] {
        Value::String(name) => escape(name),
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).map(escape).collect::<Vec<_>>().join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// The fields of an object as a table; those of all parts where it has several.
fn fields(schema: &Value) -> String {
    let required =
        |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let rows: Vec<_> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, field)| {
            let needed = if required(name) { "" } else { "optional" };
            let said = prose(field["description"].as_str().unwrap_or_default());
            [code(name), format!("{} <small>{needed}</small>", type_of(field)), said]
        })
        .collect();
    table(["Field", "Type", "Meaning"], &rows)
}

/// Every named schema.
pub fn all(document: &Value) -> String {
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    schemas
        .map(|(name, schema)| {
            let name = escape(name);
            let said = prose(schema["description"].as_str().unwrap_or_default());
            let fields = fields(schema);
            let kind = if fields.is_empty() { format!("<p>{}</p>", type_of(schema)) } else { fields };
            format!("<article id=\"schema-{name}\"><h3>{name}</h3><p>{said}</p>{kind}</article>")
        })
        .collect()
}

/// What a value could look like.
pub fn example(document: &Value, schema: &Value) -> Value {
    example_to(document, schema, DEPTH)
}

fn example_to(document: &Value, schema: &Value, depth: u32) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    let schema = resolve(document, schema);
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        let mut all = schema[choice].as_array().into_iter().flatten();
        if let Some(one) = all.find(|one| one["type"] != "null") {
            return example_to(document, one, depth - 1);
        }
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "string" => json!("…"),
        "integer" | "number" => json!(0),
        "boolean" => json!(true),
        "null" => Value::Null,
        "array" => json!([example_to(document, &schema["items"], depth - 1)]),
        _ => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields: Map<_, _> =
                fields.map(|(name, field)| (name.clone(), example_to(document, field, depth - 1))).collect();
            Value::Object(fields)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_in_words() {
        for (schema, words) in [
            (json!({ "type": "string" }), "string"),
            (json!({ "type": ["integer", "null"] }), "integer or null"),
            (
                json!({ "type": "array", "items": { "$ref": "#/components/schemas/A" } }),
                "list of <a href=\"#schema-A\">A</a>",
            ),
            (json!({ "oneOf": [{ "type": "null" }, { "type": "boolean" }] }), "null or boolean"),
            (json!({ "enum": ["a"] }), "<code>&quot;a&quot;</code>"),
        ] {
            assert_eq!(type_of(&schema), words);
        }
    }

    #[test]
    fn examples_of_types_that_hold_themselves_end() {
        let document = json!({ "components": { "schemas": { "A": {
            "type": "object", "properties": { "a": { "$ref": "#/components/schemas/A" }, "n": { "type": "integer" } },
        } } } });
        let example = example(&document, &json!({ "$ref": "#/components/schemas/A" }));
        assert_eq!(example["a"]["n"], 0);
    }
}
