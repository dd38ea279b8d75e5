//! Pressure stall information, from `/proc/pressure` (`Documentation/accounting/psi.rst`).

use grapevine_proto::Metric;
use grapevine_proto::catalogue::pressure as rows;

use crate::collector::{CollectError, Collector};
use crate::context::Context;
use crate::file::{Buffer, KeptFile, lines};
use crate::sample::Sample;

/// The `pressure` collector.
#[derive(Debug)]
pub(crate) struct Pressure {
    resources: [Resource; 3],
    buffer: Buffer,
}

impl Pressure {
    pub(crate) fn new(context: &Context) -> Self {
        let resource = |name, some, full| {
            let file = KeptFile::new(context.roots.proc.join("pressure").join(name));
            Resource { file, some, full }
        };
        let memory_full = (&rows::MEMORY_FULL_AVG10, &rows::MEMORY_FULL_AVG60);
        let io_full = (&rows::IO_FULL_AVG10, &rows::IO_FULL_AVG60);
        Self {
            resources: [
                resource("cpu", (&rows::CPU_SOME_AVG10, &rows::CPU_SOME_AVG60), None),
                resource("memory", (&rows::MEMORY_SOME_AVG10, &rows::MEMORY_SOME_AVG60), Some(memory_full)),
                resource("io", (&rows::IO_SOME_AVG10, &rows::IO_SOME_AVG60), Some(io_full)),
            ],
            buffer: Buffer::default(),
        }
    }
}

impl Collector for Pressure {
    /// A kernel without PSI, or booted with `psi=0`, has nothing to read here: that is no failure of the pass.
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        for resource in &mut self.resources {
            let content = resource.file.read(&mut self.buffer);
            for (word, metrics) in [("some", Some(resource.some)), ("full", resource.full)] {
                let Some(metrics) = metrics else { continue };
                match &content {
                    Ok(content) => emit(parse(content, word), metrics, sample),
                    Err(error) => {
                        sample.absent(metrics.0, &[], error.absence());
                        sample.absent(metrics.1, &[], error.absence());
                    }
                }
            }
        }
        Ok(())
    }
}

#[derive(Debug)]
struct Resource {
    file: KeptFile,
    some: Averages<&'static Metric>,
    full: Option<Averages<&'static Metric>>,
}

/// Over 10 s and over 60 s.
type Averages<T> = (T, T);

/// The line `some avg10=0.12 avg60=0.05 avg300=0.01 total=1234` of a resource's file, in percent.
fn parse(content: &[u8], word: &str) -> Option<Averages<f64>> {
    let line = lines(content).find_map(|line| line.strip_prefix(word))?;
    let average = |key: &str| {
        let text = line.split_ascii_whitespace().find_map(|field| field.strip_prefix(key))?;
        text.parse().ok().filter(|percent| (0.0..=100.0).contains(percent))
    };
    Some((average("avg10=")?, average("avg60=")?))
}

fn emit(averages: Option<Averages<f64>>, metrics: Averages<&'static Metric>, sample: &mut Sample) {
    // A number that is not one is told as failed.
    let (avg10, avg60) = averages.unwrap_or((f64::NAN, f64::NAN));
    sample.number(metrics.0, &[], avg10);
    sample.number(metrics.1, &[], avg60);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CONTENT: &[u8] = b"some avg10=1.53 avg60=0.87 avg300=0.46 total=58761459\n\
        full avg10=0.00 avg60=0.13 avg300=0.27 total=57422301\n";

    #[test]
    fn finds_both_lines() {
        assert_eq!(parse(CONTENT, "some"), Some((1.53, 0.87)));
        assert_eq!(parse(CONTENT, "full"), Some((0.0, 0.13)));
    }

    #[test]
    fn refuses_what_is_no_percentage() {
        for content in
            ["", "some", "some avg10=1 total=3", "some avg10=101 avg60=0", "some avg10=NaN avg60=0"]
        {
            assert_eq!(parse(content.as_bytes(), "some"), None, "{content:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_parse_or_are_refused(content: Vec<u8>, tail in ".*") {
            parse(&content, "some");
            parse(format!("some avg10={tail}").as_bytes(), "some");
        }
    }
}
