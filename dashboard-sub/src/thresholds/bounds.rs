//! From which figure on something is a warning, and from which on critical.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::status::Status;

/// Two bounds of a figure, of which either may be missing. A figure that reaches a bound has passed it, as in the NVMe
/// specification ("greater than or equal to an over temperature threshold").
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    warning: Option<f64>,
    critical: Option<f64>,
}

impl Bounds {
    /// No figure passes these.
    pub const OFF: Self = Self { warning: None, critical: None };

    /// With both bounds, of which `warning` is not the higher one.
    pub(crate) const fn new(warning: f64, critical: f64) -> Self {
        Self { warning: Some(warning), critical: Some(critical) }
    }

    /// From where on a figure is a warning.
    pub fn warning(&self) -> Option<f64> {
        self.warning
    }

    /// From where on a figure is critical.
    pub fn critical(&self) -> Option<f64> {
        self.critical
    }

    /// How `figure` is. Dashboards colour their gauges by it.
    pub fn status_of(&self, figure: f64) -> Status {
        let passes = |bound: Option<f64>| bound.is_some_and(|bound| figure >= bound);
        if passes(self.critical) {
            Status::Critical
        } else if passes(self.warning) {
            Status::Warning
        } else {
            Status::Ok
        }
    }

    /// Refuses bounds beyond 0 to `most`, and a warning above the critical bound.
    fn check(self, most: f64, unit: &str) -> Result<Self, String> {
        let bounds = [self.warning, self.critical];
        if let Some(bound) = bounds.into_iter().flatten().find(|bound| !(0.0..=most).contains(bound)) {
            return Err(format!("{bound} is no bound here: use 0 to {most} {unit}"));
        }
        match (self.warning, self.critical) {
            (None, None) => Err("expected `warning`, `critical` or both, or \"off\"".to_owned()),
            (Some(warning), Some(critical)) if warning > critical => {
                Err(format!("warning = {warning} is above critical = {critical}"))
            }
            _ => Ok(self),
        }
    }
}

/// As in the configuration: `{ warning = 50, critical = 80 }`, or one of the two, or "off".
impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.warning, self.critical) {
            (None, None) => f.write_str("\"off\""),
            (Some(warning), None) => write!(f, "{{ warning = {warning} }}"),
            (None, Some(critical)) => write!(f, "{{ critical = {critical} }}"),
            (Some(warning), Some(critical)) => write!(f, "{{ warning = {warning}, critical = {critical} }}"),
        }
    }
}

/// Of a share in percent.
pub(super) fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Bounds>, D::Error> {
    bounds(deserializer, 100.0, "percent")
}

/// Of wear, which NVMe drives tell up to 255 %.
pub(super) fn wear<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Bounds>, D::Error> {
    bounds(deserializer, 255.0, "percent")
}

/// Of a temperature.
pub(super) fn celsius<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Bounds>, D::Error> {
    bounds(deserializer, 150.0, "celsius")
}

fn bounds<'de, D: Deserializer<'de>>(
    deserializer: D,
    most: f64,
    unit: &str,
) -> Result<Option<Bounds>, D::Error> {
    let bounds = deserializer.deserialize_any(BoundsVisitor)?;
    if bounds == Bounds::OFF {
        Ok(Some(bounds))
    } else {
        bounds.check(most, unit).map(Some).map_err(D::Error::custom)
    }
}

struct BoundsVisitor;

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    Warning,
    Critical,
}

impl<'de> Visitor<'de> for BoundsVisitor {
    type Value = Bounds;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table such as { warning = 50, critical = 80 }, or \"off\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Bounds, E> {
        if text == "off" {
            return Ok(Bounds::OFF);
        }
        Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Bounds, A::Error> {
        let mut bounds = Bounds::OFF;
        while let Some(key) = map.next_key()? {
            let bound = match key {
                Key::Warning => &mut bounds.warning,
                Key::Critical => &mut bounds.critical,
            };
            *bound = Some(map.next_value()?);
        }
        if bounds == Bounds::OFF {
            return Err(A::Error::custom("expected `warning`, `critical` or both; \"off\" is for neither"));
        }
        Ok(bounds)
    }
}
