//! All hosts.

use axum::Json;
use axum::extract::State;
use grapevine_sub::{Direction, Filter, Sort, SortKey};
use serde::Deserialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::host_row::HostRow;
use super::page::{Page, Range};
use crate::model::Shown;
use crate::problem::Problem;
use crate::server::App;
use crate::timestamp::iso8601;

/// Which hosts, and in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HostsQuery {
    /// Which hosts: terms with spaces between, such as `host=srv* gpu.temp>70 group=lab status!=ok`. A term is a key, an
    /// operator (`=`, `!=`, `<`, `<=`, `>`, `>=`, `~`) and a value, or a word that the host's name contains; `!` before it
    /// turns it around. Keys are `host`, `group`, `role`, `freshness`, `status`, the status of a panel (`drive.status`),
    /// `backup`, `finding`, the keys of `sort`, and all metrics of the catalogue. At most 1 KiB.
    #[param(max_length = 1024, example = "gpu.use>50 status!=ok")]
    filter: Option<String>,
    /// By what they are put in order; by their names if nothing is said.
    #[param(value_type = Option<SortName>, example = "gpu.temp")]
    sort: Option<String>,
    /// Which end comes first; if nothing is said, the one that people look for first: names from a on, everything else
    /// with the greatest.
    order: Option<Order>,
    /// Most hosts of the answer.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<usize>,
    /// How many hosts to leave out before the first.
    #[param(minimum = 0, maximum = 1_000_000_000, default = 0)]
    offset: Option<usize>,
}

/// What hosts can be put in order by.
pub(crate) struct SortName;

impl utoipa::PartialSchema for SortName {
    fn schema() -> RefOr<Schema> {
        let names = SortKey::all().map(SortKey::as_str);
        let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names));
        schema.description(Some("What hosts can be put in order by.")).build().into()
    }
}

impl ToSchema for SortName {}

/// Which end comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    /// The least.
    Asc,
    /// The greatest.
    Desc,
}

/// All hosts
///
/// A page of those that match, each with how it is and with the figures by which it is judged.
#[utoipa::path(get, path = "/api/v1/hosts", tag = "fleet", params(HostsQuery), responses((status = 200, body = Page<HostRow>)))]
pub(crate) async fn hosts(
    State(app): State<App>,
    Query(query): Query<HostsQuery>,
) -> Result<Json<Page<HostRow>>, Problem> {
    let range = Range::new(query.limit, query.offset)?;
    let snapshot = app.snapshot();
    let (filter, sort) = (query.filter.unwrap_or_default(), query.sort.unwrap_or_default());
    let entries = select(snapshot.entries(), &filter, &sort, query.order)?;
    let timestamp = iso8601(snapshot.wall_s);
    Ok(Json(range.page(timestamp, entries.into_iter(), |entry| HostRow::of(entry, &snapshot))))
}

/// Those of `entries` that match `filter`, in the order of `sort`. Empty texts stand for all hosts, and for their names.
pub(crate) fn select<'e>(
    entries: &'e [Shown],
    filter: &str,
    sort: &str,
    order: Option<Order>,
) -> Result<Vec<&'e Shown>, Problem> {
    let filter = Filter::parse(filter);
    let filter = filter.map_err(|error| Problem::unprocessable(format!("filter: {error}")))?;
    let sort = sort_by(sort, order)?;
    let matches = |entry: &&Shown| filter.matches(&entry.host, &entry.summary, &entry.assessment);
    let mut selected: Vec<&Shown> = entries.iter().filter(matches).collect();
    sort.sort(&mut selected, |entry| (&*entry.host, &*entry.summary, &*entry.assessment));
    Ok(selected)
}

fn sort_by(name: &str, order: Option<Order>) -> Result<Sort, Problem> {
    let name = if name.is_empty() { SortKey::Host.as_str() } else { name };
    let key = SortKey::named(name).ok_or_else(|| {
        let keys: Vec<&str> = SortKey::all().map(SortKey::as_str).collect();
        Problem::unprocessable(format!("sort: no key {name:?}: use one of {}", keys.join(", ")))
    })?;
    let sort = Sort::by(key);
    Ok(match order {
        None => sort,
        Some(Order::Asc) => Sort { direction: Direction::Ascending, ..sort },
        Some(Order::Desc) => Sort { direction: Direction::Descending, ..sort },
    })
}
