//! Who has a link with whom.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use grapevine_proto::OriginId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::page::{Page, Range};
use crate::model::Snapshot;
use crate::problem::Problem;
use crate::server::App;
use crate::timestamp::iso8601;

/// Which part of the mesh.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LinksQuery {
    /// Most links of the answer.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<usize>,
    /// How many links to leave out before the first.
    #[param(minimum = 0, maximum = 1_000_000_000, default = 0)]
    offset: Option<usize>,
}

/// A link between the agents of two hosts, as they tell of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LinkRow {
    /// Origin of one end.
    a: String,
    /// Name of that host; `null` if nothing else is known of it.
    a_host: Option<String>,
    /// Origin of the other end.
    b: String,
    /// Name of that host; `null` if nothing else is known of it.
    b_host: Option<String>,
    /// Whether an end says that there is a link.
    up: bool,
    /// Whether an end says that it lost the other.
    lost: bool,
}

/// What its ends say of a link.
#[derive(Clone, Copy, Default)]
struct Said {
    up: bool,
    lost: bool,
}

/// Links of the mesh
///
/// Each once, always in the same order. Ends may say different things for some seconds after a link was made or broke.
#[utoipa::path(get, path = "/api/v1/links", tag = "fleet", params(LinksQuery), responses((status = 200, body = Page<LinkRow>)))]
pub(crate) async fn links(
    State(app): State<App>,
    Query(query): Query<LinksQuery>,
) -> Result<Json<Page<LinkRow>>, Problem> {
    let range = Range::new(query.limit, query.offset)?;
    let snapshot = app.snapshot();
    let names: BTreeMap<OriginId, &str> =
        snapshot.entries().iter().map(|shown| (shown.host.origin(), shown.host.name().as_str())).collect();
    let name = |origin| names.get(&origin).map(|name| (*name).to_owned());
    let links = links_of(&snapshot);
    Ok(Json(range.page(iso8601(snapshot.wall_s), links.into_iter(), |((a, b), said)| LinkRow {
        a: a.to_string(),
        a_host: name(a),
        b: b.to_string(),
        b_host: name(b),
        up: said.up,
        lost: said.lost,
    })))
}

fn links_of(snapshot: &Snapshot) -> BTreeMap<(OriginId, OriginId), Said> {
    let mut links: BTreeMap<(OriginId, OriginId), Said> = BTreeMap::new();
    let ends = |a: OriginId, b: OriginId| (a.min(b), a.max(b));
    for shown in snapshot.entries() {
        let (host, told) = (shown.host.origin(), shown.host.links());
        for neighbour in &told.up {
            links.entry(ends(host, *neighbour)).or_default().up = true;
        }
        for lost in &told.lost {
            links.entry(ends(host, lost.origin)).or_default().lost = true;
        }
    }
    links
}
