//! The defence and the ballot.

use mafia_rules::{
    Ballot::{self, Abstain, No, Yes},
    Cause::Executed,
    Command, Event, Phase, Refusal,
    Role::{Citizen, Doctor, Mafia},
    Stream, public_view,
};

use crate::kit::{Table, accuse, ballot};

/// Seat 1, a doctor, is accused; the five others vote.
fn balloting() -> Table {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen]);
    table.accuses(1);
    table
}

/// Whether the accused dies with these votes of the others.
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
    assert_eq!(table.events.last(), Some(&Event::Accused { seat: 1 }));
    assert_eq!(table.refusal(0, &Command::Finish), Refusal::NotAccused);
    table.does(1, Command::Finish);
    assert_eq!((table.phase(), table.left()), (Phase::Ballot, 20_000));
}

#[test]
fn a_majority_of_yes_executes_the_accused() {
    assert!(dies([Some(Yes), Some(Yes), Some(Yes), Some(No), Some(No)]));
    assert!(!dies([Some(Yes), Some(Yes), Some(No), Some(No), Some(No)]));
}

#[test]
fn a_tie_spares_the_accused() {
    assert!(!dies([Some(Yes), Some(Yes), Some(No), Some(No), Some(Abstain)]));
    assert!(!dies([Some(Abstain); 5]));
}

#[test]
fn abstentions_and_missing_ballots_do_not_count() {
    assert!(dies([Some(Yes), Some(Abstain), Some(Abstain), Some(Abstain), Some(Abstain)]));
    assert!(dies([Some(Yes), None, None, None, None]));
    assert!(!dies([None; 5]));
}

#[test]
fn the_accused_may_not_vote_in_the_ballot() {
    assert_eq!(balloting().refusal(1, &ballot(No)), Refusal::YouAreAccused);
}

#[test]
fn a_ballot_is_cast_once() {
    let mut table = balloting();
    table.does(0, ballot(Yes));
    assert_eq!(table.refusal(0, &ballot(No)), Refusal::AlreadyDone);
}

#[test]
fn a_ballot_is_disclosed_with_the_verdict() {
    let mut table = balloting();
    table.does(0, ballot(Yes));
    assert_eq!(table.receivers(&Event::Balloted { seat: 0, choice: Some(Yes) }), [Stream::Seat(0)]);
    assert_eq!(table.receivers(&Event::Balloted { seat: 0, choice: None }), [Stream::Public]);
    assert_eq!(public_view(&table.game).balloted, [0]);
    assert_eq!((table.view(0).ballot, table.view(2).ballot), (Some(Yes), None));

    table.all_do([2, 3], &ballot(Yes));
    table.does(4, ballot(No));
    assert_eq!(table.phase(), Phase::Ballot);
    table.does(5, ballot(Abstain));
    let judged = Event::Judged { seat: 1, yes: vec![0, 2, 3], no: vec![4], dies: true };
    assert_eq!(table.receivers(&judged), [Stream::Public]);
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
