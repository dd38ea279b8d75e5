//! Where connections come from, as far as it matters for how many are taken.

use std::net::{IpAddr, Ipv6Addr};

/// Who connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// A host, or what its network makes it look like.
    Address(IpAddr),
    /// A program on this machine that the socket file's permissions let in.
    Unix,
}

impl Source {
    /// The address, an IPv4 address in IPv6 clothes without them.
    pub(super) fn of(address: IpAddr) -> Self {
        Self::Address(address.to_canonical())
    }

    /// What one owner has all addresses of: an IPv4 address, or the /64 of an IPv6 address (RFC 4291, section 2.5.4).
    pub(super) fn network(self) -> Self {
        match self {
            Self::Address(IpAddr::V6(address)) => {
                let network = address.to_bits() & NETWORK_BITS;
                Self::Address(IpAddr::V6(Ipv6Addr::from_bits(network)))
            }
            Self::Address(IpAddr::V4(_)) | Self::Unix => self,
        }
    }
}

const NETWORK_BITS: u128 = u128::MAX << 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> Source {
        Source::of(address.parse().unwrap()).network()
    }

    #[test]
    fn a_network_is_what_one_owner_has() {
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1:2:3"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_ne!(network("10.0.0.1"), network("10.0.0.2"));
        assert_eq!(network("::ffff:10.0.0.1"), network("10.0.0.1"));
    }
}
