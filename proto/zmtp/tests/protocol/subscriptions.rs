//! Prefixes, against a simple model.

use std::collections::BTreeMap;

use grapevine_zmtp::limits::{PREFIX_BYTES_MAX, PREFIXES_MAX};
use grapevine_zmtp::{ConnectionEvent, ProtocolError};
use proptest::prelude::*;

use crate::pair::End;
use crate::wire::{command, message};

#[test]
fn sixteen_prefixes_of_64_bytes_are_taken() {
    let mut end = End::serving("SUB", 1);
    for n in 0..PREFIXES_MAX {
        end.hear(&command("SUBSCRIBE", format!("{n:>PREFIX_BYTES_MAX$}").as_bytes()));
    }
    assert_eq!((end.events().len(), &end.error), (16, &None));
    end.hear(&command("SUBSCRIBE", b"one more"));
    assert_eq!(end.error, Some(ProtocolError::TooManySubscriptions));
}

#[test]
fn a_longer_prefix_is_refused() {
    let mut end = End::serving("SUB", 1);
    end.hear(&command("SUBSCRIBE", &[b'x'; PREFIX_BYTES_MAX + 1]));
    assert_eq!(end.error, Some(ProtocolError::TooManySubscriptions));
}

#[test]
fn a_cancelled_prefix_makes_room() {
    let mut end = End::serving("SUB", 1);
    for n in 0..1000_u32 {
        end.hear(&command("SUBSCRIBE", &n.to_be_bytes()));
        end.hear(&command("CANCEL", &n.to_be_bytes()));
    }
    assert_eq!((end.events().len(), end.error), (2000, None));
}

proptest! {
    /// A prefix is held for as long as it was subscribed to more often than cancelled (RFC 29), whether by command
    /// or by message.
    #[test]
    fn subscriptions_are_counted(
        steps in prop::collection::vec((any::<bool>(), any::<bool>(), "[ab]{0,2}"), 0..60)
    ) {
        let mut end = End::serving("SUB", 1);
        let mut model = BTreeMap::<String, u32>::new();
        let mut expected = Vec::new();
        for (adds, by_command, prefix) in steps {
            let shared = bytes::Bytes::from(prefix.clone());
            let count = model.entry(prefix.clone()).or_default();
            if adds {
                *count += 1;
                if *count == 1 {
                    expected.push(ConnectionEvent::Subscribed(shared));
                }
            } else if *count > 0 {
                *count -= 1;
                if *count == 0 {
                    expected.push(ConnectionEvent::Cancelled(shared));
                }
            }
            end.hear(&match (adds, by_command) {
                (true, true) => command("SUBSCRIBE", prefix.as_bytes()),
                (false, true) => command("CANCEL", prefix.as_bytes()),
                (adds, false) => message(&[&[&[u8::from(adds)], prefix.as_bytes()].concat()]),
            });
        }
        prop_assert_eq!(end.events(), expected);
        for topic in ["", "a", "b", "ab", "ba", "abc", "c"] {
            let wanted = model.iter().any(|(prefix, count)| *count > 0 && topic.starts_with(prefix));
            prop_assert_eq!(end.connection.wants(topic.as_bytes()), wanted, "{}", topic);
        }
    }
}
