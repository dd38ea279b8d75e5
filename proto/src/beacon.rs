//! What an agent says on its LAN, so that others there find it.

/// A beacon: an agent listens at the address that it comes from. Nothing in it is secret or believed; whoever follows
/// it still needs a key to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beacon {
    /// TCP port where the agent listens; not 0.
    pub port: u16,
}

impl Beacon {
    /// Writes it.
    pub fn encode(self) -> [u8; BEACON_BYTES] {
        let [m0, m1, m2, m3] = MAGIC;
        let [low, high] = self.port.to_le_bytes();
        [m0, m1, m2, m3, VERSION, low, high]
    }

    /// Reads one; what follows it is of a later version. None if there is none in `bytes`.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let [version, low, high, ..] = *bytes.strip_prefix(&MAGIC)? else { return None };
        let port = u16::from_le_bytes([low, high]);
        (version >= VERSION && port != 0).then_some(Self { port })
    }
}

/// Length of a beacon in bytes.
pub const BEACON_BYTES: usize = MAGIC.len() + 3;

const MAGIC: [u8; 4] = *b"GRPV";

/// Later versions begin with what this one is.
const VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beacon_is_read_as_it_was_written_also_from_a_later_version() {
        let beacon = Beacon { port: 6130 };
        assert_eq!(beacon.encode(), *b"GRPV\x01\xf2\x17");
        assert_eq!(Beacon::decode(&beacon.encode()), Some(beacon));
        assert_eq!(Beacon::decode(b"GRPV\x02\xf2\x17and more"), Some(beacon));
    }

    #[test]
    fn anything_else_is_no_beacon() {
        for bytes in
            [&b""[..], b"GRPV", b"GRPV\x01\xf2", b"grpv\x01\xf2\x17", b"GRPV\x01\0\0", b"GRPV\0\xf2\x17"]
        {
            assert_eq!(Beacon::decode(bytes), None, "{bytes:?}");
        }
    }
}
