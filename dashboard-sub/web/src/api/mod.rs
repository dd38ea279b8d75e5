//! The resources: a file each, with types of their own.
//!
//! What a host does not tell of is left out of an answer; what it tells without a value is `null`, and `absent` beside it
//! says why. Names end in the unit of their values.

mod catalogue;
mod config;
mod document;
mod events;
mod extract;
mod fleet;
mod groups;
mod health;
mod host_row;
mod hosts;
mod links;
mod metrics;
mod page;
mod panels;
mod readable;
mod readings;
mod series;
mod session;
mod shown;
mod system;
mod which;

use axum::Router;
use axum::routing::{delete, get, post};

pub(crate) use self::events::{EventRow, is_of};
pub(crate) use self::extract::Query;
pub(crate) use self::hosts::{Order, select};
pub(crate) use self::shown::rounded;
pub(crate) use self::system::HostDetail;
pub(crate) use self::which::host as which_host;
use crate::server::App;

/// What says nothing of the network: whoever reaches the server may ask for it.
pub(crate) fn open() -> Router<App> {
    Router::new()
        .route("/-/healthy", get(health::healthy))
        .route("/-/ready", get(health::ready))
        .route("/api/health", get(health::health))
        .route("/api/", get(readable::page))
        .route("/api/style.css", get(readable::style))
        .route("/api/openapi.json", get(document::openapi))
        .route("/api/v1/auth/login", post(session::login))
        .route("/api/v1/auth/logout", post(session::logout))
}

/// What only those may ask for who may look.
pub(crate) fn closed() -> Router<App> {
    Router::new()
        .route("/metrics", get(metrics::metrics))
        .route("/api/config", get(config::config))
        .route("/api/v1/auth/session", get(session::session))
        .route("/api/v1/auth/sessions", delete(session::end_sessions))
        .route("/api/v1/fleet", get(fleet::fleet))
        .route("/api/v1/events", get(events::events))
        .route("/api/v1/hosts", get(hosts::hosts))
        .route("/api/v1/hosts/{host}", get(system::host))
        .route("/api/v1/hosts/{host}/series", get(series::series))
        .route("/api/v1/hosts/{host}/readings", get(readings::readings))
        .route("/api/v1/groups", get(groups::groups))
        .route("/api/v1/links", get(links::links))
        .route("/api/v1/catalogue", get(catalogue::catalogue))
        .route("/api/v1/system", get(system::system))
        .route("/api/v1/system/gpu", get(system::gpu))
        .route("/api/v1/system/memory", get(system::memory))
        .route("/api/v1/system/cpu", get(system::cpu))
        .route("/api/v1/system/disks", get(system::disks))
        .route("/api/v1/system/services", get(system::services))
        .route("/api/v1/system/backups", get(system::backups))
        .route("/api/v1/system/containers", get(system::containers))
        .route("/api/v1/system/network", get(system::network))
        .route("/api/v1/system/processes", get(system::processes))
}
