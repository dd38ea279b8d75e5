//! The subscriber library of Grapevine: attach to any agent of a network and see all of its hosts, live.
//!
//! ```no_run
//! use grapevine_sub::{Change, HostChange, Options, Subscription};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let agents = ["srv01:6130".parse()?, "srv02:6130".parse()?];
//! let subscription = Subscription::attach(agents, Options::default())?;
//! let mut changes = subscription.changes();
//! while let Some(change) = changes.next().await {
//!     if let Change::Host { host, what: HostChange::Joined | HostChange::Readings(_) } = change {
//!         println!("{}: {:?} % CPU", host.name(), host.number("cpu.use"));
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A subscriber keeps one link to one agent; any agent will do, since each knows the whole network. It subscribes to
//! prefixes of host names, gets the current state of the hosts that match, then their stream. Each message is a host
//! name and a frame. The pieces, in reading order:
//!
//! - [`Subscription`] is the handle; its [`Options`] say what to follow. Behind it a task owns the link, dials the
//!   endpoints in turn until one answers, and the next when that one goes away or falls silent. The [`Connection`]
//!   tells how that goes.
//! - [`Follower`] folds messages into a [`View`]. It is pure: a [`Recording`] feeds it as well as a link does.
//! - [`View`] is all hosts at one moment, and never changes; a later moment is another view, which shares what
//!   did not change. A [`Host`] has its readings, its links, the age of its newest frame, and a [`Freshness`].
//! - [`Change`] is what happened: which host, which readings. A slow reader loses the oldest ones and is told so.
//! - [`Change::Past`] is a host as it was some minutes ago, where [`Options::history`] asks for what agents kept. The view
//!   knows nothing of it.
//! - What hosts are like is found out here once for every dashboard: [`panel`] has a host's readings as plain structures,
//!   [`Summary`] the figures of a row in a table of hosts, [`Assessment`] how the host and each of its panels are, by
//!   [`Thresholds`] that are data. [`Filter`], [`Sort`] and [`GroupKey`] say which hosts are shown, and where.
//! - [`Fleet`] is what a dashboard folds changes into: an [`Entry`] for each host with its figures and how it is, each
//!   [`Event`], and what readings were, in an [`Archive`] of bounded size that answers with a [`Trace`] of each.
//! - [`Recorder`] and [`Recording`] keep messages in a file, as they came, for tests and for later.
//!
//! Only genuine frames count: each is verified against its origin's key, whatever agent relayed it, and the others
//! are counted by [`Fault`]. Two origins that claim one name are shown both, and marked. Everything that comes from
//! the network is bounded: [`limits`].

mod arrived;
mod change;
mod chooser;
mod connection;
mod counters;
mod driver;
mod event;
mod filter;
mod fleet;
mod follower;
mod freshness;
mod gathering;
mod glob;
mod history;
mod host;
mod judge;
pub mod limits;
pub mod panel;
mod recording;
mod series;
mod sort;
mod status;
mod subscription;
mod summary;
mod thresholds;
mod view;
mod votes;

pub use change::{Change, HostChange};
pub use connection::{Attempt, Connection};
pub use counters::{Counters, Fault};
pub use event::{Event, EventKind};
pub use filter::{Filter, FilterError};
pub use fleet::{Entry, Fleet, FleetOptions, Section, Totals};
pub use follower::Follower;
pub use freshness::{Freshness, INTERVAL_MS_MAX, INTERVAL_MS_MIN};
pub use glob::Glob;
pub use grapevine_zmtp::{Endpoint, KeyFileError, ViewerKey};
pub use host::{Host, HostReading};
pub use recording::{Record, RecordError, Recorder, Recording, RecordingError};
pub use series::{Archive, ArchiveOptions, Column, Sample, SeriesKey, Trace, WATCHED};
pub use sort::{Direction, GroupKey, Sort, SortKey, Sorted};
pub use status::{Assessment, Finding, Panel, Status};
pub use subscription::{AttachError, Changes, Options, Subscription};
pub use summary::{Measure, Summary};
pub use thresholds::{Bounds, Level, Levels, Row, Rule, Severity, Thresholds};
pub use view::View;
