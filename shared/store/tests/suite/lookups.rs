use std::{
    pin::Pin,
    task::{Context, Waker},
};

use store::{Session, SessionLookups, SessionToken, Store, StoreError, TokenHash, TokenKey};

use crate::test_database::{Helpers as _, NOW, TestDatabase};

const VALIDITY: i64 = 1_000;

type Answer = Result<Option<Session>, StoreError>;

fn token() -> TokenHash {
    SessionToken::generate().hash(&TokenKey::new(b"key"))
}

/// A hundred tokens; every third has a session.
async fn people(store: &Store) -> Vec<(TokenHash, Option<Session>)> {
    let ada = store.user("Ada").await;
    let mut people = Vec::new();
    for number in 0..100 {
        let token = token();
        let session = match number % 3 {
            0 => Some(store.create_session(ada.id, &token, NOW, NOW + VALIDITY).await.unwrap()),
            _ => None,
        };
        people.push((token, session));
    }
    people
}

/// A lookup, polled once.
fn begun<'a>(lookups: &'a SessionLookups, token: &'a TokenHash, now: i64) -> Pin<Box<impl Future<Output = Answer> + 'a>> {
    let mut lookup = Box::pin(lookups.find(token, now));
    assert!(lookup.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    lookup
}

pub(crate) async fn batch_concurrent_lookups(database: TestDatabase) {
    let store = database.store().await;
    let people = people(&store).await;
    let lookups = SessionLookups::new(store);
    let all: Vec<_> = people.iter().map(|(token, _)| begun(&lookups, token, NOW)).collect();
    for (lookup, (_, session)) in all.into_iter().zip(&people) {
        assert_eq!(lookup.await.unwrap(), *session);
    }
    assert_eq!(lookups.queries(), 2); // for 64, and for the rest
}

pub(crate) async fn query_sequential_lookups_one_by_one(database: TestDatabase) {
    let store = database.store().await;
    let people = people(&store).await;
    let lookups = SessionLookups::new(store);
    for (token, session) in &people {
        assert_eq!(lookups.find(token, NOW).await.unwrap(), *session);
    }
    assert_eq!(lookups.queries(), 100);
}

pub(crate) async fn check_each_session_at_its_own_time(database: TestDatabase) {
    let store = database.store().await;
    let people = people(&store).await;
    let lookups = SessionLookups::new(store);
    let (first, late, early) = (
        begun(&lookups, &people[0].0, NOW),
        begun(&lookups, &people[3].0, NOW + VALIDITY),
        begun(&lookups, &people[6].0, NOW + VALIDITY - 1),
    );
    assert_eq!((first.await.unwrap(), late.await.unwrap()), (people[0].1.clone(), None));
    assert_eq!(early.await.unwrap(), people[6].1);
}

/// The first lookup and another one.
pub(crate) async fn survive_cancelled_lookups(database: TestDatabase) {
    let store = database.store().await;
    let people = people(&store).await;
    let lookups = SessionLookups::new(store);
    let mut all: Vec<_> = people.iter().map(|(token, _)| begun(&lookups, token, NOW)).collect();
    drop(all.remove(3));
    drop(all.remove(0));
    let rest = people.iter().enumerate().filter(|(at, _)| ![0, 3].contains(at));
    for (lookup, (_, (_, session))) in all.into_iter().zip(rest) {
        assert_eq!(lookup.await.unwrap(), *session);
    }
    let again = lookups.find(&people[0].0, NOW).await.unwrap();
    assert_eq!(again, people[0].1);
}

pub(crate) async fn fail_together_and_recover(database: TestDatabase) {
    let store = database.store().await;
    let people = people(&store).await;
    let lookups = SessionLookups::new(store);
    database.sql("ALTER TABLE sessions RENAME TO away").await;
    let all: Vec<_> = people.iter().map(|(token, _)| begun(&lookups, token, NOW)).collect();
    let mut words = Vec::new();
    for lookup in all {
        words.push(lookup.await.unwrap_err().to_string());
    }
    assert!(words[0].contains("sessions"), "{}", words[0]);
    words.dedup();
    assert_eq!(words.len(), 1, "{words:?}");
    assert_eq!(lookups.queries(), 2); // for 64, and for the rest
    database.sql("ALTER TABLE away RENAME TO sessions").await;
    for (token, session) in &people[..4] {
        assert_eq!(lookups.find(token, NOW).await.unwrap(), *session);
    }
}
