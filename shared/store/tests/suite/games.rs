use catamaran_presence::LeaseStore as _;
use store::{Game, GameChange, GameEvent, GameId, GameUpdate, Postponed, PresenceGroup, Store, StoreError};

use crate::test_database::{Helpers as _, NOW, TestDatabase, code, member};

/// A change without events.
pub(crate) const QUIET: GameChange<'static> = GameChange {
    state: "{}",
    name: "마피아",
    host: "Ada",
    phase: "lobby",
    seated: 1,
    spectators: true,
    bots_at: None,
    due_at: None,
    events: &[],
    updates: &[],
    players: None,
    over: false,
};

pub(crate) async fn game(store: &Store, change: &GameChange<'_>, now: i64) -> Game {
    store.create_game(code(), change, now).await.unwrap()
}

pub(crate) fn event(n: i64) -> GameEvent {
    GameEvent { n, at: NOW + n, event: format!("event {n} \u{1f319}") }
}

pub(crate) fn update(stream: i64, seq: i64) -> GameUpdate {
    GameUpdate { stream, seq, pos: 10 * seq + stream, at: NOW + seq, body: format!("to {stream}: {seq}") }
}

pub(crate) async fn are_found_by_code_and_by_id(database: TestDatabase) {
    let store = database.store().await;
    let change = GameChange { bots_at: Some(NOW + 1), due_at: Some(NOW + 2), ..QUIET };
    let game = game(&store, &change, NOW).await;
    assert_eq!((game.version, game.announced, game.state.as_str()), (1, 0, "{}"));
    assert_eq!((game.bots_at, game.due_at, game.changed_at), (Some(NOW + 1), Some(NOW + 2), NOW));
    assert_eq!(store.game_by_code(&game.code).await.unwrap().as_ref(), Some(&game));
    assert_eq!(store.game_by_id(game.id).await.unwrap(), Some(game));
    assert_eq!(store.game_by_code(&code()).await.unwrap(), None);
    assert_eq!(store.game_by_id(GameId::random()).await.unwrap(), None);
}

