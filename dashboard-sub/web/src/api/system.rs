//! One host: of the attached agent, unless another is named.

use axum::Json;
use axum::extract::State;
use grapevine_sub::panel::Panels as PanelsOf;
use grapevine_sub::{Finding, Host, Panel};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Path, Query};
use super::host_row::HostRow;
use super::panels::{
    Backups, Containers, Cpu, Disks, Gpus, Memory, Network, Panels, Parts, Processes, Services,
};
use super::which;
use crate::model::{Shown, Snapshot};
use crate::problem::Problem;
use crate::server::App;
use crate::timestamp::iso8601;

/// Which host.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HostQuery {
    /// Its name, or its origin; the host of the attached agent if nothing is said.
    host: Option<String>,
}

/// All that is known of a host.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct HostDetail {
    /// When it was so: ISO 8601, UTC, by the server's clock.
    #[schema(format = "date-time")]
    timestamp: String,
    at_a_glance: HostRow,
    /// What is not as it should be, the gravest first; the row at a glance counts those left out, too.
    findings: Vec<FindingRow>,
    panels: Panels,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FindingRow {
    /// The panel where it shows.
    panel: &'static str,
    /// Which rule says so: a key of the thresholds, or `host_silent`, `host_left` or `unread`.
    rule: &'static str,
    /// How grave it is: `unknown`, `warning`, `stale` or `critical`.
    status: &'static str,
    /// What it is about: a drive, a service, a GPU. Empty if it is the host.
    subject: String,
    /// A short sentence that names the subject.
    what: String,
}

/// One panel of a host.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PanelOf<T> {
    /// When it was so: ISO 8601, UTC, by the server's clock.
    #[schema(format = "date-time")]
    timestamp: String,
    /// The host's name.
    host: String,
    /// The host's origin.
    origin: String,
    /// How current the host's state is: `fresh`, `late`, `silent`, `dead` or `left`.
    freshness: &'static str,
    /// Age of the host's newest frame, in milliseconds.
    age_ms: u64,
    /// How the panel is: `ok`, `unknown`, `warning`, `stale` or `critical`; `null` if the host has no such thing.
    status: Option<&'static str>,
    data: T,
}

impl HostDetail {
    pub(crate) fn of(entry: &Shown, snapshot: &Snapshot) -> Self {
        Self {
            timestamp: iso8601(snapshot.wall_s),
            at_a_glance: HostRow::of(entry, snapshot),
            findings: entry.assessment.findings.iter().map(FindingRow::of).collect(),
            panels: Panels::of(&PanelsOf::of(&entry.host, snapshot.at)),
        }
    }
}

impl FindingRow {
    fn of(finding: &Finding) -> Self {
        Self {
            panel: finding.panel.as_str(),
            rule: finding.rule.as_str(),
            status: finding.status.as_str(),
            subject: finding.subject.clone(),
            what: finding.what.clone(),
        }
    }
}

/// The panel of the host that `query` names, of which `data` shows what there is.
fn panel<T>(
    app: &App,
    query: &HostQuery,
    panel: Panel,
    data: impl FnOnce(&Host, &Snapshot) -> T,
) -> Result<Json<PanelOf<T>>, Problem> {
    let snapshot = app.snapshot();
    let Shown { host, assessment, .. } = which::host(&snapshot, query.host.as_deref())?;
    Ok(Json(PanelOf {
        timestamp: iso8601(snapshot.wall_s),
        host: host.name().to_string(),
        origin: host.origin().to_string(),
        freshness: host.freshness(snapshot.at).as_str(),
        age_ms: host.age_ms(snapshot.at),
        status: assessment.panel(panel).map(grapevine_sub::Status::as_str),
        data: data(host, &snapshot),
    }))
}

