//! Commands, in few words.

use mafia_rules::{Ballot, Channel, Command, SeatNo, Setup, Words};

pub(crate) fn point(target: SeatNo) -> Command {
    Command::Point { target }
}

pub(crate) fn protect(target: SeatNo) -> Command {
    Command::Protect { target }
}

pub(crate) fn investigate(target: SeatNo) -> Command {
    Command::Investigate { target }
}

pub(crate) fn report(target: SeatNo) -> Command {
    Command::Report { target }
}

pub(crate) fn probe(target: SeatNo) -> Command {
    Command::Probe { target }
}

pub(crate) fn sleep() -> Command {
    Command::Sleep
}

/// Names somebody in the vote.
pub(crate) fn accuse(target: SeatNo) -> Command {
    Command::Vote { target: Some(target) }
}

pub(crate) fn abstain() -> Command {
    Command::Vote { target: None }
}

pub(crate) fn ballot(choice: Ballot) -> Command {
    Command::Ballot { choice }
}

pub(crate) fn kick(seat: SeatNo) -> Command {
    Command::Kick { seat, id: None, name: None }
}

pub(crate) fn add_bot(name: &str) -> Command {
    Command::AddBot { name: name.to_owned() }
}

pub(crate) fn set_up(setup: Setup) -> Command {
    Command::SetUp { setup }
}

/// A line without an id.
pub(crate) fn say(channel: Channel, text: &str) -> Command {
    Command::Say { channel, words: line(text), id: None }
}

pub(crate) fn line(text: &str) -> Words {
    Words::Text(text.to_owned())
}
