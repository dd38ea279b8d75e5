//! From which figure on something is a warning, and from which on critical.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::status::Status;

/// Two bounds of a figure, of which either may be missing. A figure that reaches a bound has passed it, as in the NVMe
/// specification ("greater than or equal to an over temperature threshold").
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    warning: Option<f64>,
    critical: Option<f64>,
    alarm: bool,
}

impl Bounds {
    /// No figure passes these.
    pub const OFF: Self = Self { warning: None, critical: None, alarm: true };

    /// With both bounds, of which `warning` is not the higher one.
    pub(crate) const fn new(warning: f64, critical: f64) -> Self {
        Self { warning: Some(warning), critical: Some(critical), alarm: true }
    }

    /// Bounds that only colour what is shown.
    pub(crate) const fn without_alarm(self) -> Self {
        Self { alarm: false, ..self }
    }

    /// Whether a figure that passes them is a finding, for which somebody should look at the host. If not, it shows in
    /// the status of its panel alone: a device at work wants nobody.
    pub fn alarm(&self) -> bool {
        self.alarm
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

/// As in the configuration: `{ warning = 50, critical = 80 }`, or one of the two, with `alarm = false` or without, or
/// "off".
impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = |key, bound: Option<f64>| bound.map(|bound| format!("{key} = {bound}"));
        let alarm = (!self.alarm).then(|| "alarm = false".to_owned());
        let keys = [bound("warning", self.warning), bound("critical", self.critical), alarm];
        if self.warning.is_none() && self.critical.is_none() {
            return f.write_str("\"off\"");
        }
        write!(f, "{{ {} }}", keys.into_iter().flatten().collect::<Vec<_>>().join(", "))
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
    Alarm,
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
            match key {
                Key::Warning => bounds.warning = Some(map.next_value()?),
                Key::Critical => bounds.critical = Some(map.next_value()?),
                Key::Alarm => bounds.alarm = map.next_value()?,
            }
        }
        if bounds.warning.is_none() && bounds.critical.is_none() {
            return Err(A::Error::custom("expected `warning`, `critical` or both; \"off\" is for neither"));
        }
        Ok(bounds)
    }
}
