//! The conformance tests of presence stores, for rooms and games, on each database.

use catamaran_presence::conformance::Deployment;
use store::{PresenceGroup, Store, User};

use crate::{
    games::{QUIET, game},
    test_database::{Helpers as _, NOW, TestDatabase},
};

/// Two stores on the database, with two groups and five users who may enter both.
async fn deploy(database: TestDatabase, groups: impl AsyncFn(&Store, &[User]) -> [PresenceGroup; 2]) -> Deployment {
    let (here, there) = (database.store().await, database.store().await);
    let users = here.users(5).await;
    let mut keys: Vec<_> = users.iter().map(|user| user.id.to_string()).collect();
    keys.sort();
    let groups = groups(&here, &users).await.map(|group| group.to_string());
    Deployment {
        groups,
        keys: keys.try_into().unwrap(),
        keep: Box::new(database),
        ..Deployment::new(here.leases(), there.leases())
    }
}

async fn rooms(store: &Store, users: &[User]) -> [PresenceGroup; 2] {
    let all: Vec<&User> = users.iter().collect();
    let (one, other) = (store.room_of(&all).await, store.room_of(&all).await);
    [one, other].map(|room| PresenceGroup::Room(room.id))
}

async fn games(store: &Store, _: &[User]) -> [PresenceGroup; 2] {
    let (one, other) = (game(store, &QUIET, NOW).await, game(store, &QUIET, NOW).await);
    [one, other].map(|game| PresenceGroup::Game(game.id))
}

macro_rules! on_each {
    ($($name:ident: $database:expr;)+) => {
        $(mod $name {
            use super::*;

            mod rooms {
                use super::*;

                async fn deploy() -> Deployment {
                    super::deploy($database, super::super::rooms).await
                }

                catamaran_presence::conformance_suite!(deploy);
            }

            mod games {
                use super::*;

                async fn deploy() -> Deployment {
                    super::deploy($database, super::super::games).await
                }

                catamaran_presence::conformance_suite!(deploy);
            }
        })+
    };
}

on_each! {
    sqlite: TestDatabase::sqlite();
    postgres: TestDatabase::postgres().await;
    pooled_sessions: TestDatabase::pooled_sessions().await;
    pooled_transactions: TestDatabase::pooled_transactions().await;
}
