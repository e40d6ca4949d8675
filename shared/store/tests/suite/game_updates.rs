use store::{Game, GameChange, GameId, GameUpdate, Store, StoreError};

use crate::{
    games::{QUIET, event, game, update},
    test_database::{Helpers as _, NOW, TestDatabase},
};

/// Version 1 has an update for one stream, version 2 for three, version 3 for none, version 4 for one.
async fn told(store: &Store) -> Game {
    let game = game(store, &GameChange { updates: &[update(0, 1)], ..QUIET }, NOW).await;
    let changes: [&[GameUpdate]; 3] =
        [&[update(7, 1), update(0, 3), update(0, 2), update(-1, 1)], &[], &[update(7, 2), update(0, 4)]];
    for (version, updates) in (1..).zip(changes) {
        assert!(store.save_game(game.id, version, &GameChange { updates, ..QUIET }, NOW).await.unwrap());
    }
    game
}

pub(crate) async fn come_by_version_stream_and_number(database: TestDatabase) {
    let store = database.store().await;
    let game = told(&store).await;
    told(&store).await;
    let last = [update(0, 4), update(7, 2)];
    let second = [update(-1, 1), update(0, 2), update(0, 3), update(7, 1)];
    for (version, expected) in [
        (0, [&[update(0, 1)][..], &second, &last].concat()),
        (1, [&second[..], &last].concat()),
        (2, last.to_vec()),
        (3, last.to_vec()),
        (4, vec![]),
    ] {
        assert_eq!(store.updates_since_version(game.id, version).await.unwrap(), expected, "since {version}");
    }
}

pub(crate) async fn of_a_stream_come_in_pages(database: TestDatabase) {
    let store = database.store().await;
    let game = told(&store).await;
    let all = [update(0, 1), update(0, 2), update(0, 3), update(0, 4)];
    for (seq, limit, expected, more) in
        [(0, 9, &all[..], false), (0, 4, &all, false), (0, 3, &all[..3], true), (2, 1, &all[2..3], true), (4, 9, &[], false)]
    {
        assert_eq!(store.updates_after(game.id, 0, seq, limit).await.unwrap(), (expected.to_vec(), more), "{seq}, {limit}");
    }
    assert_eq!(store.updates_after(game.id, 5, 0, 9).await.unwrap(), (vec![], false));
    assert_eq!(store.updates_after(GameId::random(), 0, 0, 9).await.unwrap(), (vec![], false));
}

async fn announced(store: &Store, game: &Game) -> i64 {
    store.game_by_id(game.id).await.unwrap().unwrap().announced
}

/// Never back, and never past unannounced versions.
pub(crate) async fn are_announced_in_order(database: TestDatabase) {
    let store = database.store().await;
    let (game, other) = (told(&store).await, told(&store).await);
    for (from, to, then) in [(1, 2, 0), (0, 2, 2), (0, 1, 2), (3, 4, 2), (1, 3, 3), (3, 4, 4), (0, 3, 4)] {
        let before = announced(&store, &game).await;
        assert_eq!(store.mark_announced(game.id, from, to).await.unwrap(), then > before, "{from} to {to}");
        assert_eq!(announced(&store, &game).await, then, "{from} to {to}");
    }
    let error = store.mark_announced(game.id, 4, 5).await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{error:?}");
    assert!(!store.mark_announced(GameId::random(), 0, 1).await.unwrap());
    assert_eq!((announced(&store, &game).await, announced(&store, &other).await), (4, 0));
}

pub(crate) async fn find_unannounced_games(database: TestDatabase) {
    let store = database.store().await;
    let (late, done, early) =
        (game(&store, &QUIET, NOW + 2).await, game(&store, &QUIET, NOW).await, game(&store, &QUIET, NOW + 1).await);
    store.mark_announced(done.id, 0, 1).await.unwrap();
    assert_eq!(store.unannounced_games(NOW + 3, NOW + 3, 9).await.unwrap(), [early.id, late.id]);
    assert_eq!(store.unannounced_games(NOW + 3, NOW + 3, 1).await.unwrap(), [early.id]);
    assert_eq!(store.unannounced_games(NOW + 2, NOW + 3, 9).await.unwrap(), [early.id]);
    assert!(store.save_game(done.id, 1, &QUIET, NOW).await.unwrap());
    assert_eq!(store.unannounced_games(NOW + 3, NOW + 3, 9).await.unwrap(), [done.id, early.id, late.id]);
}

pub(crate) async fn are_purged_after_the_end(database: TestDatabase) {
    let store = database.store().await;
    let told = GameChange { phase: "over", events: &[event(1)], updates: &[update(0, 1), update(1, 1)], ..QUIET };
    // More than one statement deletes.
    let mut over = Vec::new();
    for _ in 0..41 {
        over.push(game(&store, &told, NOW).await);
    }
    let mut kept = Vec::new();
    for (phase, at) in [("playing", NOW), ("lobby", NOW), ("over", NOW + 1)] {
        kept.push(game(&store, &GameChange { phase, ..told }, at).await);
    }
    for game in over.iter().chain(&kept) {
        store.mark_announced(game.id, 0, 1).await.unwrap();
    }
    kept.push(game(&store, &told, NOW).await); // unannounced
    assert_eq!(store.purge_game_updates(NOW).await.unwrap(), 0);
    assert_eq!(store.purge_game_updates(NOW + 1).await.unwrap(), 82);
    for game in &over {
        assert_eq!(store.updates_since_version(game.id, 0).await.unwrap(), []);
        assert_eq!(store.game_events(game.id).await.unwrap(), [event(1)]);
    }
    for game in &kept {
        assert_eq!(store.updates_since_version(game.id, 0).await.unwrap().len(), 2);
    }
}
