//! The dashboards that follow this agent.

use std::collections::BTreeMap;

use grapevine_proto::Moment;
use grapevine_zmtp::{DownReason, LinkId};

use super::quota::Quota;

/// Where each dashboard is.
#[derive(Debug, Default)]
pub(super) struct Dashboards(BTreeMap<LinkId, String>);

impl Dashboards {
    pub(super) fn up(&mut self, link: LinkId, address: String) {
        tracing::debug!(%link, address, "dashboard attached");
        self.0.insert(link, address);
    }

    /// Forgets a dashboard, and tells of one that did not just leave.
    pub(super) fn down(&mut self, link: LinkId, reason: &DownReason, quota: &mut Quota, now: Moment) {
        let Some(address) = self.0.remove(&link) else { return };
        let has_left = match reason {
            DownReason::ClosedByPeer | DownReason::ClosedHere | DownReason::DeadPath | DownReason::Io(_) => {
                true
            }
            DownReason::Stalled | DownReason::Overrun | DownReason::TurnedAway | DownReason::Protocol(_) => {
                false
            }
        };
        if has_left {
            tracing::debug!(%link, address, %reason, "dashboard detached");
        } else if quota.take(now) {
            tracing::warn!(address, %reason, "dashboard lost");
        }
    }
}
