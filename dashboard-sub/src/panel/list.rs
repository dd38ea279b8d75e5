//! The things of one kind that a host has, found by their labels.

use std::cmp::Ordering;
use std::ops::Deref;

use crate::host::HostReading;
use crate::panel::figure::Pass;

/// Things of one kind, in the order in which the host tells them: a slice that knows where each label is.
#[derive(Clone, Debug)]
pub struct List<T> {
    items: Vec<T>,
    /// Places of the items in the order of their labels.
    order: Vec<u32>,
    /// The place whose item is likely to be told next: a metric is told of all items in turn.
    next: usize,
}

/// A thing with labels, such as a drive with its name.
pub trait Labelled<'a>: Sized {
    /// One label, or several.
    type Label: Copy + Ord;

    /// The labels that tell it from the others on its host.
    fn label(&self) -> Self::Label;

    /// What all labels of one thing have in common, where it has several.
    fn key(label: Self::Label) -> Self::Label {
        label
    }
}

/// What readings are put into.
pub(super) trait Take<'a>: Default {
    /// Whether one of its figures has this number.
    fn has(metric: u16) -> bool;

    fn take(&mut self, reading: &HostReading<'a>, pass: &Pass);
}

/// What is made when the first reading with its label comes.
pub(super) trait Told<'a>: Labelled<'a> + Take<'a> {
    fn new(label: Self::Label) -> Self;

    /// The label of what `reading` is of; none if it has too few.
    fn label_of(reading: &HostReading<'a>) -> Option<Self::Label>;
}

impl<'a, T: Labelled<'a>> List<T> {
    /// The item with this label.
    pub fn get(&self, label: T::Label) -> Option<&T> {
        self.at(self.place(T::key(label)).ok()?)
    }

    /// Where in the order the key is, or would be.
    fn place(&self, key: T::Label) -> Result<usize, usize> {
        self.order.binary_search_by(|place| {
            self.items.get(*place as usize).map_or(Ordering::Greater, |item| T::key(item.label()).cmp(&key))
        })
    }

    fn at(&self, order: usize) -> Option<&T> {
        self.items.get(*self.order.get(order)? as usize)
    }
}

impl<'a, T: Told<'a>> Take<'a> for List<T> {
    fn has(metric: u16) -> bool {
        T::has(metric)
    }

    fn take(&mut self, reading: &HostReading<'a>, pass: &Pass) {
        if !T::has(reading.metric.id.0) {
            return;
        }
        let Some(place) = T::label_of(reading).and_then(|label| self.seek(label, T::new)) else { return };
        self.next = if place + 1 < self.items.len() { place + 1 } else { 0 };
        if let Some(item) = self.items.get_mut(place) {
            item.take(reading, pass);
        }
    }
}

impl<'a, T: Labelled<'a>> List<T> {
    /// The place of the item with this label, which is a `new` one if there was none.
    fn seek(&mut self, label: T::Label, new: impl Fn(T::Label) -> T) -> Option<usize> {
        let key = T::key(label);
        let is_of = |item: &T| T::key(item.label()) == key;
        if self.items.get(self.next).is_some_and(is_of) {
            return Some(self.next);
        }
        // Labels are mostly told in their order.
        let last = self.order.len().checked_sub(1).and_then(|last| self.at(last));
        let place = match last {
            Some(last) if T::key(last.label()) < key => Err(self.order.len()),
            _ => self.place(key),
        };
        match place {
            Ok(at) => self.order.get(at).map(|place| *place as usize),
            Err(at) => {
                let place = self.items.len();
                self.order.insert(at, u32::try_from(place).ok()?);
                self.items.push(new(label));
                Some(place)
            }
        }
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { items: Vec::new(), order: Vec::new(), next: 0 }
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<'l, T> IntoIterator for &'l List<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T: PartialEq> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}
