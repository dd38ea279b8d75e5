//! Z85, ZeroMQ's text form of binary keys (RFC 32): five characters for four bytes.

use zeroize::Zeroizing;

/// The text of 32 bytes: 40 characters.
pub(crate) fn encode(bytes: &[u8; 32]) -> Zeroizing<String> {
    let words = bytes.as_chunks::<4>().0.iter().map(|word| u32::from_be_bytes(*word));
    let digits =
        words.flat_map(|word| [52_200_625, 614_125, 7225, 85, 1].map(|place| digit(word / place % 85)));
    // Long enough from the start: a string that grows leaves pieces of a secret behind.
    let mut text = Zeroizing::new(String::with_capacity(40));
    text.extend(digits);
    text
}

/// The 32 bytes of a text, or none.
pub(crate) fn decode(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let digits = text.as_bytes();
    if digits.len() != 40 {
        return None;
    }
    let mut bytes = Zeroizing::new([0; 32]);
    for (to, from) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(digits.as_chunks::<5>().0) {
        let mut word = 0_u32;
        for digit in from {
            let value = DIGITS.iter().position(|known| known == digit)?;
            word = word.checked_mul(85)?.checked_add(u32::try_from(value).ok()?)?;
        }
        *to = word.to_be_bytes();
    }
    Some(bytes)
}

fn digit(value: u32) -> char {
    let at = usize::try_from(value).unwrap_or_default();
    DIGITS.get(at).copied().map_or('0', char::from)
}

const DIGITS: &[u8; 85] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_of_the_rfc() {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&[0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b]);
        assert_eq!(&encode(&bytes)[..10], "HelloWorld");
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "HelloWorld", &"~".repeat(40), &"#".repeat(40), &"é".repeat(20)] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn keys_come_back(bytes: [u8; 32]) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(Zeroizing::new(bytes)));
        }
    }
}
