//! Ids of rows. Outside they are opaque; here they are UUIDs of version 7, so that rows made one after
//! the other lie together in an index.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(#[serde(with = "uuid::serde::hyphenated")] Uuid);

        impl $name {
            /// A new one, unlike all others.
            pub fn random() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id as a UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

id! {
    /// A person who has signed in, as a guest for now.
    UserId
}
id! {
    /// A room.
    RoomId
}
id! {
    /// One sign-in of a user. Not a secret: the [`SessionToken`](crate::SessionToken) is.
    SessionId
}
id! {
    /// A game.
    GameId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_uuid_as_text() {
        let id = RoomId::random();
        assert_eq!(id.to_string().parse::<RoomId>().unwrap(), id);
        assert_eq!(id.to_string(), id.uuid().to_string());
        assert_eq!(RoomId::from(id.uuid()), id);
        assert_eq!(format!("{id:?}"), format!("RoomId({id})"));
    }

    #[test]
    fn what_is_no_uuid_is_no_id() {
        assert!("room-1".parse::<RoomId>().is_err());
    }
}
