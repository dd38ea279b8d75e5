//! What the engine and one of its neighbours have said to each other of whose frames take their link.

use std::collections::{BTreeMap, BTreeSet};

use grapevine_proto::gossip::{Alias, Graft, Hello, Name, Trees};
use grapevine_proto::limits::TREES_MAX;
use grapevine_proto::{OriginId, Position};

/// A neighbour that introduced itself.
pub(super) struct Neighbour {
    pub(super) origin: OriginId,
    /// Whether its link began with announcements only.
    is_lazy: bool,
    /// What its aliases stand for; none for origins that the engine did not know when they were named.
    theirs: BTreeMap<Alias, Option<(OriginId, u32)>>,
    /// Origins that it pruned, and grafted.
    pruned: BTreeSet<OriginId>,
    grafted: BTreeSet<OriginId>,
    /// Last bytes of the sequences of frames that it is known to have.
    has: BTreeSet<(OriginId, u8)>,
    /// What the engine's aliases stand for.
    ours: BTreeMap<Alias, OriginId>,
    /// Origins that the engine pruned.
    pub(super) is_pruned: BTreeSet<OriginId>,
    /// Origins of whom frames came by this link.
    pub(super) brought: BTreeSet<OriginId>,
}

impl Neighbour {
    pub(super) fn new(hello: &Hello) -> Self {
        Self {
            origin: hello.origin,
            is_lazy: hello.is_fed,
            theirs: BTreeMap::new(),
            pruned: BTreeSet::new(),
            grafted: BTreeSet::new(),
            has: BTreeSet::new(),
            ours: BTreeMap::new(),
            is_pruned: BTreeSet::new(),
            brought: BTreeSet::new(),
        }
    }

    /// It says what it wants. Returns the origins that it grafted, and above which position.
    pub(super) fn says(
        &mut self,
        trees: &Trees,
        is_known: impl Fn(OriginId) -> bool,
    ) -> Vec<(OriginId, Position)> {
        for Name { alias, origin, epoch } in &trees.names {
            self.theirs.insert(*alias, is_known(*origin).then_some((*origin, *epoch)));
        }
        for alias in &trees.prune {
            if let Some(Some((origin, _))) = self.theirs.get(alias) {
                self.pruned.insert(*origin);
                self.grafted.remove(origin);
            }
        }
        let mut grafted = Vec::new();
        for Graft { alias, held } in &trees.graft {
            if let Some(Some((origin, epoch))) = self.theirs.get(alias) {
                grafted.push((*origin, Position { epoch: *epoch, sequence: *held }));
            }
        }
        // What it does not know is to be named anew before it can say so again.
        let unknown = trees.unknown.iter().filter_map(|alias| self.ours.remove(alias));
        grafted.extend(unknown.map(|origin| (origin, Position::default())));
        for (origin, _) in &grafted {
            self.pruned.remove(origin);
            self.grafted.insert(*origin);
        }
        grafted
    }

    /// The engine says what it wants. Returns the origins that it pruned.
    pub(super) fn hears(&mut self, trees: &Trees) -> Vec<OriginId> {
        let Trees { names, prune, graft, unknown } = trees;
        assert!(names.len().max(prune.len() + graft.len()).max(unknown.len()) <= TREES_MAX, "too long");
        self.ours.extend(names.iter().map(|name| (name.alias, name.origin)));
        for Graft { alias, .. } in graft {
            assert!(!prune.contains(alias), "both pruned and grafted");
            let Some(origin) = self.ours.get(alias) else { unreachable!("an alias that was not named") };
            self.is_pruned.remove(origin);
        }
        let last = self.theirs.keys().last();
        assert!(unknown.iter().all(|alias| Some(alias) <= last), "nobody named that, nor one above");
        let pruned = prune.iter().map(|alias| self.ours.get(alias).copied());
        let pruned: Option<Vec<OriginId>> = pruned.collect();
        let Some(pruned) = pruned else { unreachable!("an alias is used that was not named: {trees:?}") };
        self.is_pruned.extend(&pruned);
        pruned
    }

    /// It announces a frame.
    pub(super) fn announces(&mut self, alias: Alias, low: u8) {
        if let Some(Some((origin, _))) = self.theirs.get(&alias) {
            self.has.insert((*origin, low));
        }
    }

    /// Whether the engine may announce by this alias.
    pub(super) fn knows(&self, alias: Alias) -> bool {
        self.ours.contains_key(&alias)
    }

    /// It has a frame, or is sent one.
    pub(super) fn gets(&mut self, origin: OriginId, position: Position) {
        let [low, ..] = position.sequence.to_le_bytes();
        self.has.insert((origin, low));
    }

    /// Whether news of an origin has to go to it.
    pub(super) fn must_get(&self, origin: OriginId, position: Position) -> bool {
        let [low, ..] = position.sequence.to_le_bytes();
        let is_lazy = self.is_lazy && !self.grafted.contains(&origin);
        !is_lazy && self.may_get(origin) && !self.has.contains(&(origin, low))
    }

    /// Whether news of an origin may go to it.
    pub(super) fn may_get(&self, origin: OriginId) -> bool {
        !self.pruned.contains(&origin)
    }

    /// An origin is in a new epoch, for which it has to be named anew.
    pub(super) fn forget_name(&mut self, origin: OriginId) {
        self.ours.retain(|_, other| *other != origin);
    }

    /// The engine met an origin anew that it may have forgotten.
    pub(super) fn is_met(&mut self, origin: OriginId) {
        self.forget_name(origin);
        self.pruned.remove(&origin);
        self.is_pruned.remove(&origin);
        self.has.retain(|(other, _)| *other != origin);
        for named in self.theirs.values_mut() {
            named.take_if(|(other, _)| *other == origin);
        }
    }
}
