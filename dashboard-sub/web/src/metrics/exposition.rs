//! The walk: all hosts once for each family.

use std::vec;

use super::Naming;
use super::family::{Family, Source};
use super::format::Format;
use super::own;
use super::samples::Samples;
use super::scrape::Scrape;

/// How long a piece is, roughly: no family of one host is cut.
pub const PIECE_BYTES: usize = 64 << 10;

/// All series of a [`Scrape`] as text, in pieces.
#[derive(Debug)]
pub struct Exposition {
    scrape: Scrape,
    format: Format,
    families: vec::IntoIter<Family>,
    /// The family that is being written.
    family: Option<Family>,
    headed: bool,
    /// The next host of that family.
    place: usize,
    seen: Vec<u64>,
    ended: bool,
}

impl Exposition {
    /// What there is to tell of `scrape` by these names in this format.
    pub fn new(mut scrape: Scrape, naming: Naming, format: Format) -> Self {
        scrape.label_hosts(naming);
        let mut families = naming.families();
        if naming == Naming::Own {
            own::learn(&mut families, &scrape);
        }
        let families = families.into_iter();
        Self {
            scrape,
            format,
            families,
            family: None,
            headed: false,
            place: 0,
            seen: Vec::new(),
            ended: false,
        }
    }

    /// Adds the next piece to `text`. False if there was nothing left to add.
    pub fn write_next(&mut self, text: &mut String) -> bool {
        if self.ended {
            return false;
        }
        let full = text.len() + PIECE_BYTES;
        while text.len() < full {
            if !self.step(text) {
                if self.format == Format::OpenMetrics {
                    text.push_str("# EOF\n");
                }
                self.ended = true;
                break;
            }
        }
        true
    }

    /// Writes one family of one host. False if that was all.
    fn step(&mut self, text: &mut String) -> bool {
        let Some(family) = &self.family else {
            self.family = self.families.next();
            (self.headed, self.place) = (false, 0);
            return self.family.is_some();
        };
        self.seen.clear();
        let (format, headed, seen) = (self.format, &mut self.headed, &mut self.seen);
        let mut samples = Samples { text, format, family, labels: "", headed, seen };
        let is_last = match &family.source {
            Source::Exporter(tell) => {
                tell(&self.scrape, &mut samples);
                true
            }
            Source::Hosts(tell) => match self.scrape.hosts.get(self.place) {
                Some(host) => {
                    samples.labels = &host.labels;
                    tell(&self.scrape, host, &mut samples);
                    false
                }
                None => true,
            },
            Source::Learned(places) => match places.get(self.place) {
                Some((place, metric)) => {
                    if let Some(host) = self.scrape.hosts.get(*place as usize) {
                        samples.labels = &host.labels;
                        own::tell_learned(*metric, &self.scrape, host, &mut samples);
                    }
                    false
                }
                None => true,
            },
        };
        self.place += 1;
        if is_last {
            self.family = None;
        }
        true
    }
}

impl Iterator for Exposition {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        // A host's family may be longer than a piece, but hardly ever is.
        let mut text = String::with_capacity(PIECE_BYTES + PIECE_BYTES / 8);
        (self.write_next(&mut text) && !text.is_empty()).then_some(text)
    }
}