pub(crate) async fn with_a_taken_code_are_refused(database: TestDatabase) {
    let store = database.store().await;
    let first = game(&store, &QUIET, NOW).await;
    let error = store.create_game(first.code.clone(), &GameChange { state: "other", ..QUIET }, NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
    assert_eq!(store.game_by_code(&first.code).await.unwrap(), Some(first));
}

pub(crate) async fn change_version_by_version(database: TestDatabase) {
    let store = database.store().await;
    let new = game(&store, &GameChange { due_at: Some(NOW), events: &[event(1)], ..QUIET }, NOW).await;
    let change = GameChange { state: "night", bots_at: Some(NOW + 7), events: &[event(2), event(3)], ..QUIET };
    assert!(store.save_game(new.id, 1, &change, NOW + 5).await.unwrap());
    let changed = store.game_by_id(new.id).await.unwrap().unwrap();
    let expected =
        Game { version: 2, state: "night".to_owned(), bots_at: Some(NOW + 7), due_at: None, changed_at: NOW + 5, ..new };
    assert_eq!(changed, expected);
    assert_eq!(store.game_events(changed.id).await.unwrap(), [event(1), event(2), event(3)]);
    // A process with a slow clock changes the game, but not its age.
    assert!(store.save_game(changed.id, 2, &QUIET, NOW).await.unwrap());
    assert_eq!(store.game_by_id(changed.id).await.unwrap().unwrap().changed_at, NOW + 5);
}

/// More than one statement inserts.
pub(crate) async fn keep_many_events_of_one_change(database: TestDatabase) {
    let store = database.store().await;
    let events: Vec<_> = (1..=501).map(event).collect();
    let game = game(&store, &GameChange { events: &events, ..QUIET }, NOW).await;
    assert_eq!(store.game_events(game.id).await.unwrap(), events);
    let kept = store.game_events_where(game.id, |event| event.n % 250 == 0).await.unwrap();
    assert_eq!(kept, [event(250), event(500)]);
}

pub(crate) async fn list_due_games_by_due_time(database: TestDatabase) {
    let store = database.store().await;
    let mut games = Vec::new();
    for due_at in [Some(NOW - 1), Some(NOW + 1), None, Some(NOW - 9), Some(NOW)] {
        games.push(game(&store, &GameChange { due_at, ..QUIET }, NOW).await);
    }
    let due = [games[3].id, games[0].id, games[4].id];
    assert_eq!(store.due_games(NOW, 9).await.unwrap(), due);
    assert_eq!(store.due_games(NOW, 2).await.unwrap(), due[..2]);
    assert!(store.save_game(due[0], 1, &GameChange { due_at: Some(NOW + 5), ..QUIET }, NOW).await.unwrap());
    assert_eq!(store.due_games(NOW, 9).await.unwrap(), due[1..]);
}

/// With all their rows; other games stay, also lobbies that were changed again.
pub(crate) async fn delete_unstarted_games(database: TestDatabase) {
    let store = database.store().await;
    let (ada, process) = (store.user("Ada").await, store.process().await);
    let players = [crate::game_records::player(&ada, 1)];
    let full = GameChange { events: &[event(1)], updates: &[update(0, 1)], players: Some(&players), ..QUIET };
    let mut games = Vec::new();
    for (phase, at) in [("lobby", NOW), ("lobby", NOW + 1), ("playing", NOW), ("over", NOW)] {
        games.push(game(&store, &GameChange { phase, ..full }, at).await);
        let looker = member(PresenceGroup::Game(games.last().unwrap().id), ada.id);
        store.leases().enter(process, &looker, "null").await.unwrap();
    }
    assert_eq!(store.delete_idle_lobbies(NOW).await.unwrap(), 0);
    assert_eq!(store.delete_idle_lobbies(NOW + 1).await.unwrap(), 1);
    let gone = games[0].id;
    assert_eq!(store.game_by_id(gone).await.unwrap(), None);
    assert_eq!(store.game_events(gone).await.unwrap(), []);
    assert_eq!(store.updates_since_version(gone, 0).await.unwrap(), []);
    assert!(store.users_online(PresenceGroup::Game(gone)).await.unwrap().is_empty());
    assert!(!store.save_game(gone, 1, &full, NOW).await.unwrap());
    let left: Vec<_> = store.games_of(ada.id, 9).await.unwrap().into_iter().map(|card| card.id).collect();
    assert_eq!(left.len(), 3);
    for game in &games[1..] {
        assert!(left.contains(&game.id));
        assert_eq!(store.game_events(game.id).await.unwrap(), [event(1)]);
        assert_eq!(store.users_online(PresenceGroup::Game(game.id)).await.unwrap(), [ada.id]);
    }
}

/// More than one statement deletes.
pub(crate) async fn delete_many_unstarted_games(database: TestDatabase) {
    let store = database.store().await;
    for _ in 0..201 {
        game(&store, &QUIET, NOW).await;
    }
    assert_eq!(store.delete_idle_lobbies(NOW + 1).await.unwrap(), 201);
    assert_eq!(store.list_games(9).await.unwrap(), []);
}

/// A failed game is retried after growing pauses by all processes; a successful change ends that.
pub(crate) async fn retry_failed_games_after_growing_pauses(database: TestDatabase) {
    let stores = [database.store().await, database.store().await];
    let mut games = Vec::new();
    for due_at in [NOW - 2, NOW - 1] {
        games.push(game(&stores[0], &GameChange { due_at: Some(due_at), ..QUIET }, NOW - 2).await);
    }
    let (failing, healthy) = (games[0].id, games[1].id);
    assert_eq!(stores[0].due_games(NOW, 1).await.unwrap(), [failing]);
    assert_eq!(stores[0].postpone_game(GameId::random(), NOW).await.unwrap(), None);
    let mut now = NOW;
    for pause_ms in (0..=10).map(|doublings| 1_000 << doublings).chain([1_024_000]) {
        let postponed = Postponed { pause_ms, is_first: pause_ms == 1_000 };
        assert_eq!(stores[0].postpone_game(failing, now).await.unwrap(), Some(postponed));
        assert_eq!(stores[1].postpone_game(failing, now).await.unwrap(), None, "two processes have failed at the same try");
        assert_eq!(stores[1].due_games(now + pause_ms - 1, 9).await.unwrap(), [healthy]);
        assert_eq!(stores[1].unannounced_games(now, now + pause_ms - 1, 9).await.unwrap(), [healthy]);
        now += pause_ms;
        assert_eq!(stores[1].due_games(now, 9).await.unwrap(), [failing, healthy]);
        assert_eq!(stores[1].unannounced_games(now, now, 9).await.unwrap(), [failing, healthy]);
    }
    assert!(stores[0].save_game(failing, 1, &GameChange { due_at: Some(now), ..QUIET }, now).await.unwrap());
    assert_eq!(stores[0].due_games(now, 9).await.unwrap(), [healthy, failing]);
    assert_eq!(stores[0].postpone_game(failing, now).await.unwrap(), Some(Postponed { pause_ms: 1_000, is_first: true }));
}
