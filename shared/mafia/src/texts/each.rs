//! A map with a value for each value of an enum.

use std::{collections::BTreeMap, fmt, marker::PhantomData, ops::Index};

use mafia_rules::{Ballot, Cause, Channel, Named, NightAction, Phase, Role, Winner};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// An enum with texts.
pub trait Key: Named {
    /// The key in the texts.
    fn key(self) -> &'static str {
        self.as_str()
    }
}

impl Key for Role {}
impl Key for Phase {}
impl Key for Cause {}
impl Key for Winner {}
impl Key for Channel {}
impl Key for Ballot {}

impl Key for NightAction {
    /// The texts describe the event, so its type is the key.
    fn key(self) -> &'static str {
        self.event_type()
    }
}

/// A value for each of `K`. Deserializing fails if a key is missing or unknown.
pub struct Each<K, V> {
    /// In the order of `K::ALL`.
    values: Vec<V>,
    keys: PhantomData<K>,
}

impl<K: Key, V> Each<K, V> {
    /// Each key with its value.
    pub fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        K::ALL.iter().copied().zip(&self.values)
    }
}

impl<K: Key, V> Index<K> for Each<K, V> {
    type Output = V;

    fn index(&self, key: K) -> &V {
        let (_, value) = self.iter().find(|(known, _)| *known == key).expect("there is a value for each of ALL");
        value
    }
}

impl<K: Key, V: fmt::Debug> fmt::Debug for Each<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Key, V: Serialize> Serialize for Each<K, V> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter().map(|(key, value)| (key.key(), value)))
    }
}

impl<'de, K: Key, V: Deserialize<'de>> Deserialize<'de> for Each<K, V> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut found = BTreeMap::<String, V>::deserialize(from)?;
        let take = |key: &K| found.remove(key.key()).ok_or_else(|| D::Error::custom(format_args!("{:?} is missing", key.key())));
        let values = K::ALL.iter().map(take).collect::<Result<_, _>>()?;
        match found.keys().next() {
            Some(unknown) => Err(D::Error::custom(format_args!("the rules do not know {unknown:?}"))),
            None => Ok(Self { values, keys: PhantomData }),
        }
    }
}
