//! What the engine counts.

/// How often what happened, since the engine started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames that came from neighbours.
    pub received: u64,
    /// Of these, seen before or older than what is known.
    pub duplicates: u64,
    /// Of these, deltas of origins of whom no keyframe has come yet.
    pub unverifiable: u64,
    /// Of these, refused: malformed, forged, far ahead, or of too many origins.
    pub refused: u64,
    /// Of these, dropped because their origin is not on the list of allowed ones.
    pub not_allowed: u64,
    /// Of these, dropped because their origin sent more than an agent takes of one.
    pub excess: u64,
    /// Dropped because there was no time to check their signatures, or because nobody took the outputs.
    pub overload: u64,
    /// Frames that were spread but not held for those who join later, because there was no room.
    pub unheld: u64,
    /// Frames sent on to neighbours.
    pub forwarded: u64,
    /// Frames asked for because they were announced and did not come, or were known to be lost.
    pub grafts: u64,
    /// Frames that went no further because of their hop limit.
    pub hop_limit_drops: u64,
}
