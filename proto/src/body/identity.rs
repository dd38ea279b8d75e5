//! Who the origin is.

use serde::{Deserialize, Serialize};

use super::{BodyError, Section, bounded, public_key, require};
use crate::frame::Frame;
use crate::limits::GROUPS_MAX;
use crate::origin::{HostName, OriginId, PublicKey, Verifier};

/// The identity section of a keyframe. Its first fields never change, so that every agent can check the signature
/// of frames whose bodies are of a later version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The key that certifies the origin's id.
    pub public_key: PublicKey,
    /// The host's name.
    pub host: HostName,
    /// Time between the origin's frames in milliseconds.
    pub interval_ms: u32,
    /// What the host is for, as its operator put it.
    pub role: String,
    /// Groups that the host belongs to.
    #[serde(deserialize_with = "bounded::list::<_, _, GROUPS_MAX>")]
    pub groups: Vec<String>,
}

impl Identity {
    /// The identity that an origin's first keyframe carries, with the verifier of its key. The key certifies the
    /// frame's origin and the frame's signature holds.
    ///
    /// # Errors
    /// A [`BodyError`] if there is no identity, or one that does not certify the frame.
    pub fn of_keyframe(frame: &Frame) -> Result<(Self, Verifier), BodyError> {
        let identity = Self::of_verified(frame)?;
        let verifier = identity.public_key.verifier().map_err(|_| BodyError::WrongKey)?;
        if !frame.verify(&verifier) {
            return Err(BodyError::WrongKey);
        }
        Ok((identity, verifier))
    }

    /// What checks the signature of a keyframe, and of all other frames of its origin: its key, which certifies the
    /// origin. None if it carries no such key.
    pub fn verifier_of(keyframe: &Frame) -> Option<Verifier> {
        let key = public_key(keyframe).filter(|key| OriginId::of(key) == keyframe.origin())?;
        key.verifier().ok()
    }

    /// The identity that a keyframe carries whose signature was checked already. Its key certifies the origin.
    ///
    /// # Errors
    /// A [`BodyError`] if there is no identity, or one of another origin.
    pub(crate) fn of_verified(frame: &Frame) -> Result<Self, BodyError> {
        let identity: Self = require(frame.body())?;
        if OriginId::of(&identity.public_key) != frame.origin() {
            return Err(BodyError::WrongKey);
        }
        Ok(identity)
    }
}

impl Section for Identity {
    const KIND: u8 = 1;
    const NAME: &'static str = "identity";
}
