//! Network interfaces and ports of RDMA devices.

use grapevine_proto::catalogue::network;

use crate::panel::figure::Figure;
use crate::panel::figures::figures;
use crate::panel::list::List;

figures! {
    /// All interfaces of a host.
    pub struct Network<'a> {}
    with {
        /// Each interface.
        interfaces: List<Interface<'a>>,
        /// Each port of an RDMA device; its traffic goes past the interfaces.
        rdma: List<RdmaPort<'a>>,
    }
}

figures! {
    /// A network interface.
    pub struct Interface<'a> by {
        /// The kernel's name.
        name
    } {
        /// Data received, in bytes a second.
        receive: Figure = network::RECEIVE,
        /// Data sent, in bytes a second.
        transmit: Figure = network::TRANSMIT,
        /// Packets received damaged or not sent.
        errors: Figure = network::ERRORS,
        /// Packets dropped.
        drops: Figure = network::DROPS,
        /// Speed of the link, in bits a second.
        speed: Figure = network::SPEED,
        /// Whether there is a link: 1 or 0.
        carrier: Figure = network::CARRIER,
        /// The physical port, which interfaces may share.
        port: Figure<&'a str> = network::PORT,
    }
}

figures! {
    /// A port of an RDMA device.
    pub struct RdmaPort<'a> by {
        /// The device.
        device,
        /// Number of the port.
        port
    } {
        /// Data received, in bytes a second.
        receive: Figure = network::RDMA_RECEIVE,
        /// Data sent, in bytes a second.
        transmit: Figure = network::RDMA_TRANSMIT,
    }
}
