//! No input and no stored event causes a panic.

use mafia_rules::{Actor, Event, Game, Random, can, disclose, evolve, my_view, public_view};

use super::moves::anything;
use crate::{
    kit::{Seed, person},
    random::Play,
};

#[test]
fn any_command_keeps_the_lobby_valid() {
    let mut started = 0;
    for seed in 20_000..21_000 {
        let mut play = Play::gathered(seed);
        for _ in 0..60 {
            let actor = match play.chance.below(4) {
                0 => Actor::Visitor(person(play.chance.byte_below(30))),
                1 => Actor::Seat(play.chance.byte_below(256)),
                _ => Actor::Seat(0),
            };
            let command = anything(&mut play.chance);
            let before = play.game.clone();
            if play.try_move(&actor, &command).is_err() {
                assert_eq!(play.game, before);
            }
            assert_seated(&play.game);
        }
        started += u32::from(play.game.is_on());
    }
    assert!(started > 100, "some began: {started}");
}

/// Each user has one seat, the host is a human player, and bots are never alone.
fn assert_seated(game: &Game) {
    let mut ids: Vec<_> = game.seats.iter().filter_map(|seat| seat.player.id).collect();
    ids.sort_unstable();
    let people = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), people, "a user has two seats");
    assert!(game.seats.len() <= mafia_rules::MAX_PLAYERS);
    assert_eq!(game.seats.is_empty(), people == 0, "bots are alone");
    if let Some(host) = game.host {
        assert!(!game.seat(host).unwrap().is_bot());
    } else {
        assert!(game.awaited().all(|seat| game.seat(seat).unwrap().is_bot()));
    }
}

#[test]
fn events_in_any_order_do_not_panic() {
    for seed in 21_000..21_200 {
        let mut play = Play::started(seed);
        play.play(|play, actor, command| {
            let _ = play.try_move(actor, command);
        });
        let mut events = play.log.clone();
        events.extend(events.clone());
        mix(&mut events, &mut play.chance);
        let mut game = Game::default();
        for event in &events {
            evolve(&mut game, event);
            let _ = disclose(&game, event);
        }
        let _ = public_view(&game);
        for seat in [0, 1, 19, 20, 255] {
            let _ = (my_view(&game, seat), can(&game, seat));
        }
    }
}

fn mix(events: &mut [Event], chance: &mut Seed) {
    for last in (1..events.len()).rev() {
        events.swap(last, chance.below(last + 1));
    }
}

#[test]
fn ignores_players_beyond_the_maximum() {
    let mut game = Game::default();
    for _ in 0..1_000 {
        evolve(&mut game, &Event::Joined { player: person(0) });
    }
    assert_eq!(game.seats.len(), mafia_rules::MAX_PLAYERS);
    assert!(public_view(&game).seats.len() == mafia_rules::MAX_PLAYERS);
}
