//! What the mafia and their spies know of each other.

use mafia_rules::{
    Channel, Deed, Event, Finding, Phase, Refusal,
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
fn the_team_and_nobody_else_see_where_each_of_them_points() {
    let mut table = with_a_spy();
    table.does(1, point(3));
    assert_eq!(table.who_heard(&Event::Pointed { seat: 1, target: 3 }), [Stream::Seat(0), Stream::Seat(1)]);
    assert_eq!(table.view(0).points.len(), 1);
    assert_eq!(table.view(2).points, []);
    assert_eq!(table.view(3).points, []);
}

#[test]
fn a_spy_who_finds_the_mafia_joins_them() {
    let mut table = with_a_spy();
    table.does(0, say(Channel::Mafia, "before"));
    table.does(2, probe(1));
    assert_eq!(table.who_heard(&found(Deed::Probe, 2, 1, true)), [Stream::Seat(2)]);
    assert_eq!(table.who_heard(&Event::Contacted { seat: 2 }), [Stream::Seat(0), Stream::Seat(1)]);
    let team = mates(&[(0, Mafia), (1, Mafia), (2, Spy)]);
    assert_eq!((table.view(0).team, table.view(2).team), (team.clone(), team));

    table.does(2, say(Channel::Mafia, "hello"));
    let hello = table.news[0].clone();
    assert_eq!(table.who_heard(&hello), [Stream::Seat(0), Stream::Seat(1), Stream::Seat(2)]);
    table.does(0, point(4));
    assert_eq!(table.who_heard(&Event::Pointed { seat: 0, target: 4 }).last(), Some(&Stream::Seat(2)));
    assert_eq!(table.refusal(2, &point(4)), Refusal::WrongRole, "but points at nobody");
}

#[test]
fn a_spy_who_finds_nobody_stays_outside_and_looks_again_the_next_night() {
    let mut table = with_a_spy();
    table.does(2, probe(3));
    assert_eq!(table.view(2).findings, [Finding { day: 1, target: 3, mafia: false }]);
    assert_eq!(table.refusal(2, &probe(0)), Refusal::AlreadyDone);
    assert_eq!(table.refusal(2, &say(Channel::Mafia, "hello?")), Refusal::NotYourChannel);
    table.night([]);
    table.night([(2, probe(0))]);
    table.until(Phase::Night);
    assert_eq!(table.refusal(2, &probe(3)), Refusal::AlreadyDone, "who has found them looks no further");
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
fn the_dead_of_the_team_see_who_is_of_it_and_hear_nothing_more() {
    let mut table = with_a_spy();
    table.executes(1);
    table.until(Phase::Night);
    table.does(0, say(Channel::Mafia, "alone"));
    let alone = table.news[0].clone();
    table.does(0, point(4));
    table.does(2, probe(0));
    assert_eq!(table.who_heard(&alone), [Stream::Seat(0)]);
    assert_eq!(table.who_heard(&Event::Pointed { seat: 0, target: 4 }), [Stream::Seat(0)]);
    assert_eq!(table.who_heard(&Event::Contacted { seat: 2 }), [Stream::Seat(0)]);
    assert_eq!(table.view(1).team.len(), 3);
    assert_eq!(table.view(1).points, []);
    assert_eq!(table.refusal(1, &say(Channel::Mafia, "here")), Refusal::Dead);
}
