//! A row of the metric catalogue: what a number means, in which unit, and how finely it is sent.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::quantise::Scale;

/// The number of a metric, unique in the catalogue and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetricId(pub u16);

/// How the values of a metric relate to each other over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number that goes up and down.
    Gauge,
    /// A number that only grows, from the start of the host, device or agent on; it falls back at a restart.
    Counter,
    /// A text that describes something, such as a model name.
    Text,
}

/// The unit of a metric's values, spelt out: `percent`, `bytes`, `bytes/second`...
///
/// A text and not an enum, so that an old dashboard shows the unit of a metric that it has never heard of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit(Cow<'static, str>);

impl Unit {
    /// A plain number without a unit, such as a load average.
    pub const NONE: Self = Self::of("none");
    /// Hundredths of a whole; 100 is all of it.
    pub const PERCENT: Self = Self::of("percent");
    /// Bytes (octets).
    pub const BYTES: Self = Self::of("bytes");
    /// Bytes in each second, averaged since the previous pass.
    pub const BYTES_PER_SECOND: Self = Self::of("bytes/second");
    /// Bits in each second, as link speeds are given.
    pub const BITS_PER_SECOND: Self = Self::of("bits/second");
    /// Degrees Celsius.
    pub const CELSIUS: Self = Self::of("celsius");
    /// Watts.
    pub const WATTS: Self = Self::of("watts");
    /// Joules, which are watt seconds.
    pub const JOULES: Self = Self::of("joules");
    /// Cycles in each second.
    pub const HERTZ: Self = Self::of("hertz");
    /// Seconds.
    pub const SECONDS: Self = Self::of("seconds");
    /// Microseconds.
    pub const MICROSECONDS: Self = Self::of("microseconds");
    /// Things that are counted: errors, tasks, inodes.
    pub const COUNT: Self = Self::of("count");
    /// Things in each second, averaged since the previous pass.
    pub const PER_SECOND: Self = Self::of("1/second");
    /// 1 is yes, 0 is no.
    pub const BOOLEAN: Self = Self::of("boolean");
    /// The value is a text.
    pub const TEXT: Self = Self::of("text");

    const fn of(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The unit named `name`, as it came from another agent.
    pub fn named(name: String) -> Self {
        Self(Cow::Owned(name))
    }

    /// The unit's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A row of the metric catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Unique number; goes over the wire.
    pub id: MetricId,
    /// Dotted lower-case name, such as `memory.available`.
    pub name: Cow<'static, str>,
    /// Gauge, counter or text.
    pub kind: Kind,
    /// Unit of the values.
    pub unit: Unit,
    /// How a value becomes the integer that is sent.
    pub scale: Scale,
    /// A change is sent only when it passes this many steps of the scale from the value sent last.
    pub deadband: u16,
    /// The keys of the labels that tell this metric's readings on one host apart.
    pub labels: LabelKeys,
    /// A reading older than this is no longer shown as current, in milliseconds.
    pub max_age_ms: u32,
    /// One sentence for people. Empty for a metric that was learned from another agent.
    pub help: Cow<'static, str>,
}

/// The keys of a metric's labels, in the order in which a reading gives their values.
#[derive(Clone, Debug)]
pub enum LabelKeys {
    /// Of a metric of this program's catalogue.
    Known(&'static [&'static str]),
    /// Of a metric that was learned from another agent.
    Learned(Vec<String>),
}

impl LabelKeys {
    /// How many labels a reading of the metric has.
    pub fn len(&self) -> usize {
        match self {
            Self::Known(keys) => keys.len(),
            Self::Learned(keys) => keys.len(),
        }
    }

    /// Whether readings of the metric have no labels.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let (known, learned): (&[&str], &[String]) = match self {
            Self::Known(keys) => (keys, &[]),
            Self::Learned(keys) => (&[], keys),
        };
        known.iter().copied().chain(learned.iter().map(String::as_str))
    }
}

impl PartialEq for LabelKeys {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Metric {
    /// A gauge without labels, sent at every change of one step, current for 15 s.
    pub const fn gauge(id: u16, name: &'static str, unit: Unit, scale: Scale, help: &'static str) -> Self {
        Self::row(id, name, Kind::Gauge, unit, scale, help)
    }

    /// A counter without labels, sent at every change of one step, current for 15 s.
    pub const fn counter(id: u16, name: &'static str, unit: Unit, scale: Scale, help: &'static str) -> Self {
        Self::row(id, name, Kind::Counter, unit, scale, help)
    }

    /// A text without labels, current for 15 s.
    pub const fn text(id: u16, name: &'static str, help: &'static str) -> Self {
        Self::row(id, name, Kind::Text, Unit::TEXT, Scale::Whole, help)
    }

    /// Bytes that a metric takes that was learned from another agent.
    pub(crate) fn heap_bytes(&self) -> usize {
        let keys: usize = self.labels.iter().map(|key| size_of::<String>() + key.len()).sum();
        size_of::<Self>() + self.name.len() + self.unit.as_str().len() + keys
    }

    const fn row(
        id: u16,
        name: &'static str,
        kind: Kind,
        unit: Unit,
        scale: Scale,
        help: &'static str,
    ) -> Self {
        Self {
            id: MetricId(id),
            name: Cow::Borrowed(name),
            kind,
            unit,
            scale,
            deadband: 0,
            labels: LabelKeys::Known(&[]),
            max_age_ms: 15_000,
            help: Cow::Borrowed(help),
        }
    }

    /// The same row with labels of these keys.
    #[must_use]
    pub const fn labelled(mut self, keys: &'static [&'static str]) -> Self {
        // A constant function may not run the destructor of what a plain assignment would drop.
        std::mem::forget(std::mem::replace(&mut self.labels, LabelKeys::Known(keys)));
        self
    }

    /// The same row, with changes of up to `steps` of its scale left unsent.
    #[must_use]
    pub const fn deadband(mut self, steps: u16) -> Self {
        self.deadband = steps;
        self
    }

    /// The same row, current for `max_age_ms`.
    #[must_use]
    pub const fn max_age_ms(mut self, max_age_ms: u32) -> Self {
        self.max_age_ms = max_age_ms;
        self
    }
}

/// A metric of this program's catalogue or one learned from another agent's keyframe. Cheap to clone.
#[derive(Clone, Debug)]
pub enum MetricRef {
    /// A row of [`crate::catalogue`].
    Known(&'static Metric),
    /// A row that came with a keyframe.
    Learned(Arc<Metric>),
}

impl Deref for MetricRef {
    type Target = Metric;

    fn deref(&self) -> &Metric {
        match self {
            Self::Known(metric) => metric,
            Self::Learned(metric) => metric,
        }
    }
}

impl PartialEq for MetricRef {
    fn eq(&self, other: &Self) -> bool {
        // Most rows are those of the catalogue, which are there once.
        std::ptr::eq(&**self, &**other) || **self == **other
    }
}

impl From<&'static Metric> for MetricRef {
    fn from(metric: &'static Metric) -> Self {
        Self::Known(metric)
    }
}
