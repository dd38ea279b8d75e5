//! Grapevine's protocol: the words, the metric catalogue, the frames and the gossip engine.
//!
//! Every host of a network runs an agent. The agent reads its host's metrics and tells all other agents, by passing
//! frames on from neighbour to neighbour, so that whoever attaches to any one agent sees all hosts, also after any of
//! them has died. This crate is what all programs of Grapevine agree on. It is pure: it has no clock, no randomness
//! and no IO, and does nothing in an order that a hash decides. Callers tell it the time and carry its bytes.
//!
//! # From a reading to the wire and back
//! A collector finds a [`Reading`]: a metric, the labels that tell it apart from others of that metric, and its
//! [`State`], a value or the reason why there is none. A [`Metric`] is a row of the [`catalogue`]: its unit, and the
//! [`Scale`] on which a value becomes a small integer of steps.
//!
//! The host is the *origin* of its readings. Once an interval its [`Composer`] turns all readings into a [`Frame`]: a
//! *keyframe* with the full state at first, every 30 s and when the set of readings changes, else a *delta*. A delta
//! says what differs from the last keyframe, not from the last delta. So any later frame supersedes an earlier one: a
//! lost frame needs no repair, and a full queue keeps only the newest.
//!
//! A frame is signed with the origin's [`OriginKey`]. Its [`OriginId`] is a hash of the public key, which comes with
//! every keyframe, so that frames certify themselves and it does not matter who passed them on. A [`Position`], epoch
//! and sequence, orders the frames of an origin; an epoch is one run of its agent.
//!
//! A reader keeps a [`Mirror`] of each origin: a keyframe starts it, further frames in any order bring it up to date.
//!
//! # From agent to agent
//! [`gossip::Engine`] decides what an agent does with frames and links: who gets a frame, which one is a duplicate,
//! which of two links to keep. Its module's page tells how frames spread.
//!
//! # Trust
//! All bytes from the network may be hostile. Every list, text and map has a bound in [`limits`]; what is claimed is
//! never reserved ahead of the bytes that fill it beyond a constant; nothing panics. The relay path looks at envelope
//! and signature only, so that an agent spreads frames of later versions.
//!
//! # Modules, in reading order
//! - `reading`, `metric`, [`catalogue`], `quantise`: what is measured, and how finely it is sent
//! - `origin`: keys, ids and host names
//! - `frame` and `genuine`: the envelope and its signature
//! - `body`: sections, the codec, and what is in keyframes and deltas
//! - `compose` and `mirror`: the two ends, from readings to frames and back
//! - `shape` and `states`: what a reader keeps of thousands of hosts
//! - `handover`: readings from one program of a host to another
//! - `liveness`: who is dead, by the word of its neighbours
//! - [`gossip`]: the engine, links, and what is held of each origin
//! - `beacon`: what an agent says on its LAN
//! - [`limits`]: every bound, with its arithmetic
//!
//! `PROTOCOL.md` at the root of the repository says the same byte by byte, for readers in other languages.

mod beacon;
mod body;
pub mod catalogue;
mod compose;
mod frame;
mod genuine;
pub mod gossip;
mod handover;
pub mod limits;
mod liveness;
mod metric;
mod mirror;
mod moment;
mod origin;
mod quantise;
mod reading;
mod shape;
mod states;

pub use beacon::{BEACON_BYTES, Beacon};
pub use body::{BodyError, Identity, Links, Lost, links_of};
pub use compose::{ComposeError, Composer};
pub use frame::{Envelope, FRAME_OVERHEAD_BYTES, Frame, FrameError, FrameKind, Position, VERSION};
pub use genuine::Genuine;
pub use handover::{decode_readings, encode_readings};
pub use liveness::is_dead;
pub use metric::{Kind, LabelKeys, Metric, MetricId, MetricRef, Unit};
pub use mirror::{Applied, Mirror, MirrorError};
pub use moment::Moment;
pub use origin::{
    BadHostName, BadOriginId, BadPublicKey, HISTORY_PREFIX, HostName, OriginId, OriginKey, PublicKey,
    SIGNATURE_BYTES, Verifier,
};
pub use quantise::Scale;
pub use reading::{Absence, Labels, Reading, State, StateRef, Value, ValueRef};
pub use shape::{LabelsRef, MetricLists, Shape, ShapeIter};
pub use states::States;
