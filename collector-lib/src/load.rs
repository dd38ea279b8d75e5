//! Load averages and tasks, from `/proc/loadavg` (proc(5)).

use grapevine_proto::catalogue::load as rows;

use crate::collector::{CollectError, Collector};
use crate::context::Context;
use crate::file::{Buffer, KeptFile};
use crate::sample::Sample;

/// The `load` collector.
#[derive(Debug)]
pub(crate) struct Load {
    file: KeptFile,
    buffer: Buffer,
}

impl Load {
    pub(crate) fn new(context: &Context) -> Self {
        Self { file: KeptFile::new(context.roots.proc.join("loadavg")), buffer: Buffer::default() }
    }
}

impl Collector for Load {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        let line = self.file.read_line(&mut self.buffer)?;
        let averages = parse(line)
            .ok_or_else(|| CollectError::malformed(self.file.path(), "three averages and tasks"))?;
        emit(&averages, sample);
        Ok(())
    }
}

#[derive(Debug, PartialEq)]
struct Averages {
    avg1: f64,
    avg5: f64,
    avg15: f64,
    tasks_running: u32,
    tasks_total: u32,
}

/// `0.20 0.18 0.12 1/80 11206`: averages, running and all tasks, the process started last.
fn parse(line: &str) -> Option<Averages> {
    let mut words = line.split_ascii_whitespace();
    let mut average = || words.next()?.parse().ok().filter(|average| *average >= 0.0);
    let (avg1, avg5, avg15) = (average()?, average()?, average()?);
    let (running, total) = words.next()?.split_once('/')?;
    Some(Averages {
        avg1,
        avg5,
        avg15,
        tasks_running: running.parse().ok()?,
        tasks_total: total.parse().ok()?,
    })
}

fn emit(averages: &Averages, sample: &mut Sample) {
    sample.number(&rows::AVG1, &[], averages.avg1);
    sample.number(&rows::AVG5, &[], averages.avg5);
    sample.number(&rows::AVG15, &[], averages.avg15);
    sample.number(&rows::TASKS_RUNNING, &[], averages.tasks_running.into());
    sample.number(&rows::TASKS_TOTAL, &[], averages.tasks_total.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_manual_pages_example() {
        let expected = Averages { avg1: 0.2, avg5: 0.18, avg15: 0.12, tasks_running: 1, tasks_total: 80 };
        assert_eq!(parse("0.20 0.18 0.12 1/80 11206"), Some(expected));
    }

    #[test]
    fn refuses_what_is_short_or_negative() {
        for line in ["", "0.20 0.18", "0.20 0.18 0.12 180 1", "-1 0 0 1/80 1", "0.20 0.18 0.12 -1/80 1"] {
            assert_eq!(parse(line), None, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn any_line_parses_or_is_refused(line: String) {
            parse(&line);
        }
    }
}
