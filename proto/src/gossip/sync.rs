//! Anti-entropy: two neighbours find out what one of them lacks.
//!
//! One sends a hash for each of 64 buckets of origins. The other sends all frames of buckets that are empty there, so
//! that a joiner has everything after one round trip, and says of buckets that differ what it holds. The first sends
//! what the other lacks of that, and asks for what it lacks itself.

use super::control::{Control, Digest, Holding, Summary};
use super::engine::Engine;
use super::known::Known;
use super::link::LinkId;
use super::output::Output;
use super::random::mix;
use crate::frame::{Frame, Position};
use crate::limits::{
    DIGEST_BUCKETS, DIGEST_SILENT_MS, DIGEST_SPEAKS_MS, SUMMARY_MAX, SYNC_INTERVAL_MS, SYNC_PACE_MS,
    SYNC_RATE, SYNC_WAIT_MS,
};
use crate::moment::Moment;
use crate::origin::OriginId;

impl Engine {
    /// Has what is held compared with the neighbour on `link`, as soon as it is its turn.
    pub(super) fn sync_with(&mut self, link: LinkId, now: Moment) {
        if !self.syncs.contains(&link) {
            self.syncs.push_back(link);
        }
        self.sync_next(now);
    }

    /// A frame came of an origin whose keyframe has not: compares with the neighbour on `link`, who has it, as often as
    /// that one answers.
    pub(super) fn sync_about_stranger(&mut self, link: LinkId, now: Moment) {
        let may = self.links.get_mut(link).is_some_and(|link| link.strangers.take(SYNC_RATE, now));
        if may {
            self.sync_with(link, now);
        }
    }

    /// Compares with the next neighbour whose turn it is, and now and then with any.
    pub(super) fn sync_next(&mut self, now: Moment) {
        if now >= self.sync_any_at {
            self.sync_any_at = now.after_ms(SYNC_INTERVAL_MS);
            let links: Vec<LinkId> = self.links.neighbours().map(|(link, _)| link).collect();
            self.syncs.extend(links.get(self.random.below(links.len())));
        }
        if now < self.sync_at {
            return;
        }
        while let Some(id) = self.syncs.pop_front() {
            if self.links.neighbour(id).is_none() {
                continue;
            }
            let peers = self.peers_for(id);
            let digest = Digest { hashes: self.hashes(now), peers };
            self.send_control(id, &Control::Digest(digest), now);
            if let Some(link) = self.links.get_mut(id) {
                link.synced_at = Some(now);
            }
            self.sync_at = now.after_ms(SYNC_PACE_MS);
            return;
        }
    }

    /// A neighbour says what it holds, in hashes. False if it says nonsense.
    pub(super) fn heard_digest(&mut self, link: LinkId, digest: &Digest, now: Moment) -> bool {
        if digest.hashes.len() != DIGEST_BUCKETS {
            return false;
        }
        self.heard_of(link, &digest.peers, now);
        let may = self.links.get_mut(link).is_some_and(|link| link.syncs.take(SYNC_RATE, now));
        if !may {
            return true;
        }
        let own = self.hashes(now);
        let mut differing = Vec::new();
        for (bucket, (theirs, own)) in (0..).zip(digest.hashes.iter().zip(own)) {
            if *theirs == own {
                continue;
            }
            if *theirs == 0 {
                self.owe_all(link, bucket, now);
            } else {
                differing.push(bucket);
            }
        }
        self.summarise(link, &differing, now);
        self.feed(link);
        true
    }

    /// A neighbour says what it holds of some origins. False if it says nonsense.
    pub(super) fn heard_summary(&mut self, link: LinkId, summary: &Summary, now: Moment) -> bool {
        let Summary { from, to, holdings } = summary;
        let is_ascending = holdings.is_sorted_by(|a, b| a.origin < b.origin);
        let is_within = holdings.iter().all(|holding| (*from..=*to).contains(&holding.origin));
        if from > to || !is_ascending || !is_within {
            return false;
        }
        if !self.is_syncing(link, now) {
            return true;
        }
        let mut theirs = holdings.iter().copied().peekable();
        let mut origins = Vec::new();
        let Self { links, origins: own, .. } = self;
        let Some(up) = links.get_mut(link) else { return true };
        for (origin, slot, known) in own.range(*from..=*to) {
            while let Some(unknown) = theirs.next_if(|holding| holding.origin < origin) {
                origins.push(unknown.origin);
            }
            let held = theirs.next_if(|holding| holding.origin == origin);
            if !is_summarised(known, now) {
                continue;
            }
            let keyframe = known.frames.keyframe();
            let (their_keyframe, their_newest) = held.map_or_else(Default::default, Holding::positions);
            if keyframe > their_keyframe || known.position() > their_newest {
                up.ties.owe(slot, keyframe > their_keyframe);
            }
            if held.is_some() && (their_keyframe > keyframe || their_newest > known.position()) {
                origins.push(origin);
            }
        }
        origins.extend(theirs.map(|unknown| unknown.origin));
        if !origins.is_empty() {
            self.send_control(link, &Control::Want { origins }, now);
        }
        self.feed(link);
        true
    }

    /// A neighbour asks for all that is held of some origins.
    pub(super) fn heard_want(&mut self, link: LinkId, origins: &[OriginId], now: Moment) {
        if !self.is_syncing(link, now) {
            return;
        }
        for origin in origins {
            if let Some(slot) = self.origins.slot(*origin)
                && let Some(link) = self.links.get_mut(link)
            {
                link.ties.owe(slot, true);
            }
        }
        self.feed(link);
    }

