//! JSON whose fields may be of any type: one that is of another than expected is as good as missing.
//!
//! What smartctl writes differs between versions, drives and bridges, and a field with a surprise in it must not cost
//! the others.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A number, or a text that begins with one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Number(pub(super) Option<f64>);

/// True or false.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flag(pub(super) Option<bool>);

/// A text; one of an object's `name` or `ata_string` where there is an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(pub(super) Option<String>);

/// An object.
#[derive(Clone, Debug)]
pub(super) struct Object<T>(pub(super) Option<T>);

/// The objects of a list, at most [`ITEMS_MAX`].
#[derive(Clone, Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl Number {
    /// A count or a measure: finite, and not below zero.
    pub(super) fn positive(self) -> Option<f64> {
        self.0.filter(|number| number.is_finite() && *number >= 0.0)
    }

    /// A whole number of 16 bits, such as an exit status.
    pub(super) fn small(self) -> Option<u16> {
        let number = self.positive()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to fit")]
        (number <= f64::from(u16::MAX)).then_some(number as u16)
    }
}

impl Text {
    /// The text as one to show: without control characters, of at most [`TEXT_BYTES_MAX`], unless it is empty.
    pub(super) fn shown(&self) -> Option<String> {
        let mut shown: String =
            self.0.as_ref()?.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        shown.truncate(shown.floor_char_boundary(TEXT_BYTES_MAX));
        let trimmed = shown.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any(PhantomData)).map(|any| match any {
            Found::<IgnoredAny>::Number(number) => Self(Some(number)),
            Found::Text(text) => Self(leading_number(&text)),
            _ => Self(None),
        })
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any(PhantomData)).map(|any| match any {
            Found::<IgnoredAny>::Flag(flag) => Self(Some(flag)),
            _ => Self(None),
        })
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any(PhantomData)).map(|any| match any {
            Found::<Named>::Text(text) => Self(Some(text)),
            Found::Object(named) => Self(named.name.0.or(named.ata_string.0)),
            _ => Self(None),
        })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any(PhantomData)).map(|any| match any {
            Found::Object(object) => Self(Some(object)),
            _ => Self(None),
        })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Items(PhantomData)).map(Self)
    }
}

/// The digits that a text begins with, and a fraction: `12345h+06m` is 12345.
pub(super) fn leading_number(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.get(..end)?.parse().ok().filter(|number: &f64| number.is_finite())
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Named {
    name: Plain,
    ata_string: Plain,
}

/// A text, and no object.
#[derive(Default)]
struct Plain(Option<String>);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any(PhantomData)).map(|any| match any {
            Found::<IgnoredAny>::Text(text) => Self(Some(text)),
            _ => Self(None),
        })
    }
}

/// What a field turned out to be.
enum Found<T> {
    Number(f64),
    Flag(bool),
    Text(String),
    Object(T),
    Nothing,
}

struct Any<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Any<T> {
    type Value = Found<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Found<T>, E> {
        Ok(Found::Flag(flag))
    }

    #[expect(clippy::cast_precision_loss, reason = "no reading needs more than 53 bits")]
    fn visit_u64<E>(self, number: u64) -> Result<Found<T>, E> {
        Ok(Found::Number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "no reading needs more than 53 bits")]
    fn visit_i64<E>(self, number: i64) -> Result<Found<T>, E> {
        Ok(Found::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Found<T>, E> {
        Ok(Found::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Found<T>, E> {
        Ok(Found::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Found<T>, E> {
        Ok(Found::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Found<T>, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Found::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Found<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Found::Object)
    }
}

struct Items<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while list.len() < ITEMS_MAX
            && let Some(Object(item)) = items.next_element::<Object<T>>()?
        {
            list.extend(item);
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<T>, A::Error> {
        IgnoredAny::deserialize(MapAccessDeserializer::new(map)).map(|_| Vec::new())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_str<E>(self, _: &str) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_unit<E>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }
}

/// A drive has at most 30 attributes (ATA), and no page of statistics is longer; a scan finds some hundred drives.
pub(super) const ITEMS_MAX: usize = 256;

/// A model has at most 40 characters (ATA, NVMe), a serial number 20; a complaint of smartctl's names a path.
const TEXT_BYTES_MAX: usize = 120;
