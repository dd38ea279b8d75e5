//! Values as bytes: what changed, and how much later.
//!
//! A value is a number of its metric's steps, so it is stored exactly as it came over the wire. A change a second after
//! the one before, by up to 64 steps, takes one byte; a value that stays takes none until it changes.
//!
//! | first byte | more | meaning |
//! |---|---|---|
//! | `0zzz zzzz` | | changed by `z` (zigzag) |
//! | `10nn nnnn` | | wait: the change comes 1 + n seconds later still |
//! | `110n nnnn` | 1 | wait of up to 8,192 seconds |
//! | `1110 zzzz` | 1 | changed by up to 2,048 |
//! | `1111 0000` | varint | changed by any number |
//! | `1111 0001` | | absent from here on; what follows counts from 0 |

/// The value of a series from a moment on, until its next point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    /// When, in the units of the tape: seconds, or buckets.
    pub(super) at: u32,
    /// Steps of the metric's scale, or [`ABSENT`].
    pub(super) value: i64,
}

/// Stands for no value. Steps lie within 2^53.
pub(super) const ABSENT: i64 = i64::MIN;

/// The bytes of one point, or of one bucket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    bytes: [u8; TOKEN_BYTES_MAX],
    used: usize,
}

/// The longest: a long wait, a change of any number (a varint of at most ten bytes), and two more varints.
pub(super) const TOKEN_BYTES_MAX: usize = 2 + 11 + 10 + 10;

impl Token {
    /// From the point before to this one; `None` for a wait that is too long to tell.
    pub(super) fn of(before: Point, point: Point) -> Option<Self> {
        let mut token = Self { bytes: [0; TOKEN_BYTES_MAX], used: 0 };
        let wait = point.at.checked_sub(before.at)?.checked_sub(1)?;
        token.push_wait(wait)?;
        token.push_value(before.value, point.value);
        Some(token)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.used).unwrap_or_default()
    }

    /// Adds seven bits to a byte, the lowest first; the highest bit says that more follow.
    pub(super) fn push_varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            let [low, ..] = number.to_le_bytes();
            self.push(low | 0x80);
            number >>= 7;
        }
        let [low, ..] = number.to_le_bytes();
        self.push(low);
    }

    fn push_wait(&mut self, wait: u32) -> Option<()> {
        let Some(less_one) = wait.checked_sub(1) else { return Some(()) };
        let [low, high, ..] = less_one.to_le_bytes();
        match less_one {
            0..SHORT_WAITS => self.push(WAIT | low),
            SHORT_WAITS..LONG_WAITS => {
                self.push(LONG_WAIT | high);
                self.push(low);
            }
            _ => return None,
        }
        Some(())
    }

    fn push_value(&mut self, before: i64, value: i64) {
        if value == ABSENT {
            return self.push(GONE);
        }
        let change = zigzag(value.wrapping_sub(base(before)));
        let [low, high, ..] = change.to_le_bytes();
        match change {
            0..SMALL_CHANGES => self.push(low),
            SMALL_CHANGES..MEDIUM_CHANGES => {
                self.push(MEDIUM | high);
                self.push(low);
            }
            _ => {
                self.push(WIDE);
                self.push_varint(change);
            }
        }
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.used) {
            *place = byte;
            self.used += 1;
        }
    }
}

/// Reads tokens one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    before: Point,
}

impl<'a> Reader<'a> {
    /// Tokens of which the first follows this point.
    pub(super) fn new(bytes: &'a [u8], before: Point) -> Self {
        Self { bytes, before }
    }

    /// The next point, if there is one.
    pub(super) fn point(&mut self) -> Option<Point> {
        let mut at = self.before.at;
        let value = loop {
            at = at.wrapping_add(1);
            let first = self.byte()?;
            match first {
                0..WAIT => break self.changed_by(u64::from(first)),
                WAIT..LONG_WAIT => at = at.wrapping_add(u32::from(first & 0x3F)),
                LONG_WAIT..MEDIUM => {
                    let low = self.byte()?;
                    at = at.wrapping_add(u32::from(u16::from_le_bytes([low, first & 0x1F])));
                }
                MEDIUM..WIDE => {
                    let low = self.byte()?;
                    break self.changed_by(u64::from(u16::from_le_bytes([low, first & 0x0F])));
                }
                WIDE => {
                    let change = self.varint()?;
                    break self.changed_by(change);
                }
                _ => break ABSENT,
            }
        };
        self.before = Point { at, value };
        Some(self.before)
    }

    pub(super) fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                break;
            }
        }
        Some(number)
    }

    fn changed_by(&self, change: u64) -> i64 {
        base(self.before.value).wrapping_add(unzigzag(change))
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }
}

fn base(before: i64) -> i64 {
    if before == ABSENT { 0 } else { before }
}

fn zigzag(number: i64) -> u64 {
    (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

const WAIT: u8 = 0b1000_0000;
const LONG_WAIT: u8 = 0b1100_0000;
const MEDIUM: u8 = 0b1110_0000;
const WIDE: u8 = 0b1111_0000;
const GONE: u8 = 0b1111_0001;

const SHORT_WAITS: u32 = 1 << 6;
const LONG_WAITS: u32 = 1 << 13;
const SMALL_CHANGES: u64 = 1 << 7;
const MEDIUM_CHANGES: u64 = 1 << 12;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn there_and_back(before: Point, point: Point) -> Option<(Point, usize)> {
        let token = Token::of(before, point)?;
        Some((Reader::new(token.bytes(), before).point()?, token.bytes().len()))
    }

    #[test]
    fn what_is_common_is_short() {
        let bytes = |after: u32, before: i64, value: i64| {
            there_and_back(Point { at: 9, value: before }, Point { at: 9 + after, value }).unwrap().1
        };
        assert_eq!([bytes(1, 50, 50), bytes(1, 50, 0), bytes(1, 0, 63)], [1; 3]);
        assert_eq!([bytes(2, 50, 49), bytes(65, 3, 5), bytes(1, 3, 2050), bytes(5, 3, ABSENT)], [2; 4]);
        assert_eq!(bytes(8193, 3, 5), 3);
    }

    #[test]
    fn a_wait_that_is_too_long_is_refused() {
        let before = Point { at: 0, value: 1 };
        assert!(Token::of(before, Point { at: 8194, value: 2 }).is_none());
        assert!(Token::of(before, Point { at: 0, value: 2 }).is_none());
    }

    fn values() -> impl Strategy<Value = i64> {
        prop_oneof![0_i64..100, -(1_i64 << 53)..=1 << 53, Just(ABSENT)]
    }

    proptest! {
        #[test]
        fn a_point_comes_back(at: u16, wait in 0_u32..8192, before in values(), value in values()) {
            let before = Point { at: u32::from(at), value: before };
            let point = Point { at: before.at + 1 + wait, value };
            prop_assert_eq!(there_and_back(before, point).unwrap().0, point);
        }

        #[test]
        fn any_bytes_can_be_read(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes, Point { at: 0, value: ABSENT });
            let points = std::iter::from_fn(|| reader.point()).count();
            prop_assert!(points <= bytes.len());
        }
    }
}
