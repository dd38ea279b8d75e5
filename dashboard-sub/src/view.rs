//! All hosts at one moment.

use std::sync::Arc;

use grapevine_proto::{HostName, OriginId};

use crate::counters::Counters;
use crate::host::Host;

/// What a subscriber has materialised: every host it heard of. Immutable; a later state is another view, which
/// shares the hosts that have not changed.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// In the order of names, then origins.
    hosts: Vec<Arc<Host>>,
    counters: Counters,
}

impl View {
    /// All hosts, in the order of their names, then of their origins.
    pub fn hosts(&self) -> &[Arc<Host>] {
        &self.hosts
    }

    /// The host of this name. Where several claim it, the one with the smallest origin; see [`View::named`].
    pub fn host(&self, name: &str) -> Option<&Arc<Host>> {
        self.named(name).first()
    }

    /// All hosts that claim this name: none, one, or several in conflict.
    pub fn named(&self, name: &str) -> &[Arc<Host>] {
        let start = self.hosts.partition_point(|host| host.name().as_str() < name);
        let named = self.hosts.get(start..).unwrap_or_default();
        let count = named.partition_point(|host| host.name().as_str() == name);
        named.get(..count).unwrap_or_default()
    }

    /// What became of all frames so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    pub(crate) fn counters_mut(&mut self) -> &mut Counters {
        &mut self.counters
    }

    pub(crate) fn host_mut(&mut self, name: &HostName, origin: OriginId) -> Option<&mut Arc<Host>> {
        let index = self.place(name, origin).ok()?;
        self.hosts.get_mut(index)
    }

    pub(crate) fn named_mut(&mut self, name: &HostName) -> impl Iterator<Item = &mut Arc<Host>> {
        let start = self.hosts.partition_point(|host| host.name() < name);
        self.hosts.iter_mut().skip(start).take_while(move |host| host.name() == name)
    }

    /// Adds `host`, or replaces the one of the same name and origin.
    pub(crate) fn insert(&mut self, host: Arc<Host>) {
        match self.place(host.name(), host.origin()) {
            Ok(index) => {
                if let Some(known) = self.hosts.get_mut(index) {
                    *known = host;
                }
            }
            Err(index) => self.hosts.insert(index, host),
        }
    }

    pub(crate) fn remove(&mut self, name: &HostName, origin: OriginId) -> Option<Arc<Host>> {
        let index = self.place(name, origin).ok()?;
        Some(self.hosts.remove(index))
    }

    fn place(&self, name: &HostName, origin: OriginId) -> Result<usize, usize> {
        self.hosts.binary_search_by(|host| host.name().cmp(name).then(host.origin().cmp(&origin)))
    }
}
