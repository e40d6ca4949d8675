use store::{GameChange, GameEvent, GameId, StoreError};
use tokio::task::JoinSet;

use crate::{
    game_records::player,
    games::{QUIET, event, game, update},
    test_database::{Helpers as _, NOW, TestDatabase, code},
};

/// Neither a wrong version nor a missing game is written, nor a part of a failed change.
pub(crate) async fn refused_changes_write_nothing(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let game = game(&store, &GameChange { events: &[event(1)], updates: &[update(0, 1)], ..QUIET }, NOW).await;
    let players = [player(&ada, 1)];
    let full = GameChange {
        state: "late",
        phase: "over",
        events: &[event(2)],
        updates: &[update(0, 2)],
        players: Some(&players),
        over: true,
        ..QUIET
    };
    for (id, version) in [(game.id, 0), (game.id, 2), (GameId::random(), 1), (GameId::random(), 0)] {
        assert!(!store.save_game(id, version, &full, NOW + 1).await.unwrap());
    }
    let twice = [update(0, 2), update(0, 1)];
    for broken in [
        GameChange { updates: &twice, ..full },
        GameChange { events: &[event(2), event(1)], ..full },
        GameChange { players: Some(&[players[0].clone(), players[0].clone()]), ..full },
    ] {
        let error = store.save_game(game.id, 1, &broken, NOW + 1).await.unwrap_err();
        assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
    }
    let error = store.save_game(game.id, 1, &GameChange { phase: "paused", ..full }, NOW + 1).await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
    assert_eq!(store.game_events(game.id).await.unwrap(), [event(1)]);
    assert_eq!(store.updates_since_version(game.id, 0).await.unwrap(), [update(0, 1)]);
    assert_eq!(store.games_of(ada.id, 9).await.unwrap(), []);
    assert_eq!(store.game_by_id(game.id).await.unwrap(), Some(game));
}

/// Two stores, as in two processes: one writes each version completely.
pub(crate) async fn writes_each_version_once(database: TestDatabase) {
    let stores = [database.store().await, database.store().await];
    let game = game(&stores[0], &QUIET, NOW).await;
    for version in 1..=5 {
        let mut saving = JoinSet::new();
        for number in 0..20 {
            let (store, id) = (stores[number % 2].clone(), game.id);
            saving.spawn(async move {
                let state = format!("version {version} of {number}");
                let events = [GameEvent { event: state.clone(), ..event(version) }];
                let updates = [update(0, version), update(1, version)];
                let change = GameChange { state: &state, events: &events, updates: &updates, ..QUIET };
                store.save_game(id, version, &change, NOW).await.unwrap().then_some(state)
            });
        }
        let winners: Vec<_> = saving.join_all().await.into_iter().flatten().collect();
        assert_eq!(winners.len(), 1, "{winners:?}");
        let stored = stores[0].game_by_id(game.id).await.unwrap().unwrap();
        assert_eq!((stored.version, &stored.state), (version + 1, &winners[0]));
        assert_eq!(stores[1].game_events(game.id).await.unwrap().last().unwrap().event, winners[0]);
    }
    assert_eq!(stores[1].game_events(game.id).await.unwrap().len(), 5);
    let (updates, more) = stores[1].updates_after(game.id, 1, 0, 99).await.unwrap();
    assert_eq!((updates.iter().map(|update| update.seq).collect::<Vec<_>>(), more), (vec![1, 2, 3, 4, 5], false));
}

/// Twenty tasks in two processes change a game: each waits for its turn, and no change is lost or repeated.
pub(crate) async fn concurrent_changes_wait_for_each_other(database: TestDatabase) {
    let stores = [database.store().await, database.store().await];
    let game = game(&stores[0], &GameChange { state: "0", ..QUIET }, NOW).await;
    let mut counting = JoinSet::new();
    for number in 0..20 {
        let (store, code) = (stores[number % 2].clone(), game.code.clone());
        counting.spawn(async move {
            let locked = store.lock_game(&code).await.unwrap().unwrap();
            let count: i64 = locked.game().state.parse().unwrap();
            let (state, events) = ((count + 1).to_string(), [event(count + 1)]);
            locked.save(&GameChange { state: &state, events: &events, ..QUIET }, NOW).await.unwrap();
        });
    }
    counting.join_all().await;
    let stored = stores[0].game_by_id(game.id).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.state.as_str()), (21, "20"));
    let numbers: Vec<_> = stores[0].game_events(game.id).await.unwrap().into_iter().map(|event| event.n).collect();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
}

/// A released or dropped lock admits the next change. Readers never wait.
pub(crate) async fn a_released_lock_admits_the_next_change(database: TestDatabase) {
    let stores = [database.store().await, database.store().await];
    let game = game(&stores[0], &QUIET, NOW).await;
    assert!(stores[0].lock_game(&code()).await.unwrap().is_none());
    let locked = stores[0].lock_game(&game.code).await.unwrap().unwrap();
    assert_eq!(locked.game(), &game);
    assert_eq!(stores[1].game_by_code(&game.code).await.unwrap().as_ref(), Some(&game));
    let waiting = stores[1].lock_game(&game.code);
    let (waiting, ()) = tokio::join!(waiting, locked.release());
    drop(waiting.unwrap().unwrap());
    let locked = stores[0].lock_game(&game.code).await.unwrap().unwrap();
    locked.save(&GameChange { state: "later", ..QUIET }, NOW).await.unwrap();
    assert_eq!(stores[1].game_by_id(game.id).await.unwrap().unwrap().version, 2);
}
