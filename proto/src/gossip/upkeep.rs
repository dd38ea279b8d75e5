//! What an engine does now and then, without anything happening.

use super::control::Have;
use super::engine::Engine;
use super::output::Output;
use crate::limits::{KEEPALIVE_MS, UPKEEP_MS};
use crate::moment::Moment;

impl Engine {
    /// Does all that is due.
    pub(super) fn timeout(&mut self, now: Moment) {
        self.origins.forget_silent(now);
        self.release_vacated();
        self.ask_for_missing(now);
        self.flush(now);
        if now >= self.upkeep_at {
            self.health.woke(now.since(self.upkeep_at), now);
            self.upkeep_at = now.after_ms(UPKEEP_MS);
            self.sync_next(now);
            self.redial(now);
            self.dial_full_seeds(now);
            self.accuse(now);
            self.ask_for_peers(now);
            self.invite(now);
            self.keep_alive(now);
        }
    }

    /// When something is due next.
    pub(super) fn next_due(&self) -> Moment {
        let due = [Some(self.origins.sweep_at()), self.missing.due(), self.journal.flush_at()];
        due.into_iter().flatten().fold(self.upkeep_at, Moment::min)
    }

    /// Says something on links where nothing was said for a while, so that a path that swallows it shows.
    fn keep_alive(&mut self, now: Moment) {
        let Self { links, outputs, .. } = self;
        for (id, link) in links.introduced_mut() {
            if now.since(link.sent_at) >= KEEPALIVE_MS {
                link.sent_at = now;
                outputs.push_back(Output::SendControl { link: id, bytes: Have::default().encode() });
            }
        }
    }
}
