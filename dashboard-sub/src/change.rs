//! What happens to a view.

use std::sync::Arc;

use crate::connection::Connection;
use crate::counters::Fault;
use crate::freshness::Freshness;
use crate::host::Host;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Change {
    /// A host changed.
    Host {
        /// The host as it is since.
        host: Arc<Host>,
        /// What is different.
        what: HostChange,
    },
    /// A host as it was when it sealed a frame that an agent kept: [`Host::age_ms`] tells how long ago that was. Of each
    /// origin the earlier comes first. The view is not touched. After another agent was attached to, or the same one
    /// anew, the past may be told again; [`Host::position`] tells what is known already.
    Past(Arc<Host>),
    /// The subscription found an agent or lost it.
    Connection(Connection),
    /// A message was bad and left out. Told at the 1st, 2nd, 4th, 8th... of a kind, so that a flood of them costs
    /// little.
    Bad {
        /// What was wrong.
        fault: Fault,
        /// The host name that it came with, as far as it is text.
        name: String,
        /// How many of the kind there were so far.
        count: u64,
    },
    /// The recording could not be continued; the subscription goes on.
    RecordingFailed(String),
    /// The reader of the changes was too slow and missed this many; the view has it all.
    Lagged(u64),
}

/// What is different about a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostChange {
    /// It was not known before.
    Joined,
    /// Its agent was restarted: a new epoch.
    Restarted,
    /// Its set of readings or its identity is another; places of readings known before mean nothing any more.
    Replaced,
    /// The readings at these places of [`Host::readings`] changed.
    Readings(Vec<usize>),
    /// It became fresh, late or silent, was given up by its neighbours, or took leave.
    Freshness(Freshness),
    /// Another origin began or ceased to claim its name: see [`Host::in_conflict`].
    Conflict,
    /// It was silent for a day or changed its name and is no longer in the view.
    Forgotten,
}
