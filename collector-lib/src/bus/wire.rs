//! How values are written (D-Bus Specification, "Marshaling").

use super::BusError;

/// Writes values in the order of little endian.
#[derive(Debug, Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn align(&mut self, to: usize) {
        self.0.resize(self.0.len().next_multiple_of(to), 0);
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(crate) fn number(&mut self, number: u32) {
        self.align(4);
        self.0.extend(number.to_le_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.number(length(text.len()));
        self.0.extend(text.as_bytes());
        self.0.push(0);
    }

    /// Its length has one byte: signatures here are a few characters.
    pub(crate) fn signature(&mut self, signature: &str) {
        self.0.push(u8::try_from(signature.len()).unwrap_or(u8::MAX));
        self.0.extend(signature.as_bytes());
        self.0.push(0);
    }

    /// An array of items that are aligned to `align` bytes each.
    pub(crate) fn array(&mut self, align: usize, items: impl FnOnce(&mut Self)) {
        self.number(0);
        let length_at = self.0.len() - 4;
        self.align(align);
        let begin = self.0.len();
        items(self);
        let bytes = length(self.0.len() - begin);
        if let Some(place) = self.0.get_mut(length_at..length_at + 4) {
            place.copy_from_slice(&bytes.to_le_bytes());
        }
    }
}

pub(super) fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// Reads values of either order; each borrows from the message, so that no length can claim memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    is_big_endian: bool,
}

/// What a variant holds, as far as anybody asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Number(u64),
    /// Something else, which was passed over.
    Other,
}

type Read<T> = Result<T, BusError>;

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], is_big_endian: bool) -> Self {
        Self { bytes, at: 0, is_big_endian }
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn align(&mut self, to: usize) -> Read<()> {
        let at = self.at.next_multiple_of(to);
        self.take(at - self.at).map(|_padding| ())
    }

    pub(super) fn byte(&mut self) -> Read<u8> {
        Ok(self.take(1)?.first().copied().unwrap_or_default())
    }

    pub(crate) fn number(&mut self) -> Read<u32> {
        Ok(u32::from_ne_bytes(self.fixed()?))
    }

    /// A text, or the path of an object.
    pub(crate) fn text(&mut self) -> Read<&'a str> {
        let length = self.number()?;
        self.terminated(usize::try_from(length).unwrap_or(usize::MAX))
    }

    pub(super) fn signature(&mut self) -> Read<&'a str> {
        let length = self.byte()?;
        self.terminated(length.into())
    }

    /// Calls `item` until the array is read whose items are aligned to `align` bytes.
    pub(crate) fn array(&mut self, align: usize, mut item: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        let length = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        self.align(align)?;
        let end = self.at.checked_add(length).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or(BusError::Malformed { expected: "an array that ends in its message" })?;
        while self.at < end {
            let before = self.at;
            item(self)?;
            if self.at <= before || self.at > end {
                return Err(BusError::Malformed { expected: "items that end in their array" });
            }
        }
        Ok(())
    }

    /// A structure's or a dictionary entry's beginning.
    pub(crate) fn structure(&mut self) -> Read<()> {
        self.align(8)
    }

    /// The names and values of a dictionary `a{sv}`.
    pub(crate) fn dictionary(&mut self, mut entry: impl FnMut(&'a str, Value<'a>)) -> Read<()> {
        self.array(8, |reader| {
            reader.structure()?;
            let key = reader.text()?;
            entry(key, reader.variant()?);
            Ok(())
        })
    }

    pub(crate) fn variant(&mut self) -> Read<Value<'a>> {
        let mut signature = self.signature()?.as_bytes();
        let value = match signature {
            b"s" | b"o" => Value::Text(self.text()?),
            b"b" | b"u" => Value::Number(self.number()?.into()),
            b"t" => Value::Number(u64::from_ne_bytes(self.fixed()?)),
            b"i" => i32::from_ne_bytes(self.fixed()?).try_into().map_or(Value::Other, Value::Number),
            b"x" => i64::from_ne_bytes(self.fixed()?).try_into().map_or(Value::Other, Value::Number),
            _ => {
                self.skip(&mut signature, 0)?;
                Value::Other
            }
        };
        Ok(value)
    }

    /// Passes over the value of the first complete type of `signature`, which it takes away.
    fn skip(&mut self, signature: &mut &[u8], depth: usize) -> Read<()> {
        let unknown = BusError::Malformed { expected: "a signature" };
        let Some((kind, rest)) = signature.split_first().filter(|_| depth < DEPTH_MAX) else {
            return Err(unknown);
        };
        *signature = rest;
        match kind {
            b'y' => _ = self.byte()?,
            b'n' | b'q' => _ = self.fixed::<2>()?,
            b'b' | b'i' | b'u' | b'h' => _ = self.fixed::<4>()?,
            b'x' | b't' | b'd' => _ = self.fixed::<8>()?,
            b's' | b'o' => _ = self.text()?,
            b'g' => _ = self.signature()?,
            b'v' => {
                let mut inner = self.signature()?.as_bytes();
                self.skip(&mut inner, depth + 1)?;
            }
            b'a' => {
                let align = alignment(signature.first().copied());
                let item = *signature;
                self.array(align, |reader| reader.skip(&mut { item }, depth + 1))?;
                *signature = after_type(item, depth + 1).ok_or(unknown)?;
            }
            b'(' | b'{' => {
                self.structure()?;
                while signature.first().is_some_and(|next| !matches!(next, b')' | b'}')) {
                    self.skip(signature, depth + 1)?;
                }
                *signature = signature.get(1..).ok_or(unknown)?;
            }
            _ => return Err(unknown),
        }
        Ok(())
    }

    /// A value of a fixed size, in this machine's order.
    fn fixed<const N: usize>(&mut self) -> Read<[u8; N]> {
        self.align(N)?;
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N)?);
        if self.is_big_endian != cfg!(target_endian = "big") {
            bytes.reverse();
        }
        Ok(bytes)
    }

    fn terminated(&mut self, length: usize) -> Read<&'a str> {
        let bytes = self.take(length)?;
        self.byte()?;
        str::from_utf8(bytes).map_err(|_| BusError::Malformed { expected: "UTF-8" })
    }

    pub(super) fn take(&mut self, length: usize) -> Read<&'a [u8]> {
        let end = self.at.checked_add(length);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or(BusError::Malformed { expected: "a longer message" })?;
        self.at += length;
        Ok(taken)
    }
}

/// What follows the first complete type.
fn after_type(signature: &[u8], depth: usize) -> Option<&[u8]> {
    let (kind, mut rest) = signature.split_first().filter(|_| depth < DEPTH_MAX)?;
    match kind {
        b'a' => after_type(rest, depth + 1),
        b'(' | b'{' => {
            while !matches!(rest.first()?, b')' | b'}') {
                rest = after_type(rest, depth + 1)?;
            }
            rest.get(1..)
        }
        _ => Some(rest),
    }
}

fn alignment(kind: Option<u8>) -> usize {
    match kind {
        Some(b'n' | b'q') => 2,
        Some(b'b' | b'i' | b'u' | b'h' | b's' | b'o' | b'a') => 4,
        Some(b'x' | b't' | b'd' | b'(' | b'{') => 8,
        _ => 1,
    }
}

/// "The maximum depth of container type nesting is 32 array type codes and 32 open parentheses."
const DEPTH_MAX: usize = 64;
