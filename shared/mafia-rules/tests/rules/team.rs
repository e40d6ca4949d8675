//! The knowledge of the mafia and their spies.

use mafia_rules::{
    Channel, Event, Finding, NightAction, Phase, Refusal,
    Role::{self, Citizen, Mafia, Spy},
    SeatNo, Stream, TeamMate,
};

use crate::kit::{Table, found, point, probe, say};

fn mates(mates: &[(SeatNo, Role)]) -> Vec<TeamMate> {
    mates.iter().map(|&(seat, role)| TeamMate { seat, role }).collect()
}

/// Two mafia, a spy, five citizens.
fn with_a_spy() -> Table {
    Table::of(&[Mafia, Mafia, Spy, Citizen, Citizen, Citizen, Citizen, Citizen])
}

#[test]
fn the_mafia_know_each_other_from_the_start_and_not_their_spy() {
    let table = with_a_spy();
    assert_eq!(table.view(0).team, mates(&[(0, Mafia), (1, Mafia)]));
    assert_eq!(table.view(2).team, []);
    assert_eq!(table.view(3).team, []);
}

#[test]
fn only_the_team_sees_its_targets() {
    let mut table = with_a_spy();
    table.does(1, point(3));
    assert_eq!(table.receivers(&Event::Pointed { seat: 1, target: 3 }), [Stream::Seat(0), Stream::Seat(1)]);
    assert_eq!(table.view(0).points.len(), 1);
    assert_eq!(table.view(2).points, []);
    assert_eq!(table.view(3).points, []);
}

#[test]
fn a_spy_who_finds_the_mafia_joins_them() {
    let mut table = with_a_spy();
    table.does(0, say(Channel::Mafia, "before"));
    table.does(2, probe(1));
    assert_eq!(table.receivers(&found(NightAction::Probe, 2, 1, true)), [Stream::Seat(2)]);
    assert_eq!(table.receivers(&Event::Contacted { seat: 2 }), [Stream::Seat(0), Stream::Seat(1)]);
    let team = mates(&[(0, Mafia), (1, Mafia), (2, Spy)]);
    assert_eq!((table.view(0).team, table.view(2).team), (team.clone(), team));

    table.does(2, say(Channel::Mafia, "hello"));
    let hello = table.events[0].clone();
    assert_eq!(table.receivers(&hello), [Stream::Seat(0), Stream::Seat(1), Stream::Seat(2)]);
    table.does(0, point(4));
    assert_eq!(table.receivers(&Event::Pointed { seat: 0, target: 4 }).last(), Some(&Stream::Seat(2)));
    assert_eq!(table.refusal(2, &point(4)), Refusal::WrongRole, "a spy cannot point");
}

#[test]
fn a_spy_without_a_finding_tries_again_the_next_night() {
    let mut table = with_a_spy();
    table.does(2, probe(3));
    assert_eq!(table.view(2).findings, [Finding { day: 1, target: 3, mafia: false }]);
    assert_eq!(table.refusal(2, &probe(0)), Refusal::AlreadyDone);
    assert_eq!(table.refusal(2, &say(Channel::Mafia, "hello?")), Refusal::NotYourChannel);
    table.night([]);
    table.night([(2, probe(0))]);
    table.until(Phase::Night);
    assert_eq!(table.refusal(2, &probe(3)), Refusal::AlreadyDone, "a spy in the team cannot look again");
}

#[test]
fn the_mafia_may_kill_their_spy() {
    let mut table = with_a_spy();
    table.does(2, probe(0));
    table.does(0, point(2));
    table.time_passes();
    assert!(!table.game.lives(2));
}

#[test]
fn dead_team_members_see_the_team_but_not_its_chat() {
    let mut table = with_a_spy();
    table.executes(1);
    table.until(Phase::Night);
    table.does(0, say(Channel::Mafia, "alone"));
    let alone = table.events[0].clone();
    table.does(0, point(4));
    table.does(2, probe(0));
    assert_eq!(table.receivers(&alone), [Stream::Seat(0)]);
    assert_eq!(table.receivers(&Event::Pointed { seat: 0, target: 4 }), [Stream::Seat(0)]);
    assert_eq!(table.receivers(&Event::Contacted { seat: 2 }), [Stream::Seat(0)]);
    assert_eq!(table.view(1).team.len(), 3);
    assert_eq!(table.view(1).points, []);
    assert_eq!(table.refusal(1, &say(Channel::Mafia, "here")), Refusal::Dead);
}
