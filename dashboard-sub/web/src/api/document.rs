//! The description of all of this for programs: OpenAPI 3.1, made from the handlers and their types.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, ContentBuilder, Ref, RefOr, ResponseBuilder};

use super::{
    catalogue, config, events, fleet, groups, health, hosts, links, metrics, readings, series, session,
    system,
};
use crate::problem::{CONTENT_TYPE, Problem};
use crate::stream;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Grapevine",
        description = "A Grapevine network over HTTP.\n\nWhat a host does not tell of is left out of an answer; what it \
            tells without a value is `null`, and `absent` beside it says why. Absent is never 0. All that is in one answer is \
            of one moment, its `timestamp`. Errors are `application/problem+json` (RFC 9457). Answers have a tag \
            (`ETag`, `If-None-Match`) and are compressed on request.",
        license(name = "MIT OR Apache-2.0")
    ),
    paths(
        hosts::hosts, system::host, readings::readings, series::series, fleet::fleet, groups::groups, links::links,
        events::events, catalogue::catalogue,
        system::system, system::gpu, system::memory, system::cpu, system::disks, system::services, system::containers,
        system::backups, system::network, system::processes,
        stream::gpus,
        session::login, session::logout, session::session, session::end_sessions,
        config::config, health::health, health::healthy, health::ready, metrics::metrics,
    ),
    components(schemas(Problem, groups::By, hosts::Order, hosts::SortName)),
    security(("bearer" = []), ("session" = [])),
    tags(
        (name = "fleet", description = "All hosts, and what they tell."),
        (name = "system", description = "One host, of the attached agent unless another is named."),
        (name = "streams", description = "What goes on, over WebSockets."),
        (name = "auth", description = "Logging in and out."),
        (name = "server", description = "The server itself."),
    )
)]
struct Document;

/// The description as JSON, which is always the same.
pub(super) fn json() -> &'static str {
    static JSON: LazyLock<String> = LazyLock::new(make);
    &JSON
}

fn make() -> String {
    let mut document = Document::openapi();
    let components = document.components.get_or_insert_with(Components::new);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The token.")).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let cookie = ApiKeyValue::with_description("grapevine", "The session; `__Host-grapevine` under TLS.");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    components.schemas.values_mut().for_each(tell_units);
    document.paths.paths.values_mut().flat_map(operations).for_each(tell_problems);
    // Texts, numbers and lists of them are always JSON.
    document.to_json().unwrap_or_default()
}

/// The description as it is served.
pub(crate) async fn openapi() -> Response {
    let content_type = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (StatusCode::OK, [content_type], json()).into_response()
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.post, &mut path.delete].into_iter().flatten()
}

/// All answers but those that are described are problems.
fn tell_problems(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description = "What was asked for.".to_owned();
        }
    }
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let problem = ResponseBuilder::new()
        .description(
            "What went wrong: 400, 401, 403, 404, 405, 409, 413, 414, 415, 421, 422, 426, 429, 500 or 503.",
        )
        .content(CONTENT_TYPE, content)
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
}

/// Adds to each number the unit that its name ends in.
fn tell_units(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else { return };
    for (name, property) in &mut object.properties {
        let RefOr::T(Schema::Object(property)) = property else { continue };
        if !is_number(&property.schema_type) {
            continue;
        }
        let described = property.description.take().unwrap_or_default();
        let is_told = [" in seconds", " in milliseconds", "1970"].iter().any(|told| described.contains(told));
        property.description = Some(match unit(name) {
            Some(unit) if !is_told => format!("{described} In {unit}.").trim_start().to_owned(),
            _ => described,
        });
    }
}

fn is_number(schema_type: &SchemaType) -> bool {
    let is = |kind: &Type| matches!(kind, Type::Number | Type::Integer);
    match schema_type {
        SchemaType::Type(kind) => is(kind),
        SchemaType::Array(kinds) => kinds.iter().any(is),
        SchemaType::AnyValue => false,
    }
}

/// The unit of figures that are named so.
fn unit(name: &str) -> Option<&'static str> {
    if TIMES.contains(&name) {
        return Some("seconds since 1970, by the host's own clock");
    }
    UNITS.iter().find_map(|(ending, unit)| name.ends_with(ending).then_some(*unit))
}

/// Figures that are times, and not how long something takes.
const TIMES: [&str; 7] =
    ["boot_time_s", "started_s", "finished_s", "next_due_s", "last_success_s", "last_s", "next_s"];

/// The longer endings first.
const UNITS: [(&str, &str); 12] = [
    ("_bytes_per_second", "bytes per second"),
    ("_bits_per_second", "bits per second"),
    ("_bytes", "bytes"),
    ("_percent", "percent"),
    ("_celsius", "degrees Celsius"),
    ("_watts", "watts"),
    ("_joules", "joules"),
    ("_hertz", "hertz"),
    ("_hours", "hours"),
    ("_ms", "milliseconds"),
    ("_us", "microseconds"),
    ("_s", "seconds"),
];
