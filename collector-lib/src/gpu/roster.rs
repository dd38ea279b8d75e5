//! Which NVIDIA GPUs the machine has, as one program tells another.

use std::fmt;
use std::str::FromStr;

use super::BusId;

/// The NVIDIA GPUs of the machine in the order of their labels. Its text has a line for each, `0 0000:01:00.0 awake`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster(pub Vec<Place>);

/// A GPU of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The label of its readings.
    pub label: String,
    /// Where it is plugged in.
    pub bus: BusId,
    /// Whether it sleeps, and is to be left alone.
    pub is_suspended: bool,
}

/// A text is no roster.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no line of a roster")]
pub struct BadRoster(String);

impl Roster {
    /// The place of the GPU at `bus`.
    pub fn place(&self, bus: BusId) -> Option<&Place> {
        self.0.iter().find(|place| place.bus == bus)
    }

    /// The GPUs that may be asked.
    pub fn awake(&self) -> impl Iterator<Item = &Place> {
        self.0.iter().filter(|place| !place.is_suspended)
    }
}

impl fmt::Display for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Place { label, bus, is_suspended } in &self.0 {
            writeln!(f, "{label} {bus} {}", if *is_suspended { SUSPENDED } else { AWAKE })?;
        }
        Ok(())
    }
}

impl FromStr for Roster {
    type Err = BadRoster;

    fn from_str(text: &str) -> Result<Self, BadRoster> {
        text.lines()
            .map(|line| place(line).ok_or_else(|| BadRoster(line.to_owned())))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn place(line: &str) -> Option<Place> {
    let mut words = line.split(' ');
    let (label, bus, state) = (words.next()?, words.next()?, words.next()?);
    let is_suspended = match state {
        SUSPENDED => true,
        AWAKE => false,
        _ => return None,
    };
    words.next().is_none().then_some(Place { label: label.to_owned(), bus: bus.parse().ok()?, is_suspended })
}

const AWAKE: &str = "awake";
const SUSPENDED: &str = "suspended";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roster_survives_the_pipe() {
        let text = "0 0000:01:00.0 awake\n1 000f:01:00.0 suspended\n";
        let roster: Roster = text.parse().unwrap();
        assert_eq!(roster.0.len(), 2);
        assert_eq!(roster.awake().count(), 1);
        assert_eq!(roster.to_string(), text);
        assert!("0 0000:01:00.0".parse::<Roster>().is_err());
        assert!("0 0000:01:00.0 awake or not".parse::<Roster>().is_err());
    }
}
