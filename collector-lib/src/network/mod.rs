//! Traffic and links of network interfaces and RDMA ports.

mod interface;
mod rdma;

use std::path::PathBuf;

use crate::collector::{CollectError, Collector};
use crate::context::Context;
use crate::file::{Buffer, KeptFile, lines};
use crate::roster::Roster;
use crate::sample::Sample;
use interface::{Interface, Kind};
use rdma::Rdma;

/// The `network` collector.
#[derive(Debug)]
pub(crate) struct Network {
    dev: KeptFile,
    /// `/sys/class/net`
    class: PathBuf,
    buffer: Buffer,
    /// Memory for the smaller files that are read while the buffer is in use.
    links_buffer: Buffer,
    interfaces: Roster<Interface>,
    rdma: Rdma,
}

impl Network {
    pub(crate) fn new(context: &Context) -> Self {
        Self {
            dev: KeptFile::new(context.roots.proc.join("net/dev")),
            class: context.roots.sys.join("class/net"),
            buffer: Buffer::default(),
            links_buffer: Buffer::default(),
            interfaces: Roster::default(),
            rdma: Rdma::new(&context.roots.sys),
        }
    }
}

impl Collector for Network {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        let content = self.dev.read(&mut self.buffer)?;
        self.interfaces.begin();
        for (name, traffic) in lines(content).filter_map(interface::parse) {
            let met = self.interfaces.meet(name, || Interface::new(&self.class, name));
            if let Some(interface) = met {
                interface.advance(traffic, sample.now_ms());
            }
        }
        self.interfaces.finish();
        let is_guest = !self.interfaces.iter().any(|(_, interface)| interface.kind == Kind::Physical);
        for (name, interface) in
            self.interfaces.iter_mut().filter(|(_, one)| one.is_shown(is_guest)).take(SHOWN_MAX)
        {
            interface.emit(name, &mut self.links_buffer, sample);
        }
        self.rdma.collect(&mut self.buffer, sample);
        Ok(())
    }
}

/// Most interfaces that are told of.
const SHOWN_MAX: usize = 32;
