//! What a collector found: a value, or why there is none.

use std::fmt;

use crate::metric::MetricRef;
use crate::shape::LabelsRef;

/// One metric's value, or its absence, for one set of labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Which metric.
    pub metric: MetricRef,
    /// Values of the metric's label keys, in the keys' order.
    pub labels: Labels,
    /// What was read.
    pub state: State,
}

impl Reading {
    /// The reading that is kept in these parts.
    pub(crate) fn of(metric: &MetricRef, labels: LabelsRef<'_>, state: StateRef<'_>) -> Self {
        Self { metric: metric.clone(), labels: labels.iter().collect(), state: state.into() }
    }
}

/// The values of a reading's labels, in the order of the metric's label keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Labels(Box<[Box<str>]>);

impl Labels {
    /// Labels with these values.
    pub fn new<S: AsRef<str>>(values: &[S]) -> Self {
        Self(values.iter().map(|value| value.as_ref().into()).collect())
    }

    /// The values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|value| &**value)
    }

    /// Whether these are the labels with just these values.
    pub fn matches(&self, values: &[&str]) -> bool {
        self.0.len() == values.len() && self.iter().zip(values).all(|(mine, other)| mine == *other)
    }
}

impl<'a> FromIterator<&'a str> for Labels {
    fn from_iter<I: IntoIterator<Item = &'a str>>(values: I) -> Self {
        Self(values.into_iter().map(Into::into).collect())
    }
}

/// A value in the metric's unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Of a gauge or a counter.
    Number(f64),
    /// Of a text metric.
    Text(String),
}

/// What one pass knows of a reading. Absent is never 0.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Read in this pass.
    Present(Value),
    /// Nothing to show, and why.
    Absent(Absence),
    /// Not read in this pass, and why; an earlier pass had this value.
    Kept {
        /// The value read last.
        value: Value,
        /// Why there is no newer one.
        absence: Absence,
        /// How long ago the value was read, in milliseconds.
        age_ms: u32,
    },
}

impl State {
    /// The value, whether fresh or kept.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Present(value) | Self::Kept { value, .. } => Some(value),
            Self::Absent(_) => None,
        }
    }

    /// Why this pass has no value.
    pub fn absence(&self) -> Option<Absence> {
        match self {
            Self::Present(_) => None,
            Self::Absent(absence) | Self::Kept { absence, .. } => Some(*absence),
        }
    }

    /// The number, whether fresh or kept.
    pub fn number(&self) -> Option<f64> {
        match self.value() {
            Some(Value::Number(number)) => Some(*number),
            Some(Value::Text(_)) | None => None,
        }
    }

    /// The text, whether fresh or kept.
    pub fn text(&self) -> Option<&str> {
        match self.value() {
            Some(Value::Text(text)) => Some(text),
            Some(Value::Number(_)) | None => None,
        }
    }
}

/// A [`State`] that is kept elsewhere, in fewer bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StateRef<'a> {
    /// Read in this pass.
    Present(ValueRef<'a>),
    /// Nothing to show, and why.
    Absent(Absence),
    /// Not read in this pass, and why; an earlier pass had this value.
    Kept {
        /// The value read last.
        value: ValueRef<'a>,
        /// Why there is no newer one.
        absence: Absence,
        /// How long before the frame the value was read, in milliseconds.
        age_ms: u32,
    },
}

/// A [`Value`] that is kept elsewhere, in the metric's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueRef<'a> {
    /// Of a gauge or a counter.
    Number(f64),
    /// Of a text metric.
    Text(&'a str),
}

impl<'a> StateRef<'a> {
    /// The value, whether fresh or kept.
    pub fn value(self) -> Option<ValueRef<'a>> {
        match self {
            Self::Present(value) | Self::Kept { value, .. } => Some(value),
            Self::Absent(_) => None,
        }
    }

    /// Why this pass has no value.
    pub fn absence(self) -> Option<Absence> {
        match self {
            Self::Present(_) => None,
            Self::Absent(absence) | Self::Kept { absence, .. } => Some(absence),
        }
    }

    /// The number, whether fresh or kept.
    pub fn number(self) -> Option<f64> {
        match self.value() {
            Some(ValueRef::Number(number)) => Some(number),
            Some(ValueRef::Text(_)) | None => None,
        }
    }

    /// The text, whether fresh or kept.
    pub fn text(self) -> Option<&'a str> {
        match self.value() {
            Some(ValueRef::Text(text)) => Some(text),
            Some(ValueRef::Number(_)) | None => None,
        }
    }
}

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Number(number) => Self::Number(number),
            ValueRef::Text(text) => Self::Text(text.to_owned()),
        }
    }
}

impl From<StateRef<'_>> for State {
    fn from(state: StateRef<'_>) -> Self {
        match state {
            StateRef::Present(value) => Self::Present(value.into()),
            StateRef::Absent(absence) => Self::Absent(absence),
            StateRef::Kept { value, absence, age_ms } => Self::Kept { value: value.into(), absence, age_ms },
        }
    }
}

/// Why a reading has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Absence {
    /// The hardware, driver or kernel has no such reading.
    Unsupported,
    /// The agent may not read it.
    Denied,
    /// This pass went wrong.
    Failed,
    /// The device is asleep and was not woken.
    Sleeping,
}

impl Absence {
    /// All of them, in the order of their wire codes 0 to 3.
    pub const ALL: [Self; 4] = [Self::Unsupported, Self::Denied, Self::Failed, Self::Sleeping];

    /// One lower-case word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Sleeping => "sleeping",
        }
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
