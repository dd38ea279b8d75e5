//! Messages that wait for others to be checked together: pure, with the clock handed in.

use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::limits::{BATCH_MAX, GATHER};

/// Gathers messages, each a host name and a frame. Where they come slowly none waits for the next; where they come fast,
/// the first waits for [`GATHER`] at most.
#[derive(Debug)]
pub(crate) struct Gathering {
    waiting: Vec<(Bytes, Bytes)>,
    /// When the first of them came.
    since: Option<Instant>,
    pace: Pace,
}

impl Gathering {
    pub(crate) fn new(now: Instant) -> Self {
        Self { waiting: Vec::new(), since: None, pace: Pace { window: now, count: 0, count_before: 0 } }
    }

    pub(crate) fn push(&mut self, name: Bytes, frame: Bytes, now: Instant) {
        self.pace.count(now);
        self.since.get_or_insert(now);
        self.waiting.push((name, frame));
    }

    /// Whether there is room for another message.
    pub(crate) fn has_room(&self) -> bool {
        self.waiting.len() < BATCH_MAX
    }

    /// Until when to wait for further messages, if any wait. It may have passed.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let since = self.since?;
        Some(if self.has_room() && self.pace.is_fast() { since + GATHER } else { since })
    }

    /// The messages that wait, in the order in which they came.
    pub(crate) fn take(&mut self) -> Vec<(Bytes, Bytes)> {
        self.since = None;
        std::mem::take(&mut self.waiting)
    }
}

/// How fast messages come: how many in the current window of time, and in the one before.
#[derive(Debug)]
struct Pace {
    window: Instant,
    count: u32,
    count_before: u32,
}

impl Pace {
    fn count(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.window);
        if passed >= WINDOW {
            self.count_before = if passed < 2 * WINDOW { self.count } else { 0 };
            (self.window, self.count) = (now, 0);
        }
        self.count = self.count.saturating_add(1);
    }

    fn is_fast(&self) -> bool {
        self.count.max(self.count_before) > FAST
    }
}

const WINDOW: Duration = Duration::from_millis(250);

/// More messages than this in a window, 200 a second, are fast: four and more come within [`GATHER`] then.
const FAST: u32 = 50;

#[cfg(test)]
mod tests {
    use super::*;

    /// How long each message waits that comes so many milliseconds after the one before.
    fn waits(distances_ms: impl Iterator<Item = u64>) -> Vec<Duration> {
        let mut now = Instant::now();
        let mut gathering = Gathering::new(now);
        let mut waits = Vec::new();
        let mut came = Vec::new();
        for distance in distances_ms {
            let next = now + Duration::from_millis(distance);
            if let Some(deadline) = gathering.deadline().filter(|deadline| *deadline <= next) {
                let at = deadline.max(now);
                assert_eq!(gathering.take().len(), came.len());
                waits.extend(came.drain(..).map(|came: Instant| at - came));
            }
            now = next;
            gathering.push(Bytes::from_static(b"srv-01"), Bytes::new(), now);
            came.push(now);
        }
        waits
    }

    #[test]
    fn a_message_of_a_few_hosts_waits_for_none() {
        assert!(waits(std::iter::repeat_n(10, 1000)).iter().all(Duration::is_zero), "100 a second");
        assert!(waits((0..100).map(|n| if n % 3 == 0 { 990 } else { 5 })).iter().all(Duration::is_zero));
    }

    #[test]
    fn those_of_many_hosts_wait_a_little_and_for_no_more_than_fit() {
        let waits = waits(std::iter::repeat_n(1, 1000));
        assert!(waits.iter().take(50).all(Duration::is_zero), "it takes a while to know");
        assert!(waits.iter().all(|wait| *wait <= GATHER));
        assert!(waits.iter().filter(|wait| wait.is_zero()).count() < 200, "{waits:?}");
        let at_once = self::waits(std::iter::repeat_n(0, 1000));
        assert!(at_once.iter().all(Duration::is_zero), "as many as fit are there at once");
    }

    #[test]
    fn after_a_burst_none_waits() {
        let burst = std::iter::repeat_n(0, 500).chain(std::iter::repeat_n(600, 10));
        assert!(waits(burst).iter().rev().take(9).all(Duration::is_zero));
    }
}
