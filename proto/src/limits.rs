//! Every bound of the protocol, with its arithmetic.

use crate::frame::FRAME_OVERHEAD_BYTES;

/// Longest host name in bytes: the longest label of a domain name is 63 (RFC 1035, section 2.3.4).
pub const HOST_NAME_BYTES_MAX: usize = 63;

/// Longest message on a link in bytes, over all its parts.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;

/// Longest frame in bytes: a message less the host name that goes before the frame to a subscriber.
pub const FRAME_BYTES_MAX: usize = MESSAGE_BYTES_MAX - HOST_NAME_BYTES_MAX;

/// Longest body of a frame in bytes.
pub const BODY_BYTES_MAX: usize = FRAME_BYTES_MAX - FRAME_OVERHEAD_BYTES;

/// Most readings of one host. A state of as many cells is at most 4096 * 40 B = 160 KiB in memory, texts aside.
pub const READINGS_MAX: usize = 4096;

/// Longest text value in bytes; a longer one is cut at a character.
pub const TEXT_BYTES_MAX: usize = 256;

/// Longest label value in bytes; a longer one is cut at a character.
pub const LABEL_BYTES_MAX: usize = 128;

/// Most labels of one metric.
pub const LABELS_MAX: usize = 4;

/// Most label values of one host's readings.
pub const LABEL_VALUES_MAX: usize = READINGS_MAX * LABELS_MAX;

/// Most groups that a host belongs to.
pub const GROUPS_MAX: usize = 16;

/// Hop limit of a frame whose configuration sets none.
pub const HOP_LIMIT: u8 = 32;

/// Time between an origin's keyframes in milliseconds: at some 800 B they cost 27 B/s.
pub const KEYFRAME_INTERVAL_MS: u64 = 30_000;

/// A delta longer than this share of its keyframe is replaced by a keyframe, in percent.
pub const DELTA_PERCENT_MAX: usize = 60;

/// Most origins that an agent or a subscriber remembers. With a keyframe of 1 KiB and a delta of 256 B each, the
/// engine holds at most about 20 MiB of ordinary frames.
pub const ORIGINS_MAX: usize = 16_384;

/// An origin that was silent for so long is forgotten, in milliseconds: 24 hours.
pub const ORIGIN_FORGET_MS: u64 = 24 * 60 * 60 * 1000;

/// Most links of one engine.
pub const LINKS_MAX: usize = 256;
