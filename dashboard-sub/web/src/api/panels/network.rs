//! Network interfaces and ports of RDMA devices.

use grapevine_sub::panel;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::shown::shown;

/// All interfaces of a host.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Network {
    /// Each interface.
    interfaces: Vec<Interface>,
    /// Each port of an RDMA device; its traffic goes past the interfaces.
    rdma: Vec<RdmaPort>,
}

impl Network {
    pub(crate) fn of(network: &panel::Network<'_>) -> Self {
        Self {
            interfaces: network.interfaces.iter().map(Interface::of).collect(),
            rdma: network.rdma.iter().map(RdmaPort::of).collect(),
        }
    }
}

shown! {
    /// A network interface.
    struct Interface(interface: panel::Interface<'_>) by {
        /// The kernel's name.
        name,
    } {
        /// Data received.
        receive_bytes_per_second: u64 = interface.receive,
        /// Data sent.
        transmit_bytes_per_second: u64 = interface.transmit,
        /// Packets received damaged or not sent.
        errors: u64,
        /// Packets dropped.
        drops: u64,
        /// Speed of the link.
        speed_bits_per_second: u64 = interface.speed,
        /// Whether there is a link.
        carrier: bool,
        /// The physical port, which interfaces may share.
        port: String,
    }
}

shown! {
    /// A port of an RDMA device.
    struct RdmaPort(rdma: panel::RdmaPort<'_>) by {
        /// The device.
        device,
        /// Number of the port.
        port,
    } {
        /// Data received.
        receive_bytes_per_second: u64 = rdma.receive,
        /// Data sent.
        transmit_bytes_per_second: u64 = rdma.transmit,
    }
}
