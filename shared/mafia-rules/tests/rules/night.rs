//! The mafia's victim, and the doctor's protection.

use mafia_rules::{
    Cause::Killed,
    Event, Options, Phase, Refusal,
    Role::{Citizen, Detective, Doctor, Mafia},
};

use crate::kit::{Table, point, protect, sleep};

/// Mafia on seats 0 to 2, a doctor on 3, citizens on 4 to 9.
fn three_mafia() -> Table {
    Table::of(&[Mafia, Mafia, Mafia, Doctor, Citizen, Citizen, Citizen, Citizen, Citizen, Citizen])
}

#[test]
fn the_victim_dies_at_dawn() {
    let mut table = Table::of(&[Mafia, Doctor, Detective, Citizen, Citizen]);
    table.night([(0, point(3))]);
    assert_eq!(table.phase(), Phase::Dawn);
    assert_eq!(table.events[2], Event::Died { seat: 3, cause: Killed, role: Some(Citizen) });
    assert!(!table.game.lives(3));
}

#[test]
fn a_night_without_pointing_kills_no_player() {
    let mut table = Table::of(&[Mafia, Doctor, Detective, Citizen, Citizen]);
    table.night([]);
    assert_eq!(table.events[2..], [Event::NobodyDied]);
}

#[test]
fn the_majority_of_the_mafia_decides() {
    let mut table = three_mafia();
    table.night([(0, point(4)), (1, point(5)), (2, point(5))]);
    assert_eq!(table.died(), [(5, Killed)]);
}

#[test]
fn the_first_pointing_decides_a_tie() {
    let mut table = three_mafia();
    table.night([(2, point(6)), (0, point(4)), (1, point(5))]);
    assert_eq!(table.died(), [(6, Killed)]);
}

#[test]
fn pointing_at_another_player_loses_the_position() {
    let mut table = three_mafia();
    table.night([(2, point(6)), (0, point(4)), (1, point(5)), (2, point(7))]);
    assert_eq!(table.died(), [(4, Killed)]);
    let mut table = three_mafia();
    table.night([(2, point(6)), (0, point(4)), (2, point(7)), (2, point(6))]);
    assert_eq!(table.died(), [(4, Killed)], "returning to a target counts as new");
}

#[test]
fn pointing_at_the_same_player_keeps_the_position() {
    let mut table = three_mafia();
    table.does(2, point(6));
    table.does(0, point(4));
    table.does(2, point(6));
    assert_eq!(table.events, []);
    table.time_passes();
    assert_eq!(table.died(), [(6, Killed)]);
}

#[test]
fn only_the_last_pointing_counts() {
    let mut table = three_mafia();
    table.night([(0, point(4)), (1, point(4)), (2, point(5)), (1, point(5))]);
    assert_eq!(table.died(), [(5, Killed)]);
}

#[test]
fn the_mafia_may_not_point_at_each_other() {
    let table = three_mafia();
    assert_eq!(table.refusal(0, &point(1)), Refusal::OwnTeam);
    assert_eq!(table.refusal(0, &point(0)), Refusal::NotYourself);
    assert_eq!(table.refusal(0, &point(10)), Refusal::NoSuchSeat);
}

#[test]
fn refuses_pointing_at_a_dead_player() {
    let mut table = three_mafia();
    table.night([(0, point(4))]);
    table.until(Phase::Night);
    assert_eq!(table.refusal(0, &point(4)), Refusal::TargetDead);
}

#[test]
fn a_first_night_may_be_without_a_kill() {
    let options = Options { first_night_kill: false, ..Options::default() };
    let mut table = Table::with(&[Mafia, Doctor, Citizen, Citizen, Citizen], options);
    assert_eq!(table.refusal(0, &point(3)), Refusal::PeacefulNight);
    table.night([(0, sleep())]);
    assert_eq!(table.died(), []);
    table.night([(0, point(3))]);
    assert_eq!(table.died(), [(3, Killed)]);
}

#[test]
fn a_doctor_saves_the_victim() {
    let mut table = three_mafia();
    table.night([(0, point(4)), (3, protect(4))]);
    assert_eq!(table.events[2..], [Event::NobodyDied], "the doctor is not named");
}

#[test]
fn a_doctor_may_change_the_target() {
    let mut table = three_mafia();
    table.night([(0, point(4)), (3, protect(4)), (3, protect(5))]);
    assert_eq!(table.died(), [(4, Killed)]);
}

#[test]
fn protection_lasts_one_night() {
    let mut table = three_mafia();
    table.night([(3, protect(4))]);
    table.night([(0, point(4))]);
    assert_eq!(table.died(), [(4, Killed)]);
}

#[test]
fn doctors_protect_themselves_if_the_table_allows_it() {
    let mut table = three_mafia();
    table.night([(0, point(3)), (3, protect(3))]);
    assert_eq!(table.died(), []);

    let options = Options { doctor_self: false, ..Options::default() };
    let mut table = Table::with(&[Mafia, Doctor, Citizen, Citizen, Citizen], options);
    assert_eq!(table.refusal(1, &protect(1)), Refusal::NotYourself);
    table.night([(0, point(1))]);
    assert_eq!(table.died(), [(1, Killed)]);
}

#[test]
fn refuses_the_action_of_another_role() {
    let table = three_mafia();
    assert_eq!(table.refusal(4, &point(0)), Refusal::WrongRole);
    assert_eq!(table.refusal(0, &protect(0)), Refusal::WrongRole);
}

#[test]
fn a_night_ends_two_seconds_after_all_are_done() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen]);
    table.does(0, point(4));
    table.does(1, protect(1));
    table.all_do([2, 3], &sleep());
    assert_eq!(table.left(), 40_000, "the night waits for the last player");
    table.does(4, sleep());
    assert_eq!(table.events, [Event::Slept { seat: 4 }, Event::Hurried { ends_at: table.now + 2_000 }]);
    table.does(0, point(3));
    assert_eq!(table.left(), 2_000, "players may change their mind, without more time");
    table.time_passes();
    assert_eq!(table.died(), [(3, Killed)]);
}

#[test]
fn an_early_end_takes_at_most_half_the_night() {
    let options = Options { night_seconds: 1, ..Options::default() };
    let mut table = Table::with(&[Mafia, Doctor, Citizen, Citizen], options);
    table.all_do(0..4, &sleep());
    assert_eq!(table.left(), 500);
}

#[test]
fn an_early_end_never_extends_the_night() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen]);
    table.now += 39_000;
    table.all_do(0..4, &sleep());
    assert_eq!(table.left(), 1_000);
}

#[test]
fn refuses_sleep_after_an_action() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen]);
    table.does(1, protect(2));
    assert_eq!(table.refusal(1, &sleep()), Refusal::AlreadyDone);
    table.does(0, sleep());
    table.does(0, point(3));
    table.time_passes();
    assert_eq!(table.died(), [(3, Killed)], "a sleeping player may still act");
}
