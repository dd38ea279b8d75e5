//! All hosts for Prometheus.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::Frame;
use serde::Deserialize;
use utoipa::IntoParams;

use super::extract::Query;
use crate::metrics::{Exposition, Format, Naming, Scrape};
use crate::problem::Problem;
use crate::server::App;

/// By which names.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MetricsQuery {
    /// `own` (`grapevine_*`), or those of public dashboards: `node` (node_exporter) or `dcgm` (dcgm-exporter).
    #[param(default = "own", pattern = "^(own|node|dcgm)$")]
    names: Option<String>,
}

/// All hosts for Prometheus
///
/// In OpenMetrics where `Accept` prefers it, else in Prometheus' text format. Base units; shares go from 0 to 1; what a host
/// does not tell of is left out.
#[utoipa::path(
    get, path = "/metrics", tag = "server", params(MetricsQuery),
    responses((status = 200, description = "All series.", content(
        (String = "text/plain"), (String = "application/openmetrics-text")
    )))
)]
pub(crate) async fn metrics(
    State(app): State<App>,
    Query(query): Query<MetricsQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let naming = query.names.as_deref().unwrap_or(Naming::Own.as_str()).parse::<Naming>();
    let naming = naming.map_err(|error| Problem::unprocessable(format!("names: {error}")))?;
    let accepted: Vec<&str> =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let format = Format::accepted(&accepted.join(","));
    let snapshot = app.snapshot();
    let hosts = snapshot.entries().iter().map(|shown| (&shown.host, &*shown.assessment));
    let mut scrape = Scrape::of_hosts(hosts, &snapshot.counters, snapshot.at, snapshot.wall_s);
    if naming == Naming::Node {
        let meters = app.model().meters().await.map_err(|busy| busy.problem())?;
        scrape = scrape.metered(&meters);
    }
    let content_type = (header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    Ok(([content_type], Body::new(Pieces(Exposition::new(scrape, naming, format)))).into_response())
}

/// A body that is written as it is read.
struct Pieces(Exposition);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(piece.into()))))
    }
}
