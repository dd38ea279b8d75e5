//! What agents kept of hosts' past, told as what changed from frame to frame.

use std::collections::BTreeMap;
use std::sync::Arc;

use grapevine_proto::OriginId;
use grapevine_sub::{Host, HostReading};

/// How far the past of each host is told.
#[derive(Debug, Default)]
pub(crate) struct Past(BTreeMap<OriginId, Arc<Host>>);

impl Past {
    /// The readings of `host` that were others in the frame told before: all of them at first, and none of a frame that
    /// was told already, as after another agent was attached to.
    pub(crate) fn news<'a>(&mut self, host: &'a Arc<Host>) -> Vec<HostReading<'a>> {
        let before = self.0.get(&host.origin()).cloned();
        if before.as_ref().is_some_and(|before| before.position() >= host.position()) {
            return Vec::new();
        }
        self.0.insert(host.origin(), Arc::clone(host));
        let Some(before) = before else { return host.readings().collect() };
        let mut earlier = before.readings();
        let is_news = |reading: &HostReading<'_>| {
            let same = |earlier: &HostReading<'_>| {
                earlier.metric == reading.metric
                    && earlier.labels == reading.labels
                    && earlier.state == reading.state
            };
            !earlier.next().as_ref().is_some_and(same)
        };
        host.readings().filter(is_news).collect()
    }
}
