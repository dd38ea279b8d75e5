//! How cores spent their time, from `/proc/stat` (proc_stat(5)).

use crate::file::lines;

/// Time in ticks of the kernel's clock by what it was spent on.
///
/// The time of guests is part of `user` and `nice` already; `irq` is that of hardware and software interrupts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ticks {
    pub(super) user: u64,
    pub(super) nice: u64,
    pub(super) system: u64,
    pub(super) idle: u64,
    pub(super) iowait: u64,
    pub(super) irq: u64,
    pub(super) steal: u64,
}

impl Ticks {
    pub(super) fn busy(&self) -> u64 {
        [self.user, self.nice, self.system, self.irq, self.steal].into_iter().fold(0, u64::saturating_add)
    }

    pub(super) fn total(&self) -> u64 {
        self.busy().saturating_add(self.idle).saturating_add(self.iowait)
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        Self {
            user: self.user.saturating_add(other.user),
            nice: self.nice.saturating_add(other.nice),
            system: self.system.saturating_add(other.system),
            idle: self.idle.saturating_add(other.idle),
            iowait: self.iowait.saturating_add(other.iowait),
            irq: self.irq.saturating_add(other.irq),
            steal: self.steal.saturating_add(other.steal),
        }
    }

    /// The time since `before`, or none if a time fell back that never should.
    ///
    /// `idle` and `iowait` may fall back by a little (proc_stat(5) says so of the second); that counts as no time.
    fn since(&self, before: &Self) -> Option<Self> {
        Some(Self {
            user: self.user.checked_sub(before.user)?,
            nice: self.nice.checked_sub(before.nice)?,
            system: self.system.checked_sub(before.system)?,
            idle: self.idle.saturating_sub(before.idle),
            iowait: self.iowait.saturating_sub(before.iowait),
            irq: self.irq.checked_sub(before.irq)?,
            steal: self.steal.checked_sub(before.steal)?,
        })
    }
}

/// The times of a core, or of all, as the previous pass saw them.
#[derive(Debug, Default)]
pub(super) struct Clock {
    before: Option<Ticks>,
}

/// What a core did between two passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// There is no previous pass.
    First,
    /// The clock fell back or stood still.
    Broken,
    /// It spent its time so.
    Spent(Ticks),
}

impl Clock {
    pub(super) fn advance(&mut self, now: Ticks) -> Turn {
        let Some(before) = self.before.replace(now) else { return Turn::First };
        match now.since(&before) {
            Some(spent) if spent.total() > 0 => Turn::Spent(spent),
            _ => Turn::Broken,
        }
    }
}

/// The leading lines of `/proc/stat`: of all cores without a number, then of each core that is online.
pub(super) fn parse(content: &[u8]) -> impl Iterator<Item = (Option<u32>, Ticks)> {
    lines(content).map_while(parse_line)
}

/// `cpu0 user nice system idle iowait irq softirq steal guest guest_nice`; old kernels leave the last ones out.
fn parse_line(line: &str) -> Option<(Option<u32>, Ticks)> {
    let mut words = line.split_ascii_whitespace();
    let number = match words.next()?.strip_prefix("cpu")? {
        "" => None,
        digits => Some(digits.parse().ok()?),
    };
    let mut time = || words.next().map_or(Some(0), |word| word.parse::<u64>().ok());
    let ticks = Ticks {
        user: time()?,
        nice: time()?,
        system: time()?,
        idle: time()?,
        iowait: time()?,
        irq: time()?.saturating_add(time()?),
        steal: time()?,
    };
    Some((number, ticks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn takes_the_cores_and_no_more() {
        let content =
            b"cpu  10 1 5 80 2 1 1 0 4 0\ncpu0 5 1 2 40 1 1 1 0 2 0\ncpu7 5 0 3 40 1 0 0 0 2 0\nintr 9 9\n";
        let numbers: Vec<_> = parse(content).map(|(number, _)| number).collect();
        assert_eq!(numbers, [None, Some(0), Some(7)]);
        let (_, all) = parse(content).next().unwrap();
        assert_eq!(all, Ticks { user: 10, nice: 1, system: 5, idle: 80, iowait: 2, irq: 2, steal: 0 });
    }

    #[test]
    fn a_waiting_time_that_falls_back_is_no_time() {
        let mut clock = Clock::default();
        assert_eq!(clock.advance(Ticks { idle: 10, iowait: 5, ..Ticks::default() }), Turn::First);
        let turn = clock.advance(Ticks { idle: 20, iowait: 4, ..Ticks::default() });
        assert_eq!(turn, Turn::Spent(Ticks { idle: 10, ..Ticks::default() }));
    }

    #[test]
    fn a_clock_that_falls_back_or_stands_still_is_broken() {
        let mut clock = Clock::default();
        clock.advance(Ticks { user: 10, ..Ticks::default() });
        assert_eq!(clock.advance(Ticks { user: 3, idle: 9, ..Ticks::default() }), Turn::Broken);
        assert_eq!(clock.advance(Ticks { user: 3, idle: 9, ..Ticks::default() }), Turn::Broken);
    }

    proptest! {
        #[test]
        fn any_bytes_parse_or_are_refused(content: Vec<u8>, words: Vec<u64>) {
            parse(&content).count();
            let line: String = words.iter().map(|word| format!(" {word}")).collect();
            for (_, ticks) in parse(format!("cpu{line}\ncpu0{line}").as_bytes()) {
                prop_assert!(ticks.busy() <= ticks.total());
            }
        }
    }
}
