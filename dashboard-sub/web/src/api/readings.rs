//! Readings as hosts tell them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use grapevine_proto::ValueRef;
use grapevine_sub::{Glob, HostReading};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Path, Query};
use super::page::{Page, Range};
use super::which;
use crate::limits::TEXT_CHARS_MAX;
use crate::model::Snapshot;
use crate::problem::Problem;
use crate::server::App;
use crate::timestamp::iso8601;

/// Which readings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadingsQuery {
    /// A pattern of metrics' names, such as `gpu.*`: `*` stands for any characters, `?` for one. All if nothing is said.
    #[param(max_length = 1024, example = "gpu.*")]
    metric: Option<String>,
    /// Most readings of the answer.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<usize>,
    /// How many readings to leave out before the first.
    #[param(minimum = 0, maximum = 1_000_000_000, default = 0)]
    offset: Option<usize>,
}

/// One reading.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReadingRow {
    /// The metric, as the catalogue names it.
    metric: String,
    /// What tells it from other readings of the metric.
    labels: BTreeMap<String, String>,
    /// The value, in `unit`; `null` if there is none. It may be of earlier: then `absent` says why there is no newer one.
    value: Option<ReadingValue>,
    /// Why there is no value of now: `unsupported`, `denied`, `failed` or `sleeping`; `null` if there is one.
    absent: Option<&'static str>,
    /// The unit of the value.
    unit: String,
    /// Age of the value, in milliseconds.
    age_ms: u64,
    /// Whether it is too old to be shown as current.
    stale: bool,
}

/// A number, or a text.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ReadingValue {
    /// Of a gauge or counter.
    Number(f64),
    /// Of a text.
    Text(String),
}

impl ReadingRow {
    fn of(reading: &HostReading<'_>, snapshot: &Snapshot) -> Self {
        Self {
            metric: reading.metric.name.clone().into_owned(),
            labels: reading.labelled().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            value: reading.state.value().map(|value| match value {
                ValueRef::Number(number) => ReadingValue::Number(number),
                ValueRef::Text(text) => ReadingValue::Text(text.to_owned()),
            }),
            absent: reading.state.absence().map(grapevine_proto::Absence::as_str),
            unit: reading.metric.unit.as_str().to_owned(),
            age_ms: reading.age_ms(snapshot.at),
            stale: reading.is_stale(snapshot.at),
        }
    }
}

/// All readings of a host
///
/// In the order of the catalogue, with those of metrics that this program has never heard of.
#[utoipa::path(
    get, path = "/api/v1/hosts/{host}/readings", tag = "fleet",
    params(("host" = String, Path, description = "Its name, or its origin."), ReadingsQuery),
    responses((status = 200, body = Page<ReadingRow>))
)]
pub(crate) async fn readings(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<ReadingsQuery>,
) -> Result<Json<Page<ReadingRow>>, Problem> {
    let range = Range::new(query.limit, query.offset)?;
    if query.metric.as_ref().is_some_and(|pattern| pattern.chars().count() > TEXT_CHARS_MAX) {
        return Err(Problem::unprocessable(format!("metric: more than {TEXT_CHARS_MAX} characters")));
    }
    let snapshot = app.snapshot();
    let host = &which::host(&snapshot, Some(&name))?.host;
    let pattern = query.metric.as_deref().map(Glob::new);
    let is_asked = |reading: &HostReading<'_>| {
        pattern.as_ref().is_none_or(|pattern| pattern.matches(&reading.metric.name))
    };
    let readings: Vec<HostReading<'_>> = host.readings().filter(is_asked).collect();
    let timestamp = iso8601(snapshot.wall_s);
    Ok(Json(range.page(timestamp, readings.into_iter(), |reading| ReadingRow::of(&reading, &snapshot))))
}
