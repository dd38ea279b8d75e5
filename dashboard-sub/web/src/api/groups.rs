//! Hosts by what they have in common.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use grapevine_sub::{GroupKey, Status};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::page::{Page, Range};
use crate::model::Snapshot;
use crate::problem::Problem;
use crate::server::App;
use crate::timestamp::iso8601;

/// By what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GroupsQuery {
    /// What the hosts of a group have in common; their groups if nothing is said.
    by: Option<By>,
    /// Most groups of the answer.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<usize>,
    /// How many groups to leave out before the first.
    #[param(minimum = 0, maximum = 1_000_000_000, default = 0)]
    offset: Option<usize>,
}

/// What hosts have in common.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    /// A group of the operator's.
    Group,
    /// Their role.
    Role,
    /// How they are.
    Status,
}

/// A group of hosts.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct GroupRow {
    /// What they have in common; empty for those that are in no group.
    name: String,
    /// How many hosts there are.
    hosts: usize,
    /// How many of them are `ok`, `unknown`, `warning`, `stale` and `critical`.
    #[schema(value_type = BTreeMap<String, usize>)]
    by_status: BTreeMap<&'static str, usize>,
}

/// Hosts by group, role or status
#[utoipa::path(get, path = "/api/v1/groups", tag = "fleet", params(GroupsQuery), responses((status = 200, body = Page<GroupRow>)))]
pub(crate) async fn groups(
    State(app): State<App>,
    Query(query): Query<GroupsQuery>,
) -> Result<Json<Page<GroupRow>>, Problem> {
    let range = Range::new(query.limit, query.offset)?;
    let snapshot = app.snapshot();
    let groups: Vec<GroupRow> = groups_of(&snapshot, query.by.unwrap_or(By::Group)).into_values().collect();
    Ok(Json(range.page(iso8601(snapshot.wall_s), groups.into_iter(), |group| group)))
}

fn groups_of(snapshot: &Snapshot, by: By) -> BTreeMap<&str, GroupRow> {
    let key = match by {
        By::Group => GroupKey::Group,
        By::Role => GroupKey::Role,
        By::Status => GroupKey::Status,
    };
    let mut groups: BTreeMap<&str, GroupRow> = BTreeMap::new();
    for shown in snapshot.entries() {
        for name in key.names(&shown.host, &shown.assessment) {
            let group = groups.entry(name).or_insert_with(|| GroupRow {
                name: name.to_owned(),
                hosts: 0,
                by_status: Status::ALL.map(|status| (status.as_str(), 0)).into(),
            });
            group.hosts += 1;
            *group.by_status.entry(shown.assessment.status.as_str()).or_default() += 1;
        }
    }
    groups
}
