//! Checks all disclosed events and views of random games.

use mafia_rules::{Actor, Command, Event, Game, Stream, disclose, evolve, my_view, public_view};
use serde::Serialize;
use serde_json::Value;

use super::checker::Reader;
use crate::random::Play;

/// The JSON as a client receives it.
fn sent<T: Serialize>(what: &T) -> Value {
    serde_json::from_slice(&serde_json::to_vec(what).unwrap()).unwrap()
}

#[test]
fn discloses_only_what_each_receiver_may_know() {
    let mut heard = 0;
    for seed in 30_000..31_000 {
        let mut play = Play::gathered(seed);
        let mut game = play.game.clone();
        play.try_move(&Actor::Seat(0), &Command::Start).unwrap();
        heard += follow(&mut game, &play.log[play.log.len() - 2..]);
        assert_views(&game);
        play.play(|play, actor, command| {
            let events = play.try_move(actor, command).unwrap_or_default();
            heard += follow(&mut game, &events);
            if play.chance.once_in(80) {
                assert_views(&game);
            }
        });
        assert_eq!(game, play.game);
        assert_views(&game);
    }
    assert!(heard > 20_000, "{heard}");
}

/// Checks the disclosed events and returns their number.
fn follow(game: &mut Game, events: &[Event]) -> usize {
    let mut heard = 0;
    for event in events {
        evolve(game, event);
        for (stream, told) in disclose(game, event) {
            Reader { game, stream }.check_event(&sent(&told)).unwrap();
            heard += 1;
        }
    }
    heard
}

fn assert_views(game: &Game) {
    let public = sent(&public_view(game));
    Reader { game, stream: Stream::Public }.check_json(&public).unwrap();
    for (seat, _) in game.numbered() {
        let mine = sent(&my_view(game, seat).unwrap());
        Reader { game, stream: Stream::Seat(seat) }.check_own_view(&mine).unwrap();
    }
}
