//! The gossip engine: what an agent does with frames and links, without hands, clock or randomness.
//!
//! The caller tells the engine what happened ([`Input`]) and when ([`Moment`](crate::Moment)), drains what to do
//! about it ([`Engine::poll_output`]) and comes back at [`Engine::deadline`] at the latest. The same engine runs in
//! the agent and in simulations, and a recorded run replays.
//!
//! # How frames spread
//! Every frame floods: an agent that sees a frame for the first time delivers it to its subscribers and forwards
//! it, one hop older, to every neighbour but the one it came from. The hop limit stops it at the
//! latest. A frame is known by origin, epoch and sequence; duplicates are dropped before any costly look at them,
//! and a frame counts as seen only once its signature held, so that a forgery cannot shadow the real one.
//!
//! # How links come up
//! Both ends say [`Control::Hello`]; each answers with [`Control::Welcome`], which says how far it knows the other.
//! Then each end gets all frames the other holds ([`Output::Snapshot`]), a keyframe and the newest delta for each
//! origin. An agent whose own frames come back from a later run than it remembers jumps above that epoch; a welcome,
//! which nobody signed, is believed only a little.
//!
//! # What others cannot do
//! Neighbours and hosts may be broken or hostile. A host is heard at two frames a second however many it sends, first
//! of all by its neighbours. A neighbour gets a few forgeries, then no link; a share of the time to check signatures;
//! so many new hosts that it may bring. Frames held have their room, in which the living come first. A list of allowed
//! origins shuts out all others. This host's epoch goes where frames of its own key show that it must, and hardly
//! anywhere on somebody's word. Each rule has a module; the numbers, and the most memory that all of it takes, are in
//! [`limits`](crate::limits).
//!
//! # Modules, in reading order
//! - `input`, `output`, `counters`: all that can happen, all that may be asked for, and how often it was
//! - `engine`: the function between them
//! - `control`: what neighbours say to each other besides frames
//! - `links`: the neighbours
//! - `frames`: a frame's way through the engine
//! - `origins`, `held`, `room`, `seen`: what is known of each origin, its frames held, room for them, and which were
//!   seen
//! - `own`: where this host stands among its own frames
//! - `bucket`, `allowance`: token buckets, and how many frames of one origin an agent takes
//! - `budget`: how many signatures it checks, and for whom
//! - `told`: of whom the operator heard lately

mod allowance;
mod bucket;
mod budget;
mod control;
mod counters;
mod engine;
mod frames;
mod health;
mod held;
mod input;
mod journal;
mod known;
mod link;
mod links;
mod lost;
mod membership;
mod missing;
mod origins;
mod output;
mod own;
mod passive;
mod paths;
mod random;
mod recorder;
mod room;
mod seen;
mod slot;
mod sync;
mod ties;
mod told;
mod trees;
mod upkeep;

pub use control::{Alias, Announcement, Control, Digest, Graft, Have, Hello, Holding, Name, Summary, Trees};
pub use counters::Counters;
pub use engine::Engine;
pub use held::Held;
pub use input::Input;
pub use link::{LinkId, Neighbour, Target};
pub use links::CloseReason;
pub use output::{Output, RefuseReason};
