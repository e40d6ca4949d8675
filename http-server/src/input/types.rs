//! Types of fields.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Unexpected, Visitor, value::MapAccessDeserializer},
};
use store::{MessageBody, Nickname, RoomName, TextFault};

/// A text that a user wrote, by the rules of `T`.
#[derive(Debug)]
pub(crate) struct Text<T>(pub(crate) T);

/// Rules for a text.
pub(crate) trait TextRules: Sized {
    fn parse(text: &str) -> Result<Self, TextFault>;
}

macro_rules! rules {
    ($($name:ident)*) => {$(
        impl TextRules for $name {
            fn parse(text: &str) -> Result<Self, TextFault> {
                Self::parse(text)
            }
        }
    )*};
}

rules!(Nickname RoomName MessageBody);

impl<'de, T: TextRules> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        T::parse(&text).map(Self).map_err(D::Error::custom)
    }
}

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole<T, const MIN: i64, const MAX: i64>(pub(crate) T);

/// The number of a message or of an update.
pub(crate) type Seq = Whole<i64, 0, { i64::MAX }>;

impl<T, const MIN: i64, const MAX: i64> Whole<T, MIN, MAX> {
    /// The first and the last number.
    pub(crate) const RANGE: std::ops::RangeInclusive<i64> = MIN..=MAX;
}

impl<'de, T: TryFrom<i64>, const MIN: i64, const MAX: i64> Deserialize<'de> for Whole<T, MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(WholeVisitor::<T, MIN, MAX>(PhantomData)).map(Self)
    }
}

struct WholeVisitor<T, const MIN: i64, const MAX: i64>(PhantomData<T>);

impl<T: TryFrom<i64>, const MIN: i64, const MAX: i64> Visitor<'_> for WholeVisitor<T, MIN, MAX> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match MAX {
            i64::MAX => write!(f, "a whole number from {MIN}"),
            _ => write!(f, "a whole number from {MIN} to {MAX}"),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        let number_in_range = Some(number).filter(|number| (MIN..=MAX).contains(number));
        let fits = number_in_range.and_then(|number| T::try_from(number).ok());
        fits.ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
        }
    }
}

/// Reads a field that is an object or null. A derived struct alone would also accept an array of its fields.
pub(crate) fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
}
