//! Messages (D-Bus Specification, "Message Format").

use super::BusError;
use super::wire::{Reader, Writer, length};

/// A method to call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) destination: &'a str,
    pub(crate) path: &'a str,
    pub(crate) interface: &'a str,
    pub(crate) member: &'a str,
    pub(crate) arguments: &'a [Argument<'a>],
}

/// What a method is given.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Argument<'a> {
    Text(&'a str),
    Texts(&'a [&'a str]),
}

impl Call<'_> {
    pub(super) fn write(&self, serial: u32) -> Vec<u8> {
        let mut body = Writer::default();
        let mut signature = String::new();
        for argument in self.arguments {
            match argument {
                Argument::Text(text) => {
                    signature.push('s');
                    body.text(text);
                }
                Argument::Texts(texts) => {
                    signature.push_str("as");
                    body.array(4, |items| texts.iter().for_each(|text| items.text(text)));
                }
            }
        }
        let mut message = Writer(vec![b'l', METHOD_CALL, 0, VERSION]);
        message.number(length(body.0.len()));
        message.number(serial);
        message.array(8, |fields| {
            let texts = [
                (PATH, "o", self.path),
                (INTERFACE, "s", self.interface),
                (MEMBER, "s", self.member),
                (DESTINATION, "s", self.destination),
            ];
            for (code, kind, text) in texts {
                fields.align(8);
                fields.byte(code);
                fields.signature(kind);
                fields.text(text);
            }
            if !signature.is_empty() {
                fields.align(8);
                fields.byte(SIGNATURE);
                fields.signature("g");
                fields.signature(&signature);
            }
        });
        message.align(8);
        message.0.extend(body.0);
        message.0
    }
}

/// A message that came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a> {
    pub(crate) kind: Kind,
    /// The call that it answers.
    pub(crate) reply_to: Option<u32>,
    pub(crate) sender: &'a str,
    pub(crate) path: &'a str,
    pub(crate) interface: &'a str,
    pub(crate) member: &'a str,
    pub(crate) error: &'a str,
    signature: &'a str,
    body: Reader<'a>,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Reply,
    Error,
    Signal,
    /// A call of a method, of which there are none here, or a kind that is not known.
    Other,
}

impl<'a> Message<'a> {
    /// The length of the message that `bytes` begin with, once they tell it.
    pub(super) fn bytes_needed(bytes: &[u8]) -> Result<Option<usize>, BusError> {
        let Some(fixed) = bytes.get(..FIXED_BYTES) else { return Ok(None) };
        let mut head = Reader::new(fixed, is_big_endian(fixed)?);
        head.take(4)?;
        let body = head.number()?;
        head.number()?;
        let fields = head.number()?;
        let bytes = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let header = FIXED_BYTES.saturating_add(bytes(fields)).checked_next_multiple_of(8);
        Ok(Some(header.unwrap_or(usize::MAX).saturating_add(bytes(body))))
    }

    /// Reads a message that is whole.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, BusError> {
        let is_big_endian = is_big_endian(bytes)?;
        let mut head = Reader::new(bytes, is_big_endian);
        head.byte()?;
        let kind = match head.byte()? {
            2 => Kind::Reply,
            3 => Kind::Error,
            4 => Kind::Signal,
            _ => Kind::Other,
        };
        head.take(FIXED_BYTES - 6)?;
        let mut message = Self {
            kind,
            reply_to: None,
            sender: "",
            path: "",
            interface: "",
            member: "",
            error: "",
            signature: "",
            body: Reader::new(&[], is_big_endian),
        };
        head.array(8, |fields| message.field(fields))?;
        head.align(8)?;
        message.body = Reader::new(bytes.get(head.position()..).unwrap_or_default(), is_big_endian);
        Ok(message)
    }

    /// The arguments, if their types begin with `signature`.
    pub(crate) fn arguments(&self, signature: &'static str) -> Result<Reader<'a>, BusError> {
        if self.signature.starts_with(signature) {
            Ok(self.body)
        } else {
            Err(BusError::Malformed { expected: signature })
        }
    }

    fn field(&mut self, fields: &mut Reader<'a>) -> Result<(), BusError> {
        fields.structure()?;
        let code = fields.byte()?;
        if code == SIGNATURE {
            fields.signature()?;
            self.signature = fields.signature()?;
            return Ok(());
        }
        let value = fields.variant()?;
        match (code, value) {
            (REPLY_SERIAL, super::Value::Number(serial)) => self.reply_to = u32::try_from(serial).ok(),
            (PATH, super::Value::Text(text)) => self.path = text,
            (INTERFACE, super::Value::Text(text)) => self.interface = text,
            (MEMBER, super::Value::Text(text)) => self.member = text,
            (ERROR_NAME, super::Value::Text(text)) => self.error = text,
            (SENDER, super::Value::Text(text)) => self.sender = text,
            _ => {}
        }
        Ok(())
    }
}

fn is_big_endian(bytes: &[u8]) -> Result<bool, BusError> {
    match bytes.first() {
        Some(b'l') => Ok(false),
        Some(b'B') => Ok(true),
        _ => Err(BusError::Malformed { expected: "an order of bytes" }),
    }
}

/// Up to the length of the header's fields.
pub(super) const FIXED_BYTES: usize = 16;
const VERSION: u8 = 1;
const METHOD_CALL: u8 = 1;

const PATH: u8 = 1;
const INTERFACE: u8 = 2;
const MEMBER: u8 = 3;
const ERROR_NAME: u8 = 4;
const REPLY_SERIAL: u8 = 5;
const DESTINATION: u8 = 6;
const SENDER: u8 = 7;
const SIGNATURE: u8 = 8;
