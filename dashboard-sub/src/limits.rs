//! Every bound of the subscriber, with its arithmetic. Those of frames and links are in the crates that own them.
//!
//! What hosts say of their links needs no bound of its own: with 64 * 8 B + 64 * 16 B in the keyframe, the newest delta
//! and the view, 16,384 hosts take 72 MiB at the very most; with six links each, 2.3 MiB.

use std::time::Duration;

/// Most bytes that all hosts in a view take besides some 1 KiB each: 10,000 hosts of 1,200 readings fit, which take some 20 B
/// each (measured: `tests/memory.rs`), or 2,400 with as many long texts and labels as fit their frames.
pub const VIEW_BYTES_MAX: usize = 256 << 20;

/// Most hosts whose past is replayed at once: agents keep that of their neighbours, at most 256, and another agent may be
/// attached to before the replay of the first rests.
pub const REPLAYS_MAX: usize = 512;

/// Most bytes that all hosts take whose past is replayed, besides some 1 KiB each: 64 KiB for each of 512 hosts. Deltas may
/// add as much again as they are long; no host is taken in then.
pub const REPLAY_BYTES_MAX: usize = 32 << 20;

/// A replay to which nothing was added for so long is over: it comes as fast as the link takes it.
pub const REPLAY_IDLE: Duration = Duration::from_secs(60);

/// Most changes that wait for a slow reader before it loses the oldest: two seconds of 1,000 hosts at 1 Hz. A
/// waiting change holds on to its host's states, so that 2,048 of 100 readings are about 2 MiB.
pub const CHANGES_WAITING_MAX: usize = 2048;

/// Most signatures that are checked together. Measured: one alone takes 36 us, of 2 each takes 27 us, of 8 17 us, of 64 and
/// more 15 us.
pub const BATCH_MAX: usize = 64;

/// How long a message may wait for others to be checked with, where more than 200 come in a second: at 1,000 they are 20,
/// and nobody sees the delay.
pub const GATHER: Duration = Duration::from_millis(20);

/// Time between looks at the clock for hosts that became late or silent.
pub const TICK: Duration = Duration::from_millis(250);

/// Time for which one endpoint may try alone before the next one joins in, as in "Happy Eyeballs" (RFC 8305,
/// section 5: a connection attempt delay of 250 ms).
pub const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// An agent that sent no frame for so long is left for the next one: agents send their own state each second.
pub const SILENCE_MAX: Duration = Duration::from_secs(5);

/// An agent whose hosts all send at a slower pace is given this many of their intervals.
pub const SILENCE_INTERVALS: u32 = 3;

/// Most endpoints of one subscription.
pub const ENDPOINTS_MAX: usize = 64;

/// Most prefixes of one subscription, as agents have it.
pub const PREFIXES_MAX: usize = 16;

/// Longest prefix in bytes, as agents have it: no host name is longer.
pub const PREFIX_BYTES_MAX: usize = 64;

/// Most findings of one host that are kept, the gravest: some 200 B each are 13 KiB of a host where everything is wrong.
pub const FINDINGS_MAX: usize = 64;

/// Longest filter in bytes: more than fits on a line, and few enough to be looked through at every key.
pub const FILTER_BYTES_MAX: usize = 1024;

/// Bytes of a dashboard's history, unless it asks for another bound. With 1,000 hosts that is 8 KiB for each: some 16
/// series, of which half may change every second, for 10 minutes and some hours of the coarse tier. What a terminal
/// shows of 1,000 hosts fits into 20 MB beside it.
pub const HISTORY_BYTES_MAX: usize = 8 << 20;

/// The smallest bound of a history: twelve times as many chunks as a host may need at once, of 1,024 series in two tiers.
pub const HISTORY_BYTES_MIN: usize = 1 << 20;

/// Seconds for which a history keeps every change.
pub const HISTORY_FINE_S: u32 = 600;

/// Seconds for which a history keeps anything.
pub const HISTORY_COARSE_S: u32 = 24 * 60 * 60;

/// What a series is reckoned at when a history's bytes are shared out: what it takes itself, and five chunks of 64 B,
/// which hold 250 changes, one every two or three seconds.
pub const SERIES_BYTES: usize = 512;

/// What a series takes itself: 72 B, 64 B and an allocation once it has a coarse tier, and its share of what is kept of
/// its host. Hosts beyond [`HISTORY_BYTES_MAX`] / 512 have one series each all the same, those with focus up to
/// [`FOCUS_SERIES_MAX`]: 768 KiB.
pub const SERIES_OWN_BYTES: usize = 192;

/// Most hosts that have focus at the same time.
pub const FOCUS_MAX: usize = 4;

/// Most series of a host, which one that has focus may have in any case.
pub const FOCUS_SERIES_MAX: usize = 1024;

/// A host of which nothing but the age changes is judged anew after so long: at some 10 us each, 10,000 silent hosts take
/// 2 % of a core.
pub const JUDGED_ANEW: Duration = Duration::from_secs(5);

/// Most events of all hosts that are kept: some 300 B each are 300 KiB.
pub const EVENTS_MAX: usize = 1024;

/// Most events of one host that are told at once, so that none can push those of the others out.
pub const EVENTS_BURST: u32 = 8;

/// Beyond these, a host may tell one in so long.
pub const EVENTS_PACE: Duration = Duration::from_secs(10);

/// What is heard of a host for so long after it was heard of first is no news but how it is: an agent sends what it holds
/// within a second.
pub const JOINING_MAX: Duration = Duration::from_secs(3);

/// Something that is as it should be for so long has gone; what comes back earlier has not been away.
pub const FINDING_SETTLES: Duration = Duration::from_secs(30);

/// Most findings of one host that are remembered as told, and most GPUs: as many as a host has findings.
pub const STANDING_MAX: usize = FINDINGS_MAX;

/// Hosts that are heard of first within so long after an agent was found were there before.
pub const JOINED_SETTLES: Duration = Duration::from_secs(10);
