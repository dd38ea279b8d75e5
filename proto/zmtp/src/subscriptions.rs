//! What a subscriber wants: prefixes of the first part of a message.

use bytes::Bytes;

use crate::error::ProtocolError;
use crate::limits::{PREFIX_BYTES_MAX, PREFIXES_MAX};

/// The subscriptions of one link. A prefix counts as often as it was subscribed to (RFC 29, "PUB and SUB").
#[derive(Debug, Default)]
pub(crate) struct Subscriptions(Vec<(Bytes, u32)>);

impl Subscriptions {
    /// Adds a prefix; whether it is new.
    pub(crate) fn add(&mut self, prefix: &Bytes) -> Result<bool, ProtocolError> {
        if let Some((_, count)) = self.0.iter_mut().find(|(known, _)| known == prefix) {
            *count = count.saturating_add(1);
            return Ok(false);
        }
        if self.0.len() >= PREFIXES_MAX || prefix.len() > PREFIX_BYTES_MAX {
            return Err(ProtocolError::TooManySubscriptions);
        }
        self.0.push((prefix.clone(), 1));
        Ok(true)
    }

    /// Takes a prefix back; whether it is gone now.
    pub(crate) fn remove(&mut self, prefix: &Bytes) -> bool {
        let Some(at) = self.0.iter().position(|(known, _)| known == prefix) else { return false };
        let Some((_, count)) = self.0.get_mut(at) else { return false };
        *count = count.saturating_sub(1);
        let is_gone = *count == 0;
        if is_gone {
            self.0.remove(at);
        }
        is_gone
    }

    /// Whether any prefix is one of `topic`.
    pub(crate) fn match_topic(&self, topic: &[u8]) -> bool {
        self.0.iter().any(|(prefix, _)| topic.starts_with(prefix))
    }
}