/// One host
///
/// All that is known of it: how it is, what is not as it should be, and all of its panels.
#[utoipa::path(
    get, path = "/api/v1/hosts/{host}", tag = "fleet",
    params(("host" = String, Path, description = "Its name, or its origin.")),
    responses((status = 200, body = HostDetail))
)]
pub(crate) async fn host(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<HostDetail>, Problem> {
    let snapshot = app.snapshot();
    let entry = which::host(&snapshot, Some(&name))?;
    Ok(Json(HostDetail::of(entry, &snapshot)))
}

/// A host with all of its panels
#[utoipa::path(get, path = "/api/v1/system", tag = "system", params(HostQuery), responses((status = 200, body = HostDetail)))]
pub(crate) async fn system(
    State(app): State<App>,
    Query(query): Query<HostQuery>,
) -> Result<Json<HostDetail>, Problem> {
    let snapshot = app.snapshot();
    let entry = which::host(&snapshot, query.host.as_deref())?;
    Ok(Json(HostDetail::of(entry, &snapshot)))
}

/// GPUs of a host, and the processes on them
#[utoipa::path(get, path = "/api/v1/system/gpu", tag = "system", params(HostQuery), responses((status = 200, body = PanelOf<Gpus>)))]
pub(crate) async fn gpu(
    State(app): State<App>,
    Query(query): Query<HostQuery>,
) -> Result<Json<PanelOf<Gpus>>, Problem> {
    panel(&app, &query, Panel::Gpu, |host, snapshot| Gpus::of(&host.gpus(snapshot.at)))
}

/// Memory, swap, zram and tmpfs of a host
#[utoipa::path(get, path = "/api/v1/system/memory", tag = "system", params(HostQuery), responses((status = 200, body = PanelOf<Memory>)))]
pub(crate) async fn memory(
    State(app): State<App>,
    Query(query): Query<HostQuery>,
) -> Result<Json<PanelOf<Memory>>, Problem> {
    panel(&app, &query, Panel::Memory, |host, snapshot| Memory::of(&host.memory(snapshot.at)))
}

/// Processor and load of a host
#[utoipa::path(get, path = "/api/v1/system/cpu", tag = "system", params(HostQuery), responses((status = 200, body = PanelOf<Cpu>)))]
pub(crate) async fn cpu(
    State(app): State<App>,
    Query(query): Query<HostQuery>,
) -> Result<Json<PanelOf<Cpu>>, Problem> {
    panel(&app, &query, Panel::Cpu, |host, snapshot| Cpu::of(&host.cpu(snapshot.at)))
}

/// Drives and file systems of a host
///
/// The status is that of the drives or of the file systems, whichever is graver.
#[utoipa::path(get, path = "/api/v1/system/disks", tag = "system", params(HostQuery), responses((status = 200, body = PanelOf<Disks>)))]
pub(crate) async fn disks(
    State(app): State<App>,
    Query(query): Query<HostQuery>,
) -> Result<Json<PanelOf<Disks>>, Problem> {
    let snapshot = app.snapshot();
    let assessment = &which::host(&snapshot, query.host.as_deref())?.assessment;
    let [drives, mounts] = [Panel::Drive, Panel::Disk].map(|panel| assessment.panel(panel));
    let status = drives.into_iter().chain(mounts).reduce(grapevine_sub::Status::or_graver);
    let shown = panel(&app, &query, Panel::Disk, |host, snapshot| {
        Disks::of(&Parts::of(&PanelsOf::of(host, snapshot.at)))
    });
    shown.map(|Json(shown)| Json(PanelOf { status: status.map(grapevine_sub::Status::as_str), ..shown }))
}

/// systemd's services of a host
#[utoipa::path(get, path = "/api/v1/system/services", tag = "system", params(HostQuery), responses((status = 200, body = PanelOf<Services>)))]
pub(crate) async fn services(
    State(app): State<App>,
    Query(query): Query<HostQuery>,
) -> Result<Json<PanelOf<Services>>, Problem> {
    panel(&app, &query, Panel::Service, |host, snapshot| Services::of(&host.services(snapshot.at)))
}

/// Backup jobs of a host
#[utoipa::path(get, path = "/api/v1/system/backups", tag = "system", params(HostQuery), responses((status = 200, body = PanelOf<Backups>)))]
pub(crate) async fn backups(
    State(app): State<App>,
    Query(query): Query<HostQuery>,
) -> Result<Json<PanelOf<Backups>>, Problem> {
    panel(&app, &query, Panel::Backup, |host, snapshot| Backups::of(&host.backups(snapshot.at)))
}

/// Interfaces of a host
#[utoipa::path(get, path = "/api/v1/system/network", tag = "system", params(HostQuery), responses((status = 200, body = PanelOf<Network>)))]
pub(crate) async fn network(
    State(app): State<App>,
    Query(query): Query<HostQuery>,
) -> Result<Json<PanelOf<Network>>, Problem> {
    panel(&app, &query, Panel::Network, |host, snapshot| Network::of(&host.network(snapshot.at)))
}

/// Docker's and Podman's containers of a host
#[utoipa::path(get, path = "/api/v1/system/containers", tag = "system", params(HostQuery), responses((status = 200, body = PanelOf<Containers>)))]
pub(crate) async fn containers(
    State(app): State<App>,
    Query(query): Query<HostQuery>,
) -> Result<Json<PanelOf<Containers>>, Problem> {
    panel(&app, &query, Panel::Container, |host, snapshot| Containers::of(&host.containers(snapshot.at)))
}

/// Programs that use the most of a host
#[utoipa::path(get, path = "/api/v1/system/processes", tag = "system", params(HostQuery), responses((status = 200, body = PanelOf<Processes>)))]
pub(crate) async fn processes(
    State(app): State<App>,
    Query(query): Query<HostQuery>,
) -> Result<Json<PanelOf<Processes>>, Problem> {
    panel(&app, &query, Panel::Process, |host, snapshot| Processes::of(&host.processes(snapshot.at)))
}
