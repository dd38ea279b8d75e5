//! What readings were.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use grapevine_sub::{HostReading, SeriesKey};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Path, Query};
use super::page::Range;
use super::which;
use crate::limits::{COLUMNS_MAX, SERIES_MAX};
use crate::problem::Problem;
use crate::server::App;
use crate::timestamp::iso8601;

/// Which series, and how much of it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SeriesQuery {
    /// The metric, as the catalogue names it.
    #[param(example = "cpu.use")]
    metric: String,
    /// Labels that series must have, such as `gpu=0` or `gpu=0,pid=17`: all series of the metric if nothing is said.
    #[param(example = "gpu=0", pattern = "^([^=,]+=[^,]*(,[^=,]+=[^,]*)*)?$")]
    labels: Option<String>,
    /// How far back to go, in seconds.
    #[param(minimum = 1, maximum = 86_400, default = 600)]
    span_s: Option<u32>,
    /// In how many columns.
    #[param(minimum = 1, maximum = 1000, default = 300)]
    columns: Option<usize>,
    /// Most series of the answer.
    #[param(minimum = 1, maximum = 64, default = 64)]
    limit: Option<usize>,
    /// How many series to leave out before the first.
    #[param(minimum = 0, maximum = 1_000_000_000, default = 0)]
    offset: Option<usize>,
}

/// Series of one metric of one host, in columns of equal width.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SeriesOf {
    /// When it was asked for: ISO 8601, UTC, by the server's clock.
    #[schema(format = "date-time")]
    timestamp: String,
    /// The host's name.
    host: String,
    /// The host's origin.
    origin: String,
    /// The metric.
    metric: String,
    /// The unit of all values.
    unit: String,
    /// When the newest column ends, which may be a little later than now: ISO 8601, UTC.
    #[schema(format = "date-time")]
    end: String,
    /// Width of each column, in seconds. Columns begin at full multiples of it, so that they stay as they are.
    column_s: u32,
    /// How many series there are in all.
    total: usize,
    /// Those of this answer.
    series: Vec<Series>,
}

/// One series. Each list has a value for each column, the newest last, and `null` where there is none.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Series {
    /// Labels that tell it from other series of its metric.
    #[schema(value_type = BTreeMap<String, String>)]
    labels: BTreeMap<String, String>,
    /// How long ago the oldest value was that is still known, in seconds; `null` if nothing is kept of it yet.
    oldest_s: Option<u32>,
    /// The least value of each column, in the unit of the metric.
    min: Vec<Option<f64>>,
    /// The mean over the time in which there was a value, in the unit of the metric.
    mean: Vec<Option<f64>>,
    /// The greatest value of each column, in the unit of the metric.
    max: Vec<Option<f64>>,
}

/// What readings of a host were
///
/// All series of one metric: to the second for the last 10 minutes, to five minutes up to a day. Texts have none.
#[utoipa::path(
    get, path = "/api/v1/hosts/{host}/series", tag = "fleet",
    params(("host" = String, Path, description = "Its name, or its origin."), SeriesQuery),
    responses((status = 200, body = SeriesOf))
)]
pub(crate) async fn series(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<SeriesQuery>,
) -> Result<Json<SeriesOf>, Problem> {
    let span_s = within("span_s", query.span_s.unwrap_or(600), 86_400)?;
    let columns = within("columns", query.columns.unwrap_or(300), COLUMNS_MAX)?;
    let limit = within("limit", query.limit.unwrap_or(SERIES_MAX), SERIES_MAX)?;
    let labels = labels(query.labels.as_deref().unwrap_or_default())?;
    let snapshot = app.snapshot();
    let host = &which::host(&snapshot, Some(&name))?.host;
    let readings: Vec<HostReading<'_>> =
        host.readings_of(&query.metric).filter(|it| has(it, &labels)).collect();
    let Some(first) = readings.first() else {
        return Err(Problem::not_found("the host has no readings of this metric with these labels"));
    };
    let mut series = SeriesOf {
        timestamp: iso8601(snapshot.wall_s),
        host: host.name().to_string(),
        origin: host.origin().to_string(),
        metric: first.metric.name.clone().into_owned(),
        unit: first.metric.unit.as_str().to_owned(),
        end: String::new(),
        column_s: 0,
        total: readings.len(),
        series: Vec::new(),
    };
    let shown = readings.iter().skip(Range::new(None, query.offset)?.offset()).take(limit);
    let asked: Vec<(SeriesKey, BTreeMap<String, String>)> =
        shown.map(|it| (SeriesKey::of(it), named(it))).collect();
    let origin = host.origin();
    let ask = move |fleet: &mut grapevine_sub::Fleet, now| {
        let span = Duration::from_secs(u64::from(span_s));
        let (mut list, mut width) = (Vec::new(), None);
        for (key, labels) in asked {
            let Some(trace) = fleet.trace(origin, key, now) else {
                list.push(Series::nothing(labels, columns));
                continue;
            };
            width = Some(trace.column_width(span, columns));
            list.push(Series::of(labels, trace.oldest_s(), &trace.columns(span, columns)));
        }
        if list.iter().any(|series| series.oldest_s.is_none()) {
            // Somebody looks at the host: from now on all of its series are kept.
            fleet.focus(origin);
        }
        (list, width)
    };
    let (list, width) = app.model().ask(ask).await.map_err(|busy| busy.problem())?;
    let span = usize::try_from(span_s).unwrap_or(usize::MAX).div_ceil(columns);
    let (column_s, ahead_s) = width.unwrap_or((u32::try_from(span).unwrap_or(u32::MAX), 0));
    (series.series, series.column_s) = (list, column_s);
    series.end = iso8601(snapshot.wall_s.floor() + f64::from(ahead_s));
    Ok(Json(series))
}

impl Series {
    fn of(
        labels: BTreeMap<String, String>,
        oldest_s: Option<u32>,
        columns: &[Option<grapevine_sub::Column>],
    ) -> Self {
        let list = |value: fn(&grapevine_sub::Column) -> f64| {
            columns.iter().map(|column| column.as_ref().map(value)).collect()
        };
        Self {
            labels,
            oldest_s,
            min: list(|column| column.min),
            mean: list(|column| column.mean),
            max: list(|column| column.max),
        }
    }

    fn nothing(labels: BTreeMap<String, String>, columns: usize) -> Self {
        Self::of(labels, None, &vec![None; columns])
    }
}

fn within<T: PartialOrd + From<u8> + std::fmt::Display>(name: &str, value: T, most: T) -> Result<T, Problem> {
    if value < T::from(1) || value > most {
        return Err(Problem::unprocessable(format!("{name}: {value} is not from 1 to {most}")));
    }
    Ok(value)
}

/// The labels that are written `text`.
fn labels(text: &str) -> Result<Vec<(&str, &str)>, Problem> {
    let pairs = text.split(',').filter(|pair| !pair.is_empty());
    let expected = || Problem::unprocessable("labels: expected key=value, as in gpu=0");
    pairs.map(|pair| pair.split_once('=').ok_or_else(expected)).collect()
}

fn has(reading: &HostReading<'_>, labels: &[(&str, &str)]) -> bool {
    labels.iter().all(|(key, value)| reading.label(key) == Some(value))
}

fn named(reading: &HostReading<'_>) -> BTreeMap<String, String> {
    reading.labelled().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}
