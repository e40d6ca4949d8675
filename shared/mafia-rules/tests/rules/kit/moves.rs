//! Short constructors of commands and events.

use mafia_rules::{Ballot, Channel, Command, Done, Event, NightAction, SeatNo, Setup, Words};

pub(crate) fn point(target: SeatNo) -> Command {
    Command::Do { action: NightAction::Point, target }
}

pub(crate) fn protect(target: SeatNo) -> Command {
    Command::Do { action: NightAction::Protect, target }
}

pub(crate) fn investigate(target: SeatNo) -> Command {
    Command::Do { action: NightAction::Investigate, target }
}

pub(crate) fn report(target: SeatNo) -> Command {
    Command::Do { action: NightAction::Report, target }
}

pub(crate) fn probe(target: SeatNo) -> Command {
    Command::Do { action: NightAction::Probe, target }
}

pub(crate) fn sleep() -> Command {
    Command::Sleep
}

/// Votes for a player.
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

/// A message without an id.
pub(crate) fn say(channel: Channel, text: &str) -> Command {
    Command::Say { channel, words: line(text), id: None }
}

pub(crate) fn line(text: &str) -> Words {
    Words::Text(text.to_owned())
}

/// The event of an action without a finding.
pub(crate) fn done(action: NightAction, seat: SeatNo, target: SeatNo) -> Event {
    Event::Done(Done { action, seat, target, mafia: None })
}

/// The event of an action that finds the target's side.
pub(crate) fn found(action: NightAction, seat: SeatNo, target: SeatNo, mafia: bool) -> Event {
    Event::Done(Done { action, seat, target, mafia: Some(mafia) })
}