    /// The next frame that is owed to the neighbour on `link`, as it goes over that link. Taking them one by one lets
    /// them go out at the pace of the reader.
    pub fn take_owed(&mut self, link: LinkId, now: Moment) -> Option<Frame> {
        loop {
            let up = self.links.get_mut(link)?;
            let (slot, keyframe) = up.ties.take_owed()?;
            let Some(known) = self.origins.get(slot) else { continue };
            let frame = if keyframe {
                if known.frames.has_newer() {
                    up.ties.owe(slot, false);
                }
                known.frames.keyframe_at(now)
            } else {
                known.frames.newest_at(now)
            };
            if let Some(tie) = up.ties.get_mut(slot) {
                tie.set_has(super::trees::low_byte(known.position().sequence));
            }
            if let Some(frame) = frame.forwarded(0) {
                up.sent_at = now;
                return Some(frame);
            }
        }
    }

    /// A hash for each bucket of what is held.
    fn hashes(&self, now: Moment) -> Vec<u32> {
        let mut hashes = vec![0_u32; DIGEST_BUCKETS];
        for (origin, _, known) in self.origins.range(OriginId(0)..=OriginId(u64::MAX)) {
            if !is_summarised(known, now) {
                continue;
            }
            // Of an origin that speaks, deltas follow in a moment; of one that fell silent, the last one counts, too.
            let is_silent = now.since(known.heard_at) > DIGEST_SPEAKS_MS;
            let (keyframe, newest) = (known.frames.keyframe(), known.position());
            let last = Some(newest).filter(|newest| is_silent && *newest > keyframe);
            for Position { epoch, sequence } in std::iter::once(keyframe).chain(last) {
                let place = mix(origin.0) ^ mix(u64::from(epoch) << u32::BITS | u64::from(sequence));
                let [a, b, c, d, ..] = mix(place).to_le_bytes();
                if let Some(hash) =
                    usize::try_from(origin.0 >> BUCKET_SHIFT).ok().and_then(|at| hashes.get_mut(at))
                {
                    // An empty bucket has 0, so none that is not has.
                    *hash = (*hash ^ u32::from_le_bytes([a, b, c, d])).max(1);
                }
            }
        }
        hashes
    }

    fn owe_all(&mut self, link: LinkId, bucket: u64, now: Moment) {
        let Some(up) = self.links.get_mut(link) else { return };
        for (_, slot, known) in self.origins.range(first_of(bucket)..=last_of(bucket)) {
            if is_summarised(known, now) {
                up.ties.owe(slot, true);
            }
        }
    }

    /// Says what is held of the origins in some buckets.
    fn summarise(&mut self, link: LinkId, buckets: &[u64], now: Moment) {
        let mut summaries = Vec::new();
        for run in buckets.chunk_by(|a, b| a + 1 == *b) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let (mut from, to) = (first_of(*first), last_of(*last));
            let held = self.origins.range(from..=to).filter(|(.., known)| is_summarised(known, now));
            let holdings: Vec<Holding> = held.map(|(origin, _, known)| Holding::of(origin, known)).collect();
            let mut parts = holdings.chunks(SUMMARY_MAX).peekable();
            while let Some(part) = parts.next() {
                let end = part.last().filter(|_| parts.peek().is_some()).map_or(to, |last| last.origin);
                summaries.push(Summary { from, to: end, holdings: part.to_vec() });
                from = OriginId(end.0.saturating_add(1));
            }
            if holdings.is_empty() {
                summaries.push(Summary { from, to, holdings });
            }
        }
        for summary in summaries {
            self.send_control(link, &Control::Summary(summary), now);
        }
        if let Some(link) = self.links.get_mut(link) {
            link.synced_at = Some(now);
        }
    }

    /// Whether this agent asked or told the neighbour lately what is held.
    fn is_syncing(&self, link: LinkId, now: Moment) -> bool {
        let synced_at = self.links.get(link).and_then(|link| link.synced_at);
        synced_at.is_some_and(|at| now.since(at) < SYNC_WAIT_MS)
    }

    pub(super) fn feed(&mut self, link: LinkId) {
        if self.links.get(link).is_some_and(|link| link.ties.owes()) {
            self.outputs.push_back(Output::Feed { link });
        }
    }
}

impl Holding {
    fn of(origin: OriginId, known: &Known) -> Self {
        let (keyframe, newest) = (known.frames.keyframe(), known.position());
        // A keyframe of an earlier epoch is none for the newest.
        let sequence = if keyframe.epoch == newest.epoch { keyframe.sequence } else { 0 };
        Self { origin, epoch: newest.epoch, keyframe: sequence, newest: newest.sequence }
    }

    /// Where the keyframe stands, and the newest frame.
    fn positions(self) -> (Position, Position) {
        let at = |sequence| Position { epoch: self.epoch, sequence };
        (at(self.keyframe), at(self.newest))
    }
}

/// Whether an origin was heard lately enough for joiners to learn of it.
pub(super) fn is_summarised(known: &Known, now: Moment) -> bool {
    now.since(known.heard_at) < DIGEST_SILENT_MS
}

fn first_of(bucket: u64) -> OriginId {
    OriginId(bucket << BUCKET_SHIFT)
}

fn last_of(bucket: u64) -> OriginId {
    OriginId(bucket << BUCKET_SHIFT | ((1 << BUCKET_SHIFT) - 1))
}

/// Ids are hashes, so their first bits spread them evenly over 64 buckets.
const BUCKET_SHIFT: u32 = 58;
const _: () = assert!(DIGEST_BUCKETS == 1 << (u64::BITS - BUCKET_SHIFT));
