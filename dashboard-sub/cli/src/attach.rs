//! Finding an agent and waiting for what it knows.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use grapevine_sub::{Change, Endpoint, HostChange, Options, Subscription, View};
use tokio::time::{Instant, timeout, timeout_at};

use crate::args::Attach;

impl Attach {
    /// The endpoints that the user named, or else those of an agent on this machine.
    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        if !self.endpoints.is_empty() {
            return self.endpoints.clone();
        }
        let tap = Path::new(TAP_PATH);
        let tap = tap.exists().then(|| Endpoint::Unix(tap.to_owned()));
        tap.into_iter().chain([local_agent(PORT)]).collect()
    }
}

/// The agent that listens at this port of this machine.
pub(crate) fn local_agent(port: u16) -> Endpoint {
    Endpoint::Tcp { host: "127.0.0.1".to_owned(), port }
}

/// A subscription that has found an agent.
pub(crate) async fn attach(endpoints: Vec<Endpoint>, options: Options) -> anyhow::Result<Subscription> {
    let subscription = Subscription::attach(endpoints, options).context("cannot attach")?;
    match timeout(ATTACH_TIME_MAX, subscription.attached()).await {
        Ok(_) => Ok(subscription),
        Err(_) => Err(anyhow!("{}: start one with `grapevine up`", subscription.connection())),
    }
}

/// The view once the snapshot is in: after `wait`, or else when no further host was heard of for a while.
pub(crate) async fn snapshot(subscription: &Subscription, wait: Option<u64>) -> Arc<View> {
    if let Some(seconds) = wait {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        return subscription.view();
    }
    let mut changes = subscription.changes();
    let latest = Instant::now() + SNAPSHOT_TIME_MAX;
    let mut deadline = latest;
    while let Ok(Some(change)) = timeout_at(deadline, changes.next()).await {
        if matches!(change, Change::Host { what: HostChange::Joined, .. }) {
            deadline = latest.min(Instant::now() + QUIET_TIME);
        }
    }
    subscription.view()
}

/// Default port of agents.
pub(crate) const PORT: u16 = 6130;

const TAP_PATH: &str = "/run/grapevine/tap.sock";
const ATTACH_TIME_MAX: Duration = Duration::from_secs(3);
/// An agent sends its snapshot at once: a pause of so long means that it is complete.
const QUIET_TIME: Duration = Duration::from_millis(200);
const SNAPSHOT_TIME_MAX: Duration = Duration::from_secs(2);
