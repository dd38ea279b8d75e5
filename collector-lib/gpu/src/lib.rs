//! Reads NVIDIA GPUs, in a program of its own: `grapevine-gpu`.
//!
//! The agent is linked statically and can load no library, and a driver that hangs or crashes must not take it along.
//! So the agent starts this program where there is an NVIDIA GPU, and asks it for a pass over a pipe.
//!
//! A [`Source`](source::Source) reads the GPUs into the model of `grapevine_collectors::gpu`; there is one for NVIDIA's
//! management library, one for each of two programs, and all are in [`sources`].

pub mod chain;
pub mod processes;
pub mod serve;
pub mod source;
pub mod sources;
pub mod unified;
