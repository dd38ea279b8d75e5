//! Where a GPU is plugged in.

use std::fmt;
use std::str::FromStr;

/// The address of a PCI device: domain, bus, device and function.
///
/// NVIDIA's tools write the domain with eight hexadecimal digits (`0000000F:01:00.0`), the kernel with four or more
/// (`000f:01:00.0`); both are read, and the kernel's form is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BusId {
    domain: u32,
    bus: u8,
    device: u8,
    function: u8,
}

/// A text is no address of a PCI device.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no PCI address, such as 0000:01:00.0")]
pub struct BadBusId(String);

impl FromStr for BusId {
    type Err = BadBusId;

    fn from_str(text: &str) -> Result<Self, BadBusId> {
        let parse = || {
            let (rest, function) = text.rsplit_once('.')?;
            let (rest, device) = rest.rsplit_once(':')?;
            let (domain, bus) = rest.rsplit_once(':')?;
            let [bus, device, function] = [bus, device, function].map(|part| u8::from_str_radix(part, 16));
            Some(Self {
                domain: u32::from_str_radix(domain, 16).ok()?,
                bus: bus.ok()?,
                device: device.ok()?,
                function: function.ok()?,
            })
        };
        parse().ok_or_else(|| BadBusId(text.to_owned()))
    }
}

impl fmt::Display for BusId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { domain, bus, device, function } = self;
        write!(f, "{domain:04x}:{bus:02x}:{device:02x}.{function:x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_ways_of_writing_are_one_address() {
        let kernel: BusId = "000f:01:00.0".parse().unwrap();
        assert_eq!("0000000F:01:00.0".parse(), Ok(kernel));
        assert_eq!(kernel.to_string(), "000f:01:00.0");
        let order: Vec<BusId> =
            ["0000:02:00.0", "0000:0a:00.0", "000f:01:00.0"].map(|id| id.parse().unwrap()).into();
        assert!(order.is_sorted());
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_an_error(text in ".{0,20}") {
            if let Ok(id) = text.parse::<BusId>() {
                prop_assert_eq!(id.to_string().parse(), Ok(id));
            }
        }
    }
}
