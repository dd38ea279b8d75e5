//! Fuzz targets: whatever reads bytes from the network is given any bytes, and must keep its promises.
//!
//! A target is a plain function from an input to nothing. It panics where a promise is broken, which is more than
//! not to crash: a stream means the same wherever it is cut, a refused frame leaves no trace, nothing is delivered
//! twice. Each target's page says how it reads its input, and what it holds to be true.
//!
//! Inputs worth keeping lie in `corpus/TARGET/`: `seed-*` are made of real frames and handshakes by
//! `tests/corpus.rs`, the others were found by libFuzzer. The ordinary tests replay all of them, and some thousand
//! mutations of them that are the same in every run. libFuzzer itself runs the targets in `libfuzzer/`, a package
//! apart, because it needs a nightly compiler.
//!
//! # Targets, in reading order
//! - [`greeting_listener`], [`greeting_dialler`], [`zmtp_frames`]: a connection, from either side and once it is open
//! - [`curve`]: two ends with keys, and somebody in between
//! - [`frame`]: the envelope
//! - [`body`], [`delta`]: what is in a frame whose signature holds
//! - [`control`]: what neighbours say to each other
//! - [`beacon`]: what an agent says on its LAN
//! - [`engine`]: the gossip engine among neighbours of all sorts, against a simple model
//!
//! `input` reads inputs, `stream` is what the first three have in common, `origin` seals frames.

pub mod beacon;
pub mod body;
pub mod control;
pub mod curve;
pub mod delta;
pub mod engine;
pub mod frame;
pub mod greeting_dialler;
pub mod greeting_listener;
mod input;
pub mod origin;
pub mod stream;
pub mod zmtp_frames;

/// A target: its name, which is that of its corpus, and what to run.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 10] = [
    ("greeting_listener", greeting_listener::run),
    ("greeting_dialler", greeting_dialler::run),
    ("zmtp_frames", zmtp_frames::run),
    ("curve", curve::run),
    ("frame", frame::run),
    ("body", body::run),
    ("delta", delta::run),
    ("control", control::run),
    ("beacon", beacon::run),
    ("engine", engine::run),
];
