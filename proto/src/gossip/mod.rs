//! The gossip engine: what an agent does with frames and links, without hands, clock or randomness.
//!
//! The caller tells the engine what happened ([`Input`]) and when ([`Moment`](crate::Moment)), drains what to do
//! about it ([`Engine::poll_output`]) and comes back at [`Engine::deadline`] at the latest. The same engine runs in
//! the agent and in simulations, and a recorded run replays.
//!
//! # How frames spread
//! Along trees, one for each origin: a tree that all origins share is pruned at a different edge for each of those that
//! speak at the same time. At first every neighbour gets every frame. Who gets one twice prunes the link that brought it
//! second, and is told of that origin's frames by announcements only. So each origin's frames come by one link, the
//! one that was fastest, and by two for an origin that cannot wait. What was announced and does not come is asked for,
//! and when a link is lost, so is all that came by it. A frame is known by origin, epoch and sequence; duplicates are
//! dropped before any costly look at them, and a frame counts as seen only once its signature held, so that a forgery
//! cannot shadow the real one. Plumtree (Leitao, Pereira, Rodrigues, "Epidemic broadcast trees", 2007) is where the
//! words are from.
//!
//! # How links come up
//! The configuration names some neighbours; others are found among those that neighbours tell of, until there are
//! enough. Both ends say [`Hello`]; each answers with [`Control::Welcome`], which says how far it knows the other. Then
//! they compare what they hold, by hashes first, and each gets what it lacks. An agent whose own frames come back
//! from a later run than it remembers jumps above that epoch; a welcome, which nobody signed, is believed only a
//! little.
//!
//! # Who is dead
//! An agent whose link to a neighbour broke says so in its own frames. When most of the neighbours that a host named
//! say it, the host is dead, until a later frame of it comes. Who was held up itself does not accuse others.
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
//! - `engine`, `upkeep`: the function between them, and what it does when nothing happens
//! - `control`: what neighbours say to each other besides frames
//! - `link`, `links`, `ties`: the neighbours, and whose frames take which link
//! - `membership`, `passive`: who becomes a neighbour, and who could
//! - `frames`: a frame's way through the engine
//! - `trees`, `paths`, `journal`, `missing`: by which links it comes and goes, what to announce, and what to ask for
//! - `origins`, `known`, `slot`, `held`, `room`, `seen`: what is known of each origin, its frames held, room for them,
//!   and which were seen
//! - `sync`: comparing what is held
//! - `lost`, `health`: neighbours that were lost, and whether to believe it
//! - `recorder`: the last minutes of what is near
//! - `own`: where this host stands among its own frames
//! - `bucket`, `allowance`: token buckets, and how many frames of one origin an agent takes
//! - `budget`: how many signatures it checks, and for whom
//! - `told`: of whom the operator heard lately
//! - `random`: choices that need not be the same everywhere

mod allowance;
mod bucket;
mod budget;
mod control;
mod counters;
mod engine;
mod frames;
mod full_seeds;
mod health;
mod held;
mod index;
mod input;
mod invitations;
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

pub use control::{
    Alias, Announcement, COST_EVERY, Control, Digest, Graft, Have, Hello, Holding, Invite, Name, Summary,
    Trees,
};
pub use counters::Counters;
pub use engine::Engine;
pub use held::Held;
pub use input::Input;
pub use link::{LinkId, Neighbour, Target};
pub use links::CloseReason;
pub use output::{Output, RefuseReason};
