//! What can be measured.

use axum::Json;
use axum::extract::State;
use grapevine_proto::{Kind, Metric, catalogue};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::page::{Page, Range};
use crate::problem::Problem;
use crate::server::App;
use crate::timestamp::iso8601;

/// Which part of the catalogue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CatalogueQuery {
    /// Most metrics of the answer.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<usize>,
    /// How many metrics to leave out before the first.
    #[param(minimum = 0, maximum = 1_000_000_000, default = 0)]
    offset: Option<usize>,
}

/// Something that can be measured.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct MetricRow {
    /// Its name, such as `memory.available`.
    name: String,
    /// Its number on the wire.
    number: u16,
    /// `gauge` for a number that goes up and down, `counter` for one that only grows, `text` for a text.
    kind: &'static str,
    /// The unit of its values.
    unit: String,
    /// The keys of the labels that tell its readings on one host apart.
    labels: Vec<String>,
    /// Age from which on a reading is no longer shown as current, in milliseconds.
    max_age_ms: u32,
    /// What it is.
    help: String,
}

impl MetricRow {
    fn of(metric: &Metric) -> Self {
        Self {
            name: metric.name.clone().into_owned(),
            number: metric.id.0,
            kind: match metric.kind {
                Kind::Gauge => "gauge",
                Kind::Counter => "counter",
                Kind::Text => "text",
            },
            unit: metric.unit.as_str().to_owned(),
            labels: metric.labels.iter().map(str::to_owned).collect(),
            max_age_ms: metric.max_age_ms,
            help: metric.help.clone().into_owned(),
        }
    }
}

/// All metrics that this program knows
#[utoipa::path(
    get, path = "/api/v1/catalogue", tag = "fleet", params(CatalogueQuery),
    responses((status = 200, body = Page<MetricRow>))
)]
pub(crate) async fn catalogue(
    State(app): State<App>,
    Query(query): Query<CatalogueQuery>,
) -> Result<Json<Page<MetricRow>>, Problem> {
    let range = Range::new(query.limit, query.offset)?;
    let rows: Vec<&Metric> = catalogue::rows().collect();
    Ok(Json(range.page(iso8601(app.snapshot().wall_s), rows.into_iter(), MetricRow::of)))
}
