//! The checksum of a record.

/// CRC-32 as Ethernet has it (ISO/IEC/IEEE 8802-3, clause 3.2.9), reflected, polynomial 0xEDB88320.
pub(super) fn crc32<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> u32 {
    let remainder = bytes.into_iter().fold(u32::MAX, |remainder, byte| {
        (0..8).fold(remainder ^ u32::from(*byte), |remainder, _| {
            if remainder & 1 == 1 { remainder >> 1 ^ POLYNOMIAL } else { remainder >> 1 }
        })
    });
    !remainder
}

const POLYNOMIAL: u32 = 0xEDB8_8320;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_check_value_comes_out() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }
}
