//! What is known of a GPU.

use std::collections::BTreeMap;

use grapevine_proto::catalogue::gpu as rows;
use grapevine_proto::{Absence, Metric, MetricId, Value};

use super::BusId;

/// A figure: its value in the unit of its row in the catalogue, or why there is none.
pub type Figure<T> = Result<T, Absence>;

/// All that a source knows of a GPU, or of a MIG instance on one.
///
/// Figures go by their rows in `grapevine_proto::catalogue::gpu`. A source puts those that it has or that it knows
/// the reason of their absence for; any other is told as the GPU's [`Standing`] says.
#[derive(Clone, Debug, PartialEq)]
pub struct Gpu {
    /// The label of its readings, as the [`Roster`](super::Roster) gives it.
    pub label: String,
    /// How it is.
    pub standing: Standing,
    /// MIG instances on it, each with the label of its own (`0/1`).
    pub instances: Vec<Gpu>,
    /// The processes that use it, in any order; none if the source cannot know them.
    pub processes: Figure<Vec<Process>>,
    figures: BTreeMap<MetricId, (&'static Metric, Figure<Value>)>,
}

/// How a GPU is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It answers: what its source does not tell, it does not have.
    Ok,
    /// It was there and answers no more: what it had, cannot be read.
    Lost,
    /// It sleeps and was not woken.
    Suspended,
    /// It is there, but no source tells of it.
    Unread,
}

/// Where the readings of a GPU come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// NVIDIA's management library.
    Nvml,
    /// The program `nvidia-smi`.
    NvidiaSmi,
    /// The program `nvtop`.
    Nvtop,
    /// The kernel's files.
    Sysfs,
}

/// A process that uses a GPU.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its name; denied where it is of another pid namespace.
    pub name: Figure<String>,
    /// Its user, by number if there is no name.
    pub user: Figure<String>,
    /// The systemd service or scope that it belongs to; unsupported if to none.
    pub service: Figure<String>,
    /// Memory of the GPU that it has, in bytes.
    pub memory_bytes: Figure<f64>,
    /// Share of time in which the GPU's multiprocessors worked for it, in percent.
    pub use_percent: Figure<f64>,
}

impl Gpu {
    /// A GPU of which nothing is known yet but how it is.
    pub fn new(label: impl Into<String>, standing: Standing) -> Self {
        Self {
            label: label.into(),
            standing,
            instances: Vec::new(),
            processes: Err(standing.absence()),
            figures: BTreeMap::new(),
        }
    }

    /// A GPU that `source` reads.
    pub fn read_by(label: impl Into<String>, bus: BusId, source: Source) -> Self {
        let mut gpu = Self::new(label, Standing::Ok);
        gpu.put_text(&rows::BUS, Ok(bus.to_string()));
        gpu.put_text(&rows::SOURCE, Ok(source.as_str()));
        gpu
    }

    /// Takes a number in the unit of `row`.
    pub fn put(&mut self, row: &'static Metric, number: Figure<f64>) {
        self.figures.insert(row.id, (row, number.map(Value::Number)));
    }

    /// Takes a number that has no fraction and is below 2^53.
    pub fn put_count(&mut self, row: &'static Metric, count: Figure<u64>) {
        #[expect(clippy::cast_precision_loss, reason = "nothing that a GPU counts comes near 2^53")]
        self.put(row, count.map(|count| count as f64));
    }

    /// Takes yes or no.
    pub fn put_flag(&mut self, row: &'static Metric, flag: Figure<bool>) {
        self.put(row, flag.map(|flag| f64::from(u8::from(flag))));
    }

    /// Takes a text.
    pub fn put_text(&mut self, row: &'static Metric, text: Figure<impl Into<String>>) {
        self.figures.insert(row.id, (row, text.map(|text| Value::Text(text.into()))));
    }

    /// The same GPU with nothing known of it but these rows.
    #[must_use]
    pub fn only(&self, rows: &[&'static Metric]) -> Self {
        let mut figures = self.figures.clone();
        figures.retain(|id, _| rows.iter().any(|row| row.id == *id));
        Self { figures, ..Self::new(self.label.as_str(), self.standing) }
    }

    /// What is known of `row`, if anything is.
    pub fn figure(&self, row: &'static Metric) -> Option<&Figure<Value>> {
        self.figures.get(&row.id).map(|(_, figure)| figure)
    }

    /// The number in `row`, if there is one.
    pub fn number(&self, row: &'static Metric) -> Option<f64> {
        match self.figure(row) {
            Some(Ok(Value::Number(number))) => Some(*number),
            _ => None,
        }
    }

    /// The text in `row`, if there is one.
    pub fn text(&self, row: &'static Metric) -> Option<&str> {
        match self.figure(row) {
            Some(Ok(Value::Text(text))) => Some(text),
            _ => None,
        }
    }
}

impl Standing {
    /// What `gpu.state` says.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Lost => "lost",
            Self::Suspended => "suspended",
            Self::Unread => "unread",
        }
    }

    /// Why figures are absent that nobody has put.
    pub const fn absence(self) -> Absence {
        match self {
            Self::Ok => Absence::Unsupported,
            Self::Lost | Self::Unread => Absence::Failed,
            Self::Suspended => Absence::Sleeping,
        }
    }
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Nvml, Self::NvidiaSmi, Self::Nvtop, Self::Sysfs];

    /// What `gpu.source` says, and the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nvml => "nvml",
            Self::NvidiaSmi => "nvidia-smi",
            Self::Nvtop => "nvtop",
            Self::Sysfs => "sysfs",
        }
    }
}
