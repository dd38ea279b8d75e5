//! All hosts at one moment.

use std::sync::Arc;

use grapevine_proto::{HostName, OriginId};

use crate::counters::Counters;
use crate::host::Host;

/// What a subscriber has materialised: every host it heard of. Immutable; a later state is another view, which
/// shares the hosts that have not changed.
#[derive(Clone, Debug, Default)]
pub struct View {
    pub(crate) hosts: Hosts,
    pub(crate) counters: Counters,
}

impl View {
    /// All hosts, in the order of their names, then of their origins.
    pub fn hosts(&self) -> &[Arc<Host>] {
        self.hosts.all()
    }

    /// The host of this name. Where several claim it, the one with the smallest origin; see [`View::named`].
    pub fn host(&self, name: &str) -> Option<&Arc<Host>> {
        self.named(name).first()
    }

    /// All hosts that claim this name: none, one, or several in conflict.
    pub fn named(&self, name: &str) -> &[Arc<Host>] {
        self.hosts.named(name)
    }

    /// What became of all frames so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

/// Hosts in the order of names, then origins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosts(Vec<Arc<Host>>);

impl Hosts {
    pub(crate) fn all(&self) -> &[Arc<Host>] {
        &self.0
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Arc<Host>> {
        self.0.iter_mut()
    }

    /// The host of this name and origin, sought first at `hint`, which becomes its place. The search leads through names
    /// all over the memory, a right hint does not.
    pub(crate) fn get_near(
        &mut self,
        hint: &mut usize,
        name: &HostName,
        origin: OriginId,
    ) -> Option<&mut Arc<Host>> {
        // Who seals the frames has one host here, so that its name needs no look.
        if self.0.get(*hint).is_none_or(|host| host.origin() != origin) {
            *hint = self.place(name, origin).ok()?;
        }
        self.0.get_mut(*hint)
    }

    pub(crate) fn named(&self, name: &str) -> &[Arc<Host>] {
        let start = self.0.partition_point(|host| host.name().as_str() < name);
        let named = self.0.get(start..).unwrap_or_default();
        let count = named.partition_point(|host| host.name().as_str() == name);
        named.get(..count).unwrap_or_default()
    }

    pub(crate) fn named_mut(&mut self, name: &HostName) -> impl Iterator<Item = &mut Arc<Host>> {
        let start = self.0.partition_point(|host| host.name() < name);
        self.0.iter_mut().skip(start).take_while(move |host| host.name() == name)
    }

    /// Adds `host`, or replaces the one of the same name and origin.
    pub(crate) fn insert(&mut self, host: Arc<Host>) {
        match self.place(host.name(), host.origin()) {
            Ok(index) => {
                if let Some(known) = self.0.get_mut(index) {
                    *known = host;
                }
            }
            Err(index) => self.0.insert(index, host),
        }
    }

    pub(crate) fn remove(&mut self, name: &HostName, origin: OriginId) -> Option<Arc<Host>> {
        let index = self.place(name, origin).ok()?;
        Some(self.0.remove(index))
    }

    fn place(&self, name: &HostName, origin: OriginId) -> Result<usize, usize> {
        self.0.binary_search_by(|host| host.name().cmp(name).then(host.origin().cmp(&origin)))
    }
}
