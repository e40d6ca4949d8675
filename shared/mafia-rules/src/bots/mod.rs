//! Players that the server plays. A bot receives only its seat's views and the public events, so it cannot cheat.

mod ballot;
mod bot;
mod choice;
mod credibility;
mod day;
mod defence;
mod night;
mod phrases;
mod public_record;
mod suspicion;
mod talk;
mod victim_value;

pub use self::{
    phrases::{PHRASES, Phrase},
    public_record::PublicRecord,
};
use crate::{Command, MyView, Phase, PublicView, Random};
use bot::Bot;

/// A bot's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Send this command now. It is legal in the game that the views show.
    Do(Command),
    /// Nothing now; ask again after the next event.
    Later,
    /// Nothing until the phase changes.
    Nothing,
}

/// Decides the next move of the bot on the seat of `mine`. `public` and `mine` must be views of the same game.
/// In a phase that waits for the bot (night, vote, ballot, own defence) it moves until it is done.
pub fn bot_move(public: &PublicView, mine: &MyView, record: &PublicRecord, random: &mut dyn Random) -> Move {
    if !mine.alive {
        return Move::Nothing;
    }
    let bot = Bot { public, mine, record };
    match public.phase {
        Phase::Night => night::act(&bot, random),
        Phase::Talk => talk::talk(&bot, random),
        Phase::Vote => day::vote(&bot, random),
        Phase::Defence => defence::defend(&bot, random),
        Phase::Ballot => ballot::ballot(&bot, random),
        Phase::Lobby | Phase::Dawn | Phase::Dusk | Phase::Over => Move::Nothing,
    }
}
