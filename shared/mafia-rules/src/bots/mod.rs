//! Players that the server plays. A bot decides by what its seat may see and by what was said aloud, so it cannot cheat: nothing else is
//! given to it.

mod ballot;
mod bot;
mod chance;
mod credit;
mod day;
mod defence;
mod heard;
mod night;
mod phrases;
mod prey;
mod suspicion;
mod talk;

pub use self::{
    heard::Heard,
    phrases::{PHRASES, Phrase},
};
use crate::{Command, MyView, Phase, PublicView, Random};
use bot::Bot;

/// What a bot wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// This, now. It is legal in the game that the views are of.
    Do(Command),
    /// Nothing now; ask again when something has happened.
    Later,
    /// Nothing before the phase changes.
    Nothing,
}

/// What the bot on the seat of `mine` wants in the game that `public` and `mine` are the views of. In a phase that waits for the bot (night,
/// vote, ballot), and in its own defence, it wants something until it is done.
pub fn bot_move(public: &PublicView, mine: &MyView, heard: &Heard, random: &mut dyn Random) -> Move {
    if !mine.alive {
        return Move::Nothing;
    }
    let bot = Bot { public, mine, heard };
    match public.phase {
        Phase::Night => night::act(&bot, random),
        Phase::Talk => talk::talk(&bot, random),
        Phase::Vote => day::vote(&bot, random),
        Phase::Defence => defence::defend(&bot, random),
        Phase::Ballot => ballot::ballot(&bot, random),
        Phase::Lobby | Phase::Dawn | Phase::Dusk | Phase::Over => Move::Nothing,
    }
}
