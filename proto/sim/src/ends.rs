//! Links as their two ends see them.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::clock::Micros;
use crate::queue::Queue;

/// One end of a link. The ends of a link have numbers that differ in the last bit only; the even one dialled. They are
/// never used again, so that they also are the engine's numbers of links.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) host: usize,
    pub(crate) is_open: bool,
    /// The seed that dialled, if one did.
    pub(crate) seed: Option<usize>,
    /// What waits to be written.
    pub(crate) queue: Queue,
    /// Until when it writes nothing, as it wrote a moment ago.
    pub(crate) rests_until: Micros,
    pub(crate) is_write_due: bool,
    /// One way without jitter.
    pub(crate) delay: Micros,
    /// When the path has carried all that was written.
    pub(crate) path_free_at: Micros,
    pub(crate) last_arrival: Micros,
    /// Bytes written that the other process has not read, each write's overhead included.
    pub(crate) unread: u32,
    pub(crate) waits_for_reader: bool,
    /// Written, but swallowed by the path until now.
    pub(crate) swallowed: VecDeque<Segment>,
    /// Since when something was not acknowledged, and how often it was sent again.
    pub(crate) unanswered: Option<(Micros, u32)>,
    /// Segments under way to this end, and the messages in them.
    pub(crate) segments: VecDeque<Segment>,
    pub(crate) messages: VecDeque<Bytes>,
    /// When anything came last.
    pub(crate) heard_at: Micros,
    /// Since when something that came is not acknowledged.
    pub(crate) owes_ack: Option<Micros>,
    /// Bytes written since the other process was asked how far it has read, and when its answer comes.
    pub(crate) since_ping: u32,
    pub(crate) answered_at: Micros,
    /// How long that took the last time.
    pub(crate) round_trip: Micros,
}

/// What is written at once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Segment {
    pub(crate) messages: u32,
    pub(crate) bytes: u32,
}

impl End {
    pub(crate) fn new(host: usize, seed: Option<usize>, delay: Micros, now: Micros) -> Self {
        Self {
            host,
            is_open: true,
            seed,
            queue: Queue::default(),
            rests_until: now,
            is_write_due: false,
            delay,
            path_free_at: now,
            last_arrival: now,
            unread: 0,
            waits_for_reader: false,
            swallowed: VecDeque::new(),
            unanswered: None,
            segments: VecDeque::new(),
            messages: VecDeque::new(),
            heard_at: now,
            owes_ack: None,
            since_ping: 0,
            answered_at: now,
            round_trip: 2 * delay,
        }
    }

    /// Closes this end: nothing is left of what waited.
    pub(crate) fn shut(&mut self) {
        self.is_open = false;
        self.queue.clear();
        self.swallowed = VecDeque::new();
        self.unanswered = None;
    }
}

/// The other end of a link.
pub(crate) fn other(end: usize) -> usize {
    end ^ 1
}
