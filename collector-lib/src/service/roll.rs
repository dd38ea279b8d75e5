//! The services that a machine has.

use std::collections::BTreeMap;

use super::member::Service;
use super::settings::Settings;
use super::unit::Health;

/// Services by name.
#[derive(Debug, Default)]
pub(super) struct Roll {
    services: BTreeMap<String, Service>,
    /// When systemd is next asked for the figures of those whose groups cannot be read.
    ask_due_ms: u64,
}

/// How many services are how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) healthy: u64,
    pub(super) degraded: u64,
    pub(super) failed: u64,
    pub(super) untold: u64,
}

impl Roll {
    pub(super) fn contains(&self, name: &str) -> bool {
        self.services.contains_key(name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Service> {
        self.services.get(name)
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.services.remove(name);
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Service> {
        self.services.get_mut(name)
    }

    /// The service with this name, new if it was not known; none if there are too many.
    pub(super) fn enter(&mut self, name: &str) -> Option<&mut Service> {
        if !self.services.contains_key(name) {
            if self.services.len() >= KNOWN_MAX {
                return None;
            }
            self.services.insert(name.to_owned(), Service::default());
        }
        self.services.get_mut(name)
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&str, &mut Service) -> bool) {
        self.services.retain(|name, service| keep(name, service));
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Service)> {
        self.services.iter_mut().map(|(name, service)| (name.as_str(), service))
    }

    /// Finds out who is told of, the unwell first, and sums up all.
    pub(super) fn choose(&mut self, settings: &Settings, now_ms: u64) -> Summary {
        let mut summary = Summary::default();
        let mut room = TOLD_MAX;
        for unwell in [true, false] {
            for (name, service) in &mut self.services {
                let health = service.health(now_ms);
                if matches!(health, Health::Degraded | Health::Failed) != unwell {
                    continue;
                }
                let count = match health {
                    Health::Healthy => Some(&mut summary.healthy),
                    Health::Degraded => Some(&mut summary.degraded),
                    Health::Failed => Some(&mut summary.failed),
                    Health::Idle => None,
                };
                if let Some(count) = count {
                    *count += 1;
                }
                let is_wanted = service.is_shown() || settings.names(name);
                service.is_told = is_wanted && room > 0;
                room -= usize::from(service.is_told);
                summary.untold += u64::from(is_wanted && !service.is_told);
            }
        }
        summary
    }

    /// The services whose groups cannot be read, if it is time to ask systemd for their figures.
    pub(super) fn unaccounted(&mut self, now_ms: u64) -> Vec<String> {
        if now_ms < self.ask_due_ms {
            return Vec::new();
        }
        let unread =
            self.services.iter().filter(|(_, service)| service.is_told && service.has_to_be_asked_for());
        let unread: Vec<String> = unread.map(|(name, _)| name.clone()).take(ASKED_MAX).collect();
        if !unread.is_empty() {
            self.ask_due_ms = now_ms.saturating_add(ASK_INTERVAL_MS);
        }
        unread
    }
}

/// Most services that are remembered: a host has some 150, one with a service for each of its users or tenants more.
const KNOWN_MAX: usize = 4096;

/// Time between two questions for figures that no file gives, in milliseconds.
const ASK_INTERVAL_MS: u64 = 10_000;

/// Most services that are asked for at once, with three calls each.
const ASKED_MAX: usize = 30;

/// Most services that are told of: with some 13 readings each that is half of what a host may tell at all
/// (`grapevine_proto::limits::READINGS_MAX`).
pub(super) const TOLD_MAX: usize = 160;
