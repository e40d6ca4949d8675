use std::collections::BTreeSet;

use store::{SessionId, SessionToken, StoreError, TokenHash, TokenKey, UserId};

use crate::test_database::{Helpers as _, NOW, TestDatabase};

const VALIDITY: i64 = 1_000;

fn token() -> TokenHash {
    SessionToken::generate().hash(&TokenKey::new(b"key"))
}

pub(crate) async fn are_found_by_their_token(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let token = token();
    let session = store.create_session(ada.id, &token, NOW, NOW + VALIDITY).await.unwrap();
    assert_eq!((&session.user, session.expires_at), (&ada, NOW + VALIDITY));
    assert_eq!(store.session_by_token(&token, NOW).await.unwrap(), Some(session));
    assert_eq!(store.session_by_token(&crate::sessions::token(), NOW).await.unwrap(), None);
}

pub(crate) async fn are_found_by_their_id(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let session = store.create_session(ada.id, &token(), NOW, NOW + VALIDITY).await.unwrap();
    assert_eq!(store.session_by_id(session.id, NOW).await.unwrap().as_ref(), Some(&session));
    assert_eq!(store.session_by_id(session.id, NOW + VALIDITY).await.unwrap(), None, "it has expired");
    assert_eq!(store.session_by_id(SessionId::random(), NOW).await.unwrap(), None);
    store.revoke_session(session.id, NOW).await.unwrap();
    assert_eq!(store.session_by_id(session.id, NOW).await.unwrap(), None, "it was revoked");
}

pub(crate) async fn end_when_they_expire(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let token = token();
    let session = store.create_session(ada.id, &token, NOW, NOW + VALIDITY).await.unwrap();
    for (now, live) in [(NOW + VALIDITY - 1, true), (NOW + VALIDITY, false)] {
        assert_eq!(store.session_by_token(&token, now).await.unwrap().is_some(), live);
        assert_eq!(store.session_is_live(session.id, now).await.unwrap(), live);
    }
    assert!(!store.revoke_session(session.id, NOW + VALIDITY).await.unwrap());
}

pub(crate) async fn end_when_they_are_revoked(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let token = token();
    let session = store.create_session(ada.id, &token, NOW, NOW + VALIDITY).await.unwrap();
    assert!(store.revoke_session(session.id, NOW).await.unwrap());
    assert!(!store.revoke_session(session.id, NOW).await.unwrap());
    assert!(!store.revoke_session(SessionId::random(), NOW).await.unwrap());
    assert_eq!(store.session_by_token(&token, NOW).await.unwrap(), None);
    assert!(!store.session_is_live(session.id, NOW).await.unwrap());
}

pub(crate) async fn refuse_unknown_users(database: TestDatabase) {
    let store = database.store().await;
    let error = store.create_session(UserId::random(), &token(), NOW, NOW + VALIDITY).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
    let ada = store.user("Ada").await;
    let token = token();
    store.create_session(ada.id, &token, NOW, NOW + VALIDITY).await.unwrap();
    let error = store.create_session(ada.id, &token, NOW, NOW + VALIDITY).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
}

/// More ids than one statement may have.
pub(crate) async fn select_the_valid_ones_from_many(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let mut ids = vec![SessionId::random(); 1200];
    let mut live = BTreeSet::new();
    for at in [0, 499, 500, 1199] {
        ids[at] = store.create_session(ada.id, &token(), NOW, NOW + VALIDITY).await.unwrap().id;
        live.insert(ids[at]);
    }
    store.revoke_session(ids[500], NOW).await.unwrap();
    live.remove(&ids[500]);
    let found: BTreeSet<_> = store.live_sessions(&ids, NOW).await.unwrap().into_iter().collect();
    assert_eq!(found, live);
    assert_eq!(store.live_sessions(&[], NOW).await.unwrap(), []);
}

pub(crate) async fn are_purged_after_their_end(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let expired = store.create_session(ada.id, &token(), NOW, NOW + 1).await.unwrap();
    let revoked = store.create_session(ada.id, &token(), NOW, NOW + VALIDITY).await.unwrap();
    store.revoke_session(revoked.id, NOW + 2).await.unwrap();
    let open = token();
    store.create_session(ada.id, &open, NOW, NOW + VALIDITY).await.unwrap();
    assert!(!store.session_is_live(expired.id, NOW + 1).await.unwrap());
    for (before, purged) in [(NOW + 1, 0), (NOW + 2, 1), (NOW + 3, 1), (NOW + 4, 0)] {
        assert_eq!(store.purge_sessions(before).await.unwrap(), purged);
    }
    assert!(store.session_by_token(&open, NOW).await.unwrap().is_some());
}

/// More than two queries' worth of tokens, including unknown, ended and repeated ones.
pub(crate) async fn are_found_by_many_tokens(database: TestDatabase) {
    let store = database.store().await;
    let users = store.users(3).await;
    let mut tokens: Vec<_> = (0..150).map(|_| token()).collect();
    tokens[149] = tokens[0].clone();
    let mut expected = vec![None; tokens.len()];
    for at in [0, 63, 64, 130] {
        let user = &users[at % users.len()];
        expected[at] = Some(store.create_session(user.id, &tokens[at], NOW, NOW + VALIDITY).await.unwrap());
    }
    expected[149] = expected[0].clone();
    store.create_session(users[0].id, &tokens[7], NOW, NOW).await.unwrap();
    let revoked = store.create_session(users[0].id, &tokens[8], NOW, NOW + VALIDITY).await.unwrap();
    store.revoke_session(revoked.id, NOW).await.unwrap();
    assert_eq!(store.sessions_by_tokens(&tokens, NOW).await.unwrap(), expected);
    for one in [0, 1, 7, 8] {
        assert_eq!(store.sessions_by_tokens(&tokens[one..=one], NOW).await.unwrap(), [expected[one].clone()]);
    }
    assert_eq!(store.sessions_by_tokens(&tokens, NOW + VALIDITY).await.unwrap(), vec![None; tokens.len()]);
    assert_eq!(store.sessions_by_tokens(&[], NOW).await.unwrap(), []);
}

pub(crate) async fn leave_one_after_concurrent_replacements(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bo) = (store.user("Ada").await, store.user("Bo").await);
    let first = store.create_session(ada.id, &token(), NOW, NOW + VALIDITY).await.unwrap();
    let other = store.create_session(bo.id, &token(), NOW, NOW + VALIDITY).await.unwrap();
    let again = (0..8).map(|_| {
        let (store, user) = (store.clone(), ada.id);
        tokio::spawn(async move { store.replace_sessions(user, &token(), NOW, NOW + VALIDITY).await.unwrap() })
    });
    let (mut made, mut ended) = (vec![first.id, other.id], BTreeSet::new());
    for replaced in again.collect::<Vec<_>>() {
        let (session, of_before) = replaced.await.unwrap();
        assert_eq!(session.user, ada);
        made.push(session.id);
        ended.extend(of_before);
    }
    let live = store.live_sessions(&made, NOW).await.unwrap();
    assert_eq!(live.len(), 2, "one of Ada's, and Bo's");
    assert!(live.contains(&other.id));
    assert_eq!(ended.len(), 8, "each was ended once: {ended:?}");
    let nobody = store.replace_sessions(UserId::random(), &token(), NOW, NOW + VALIDITY).await.unwrap_err();
    assert!(matches!(nobody, StoreError::Conflict(_)), "{nobody:?}");
}
