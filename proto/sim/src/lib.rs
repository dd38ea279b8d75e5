//! `grapevine-sim`: whole networks in one process, around the real gossip engine.
//!
//! A simulation is a list of events in the order of their time. Nothing but the seed decides what happens: the same
//! scenario, size and seed make the same run to the last byte, so that what went wrong once can be looked at step by
//! step.
//!
//! # What is real and what is not
//! Real are the engine, the composer, keys, signatures, and every byte of every message. Modelled are
//! - paths: a delay between 1 and 5 ms for each pair of hosts, a tenth of jitter, 1 Gbit/s, first in first out;
//! - the transport: batches, queues that conflate, a reader's window, PINGs, and TCP's patience with a dead path;
//! - the agent's shell: seeds that are dialled for ever, dials that the engine asks for, what is held sent at the pace
//!   of its reader;
//! - hosts: their clocks, their processors, their end by a signal or by a loss of power.
//!
//! Time that computing takes is not modelled, unless a scenario makes a host slow.
//!
//! # What is checked
//! At every event: that no host delivers a frame twice or one of an earlier epoch, or one that its origin did not
//! publish; that no frame passes its hop limit; that engines and queues keep their bounds. For some pairs of hosts and
//! origins (64, or all of a small network) a real mirror follows every frame delivered, and must show what the origin
//! measured at that sequence. Decoding is most of the work, so that not all pairs of a large network are followed.
//!
//! # Modules, in reading order
//! - `scenarios`: what is simulated
//! - `simulation`, `calendar`: events and their order
//! - `host`: everything that touches the engine
//! - `dialling`, `transport`, `ends`, `queue`, `paths`: links and what lies below them
//! - `faults`, `clock`: what goes wrong
//! - `readings`: what hosts measure
//! - `ledger`, `inspector`, `violation`: what came where, and what must hold
//! - `measures`, `report`, `run`, `table`: what comes out
//! - `story`, `replay`: what happened, in words

#![expect(
    clippy::indexing_slicing,
    reason = "places in tables are handed out here and never come from outside; a wrong one is a bug to stop at"
)]

mod calendar;
mod clock;
mod dialling;
mod ends;
mod faults;
mod host;
mod inspector;
mod ledger;
mod measures;
mod paths;
mod queue;
mod random;
mod readings;
mod replay;
mod report;
mod run;
mod scenarios;
mod simulation;
mod story;
mod table;
mod transport;
mod violation;

pub use replay::{Log, ReplayError, replay};
pub use report::Report;
pub use run::{Outcome, run};
pub use scenarios::{Scenario, Size, Start, all, named};
pub use table::{markdown, run_all};
pub use violation::Violation;
