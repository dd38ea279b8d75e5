//! What all requests share.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use crate::auth::Auth;
use crate::model::{Model, Snapshot};
use crate::options::ServeOptions;
use crate::stream::{FleetHub, GpuHub};

/// The model, who may see it, and how to show it.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

struct Shared {
    model: Model,
    auth: Auth,
    fleet_hub: FleetHub,
    gpu_hub: GpuHub,
    options: ServeOptions,
    is_encrypted: bool,
    started: Instant,
}

impl App {
    pub(crate) fn new(model: Model, options: ServeOptions, is_encrypted: bool) -> Self {
        let auth = Auth::new(&options);
        Self(Arc::new(Shared {
            model,
            auth,
            fleet_hub: FleetHub::default(),
            gpu_hub: GpuHub::default(),
            options,
            is_encrypted,
            started: Instant::now(),
        }))
    }

    /// All hosts at one moment.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.0.model.snapshot()
    }

    /// What can be asked.
    pub(crate) fn model(&self) -> &Model {
        &self.0.model
    }

    /// Who may see it.
    pub(crate) fn auth(&self) -> &Auth {
        &self.0.auth
    }

    /// What dashboards look at.
    pub(crate) fn fleet_hub(&self) -> &FleetHub {
        &self.0.fleet_hub
    }

    /// Whose GPUs are listened to.
    pub(crate) fn gpu_hub(&self) -> &GpuHub {
        &self.0.gpu_hub
    }

    /// How to show it.
    pub(crate) fn options(&self) -> &ServeOptions {
        &self.0.options
    }

    /// Who may say for whom they speak.
    pub(crate) fn proxies(&self) -> &[IpAddr] {
        &self.0.options.proxies
    }

    /// Whether this server itself speaks TLS.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.0.is_encrypted
    }

    /// Since when it runs.
    pub(crate) fn started(&self) -> Instant {
        self.0.started
    }
}
