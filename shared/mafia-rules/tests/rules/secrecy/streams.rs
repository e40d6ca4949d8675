//! Everything that anybody is told in games of chance, read by the checker.

use mafia_rules::{Actor, Command, Event, Game, Stream, evolve, my_view, public_view, told};
use serde::Serialize;
use serde_json::Value;

use super::checker::Reader;
use crate::random::Play;

/// What the bytes say that are sent.
fn sent<T: Serialize>(what: &T) -> Value {
    serde_json::from_slice(&serde_json::to_vec(what).unwrap()).unwrap()
}

#[test]
fn nobody_is_told_what_they_may_not_know() {
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

/// How many times somebody was told something.
fn follow(game: &mut Game, events: &[Event]) -> usize {
    let mut heard = 0;
    for event in events {
        evolve(game, event);
        for (stream, told) in told(game, event) {
            Reader { game, stream }.may_hear(&sent(&told)).unwrap();
            heard += 1;
        }
    }
    heard
}

fn assert_views(game: &Game) {
    let public = sent(&public_view(game));
    Reader { game, stream: Stream::Public }.may_see(&public).unwrap();
    for (seat, _) in game.numbered() {
        let mine = sent(&my_view(game, seat).unwrap());
        Reader { game, stream: Stream::Seat(seat) }.may_see_mine(&mine).unwrap();
    }
}
