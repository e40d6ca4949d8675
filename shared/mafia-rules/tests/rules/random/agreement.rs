//! The offered acts are exactly the accepted ones.

use mafia_rules::{Act, Actor, Can, Channel, Command, Game, SeatNo, can, decide, may_write, my_view};

use crate::{
    kit::say,
    random::{Play, offered},
};

#[test]
fn accepts_exactly_the_offered_acts() {
    for seed in 10_000..10_250 {
        let mut play = Play::started(seed);
        play.play(|play, actor, command| {
            let _ = play.try_move(actor, command);
            if play.chance.once_in(60) {
                let seat = play.chance.byte_below(play.game.seats.len());
                assert_agreed(play, seat);
            }
        });
    }
}

fn takes(play: &Play, seat: SeatNo, command: &Command) -> bool {
    decide(&play.game, &Actor::Seat(seat), command, play.now, &mut |_| 0).is_ok()
}

fn assert_agreed(play: &Play, seat: SeatNo) {
    let may: Vec<Command> = can(&play.game, seat).iter().flat_map(offered).collect();
    for command in everything(&play.game) {
        let is_offered = may.contains(&command);
        assert_eq!(takes(play, seat, &command), is_offered, "seat {seat}, {command:?} in {:?}", play.game);
    }
    let mine = my_view(&play.game, seat).unwrap();
    for channel in Channel::ALL {
        let is_taken = takes(play, seat, &say(channel, "hello"));
        assert_eq!(is_taken, may_write(&play.game, Some(seat), channel).is_ok(), "seat {seat}, {channel:?} in {:?}", play.game);
        assert_eq!(is_taken, mine.write.contains(&channel));
    }
}

/// All acts with all targets, including seats that do not exist.
fn everything(game: &Game) -> Vec<Command> {
    let seats = u8::try_from(game.seats.len()).unwrap();
    let targets: Vec<SeatNo> = (0..=seats).chain([SeatNo::MAX]).collect();
    Act::all().flat_map(|act| offered(&Can { act, targets: targets.clone() })).collect()
}
