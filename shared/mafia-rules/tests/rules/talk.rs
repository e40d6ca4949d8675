//! How long the talk lasts.

use mafia_rules::{
    Command::{Lengthen, Shorten},
    Event, Phase, Refusal,
    Role::{Citizen, Doctor, Mafia},
    Stream,
};

use crate::kit::{Table, point};

/// Five people talk; the talk has 120 seconds, so each of them 24.
fn talking() -> Table {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen]);
    table.until(Phase::Talk);
    table
}

#[test]
fn a_vote_on_time_is_worth_an_equal_share() {
    let mut table = talking();
    table.does(0, Shorten);
    assert_eq!(table.left(), 96_000);
    table.does(1, Lengthen);
    table.does(2, Lengthen);
    assert_eq!(table.left(), 144_000);
    let told = Event::TimeVoted { seat: 2, longer: true, ends_at: table.now + 144_000 };
    assert_eq!(table.who_heard(&told), [Stream::Public]);
}

#[test]
fn the_dead_have_no_share() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen]);
    table.night([(0, point(4))]);
    table.until(Phase::Talk);
    table.does(0, Shorten);
    assert_eq!(table.left(), 90_000);
    assert_eq!(table.refusal(4, &Shorten), Refusal::Dead);
}

#[test]
fn everybody_has_one_such_vote_a_day() {
    let mut table = talking();
    table.does(0, Shorten);
    assert_eq!(table.refusal(0, &Shorten), Refusal::AlreadyDone);
    assert_eq!(table.refusal(0, &Lengthen), Refusal::AlreadyDone);
    table.until(Phase::Night);
    table.until(Phase::Talk);
    table.does(0, Lengthen);
}

#[test]
fn where_all_want_it_shorter_it_ends_at_once() {
    let mut table = talking();
    table.all_do(0..4, &Shorten);
    assert_eq!(table.phase(), Phase::Talk);
    table.does(4, Shorten);
    assert_eq!((table.phase(), table.left()), (Phase::Vote, 30_000));
}

#[test]
fn it_does_not_end_in_the_past() {
    let mut table = talking();
    table.now += 110_000;
    table.does(0, Shorten);
    assert_eq!(table.news[0], Event::TimeVoted { seat: 0, longer: false, ends_at: table.now });
    assert_eq!((table.phase(), table.left()), (Phase::Vote, 30_000));
}

#[test]
fn time_ends_it_too() {
    let mut table = talking();
    table.time_passes();
    assert_eq!(table.phase(), Phase::Vote);
}
