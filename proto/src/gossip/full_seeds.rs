//! Seeds that have enough neighbours without this agent.

use std::collections::BTreeMap;

use super::engine::Engine;
use super::output::Output;
use crate::limits::{DIAL_WAIT_MS, SEED_WAIT_MS_MAX};
use crate::moment::Moment;

/// Neighbours of the configuration that turned this agent away, by their places there. A popular seed would else be
/// dialled every 2 s by all whom it has no place for.
#[derive(Debug, Default)]
pub(super) struct FullSeeds(BTreeMap<u16, FullSeed>);

#[derive(Debug)]
struct FullSeed {
    /// How long to leave it alone, in milliseconds; doubles with each time.
    wait_ms: u64,
    turned_away_at: Moment,
    is_dialled: bool,
}

impl FullSeeds {
    /// A seed has no place for this agent.
    pub(super) fn turned_away(&mut self, seed: u16, now: Moment) {
        let wait_ms = self.0.get(&seed).map_or(DIAL_WAIT_MS, |full| (2 * full.wait_ms).min(SEED_WAIT_MS_MAX));
        self.0.insert(seed, FullSeed { wait_ms, turned_away_at: now, is_dialled: false });
    }

    /// A seed has taken this agent in.
    pub(super) fn taken_in(&mut self, seed: u16) {
        self.0.remove(&seed);
    }
}

impl Engine {
    /// Has seeds dialled again that had no place, as long as there are too few neighbours; soon if there is none.
    pub(super) fn dial_full_seeds(&mut self, now: Moment) {
        let neighbours = self.links.neighbours().count();
        if self.degree > 0 && neighbours >= self.target_degree() {
            return;
        }
        for (seed, full) in &mut self.full_seeds.0 {
            let wait_ms = if neighbours == 0 { DIAL_WAIT_MS } else { full.wait_ms };
            if !full.is_dialled && now.since(full.turned_away_at) >= wait_ms {
                full.is_dialled = true;
                self.outputs.push_back(Output::DialSeed { seed: *seed });
            }
        }
    }
}
