//! The description of all of this for people: one page without scripts, made from the description for programs.

use std::fmt::{self, Display, Write};

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::document;

/// The page.
pub(crate) async fn page() -> Response {
    file("text/html; charset=utf-8", html())
}

/// How it looks.
pub(crate) async fn style() -> Response {
    file("text/css; charset=utf-8", STYLE.to_owned())
}

fn file(content_type: &'static str, text: String) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], text).into_response()
}

fn html() -> String {
    let document: Value = serde_json::from_str(document::json()).unwrap_or_default();
    let mut html = String::new();
    match write_page(&mut html, &document) {
        Ok(()) => html,
        // Writing to a text never fails.
        Err(fmt::Error) => String::new(),
    }
}

fn write_page(html: &mut String, document: &Value) -> fmt::Result {
    let info = &document["info"];
    write!(html, "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Grapevine: API</title>")?;
    write!(
        html,
        "<meta name=\"viewport\" content=\"width=device-width\"><link rel=\"stylesheet\" href=\"style.css\">"
    )?;
    write!(html, "<main><h1>{} {}</h1>", text(&info["title"]), text(&info["version"]))?;
    for paragraph in info["description"].as_str().unwrap_or_default().split("\n\n") {
        write!(html, "<p>{}</p>", Prose(paragraph))?;
    }
    write!(html, "<p>For programs: <a href=\"openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>")?;
    for tag in document["tags"].as_array().into_iter().flatten() {
        write!(html, "<h2>{}</h2><p>{}</p>", text(&tag["name"]), prose(&tag["description"]))?;
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                if operation.pointer("/tags/0") == tag.get("name") {
                    write_operation(html, path, method, operation)?;
                }
            }
        }
    }
    write!(html, "<h2>Objects</h2>")?;
    for (name, schema) in
        document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten()
    {
        write_schema(html, name, schema)?;
    }
    write!(html, "</main></html>")
}

fn write_operation(html: &mut String, path: &str, method: &str, operation: &Value) -> fmt::Result {
    let method = method.to_ascii_uppercase();
    write!(html, "<section><h3><code>{} {}</code></h3>", Text(&method), Text(path))?;
    write!(html, "<p><b>{}.</b> {}</p>", text(&operation["summary"]), prose(&operation["description"]))?;
    if let Some(parameters) = operation["parameters"].as_array() {
        write!(html, "<table><tr><th>parameter<th>in<th>type<th>what it is</tr>")?;
        for parameter in parameters {
            let (name, place, schema) = (&parameter["name"], &parameter["in"], &parameter["schema"]);
            write!(html, "<tr><td><code>{}</code><td>{}<td>{}", text(name), text(place), Type(schema))?;
            write!(html, "<td>{}</tr>", prose(&parameter["description"]))?;
        }
        write!(html, "</table>")?;
    }
    if let Some(content) = operation.pointer("/requestBody/content").and_then(Value::as_object) {
        let schemas = content.values().map(|body| &body["schema"]);
        write!(html, "<p>Body: {}</p>", Types(schemas.collect()))?;
    }
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let content = response["content"].as_object().into_iter().flatten();
        let schemas: Vec<&Value> = content.map(|(_, body)| &body["schema"]).collect();
        write!(html, "<p>{}: {} {}</p>", Text(status), Types(schemas), prose(&response["description"]))?;
    }
    write!(html, "</section>")
}

fn write_schema(html: &mut String, name: &str, schema: &Value) -> fmt::Result {
    write!(
        html,
        "<section id=\"{}\"><h3><code>{}</code></h3><p>{}</p>",
        Text(name),
        Text(name),
        prose(&schema["description"])
    )?;
    match schema["properties"].as_object() {
        Some(properties) => {
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            write!(html, "<table><tr><th>field<th>type<th>what it is</tr>")?;
            for (field, property) in properties {
                let rarely = if required.contains(&field.as_str()) { "" } else { " <i>if told</i>" };
                write!(html, "<tr><td><code>{}</code>{rarely}<td>{}", Text(field), Type(property))?;
                write!(html, "<td>{}</tr>", prose(&property["description"]))?;
            }
            write!(html, "</table></section>")
        }
        None => write!(html, "<p>{}</p></section>", Type(schema)),
    }
}

fn text(value: &Value) -> Text<'_> {
    Text(value.as_str().unwrap_or_default())
}

fn prose(value: &Value) -> Prose<'_> {
    Prose(value.as_str().unwrap_or_default())
}

/// Text, escaped.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            character => f.write_char(character),
        })
    }
}

/// Text in which what stands between backticks is code.
struct Prose<'a>(&'a str);

impl Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.split('`').enumerate().try_for_each(|(place, part)| match place % 2 {
            0 => write!(f, "{}", Text(part)),
            _ => write!(f, "<code>{}</code>", Text(part)),
        })
    }
}

/// The types of several schemas.
struct Types<'a>(Vec<&'a Value>);

impl Display for Types<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, schema) in self.0.iter().enumerate() {
            write!(f, "{}{}", if place == 0 { "" } else { " or " }, Type(schema))?;
        }
        Ok(())
    }
}

/// The type of a schema, with a link where it is described below.
struct Type<'a>(&'a Value);

impl Display for Type<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.0;
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return write!(f, "<a href=\"#{}\">{}</a>", Text(name), Text(name));
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            if let Some(choices) = schema[choice].as_array() {
                return write!(f, "{}", Types(choices.iter().collect()));
            }
        }
        if let Some(values) = schema["enum"].as_array() {
            let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            return write!(f, "<code>{}</code>", Text(&values.join(" | ")));
        }
        match &schema["type"] {
            Value::String(kind) if kind == "array" => write!(f, "list of {}", Type(&schema["items"])),
            Value::String(kind) if kind == "object" && schema["additionalProperties"].is_object() => {
                write!(f, "map of {}", Type(&schema["additionalProperties"]))
            }
            Value::String(kind) => write!(f, "{}", Text(kind)),
            Value::Array(kinds) => {
                let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
                write!(f, "{}", Text(&kinds.join(" or ")))
            }
            _ => f.write_str("any"),
        }
    }
}

const STYLE: &str = "\
:root { color-scheme: dark light; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 70rem; margin: auto; padding: 1rem; }
h2 { border-bottom: 1px solid; margin-top: 3rem; text-transform: capitalize; }
section { margin: 2rem 0; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentcolor 25%, transparent); padding: .3rem .6rem; text-align: left; vertical-align: top; }
code { font: .9em ui-monospace, monospace; }
";
