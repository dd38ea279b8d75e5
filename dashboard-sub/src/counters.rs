//! What became of the frames.

use grapevine_proto::{BodyError, FrameError, MirrorError};
use thiserror::Error;

/// What became of all frames since the follower's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages that arrived.
    pub messages: u64,
    /// Frames that said nothing new: another agent had brought them already, or a later one had overtaken them.
    pub duplicates: u64,
    /// Deltas whose keyframe had not come yet.
    pub early: u64,
    faults: [u64; Fault::ALL.len()],
}

impl Counters {
    /// How many messages had this fault.
    pub fn faults(&self, fault: Fault) -> u64 {
        self.faults.get(fault.index()).copied().unwrap_or_default()
    }

    /// How many messages had any fault.
    pub fn faults_total(&self) -> u64 {
        self.faults.iter().sum()
    }

    /// Counts one more and returns the new count.
    pub(crate) fn count(&mut self, fault: Fault) -> u64 {
        let Some(count) = self.faults.get_mut(fault.index()) else { return 0 };
        *count += 1;
        *count
    }
}

/// Why a message was not taken in. All but [`Fault::Full`] blame the origin, or an agent on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum Fault {
    /// Not a host name followed by a frame.
    #[error("the message is not a host name and a frame")]
    Layout,
    /// Sealed by another than its origin, or damaged on the way.
    #[error("the signature does not hold")]
    Signature,
    /// Sent under a name that its origin does not claim.
    #[error("the frame goes by a name that its origin does not claim")]
    Name,
    /// Written by a later version of Grapevine.
    #[error("the frame is of a later version: update this program")]
    Version,
    /// A body that cannot be read.
    #[error("the frame's body cannot be read")]
    Body,
    /// A new host beyond the bounds of the view.
    #[error("the view is full")]
    Full,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Layout, Self::Signature, Self::Name, Self::Version, Self::Body, Self::Full];

    fn index(self) -> usize {
        match self {
            Self::Layout => 0,
            Self::Signature => 1,
            Self::Name => 2,
            Self::Version => 3,
            Self::Body => 4,
            Self::Full => 5,
        }
    }
}

impl From<FrameError> for Fault {
    fn from(_: FrameError) -> Self {
        Self::Layout
    }
}

impl From<BodyError> for Fault {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::WrongKey => Self::Signature,
            _ => Self::Body,
        }
    }
}

impl From<MirrorError> for Fault {
    fn from(error: MirrorError) -> Self {
        match error {
            MirrorError::BadSignature => Self::Signature,
            MirrorError::Version { .. } => Self::Version,
            MirrorError::Body(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_counter_of_its_own() {
        let mut counters = Counters::default();
        for (times, fault) in (1..).zip(Fault::ALL) {
            for _ in 0..times {
                counters.count(fault);
            }
        }
        for (times, fault) in (1..).zip(Fault::ALL) {
            assert_eq!(counters.faults(fault), times, "{fault}");
        }
        assert_eq!(counters.faults_total(), 21);
    }
}
