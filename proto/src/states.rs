//! The states of a host's readings, in few bytes.

use crate::body::Cell;
use crate::metric::MetricRef;
use crate::reading::{Absence, StateRef, ValueRef};

/// The states of a host's readings, in the order of its [`Shape`](crate::Shape): eight bytes each, texts and values kept
/// from earlier aside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct States {
    words: Box<[Word]>,
    /// All texts, one behind the other.
    texts: Box<str>,
    /// In ascending order of their places.
    kept: Box<[Kept]>,
}

/// A reading in eight bytes. A number is its bits, and always finite; so what would be no number can mean something
/// else, which its upper 16 bits tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word(u64);

/// What a [`Word`] says.
enum Said {
    Number(f64),
    /// Where in `texts` it is.
    Text {
        start: usize,
        bytes: usize,
    },
    Absent(Absence),
    /// The place in `kept`.
    Kept(usize),
}

/// A value that was not read anew.
#[derive(Clone, Debug, PartialEq)]
struct Kept {
    /// A number or a text.
    value: Word,
    age_ms: u32,
    place: u16,
    absence: Absence,
}

impl States {
    /// How many readings there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is no reading.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The state of the reading at `index`.
    pub fn get(&self, index: usize) -> Option<StateRef<'_>> {
        self.words.get(index).map(|word| self.show(*word))
    }

    /// The same; beyond the end nothing is known. Without an option around it a state stays in the processor's registers.
    #[inline]
    pub fn at(&self, index: usize) -> StateRef<'_> {
        match self.words.get(index) {
            Some(word) => self.show(*word),
            None => StateRef::Absent(Absence::Failed),
        }
    }

    /// All states in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = StateRef<'_>> {
        self.words.iter().map(|word| self.show(*word))
    }

    /// The places of the readings whose value was kept from earlier, ascending.
    pub fn kept(&self) -> impl ExactSizeIterator<Item = usize> {
        self.kept.iter().map(|kept| usize::from(kept.place))
    }

    /// Which of those whose value was kept the reading at `index` is.
    pub fn kept_rank(&self, index: usize) -> Option<usize> {
        match self.words.get(index)?.said() {
            Said::Kept(rank) => Some(rank),
            Said::Number(_) | Said::Text { .. } | Said::Absent(_) => None,
        }
    }

    /// The places where these states, of as many readings, differ from `earlier` ones. A kept value that only grew older
    /// is the same.
    pub fn differences<'a>(&'a self, earlier: &'a Self) -> impl Iterator<Item = usize> {
        let pairs = self.words.iter().zip(&earlier.words).enumerate();
        pairs.filter(|(_, (now, then))| !self.is_same(**now, earlier, **then)).map(|(place, _)| place)
    }

    /// The states that `cells` of readings of these metrics stand for.
    pub(crate) fn of<'a>(cells: &[Cell<&str>], metrics: impl Iterator<Item = &'a MetricRef>) -> Self {
        let (mut texts, mut kept) = (String::new(), Vec::new());
        let mut words = Vec::with_capacity(cells.len());
        for (place, (cell, metric)) in (0..).zip(cells.iter().zip(metrics)) {
            let mut word_of = |value| match value {
                ValueRef::Number(number) => Word::number(number),
                ValueRef::Text(text) => {
                    let start = texts.len();
                    texts.push_str(text);
                    Word::text(start, text.len())
                }
            };
            words.push(match cell.state(metric) {
                StateRef::Present(value) => word_of(value),
                StateRef::Absent(absence) => Word::absent(absence),
                StateRef::Kept { value, absence, age_ms } => {
                    kept.push(Kept { value: word_of(value), age_ms, place, absence });
                    Word::kept(kept.len() - 1)
                }
            });
        }
        Self { words: words.into(), texts: texts.into(), kept: kept.into() }
    }

    /// Bytes on the heap.
    pub(crate) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.words) + self.texts.len() + size_of_val(&*self.kept)
    }

    fn is_same(&self, now: Word, earlier: &Self, then: Word) -> bool {
        match (now.said(), then.said()) {
            (Said::Number(now), Said::Number(then)) => now == then,
            (Said::Kept(now), Said::Kept(then)) => match (self.kept.get(now), earlier.kept.get(then)) {
                (Some(now), Some(then)) => {
                    now.absence == then.absence && self.value(now.value) == earlier.value(then.value)
                }
                _ => false,
            },
            _ => self.show(now) == earlier.show(then),
        }
    }

    #[inline]
    fn show(&self, word: Word) -> StateRef<'_> {
        // Only words that were made here are read here, so that there is always something to show.
        const NOTHING: StateRef<'_> = StateRef::Absent(Absence::Failed);
        match word.said() {
            Said::Number(number) => StateRef::Present(ValueRef::Number(number)),
            Said::Text { start, bytes } => match self.texts.get(start..start + bytes) {
                Some(text) => StateRef::Present(ValueRef::Text(text)),
                None => NOTHING,
            },
            Said::Absent(absence) => StateRef::Absent(absence),
            Said::Kept(at) => {
                let Some(Kept { value, absence, age_ms, .. }) = self.kept.get(at) else { return NOTHING };
                let (absence, age_ms) = (*absence, *age_ms);
                self.value(*value).map_or(NOTHING, |value| StateRef::Kept { value, absence, age_ms })
            }
        }
    }

    fn value(&self, word: Word) -> Option<ValueRef<'_>> {
        match word.said() {
            Said::Number(number) => Some(ValueRef::Number(number)),
            Said::Text { start, bytes } => self.texts.get(start..start + bytes).map(ValueRef::Text),
            Said::Absent(_) | Said::Kept(_) => None,
        }
    }
}

impl Word {
    fn number(number: f64) -> Self {
        debug_assert!(number.is_finite(), "a scale restores finite numbers");
        Self(number.to_bits())
    }

    /// All texts of keyframe and delta are at most twice the longest body, so that 32 bits hold where one begins.
    fn text(start: usize, bytes: usize) -> Self {
        Self::tagged(TEXT, (start as u64) << 16 | bytes as u64)
    }

    fn absent(absence: Absence) -> Self {
        Self::tagged(ABSENT, absence as u64)
    }

    fn kept(at: usize) -> Self {
        Self::tagged(KEPT, at as u64)
    }

    fn tagged(tag: u64, payload: u64) -> Self {
        Self(tag << TAG_SHIFT | payload)
    }

    #[inline]
    fn said(self) -> Said {
        let payload = self.0 & ((1 << TAG_SHIFT) - 1);
        let place = |payload| usize::try_from(payload).unwrap_or(usize::MAX);
        match self.0 >> TAG_SHIFT {
            TEXT => Said::Text { start: place(payload >> 16), bytes: place(payload & 0xffff) },
            ABSENT => Said::Absent(Absence::ALL.get(place(payload)).copied().unwrap_or(Absence::Failed)),
            KEPT => Said::Kept(place(payload)),
            _ => Said::Number(f64::from_bits(self.0)),
        }
    }
}

/// Upper 16 bits of numbers that are none (IEEE 754-2019, section 6.2.1: quiet, and here with the sign set).
const TEXT: u64 = 0xfff9;
const ABSENT: u64 = 0xfffa;
const KEPT: u64 = 0xfffb;
const TAG_SHIFT: u32 = 48;

#[cfg(test)]
mod tests;
