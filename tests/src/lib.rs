//! What the tests of the whole share: [`programs`] builds and starts the real programs, [`lab`] gives them hosts of
//! their own, [`fleet`] starts many agents on one of those, [`gpus`] gives a host GPUs, [`lines`] reads what they say,
//! [`stage`] puts one of them under attack, [`cores`] says who computes where.
//!
//! A test without the right to make network namespaces, or to mount, prints why it was skipped; CI has that right.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this, and they may panic"
)]

pub mod attack;
pub mod attacks;
pub mod cores;
pub mod fleet;
pub mod gpus;
pub mod lab;
pub mod lines;
pub mod programs;
pub mod stage;
