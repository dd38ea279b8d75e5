//! What a dashboard needs to know before it begins.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use grapevine_sub::{Level, Row};
use serde::Serialize;
use utoipa::ToSchema;

use crate::options::Theme;
use crate::server::App;

/// How to show hosts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Config {
    /// How often to look, in milliseconds.
    update_interval_ms: u32,
    theme: Theme,
    /// What hosts are judged by, by the keys of the configuration. Overrides for some hosts are not told; what a host is
    /// found to be considers them.
    thresholds: BTreeMap<&'static str, Threshold>,
    /// The server's version.
    version: &'static str,
}

/// From where on something is a warning, and from where on critical; or how grave it is where it has no degrees.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Threshold {
    /// The panel that it is about.
    panel: &'static str,
    /// What it is about.
    help: &'static str,
    /// A figure that reaches it is a warning; in the unit that `help` says. `null` for none.
    warning: Option<f64>,
    /// A figure that reaches it is critical; in the unit that `help` says. `null` for none.
    critical: Option<f64>,
    /// Whether a figure that passes it is a finding of its host, and not only a colour.
    alarm: bool,
    /// How grave it is, where it has no degrees: `off`, `warning` or `critical`; `null` where it has.
    severity: Option<String>,
}

impl Threshold {
    fn of(row: &Row) -> Self {
        let threshold = Self {
            panel: row.panel.as_str(),
            help: row.help,
            warning: None,
            critical: None,
            alarm: true,
            severity: None,
        };
        match row.level {
            Level::Bounds(bounds) => Self {
                warning: bounds.warning(),
                critical: bounds.critical(),
                alarm: bounds.alarm(),
                ..threshold
            },
            Level::Severity(severity) => {
                Self { severity: Some(severity.to_string().trim_matches('"').to_owned()), ..threshold }
            }
        }
    }
}

/// How to show hosts: update interval, thresholds, theme
#[utoipa::path(get, path = "/api/config", tag = "server", responses((status = 200, body = Config)))]
pub(crate) async fn config(State(app): State<App>) -> Json<Config> {
    let options = app.options();
    let rows = options.thresholds.levels.rows();
    Json(Config {
        update_interval_ms: options.update_interval_ms,
        theme: options.theme,
        thresholds: rows.iter().map(|row| (row.key, Threshold::of(row))).collect(),
        version: env!("CARGO_PKG_VERSION"),
    })
}
