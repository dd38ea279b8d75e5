//! Traffic of RDMA ports, which bypasses the kernel's interfaces, from `/sys/class/infiniband`
//! (`Documentation/ABI/stable/sysfs-class-infiniband`).

use std::path::{Path, PathBuf};

use grapevine_proto::Metric;
use grapevine_proto::catalogue::network as rows;

use crate::collector::CollectError;
use crate::file::{Buffer, KeptFile, names_in};
use crate::rate::{Progress, Rate};
use crate::sample::Sample;

/// The ports of all RDMA devices.
#[derive(Debug)]
pub(super) struct Rdma {
    class: PathBuf,
    ports: Vec<Port>,
    scan_due_ms: u64,
    read_due_ms: u64,
}

#[derive(Debug)]
struct Port {
    device: String,
    port: String,
    receive: Counter,
    transmit: Counter,
}

#[derive(Debug)]
struct Counter {
    metric: &'static Metric,
    file: KeptFile,
    rate: Rate,
    last: Result<Progress, CollectError>,
}

impl Rdma {
    pub(super) fn new(sys: &Path) -> Self {
        Self { class: sys.join("class/infiniband"), ports: Vec::new(), scan_due_ms: 0, read_due_ms: 0 }
    }

    pub(super) fn collect(&mut self, buffer: &mut Buffer, sample: &mut Sample) {
        let now_ms = sample.now_ms();
        if now_ms >= self.scan_due_ms {
            self.scan_due_ms = now_ms + SCAN_INTERVAL_MS;
            self.scan();
        }
        if now_ms >= self.read_due_ms {
            self.read_due_ms = now_ms + READ_INTERVAL_MS;
            for port in &mut self.ports {
                port.receive.read(buffer, now_ms);
                port.transmit.read(buffer, now_ms);
            }
        }
        for port in &self.ports {
            let labels = &[port.device.as_str(), port.port.as_str()];
            port.receive.emit(labels, sample);
            port.transmit.emit(labels, sample);
        }
    }

    /// Adds the ports that are new and forgets those that are gone.
    fn scan(&mut self) {
        let mut known = std::mem::take(&mut self.ports);
        for device in names_in(&self.class) {
            let directory = self.class.join(&device).join("ports");
            for port in names_in(&directory) {
                let same = known.iter().position(|one| one.device == device && one.port == port);
                self.ports.push(match same {
                    Some(position) => known.swap_remove(position),
                    None => Port::new(&directory, &device, port),
                });
            }
        }
        self.ports.truncate(PORTS_MAX);
    }
}

impl Port {
    fn new(directory: &Path, device: &str, port: String) -> Self {
        let counters = directory.join(&port).join("counters");
        let counter = |metric, name| Counter {
            metric,
            file: KeptFile::new(counters.join(name)),
            rate: Rate::default(),
            last: Ok(Progress::First),
        };
        Self {
            receive: counter(&rows::RDMA_RECEIVE, "port_rcv_data"),
            transmit: counter(&rows::RDMA_TRANSMIT, "port_xmit_data"),
            device: device.to_owned(),
            port,
        }
    }
}

impl Counter {
    fn read(&mut self, buffer: &mut Buffer, now_ms: u64) {
        self.last = self.file.read_line(buffer).and_then(|line| {
            let words = line.parse().map_err(|_| CollectError::malformed(self.file.path(), "a count"))?;
            Ok(self.rate.advance(words, now_ms).times(WORD_BYTES))
        });
    }

    fn emit(&self, labels: &[&str], sample: &mut Sample) {
        match &self.last {
            Ok(progress) => progress.tell(sample, self.metric, labels),
            Err(error) => sample.absent(self.metric, labels, error.absence()),
        }
    }
}

/// The counters count data octets divided by four.
const WORD_BYTES: u32 = 4;

/// Reading a counter may ask the device's firmware, which takes longer than all else in a pass.
const READ_INTERVAL_MS: u64 = 4000;

const SCAN_INTERVAL_MS: u64 = 60_000;

const PORTS_MAX: usize = 16;
