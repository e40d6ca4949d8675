//! The length of the talk.

use mafia_rules::{
    Command::{Lengthen, Shorten},
    Event, Phase, Refusal,
    Role::{Citizen, Doctor, Mafia},
    Stream,
};

use crate::kit::{Table, point};

/// Five players talk; each vote is worth a fifth of 120 seconds.
fn talking() -> Table {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen]);
    table.until(Phase::Talk);
    table
}

#[test]
fn each_vote_on_time_is_an_equal_share() {
    let mut table = talking();
    table.does(0, Shorten);
    assert_eq!(table.left(), 96_000);
    table.does(1, Lengthen);
    table.does(2, Lengthen);
    assert_eq!(table.left(), 144_000);
    let told = Event::TimeVoted { seat: 2, longer: true, ends_at: table.now + 144_000 };
    assert_eq!(table.receivers(&told), [Stream::Public]);
}

#[test]
fn dead_players_have_no_share() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen]);
    table.night([(0, point(4))]);
    table.until(Phase::Talk);
    table.does(0, Shorten);
    assert_eq!(table.left(), 90_000);
    assert_eq!(table.refusal(4, &Shorten), Refusal::Dead);
}

#[test]
fn one_vote_on_time_a_day() {
    let mut table = talking();
    table.does(0, Shorten);
    assert_eq!(table.refusal(0, &Shorten), Refusal::AlreadyDone);
    assert_eq!(table.refusal(0, &Lengthen), Refusal::AlreadyDone);
    table.until(Phase::Night);
    table.until(Phase::Talk);
    table.does(0, Lengthen);
}

#[test]
fn the_talk_ends_if_all_players_shorten_it() {
    let mut table = talking();
    table.all_do(0..4, &Shorten);
    assert_eq!(table.phase(), Phase::Talk);
    table.does(4, Shorten);
    assert_eq!((table.phase(), table.left()), (Phase::Vote, 30_000));
}

#[test]
fn the_talk_never_ends_in_the_past() {
    let mut table = talking();
    table.now += 110_000;
    table.does(0, Shorten);
    assert_eq!(table.events[0], Event::TimeVoted { seat: 0, longer: false, ends_at: table.now });
    assert_eq!((table.phase(), table.left()), (Phase::Vote, 30_000));
}

#[test]
fn the_talk_ends_by_time() {
    let mut table = talking();
    table.time_passes();
    assert_eq!(table.phase(), Phase::Vote);
}
