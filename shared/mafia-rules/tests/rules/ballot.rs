//! The defence, and the ballot on the accused.

use mafia_rules::{
    Ballot::{self, Abstain, No, Yes},
    Cause::Executed,
    Command, Event, Phase, Refusal,
    Role::{Citizen, Doctor, Mafia},
    Stream, public_view,
};

use crate::kit::{Table, accuse, ballot};

/// Seat 1, a doctor, is accused; the other five vote.
fn balloting() -> Table {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen]);
    table.accuses(1);
    table
}

/// Does the accused die, if the others vote so?
fn dies(choices: [Option<Ballot>; 5]) -> bool {
    let mut table = balloting();
    for (seat, choice) in [0, 2, 3, 4, 5].into_iter().zip(choices) {
        choice.into_iter().for_each(|choice| table.does(seat, ballot(choice)));
    }
    if table.phase() == Phase::Ballot {
        table.time_passes();
    }
    assert_eq!(table.phase(), Phase::Dusk);
    assert_eq!(!table.died().is_empty(), !table.game.lives(1));
    !table.game.lives(1)
}

#[test]
fn the_accused_ends_their_own_defence() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen]);
    table.until(Phase::Vote);
    table.does(0, accuse(1));
    table.time_passes();
    assert_eq!((table.phase(), table.left()), (Phase::Defence, 20_000));
    assert_eq!(table.news.last(), Some(&Event::Accused { seat: 1 }));
    assert_eq!(table.refusal(0, &Command::Finish), Refusal::NotAccused);
    table.does(1, Command::Finish);
    assert_eq!((table.phase(), table.left()), (Phase::Ballot, 20_000));
}

#[test]
fn more_for_than_against_it_is_death() {
    assert!(dies([Some(Yes), Some(Yes), Some(Yes), Some(No), Some(No)]));
    assert!(!dies([Some(Yes), Some(Yes), Some(No), Some(No), Some(No)]));
}

#[test]
fn where_both_are_equal_the_accused_lives() {
    assert!(!dies([Some(Yes), Some(Yes), Some(No), Some(No), Some(Abstain)]));
    assert!(!dies([Some(Abstain); 5]));
}

#[test]
fn abstentions_and_missing_ballots_count_for_nothing() {
    assert!(dies([Some(Yes), Some(Abstain), Some(Abstain), Some(Abstain), Some(Abstain)]));
    assert!(dies([Some(Yes), None, None, None, None]));
    assert!(!dies([None; 5]));
}

#[test]
fn the_accused_has_no_ballot() {
    assert_eq!(balloting().refusal(1, &ballot(No)), Refusal::YouAreAccused);
}

#[test]
fn a_ballot_is_cast_once() {
    let mut table = balloting();
    table.does(0, ballot(Yes));
    assert_eq!(table.refusal(0, &ballot(No)), Refusal::AlreadyDone);
}

#[test]
fn how_somebody_voted_is_told_with_the_verdict() {
    let mut table = balloting();
    table.does(0, ballot(Yes));
    assert_eq!(table.who_heard(&Event::Balloted { seat: 0, choice: Some(Yes) }), [Stream::Seat(0)]);
    assert_eq!(table.who_heard(&Event::Balloted { seat: 0, choice: None }), [Stream::Public]);
    assert_eq!(public_view(&table.game).balloted, [0]);
    assert_eq!((table.view(0).ballot, table.view(2).ballot), (Some(Yes), None));

    table.all_do([2, 3], &ballot(Yes));
    table.does(4, ballot(No));
    assert_eq!(table.phase(), Phase::Ballot);
    table.does(5, ballot(Abstain));
    let judged = Event::Judged { seat: 1, yes: vec![0, 2, 3], no: vec![4], dies: true };
    assert_eq!(table.who_heard(&judged), [Stream::Public]);
    assert_eq!(table.died(), [(1, Executed)]);
}

#[test]
fn the_ballot_ends_at_once_when_all_have_voted() {
    let mut table = balloting();
    table.all_do([0, 2, 3, 4], &ballot(No));
    assert_eq!(table.phase(), Phase::Ballot);
    table.does(5, ballot(No));
    assert_eq!((table.phase(), table.left()), (Phase::Dusk, 6_000));
}
