//! The subscriber library of Grapevine: from the frames of a network to a view of all of its hosts.
//!
//! A [`Follower`] folds messages, each a host name and a frame, into a [`View`]: the [`Host`]s and their readings,
//! each with its [`Freshness`]. Only genuine frames count, and whatever arrives is bounded: [`limits`]. What changes is told as
//! [`Change`]s. A [`Recorder`] writes messages to a file, and a [`Recording`] reads them back for the same follower.

mod change;
mod counters;
mod follower;
mod freshness;
mod host;
pub mod limits;
mod recording;
mod view;

pub use change::{Change, HostChange};
pub use counters::{Counters, Fault};
pub use follower::Follower;
pub use freshness::{Freshness, INTERVAL_MS_MAX, INTERVAL_MS_MIN};
pub use host::{Host, HostReading};
pub use recording::{Record, RecordError, Recorder, Recording, RecordingError};
pub use view::View;
