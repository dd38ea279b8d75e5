//! When a host was heard.

use std::ops::Range;

/// Stretches of time, oldest first, that neither overlap nor touch. In seconds of the archive's clock.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans(Vec<Range<u32>>);

/// Most stretches of a host: a host that comes and goes loses the oldest. 8 B each.
pub(super) const SPANS_MAX: usize = 64;

impl Spans {
    /// Adds a stretch, wherever it belongs.
    pub(super) fn add(&mut self, span: Range<u32>) {
        // Those that it touches become one with it.
        let first = self.0.partition_point(|known| known.end < span.start);
        let touched =
            self.0.get(first..).unwrap_or_default().partition_point(|known| known.start <= span.end);
        let joined = self
            .0
            .get(first..first + touched)
            .unwrap_or_default()
            .iter()
            .fold(span, |joined, known| joined.start.min(known.start)..joined.end.max(known.end));
        match self.0.get_mut(first) {
            Some(known) if touched == 1 => *known = joined,
            _ => {
                self.0.splice(first..first + touched, [joined]);
            }
        }
        if self.0.len() > SPANS_MAX {
            self.0.remove(0);
        }
    }

    /// Takes back the last second.
    pub(super) fn take_last(&mut self) {
        if let Some(last) = self.0.last_mut() {
            last.end -= 1;
        }
        if self.0.last().is_some_and(|last| last.is_empty()) {
            self.0.pop();
        }
    }

    /// Lets go of what ended before `from`.
    pub(super) fn forget_before(&mut self, from: u32) {
        let gone = self.0.partition_point(|span| span.end <= from);
        self.0.drain(..gone);
    }

    pub(super) fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<Range<u32>>()
    }

    pub(super) fn as_slice(&self) -> &[Range<u32>] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn spans_are_the_seconds_that_were_added(added in prop::collection::vec((0_u32..200, 1_u32..9), 0..40)) {
            let (mut spans, mut seconds) = (Spans::default(), BTreeSet::new());
            for (start, length) in added {
                spans.add(start..start + length);
                seconds.extend(start..start + length);
            }
            let shown: Vec<u32> = spans.as_slice().iter().cloned().flatten().collect();
            prop_assert_eq!(shown, seconds.into_iter().collect::<Vec<u32>>());
            prop_assert!(spans.as_slice().windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }

    #[test]
    fn too_many_lose_the_oldest() {
        let mut spans = Spans::default();
        for n in 0..100 {
            spans.add(10 * n..10 * n + 5);
        }
        assert_eq!((spans.as_slice().len(), spans.as_slice()[0].clone()), (SPANS_MAX, 360..365));
        spans.forget_before(990);
        assert_eq!(spans.as_slice(), std::slice::from_ref(&(990..995)));
    }
}
