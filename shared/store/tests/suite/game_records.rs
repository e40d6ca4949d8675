use store::{GameCard, GameChange, GamePlayer, RoleRecord, Store, StoreError, User, UserId};

use crate::{
    games::{QUIET, game},
    test_database::{Helpers as _, NOW, TestDatabase, code},
};

pub(crate) fn player(user: &User, seat: i64) -> GamePlayer {
    GamePlayer { user: user.id, seat, role: None, won: None }
}

fn ended(user: &User, role: &str, won: bool) -> GamePlayer {
    GamePlayer { role: Some(role.to_owned()), won: Some(won), ..player(user, 1) }
}

fn codes(cards: Vec<GameCard>) -> Vec<String> {
    cards.into_iter().map(|card| card.code.to_string()).collect()
}

async fn record(store: &Store, user: &User) -> Vec<(String, u32, u32)> {
    let record = store.record_of(user.id).await.unwrap();
    record.into_iter().map(|RoleRecord { role, games, wins }| (role, games, wins)).collect()
}

pub(crate) async fn list_open_games_first(database: TestDatabase) {
    let store = database.store().await;
    let mut made = Vec::new();
    for (phase, spectators, at) in [
        ("playing", true, NOW + 9),
        ("lobby", true, NOW),
        ("over", true, NOW + 9),
        ("playing", false, NOW + 9),
        ("lobby", false, NOW + 1),
        ("playing", true, NOW + 8),
    ] {
        made.push(game(&store, &GameChange { phase, spectators, ..QUIET }, at).await.code.to_string());
    }
    let listed = [&made[4], &made[1], &made[0], &made[5]];
    for limit in [0, 1, 2, 3, 4, 9] {
        let shown = listed.len().min(limit as usize);
        assert_eq!(codes(store.list_games(limit).await.unwrap()), listed[..shown].iter().copied().cloned().collect::<Vec<_>>());
    }
}

pub(crate) async fn order_reveals_no_secret_action(database: TestDatabase) {
    let store = database.store().await;
    let ada = store.user("Ada").await;
    let played = GameChange { phase: "playing", players: Some(&[player(&ada, 1)]), ..QUIET };
    let (older, newer) = (game(&store, &played, NOW).await, game(&store, &played, NOW + 1).await);
    let before = [newer.code.to_string(), older.code.to_string()];
    assert!(store.save_game(older.id, 1, &GameChange { phase: "playing", ..QUIET }, NOW + 2).await.unwrap());
    assert_eq!(codes(store.list_games(9).await.unwrap()), before);
    assert_eq!(codes(store.games_of(ada.id, 9).await.unwrap()), before);
}

pub(crate) async fn show_a_game_as_it_was_last_changed(database: TestDatabase) {
    let store = database.store().await;
    let game = game(&store, &QUIET, NOW).await;
    let change = GameChange { name: "밤", host: "Bob", phase: "playing", seated: 20, ..QUIET };
    assert!(store.save_game(game.id, 1, &change, NOW + 1).await.unwrap());
    let card = GameCard {
        id: game.id,
        code: game.code,
        name: "밤".to_owned(),
        host: "Bob".to_owned(),
        phase: "playing".to_owned(),
        seated: 20,
        spectators: true,
        created_at: NOW,
        changed_at: NOW + 1,
    };
    assert_eq!(store.list_games(9).await.unwrap(), [card]);
}

pub(crate) async fn list_the_games_of_a_user(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let both = [player(&ada, 1), player(&bob, 2)];
    let first = game(&store, &GameChange { players: Some(&both), ..QUIET }, NOW).await;
    let second =
        game(&store, &GameChange { players: Some(&both[..1]), phase: "over", spectators: false, ..QUIET }, NOW + 1).await;
    game(&store, &QUIET, NOW + 2).await;
    let (first_code, second_code) = (first.code.to_string(), second.code.to_string());
    assert_eq!(codes(store.games_of(ada.id, 9).await.unwrap()), [second_code.clone(), first_code.clone()]);
    assert_eq!(codes(store.games_of(ada.id, 1).await.unwrap()), [&*second_code]);
    assert_eq!(codes(store.games_of(bob.id, 9).await.unwrap()), [&*first_code]);
    // `None` keeps the players. Then Ada leaves.
    assert!(store.save_game(first.id, 1, &QUIET, NOW).await.unwrap());
    assert_eq!(codes(store.games_of(ada.id, 9).await.unwrap()).len(), 2);
    assert!(store.save_game(first.id, 2, &GameChange { players: Some(&both[1..]), ..QUIET }, NOW).await.unwrap());
    assert_eq!(codes(store.games_of(ada.id, 9).await.unwrap()), [second_code]);
    assert_eq!(codes(store.games_of(bob.id, 9).await.unwrap()), [first_code]);
    assert!(store.save_game(first.id, 3, &GameChange { players: Some(&[]), ..QUIET }, NOW).await.unwrap());
    assert_eq!(store.games_of(bob.id, 9).await.unwrap(), []);
}

pub(crate) async fn refuse_unknown_users(database: TestDatabase) {
    let store = database.store().await;
    let nobody = [GamePlayer { user: UserId::random(), seat: 1, role: None, won: None }];
    let error = store.create_game(code(), &GameChange { players: Some(&nobody), ..QUIET }, NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error:?}");
    assert_eq!(store.list_games(9).await.unwrap(), []);
}

pub(crate) async fn count_finished_games_by_role(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    for (role, won) in [("mafia", true), ("doctor", false), ("mafia", false), ("mafia", true)] {
        let players = [ended(&ada, role, won), ended(&bob, "citizen", !won)];
        game(&store, &GameChange { phase: "over", players: Some(&players), over: true, ..QUIET }, NOW).await;
    }
    let still = [ended(&ada, "mafia", true)];
    game(&store, &GameChange { phase: "playing", players: Some(&still), ..QUIET }, NOW).await;
    assert_eq!(record(&store, &ada).await, [("doctor".to_owned(), 1, 0), ("mafia".to_owned(), 3, 2)]);
    assert_eq!(record(&store, &bob).await, [("citizen".to_owned(), 4, 2)]);
    assert_eq!(store.record_of(UserId::random()).await.unwrap(), []);
}

/// With the players of an earlier change; a player without a role does not count.
pub(crate) async fn count_a_game_from_its_end_on(database: TestDatabase) {
    let store = database.store().await;
    let (ada, bob) = (store.user("Ada").await, store.user("Bob").await);
    let players = [ended(&ada, "joker", true), player(&bob, 2)];
    let game = game(&store, &GameChange { phase: "playing", players: Some(&players), ..QUIET }, NOW).await;
    assert_eq!(record(&store, &ada).await, []);
    let over = GameChange { phase: "over", over: true, ..QUIET };
    assert!(store.save_game(game.id, 1, &over, NOW).await.unwrap());
    assert!(store.save_game(game.id, 2, &over, NOW + 1).await.unwrap());
    assert_eq!(record(&store, &ada).await, [("joker".to_owned(), 1, 1)]);
    assert_eq!(record(&store, &bob).await, []);
}
