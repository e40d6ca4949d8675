//! Ids of rows. They are opaque outside; here they are UUIDs of version 7, so that consecutive rows are adjacent in an index.

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
            /// Creates a new id.
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
    /// A user who has signed in, as a guest for now.
    UserId
}
id! {
    /// A room.
    RoomId
}
id! {
    /// A sign-in of a user. Not a secret, unlike the [`SessionToken`](crate::SessionToken).
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
    fn refuses_an_id_that_is_no_uuid() {
        assert!("room-1".parse::<RoomId>().is_err());
    }
}
