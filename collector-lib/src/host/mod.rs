//! What the machine is.

mod processor;
mod product;
mod virtualisation;

use std::path::{Path, PathBuf};

use grapevine_proto::catalogue::host as rows;
use grapevine_proto::{Absence, Metric};

use crate::collector::{CollectError, Collector};
use crate::context::Context;
use crate::file::{Buffer, KeptFile, lines, read_once};
use crate::rate::float;
use crate::sample::Sample;

/// The `host` collector. It runs once a minute and so may allocate.
#[derive(Debug)]
pub(crate) struct Host {
    proc: PathBuf,
    etc: PathBuf,
    architecture: &'static str,
    /// What does not change while the kernel runs.
    processor: Result<String, Absence>,
    product: Result<String, Absence>,
    virtualisation: Result<&'static str, Absence>,
}

impl Host {
    pub(crate) fn new(context: &Context) -> Self {
        let roots = &context.roots;
        let cpuinfo = read_once(&roots.proc.join("cpuinfo")).map_err(|error| error.absence());
        let cpuinfo_text = cpuinfo.as_deref().unwrap_or_default();
        Self {
            proc: roots.proc.clone(),
            etc: roots.etc.clone(),
            architecture: context.architecture,
            virtualisation: virtualisation::detect(roots, cpuinfo_text).ok_or(Absence::Unsupported),
            product: product::read(roots).ok_or(Absence::Unsupported),
            processor: cpuinfo.and_then(|cpuinfo| processor::describe(&cpuinfo).ok_or(Absence::Unsupported)),
        }
    }
}

impl Collector for Host {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        let kernel = self.proc.join("sys/kernel");
        tell(sample, &rows::NAME, read(&kernel.join("hostname")).as_deref());
        tell(sample, &rows::KERNEL, read(&kernel.join("osrelease")).as_deref());
        tell(sample, &rows::DISTRIBUTION, distribution(&self.etc).as_deref());
        tell(sample, &rows::ARCHITECTURE, Ok(self.architecture));
        tell(sample, &rows::PROCESSOR, self.processor.as_deref());
        tell(sample, &rows::PRODUCT, self.product.as_deref());
        tell(sample, &rows::VIRTUALISATION, self.virtualisation.as_ref().copied());
        let mut buffer = Buffer::default();
        let mut stat = KeptFile::new(self.proc.join("stat"));
        let boot_time = boot_time(stat.read(&mut buffer)?);
        let seconds = boot_time.ok_or_else(|| CollectError::malformed(stat.path(), "a line `btime`"))?;
        sample.number(&rows::BOOT_TIME, &[], float(seconds));
        Ok(())
    }
}

fn tell(sample: &mut Sample, metric: &'static Metric, text: Result<&str, &Absence>) {
    match text {
        Ok(text) => sample.text(metric, &[], text),
        Err(absence) => sample.absent(metric, &[], *absence),
    }
}

fn read(path: &Path) -> Result<String, Absence> {
    read_once(path).map_err(|error| error.absence())
}

/// The name of the distribution for people, from os-release(5).
fn distribution(etc: &Path) -> Result<String, Absence> {
    let content = read(&etc.join("os-release"))?;
    pretty_name(&content).ok_or(Absence::Unsupported)
}

fn pretty_name(os_release: &str) -> Option<String> {
    let quoted = os_release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?.trim();
    let mut name = String::new();
    let mut characters = quoted.trim_matches(['"', '\'']).chars();
    while let Some(character) = characters.next() {
        name.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    (!name.is_empty()).then_some(name)
}

/// Seconds since 1970 (proc_stat(5)).
fn boot_time(stat: &[u8]) -> Option<u64> {
    lines(stat).find_map(|line| line.strip_prefix("btime "))?.trim_ascii().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_loses_its_quotes_and_escapes() {
        assert_eq!(
            pretty_name("ID=x\nPRETTY_NAME=\"NixOS 26.05 (\\\"Y\\\")\"\n").unwrap(),
            "NixOS 26.05 (\"Y\")"
        );
        assert_eq!(pretty_name("PRETTY_NAME=Arch\n").unwrap(), "Arch");
        assert_eq!(pretty_name("PRETTY_NAME=\"\"\n"), None);
    }

    proptest! {
        #[test]
        fn any_text_parses_or_is_refused(text: String, content: Vec<u8>) {
            pretty_name(&format!("PRETTY_NAME={text}"));
            processor::describe(&text);
            boot_time(&content);
        }
    }
}
