//! What the operator was told of lately.

use std::collections::BTreeMap;

use crate::limits::{TOLD_INTERVAL_MS, TOLD_MAX};
use crate::moment::Moment;

/// Of whom the operator was told within the last [`TOLD_INTERVAL_MS`], at most [`TOLD_MAX`] of them: a host that does
/// wrong every millisecond, or a million invented ones that do it once, must not fill the logs.
#[derive(Debug)]
pub(super) struct Told<K>(BTreeMap<K, Moment>);

impl<K: Ord> Told<K> {
    pub(super) fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Whether to tell of `who` now; counts as told if so.
    pub(super) fn tell(&mut self, who: K, now: Moment) -> bool {
        if self.0.len() == TOLD_MAX || self.0.contains_key(&who) {
            self.0.retain(|_, at| now.since(*at) < TOLD_INTERVAL_MS);
        }
        let tells = self.0.len() < TOLD_MAX && !self.0.contains_key(&who);
        if tells {
            self.0.insert(who, now);
        }
        tells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_of_each_once_a_minute_and_of_few() {
        let mut told = Told::new();
        assert!(told.tell(0, Moment(0)));
        assert!(!told.tell(0, Moment(TOLD_INTERVAL_MS - 1)));
        assert!(told.tell(0, Moment(TOLD_INTERVAL_MS)));
        let others = (1..1000).filter(|who| told.tell(*who, Moment(TOLD_INTERVAL_MS))).count();
        assert_eq!(others, TOLD_MAX - 1);
        assert!(told.tell(1000, Moment(2 * TOLD_INTERVAL_MS)));
        assert_eq!(told.0.len(), 1);
    }
}
