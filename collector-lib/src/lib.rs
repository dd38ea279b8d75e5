//! Grapevine's collectors: what a machine tells about itself, as readings of the metric catalogue.
//!
//! The crate is synchronous and passive. It has no thread, no clock and no configuration, and knows nothing of
//! agents, frames or networks: its owner makes collectors from the [`REGISTRY`] with a [`Context`], and runs each
//! of them at its own times into its own [`Sample`]:
//!
//! ```
//! use grapevine_collectors::{Context, REGISTRY, Sample};
//!
//! let context = Context::of_this_machine();
//! let entry = REGISTRY.iter().find(|entry| entry.name == "load").ok_or("no such collector")?;
//! let mut collector = (entry.build)(&context);
//! let mut sample = Sample::default();
//! sample.pass(0, &mut *collector)?;
//! assert_eq!(sample.readings().len(), entry.rows.len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How to write a collector
//!
//! 1. Add its rows to a file of `grapevine_proto::catalogue`. Each reading costs bytes in every keyframe, and two
//!    bytes in each frame in which it has moved past its deadband: choose few, coarse and calm ones.
//! 2. Add a file, or a folder of a few, with a type that implements [`Collector`]. Reading, parsing and telling are
//!    three functions, and only the first one touches the machine: so the second can be fed with anything, and is,
//!    by property tests. Keep files open with `KeptFile`, turn counters into rates with `Rate`.
//! 3. A reading that cannot be had is absent for a reason, never 0, and left out only if there is no such device:
//!    a missing file is `unsupported`, a forbidden one `denied`, a malformed one `failed`.
//!    [`CollectError::absence`] knows. A counter that fell back gives no rate: `failed`, for one pass.
//! 4. Keep what costs more than a few microseconds (directories, firmware, mount tables) out of most passes: look
//!    at it every few seconds and tell what was found then. A pass that finds what the last one found allocates
//!    nothing.
//! 5. What may wait for a device or a server makes the collector [`Cost::Slow`]. What starts a program does so with
//!    the [`Runner`](process::Runner) of its context.
//! 6. Put an [`Entry`] into the [`REGISTRY`], and files into the machines under `fixtures/`, until each row is told
//!    by one of them. `GRAPEVINE_BLESS=1 cargo test -p grapevine-collectors` writes what they tell; read it.
//!
//! # Modules in reading order
//!
//! `collector` (the trait and its error), `sample` (where readings go), `context` (the way to the machine),
//! `registry` (the list); then `file`, `rate`, `roster`, `mounts`, `cgroup`, `bus`, `socket` and
//! [`process`], which the collectors share; then the collectors: `load` and `pressure` are the smallest, `cpu`, `memory`, `disk`, `network` and `host` follow; [`gpu`] has a
//! program of its own to read from, [`backup`] several sources of one model, and [`service`]
//! and [`container`] read the same control groups.
//!
//! The parsers are our own: the files are a few simple lines each, a pass must not allocate, and the `procfs` crate
//! parses whole files into owned maps and vectors.

pub mod backup;
mod bus;
mod cgroup;
mod collector;
pub mod container;
mod context;
mod cpu;
mod disk;
mod file;
pub mod gpu;
mod host;
mod load;
mod memory;
mod mounts;
mod network;
mod pressure;
pub mod process;
mod processes;
mod rate;
mod registry;
mod roster;
mod sample;
pub mod service;
pub mod smart;
mod socket;

pub use bus::BusError;
pub use collector::{CollectError, Collector};
pub use context::{Context, Roots, Space, SpaceProbe, WallClock};
pub use registry::{Cost, Entry, REGISTRY};
pub use sample::Sample;
