//! Commands, and the events of deeds, in few words.

use mafia_rules::{Ballot, Channel, Command, Deed, Done, Event, SeatNo, Setup, Words};

pub(crate) fn point(target: SeatNo) -> Command {
    Command::Do { deed: Deed::Point, target }
}

pub(crate) fn protect(target: SeatNo) -> Command {
    Command::Do { deed: Deed::Protect, target }
}

pub(crate) fn investigate(target: SeatNo) -> Command {
    Command::Do { deed: Deed::Investigate, target }
}

pub(crate) fn report(target: SeatNo) -> Command {
    Command::Do { deed: Deed::Report, target }
}

pub(crate) fn probe(target: SeatNo) -> Command {
    Command::Do { deed: Deed::Probe, target }
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

/// What is told of a deed by which nothing is found out.
pub(crate) fn done(deed: Deed, seat: SeatNo, target: SeatNo) -> Event {
    Event::Done(Done { deed, seat, target, mafia: None })
}

/// What is told of a deed by which it is found out whether the target is of the mafia.
pub(crate) fn found(deed: Deed, seat: SeatNo, target: SeatNo, mafia: bool) -> Event {
    Event::Done(Done { deed, seat, target, mafia: Some(mafia) })
}
