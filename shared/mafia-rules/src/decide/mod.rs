//! Commands to events.

mod chat;
mod clock;
mod day;
mod lobby;
mod night;
mod phases;
mod turn;

use crate::{Actor, Command, Event, Game, Millis, Random, Refusal, SeatNo};
use turn::Turn;

/// Returns the events that a command causes, in order; none if the game already is as requested. `now` is in Unix milliseconds.
///
/// # Errors
/// [`Refusal`]: the game does not change.
pub fn decide(
    game: &Game,
    actor: &Actor,
    command: &Command,
    now: Millis,
    random: &mut dyn Random,
) -> Result<Vec<Event>, Refusal> {
    let mut turn = Turn::new(game, now);
    match actor {
        Actor::Clock { online } => match command {
            Command::Tick => clock::tick(&mut turn, online),
            _ => return Err(Refusal::NotYours),
        },
        Actor::Visitor(player) => match command {
            Command::Join => lobby::join(&mut turn, player)?,
            Command::Say { channel, words, id } => chat::say_as_spectator(&mut turn, player, *channel, words, *id)?,
            _ => return Err(Refusal::NotSeated),
        },
        Actor::Seat(seat) => by_seat(&mut turn, *seat, command, random)?,
    }
    Ok(turn.into_events())
}

fn by_seat(turn: &mut Turn, seat: SeatNo, command: &Command, random: &mut dyn Random) -> Result<(), Refusal> {
    turn.game().seat(seat).filter(|seat| !seat.left).ok_or(Refusal::NotSeated)?;
    match command {
        Command::Join => Ok(()), // already seated
        Command::Leave => lobby::leave(turn, seat),
        Command::Kick { seat: other, id, name } => lobby::kick(turn, seat, *other, *id, name.as_deref()),
        Command::TakeOver => lobby::take_over(turn, seat),
        Command::AddBot { name } => lobby::add_bot(turn, seat, name),
        Command::SetUp { setup } => lobby::set_up(turn, seat, setup),
        Command::Start => lobby::start(turn, seat, random),
        Command::Do { action, target } => night::act(turn, seat, *action, *target),
        Command::Sleep => night::sleep(turn, seat),
        Command::Shorten => day::vote_on_time(turn, seat, false),
        Command::Lengthen => day::vote_on_time(turn, seat, true),
        Command::Vote { target } => day::vote(turn, seat, *target),
        Command::Finish => day::finish(turn, seat),
        Command::Ballot { choice } => day::ballot(turn, seat, *choice),
        Command::Say { channel, words, id } => chat::say(turn, seat, *channel, words, *id),
        Command::Again { code, gone } => lobby::again(turn, code, gone.as_deref()),
        Command::Tick => Err(Refusal::NotYours),
    }
}
