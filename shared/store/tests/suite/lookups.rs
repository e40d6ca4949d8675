use std::{future::Future, pin::Pin, sync::Arc, task::Wake};

use store::{Session, SessionLookups, SessionToken, Store, StoreError, TokenHash, TokenKey};

use crate::place::{NOW, Place, Scene as _};

const LIFE: i64 = 1_000;
/// The most that any pool of the store's has.
const CONNECTIONS: usize = 8;

type Answer = Result<Option<Session>, StoreError>;

fn token() -> TokenHash {
    SessionToken::generate().hash(&TokenKey::new(b"key"))
}

/// A hundred people, every third of whom has signed in.
async fn people(store: &Store) -> Vec<(TokenHash, Option<Session>)> {
    let ada = store.user("Ada").await;
    let mut people = Vec::new();
    for number in 0..100 {
        let token = token();
        let session = match number % 3 {
            0 => Some(store.create_session(ada.id, &token, NOW, NOW + LIFE).await.unwrap()),
            _ => None,
        };
        people.push((token, session));
    }
    people
}

/// Polled once: begun, and not gone on with until it is awaited.
fn begun<F: Future>(future: F) -> (Pin<Box<F>>, bool) {
    struct Nobody;
    impl Wake for Nobody {
        fn wake(self: Arc<Self>) {}
    }
    let mut future = Box::pin(future);
    let waker = Arc::new(Nobody).into();
    let is_pending = future.as_mut().poll(&mut std::task::Context::from_waker(&waker)).is_pending();
    (future, is_pending)
}

/// Has every connection of the store's in use: nobody else is answered until this is dropped.
fn all_connections(store: &Store) -> Vec<impl Future> {
    let mut held = Vec::new();
    while held.len() < CONNECTIONS {
        let (question, is_pending) = begun(store.ping());
        if is_pending {
            held.push(question);
        }
    }
    held
}

/// One who has to wait.
fn waits<'a>(lookups: &'a SessionLookups, token: &'a TokenHash, now: i64) -> Pin<Box<impl Future<Output = Answer> + 'a>> {
    let (lookup, is_pending) = begun(lookups.find(token, now));
    assert!(is_pending);
    lookup
}

pub(crate) async fn of_many_at_once_are_few_questions(place: Place) {
    let store = place.store().await;
    let people = people(&store).await;
    let lookups = SessionLookups::new(store.clone());
    let held = all_connections(&store);
    let all: Vec<_> = people.iter().map(|(token, _)| waits(&lookups, token, NOW)).collect();
    drop(held);
    for (lookup, (_, session)) in all.into_iter().zip(&people) {
        assert_eq!(lookup.await.unwrap(), *session);
    }
    assert_eq!(lookups.questions(), 3); // for the first, for 64, for the rest
}

pub(crate) async fn one_by_one_are_a_question_each(place: Place) {
    let store = place.store().await;
    let people = people(&store).await;
    let lookups = SessionLookups::new(store.clone());
    for (token, session) in &people {
        assert_eq!(lookups.find(token, NOW).await.unwrap(), *session);
    }
    assert_eq!(lookups.questions(), 100);
}

pub(crate) async fn are_held_each_to_its_own_time(place: Place) {
    let store = place.store().await;
    let people = people(&store).await;
    let lookups = SessionLookups::new(store.clone());
    let held = all_connections(&store);
    let (first, late, early) = (
        waits(&lookups, &people[0].0, NOW),
        waits(&lookups, &people[3].0, NOW + LIFE),
        waits(&lookups, &people[6].0, NOW + LIFE - 1),
    );
    drop(held);
    assert_eq!((first.await.unwrap(), late.await.unwrap()), (people[0].1.clone(), None));
    assert_eq!(early.await.unwrap(), people[6].1);
}

/// Those who go away: who asks for itself, and one who waits.
pub(crate) async fn may_be_given_up(place: Place) {
    let store = place.store().await;
    let people = people(&store).await;
    let lookups = SessionLookups::new(store.clone());
    let held = all_connections(&store);
    let mut all: Vec<_> = people.iter().map(|(token, _)| waits(&lookups, token, NOW)).collect();
    drop(all.remove(3));
    drop(all.remove(0));
    drop(held);
    let rest = people.iter().enumerate().filter(|(at, _)| ![0, 3].contains(at));
    for (lookup, (_, (_, session))) in all.into_iter().zip(rest) {
        assert_eq!(lookup.await.unwrap(), *session);
    }
    let again = lookups.find(&people[0].0, NOW).await.unwrap();
    assert_eq!(again, people[0].1);
}

pub(crate) async fn fail_together_and_work_again(place: Place) {
    let store = place.store().await;
    let people = people(&store).await;
    let lookups = SessionLookups::new(store.clone());
    place.sql("ALTER TABLE sessions RENAME TO away").await;
    let held = all_connections(&store);
    let all: Vec<_> = people.iter().map(|(token, _)| waits(&lookups, token, NOW)).collect();
    drop(held);
    let mut words = Vec::new();
    for lookup in all {
        words.push(lookup.await.unwrap_err().to_string());
    }
    assert!(words[0].contains("sessions"), "{}", words[0]);
    words.dedup();
    assert_eq!(words.len(), 1, "{words:?}");
    assert_eq!(lookups.questions(), 1);
    place.sql("ALTER TABLE away RENAME TO sessions").await;
    for (token, session) in &people[..4] {
        assert_eq!(lookups.find(token, NOW).await.unwrap(), *session);
    }
}
