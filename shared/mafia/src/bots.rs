//! The server's own players: when they are asked, and with what they have seen.

use mafia_rules::{Command, Game, Heard, Move, Pace, Phase, Random, Seat, SeatNo, bot_move, bot_name, my_view, public_view};
use store::Timestamp;

use crate::saved::Saved;

/// What one of the bots does next; `None` where none of them wants anything before something happens. Each is asked with what its own seat
/// sees, and nothing else.
pub(crate) fn next_move(saved: &Saved, random: &mut dyn Random) -> Option<(SeatNo, Command)> {
    let game = &saved.game;
    let public = public_view(game);
    let heard = Heard::of(&saved.heard);
    let bots: Vec<_> = game.living().filter(|&seat| game.seat(seat).is_some_and(Seat::is_bot)).collect();
    let first = random.below(bots.len().max(1));
    let from_first = bots.iter().cycle().skip(first).take(bots.len());
    for &seat in from_first {
        let Some(mine) = my_view(game, seat) else { continue };
        if let Move::Do(command) = bot_move(&public, &mine, &heard, random) {
            return Some((seat, command));
        }
    }
    None
}

/// How long until the next bot moves, in milliseconds. Where a phase waits for every one of them, many are faster than few: a night must
/// not be over before they have acted.
pub(crate) fn pause(game: &Game, random: &mut dyn Random) -> Timestamp {
    let (least, more) = match game.setup.options.bots {
        Pace::Calm => (1_200, 2_800),
        Pace::Quick => (250, 500),
        Pace::Instant => (0, 1),
    };
    let pause = least + Timestamp::try_from(random.below(more)).unwrap_or(0);
    if !matches!(game.phase, Phase::Night | Phase::Vote | Phase::Ballot) {
        return pause;
    }
    let bots = game.living().filter(|&seat| game.seat(seat).is_some_and(Seat::is_bot)).count();
    pause * 2 / Timestamp::try_from(bots + 1).unwrap_or(2)
}

/// A name that nobody at the table has.
pub(crate) fn name(game: &Game, random: &mut dyn Random) -> String {
    let taken: Vec<_> = game.seats.iter().map(|seat| seat.player.name.as_str()).collect();
    bot_name(&taken, random)
}
