//! Whom the mafia kill, and whom a doctor keeps alive.

use mafia_rules::{
    Cause::Killed,
    Event, Options, Phase, Refusal,
    Role::{Citizen, Detective, Doctor, Mafia},
};

use crate::kit::{Table, point, protect, sleep};

/// Three mafia on the first seats, a doctor on the fourth, and six citizens.
fn three_mafia() -> Table {
    Table::of(&[Mafia, Mafia, Mafia, Doctor, Citizen, Citizen, Citizen, Citizen, Citizen, Citizen])
}

#[test]
fn the_victim_dies_at_dawn() {
    let mut table = Table::of(&[Mafia, Doctor, Detective, Citizen, Citizen]);
    table.night([(0, point(3))]);
    assert_eq!(table.phase(), Phase::Dawn);
    assert_eq!(table.news[2], Event::Died { seat: 3, cause: Killed, role: Some(Citizen) });
    assert!(!table.game.lives(3));
}

#[test]
fn where_nobody_points_nobody_dies() {
    let mut table = Table::of(&[Mafia, Doctor, Detective, Citizen, Citizen]);
    table.night([]);
    assert_eq!(table.news[2..], [Event::NobodyDied]);
}

#[test]
fn most_of_the_mafia_settle_it() {
    let mut table = three_mafia();
    table.night([(0, point(4)), (1, point(5)), (2, point(5))]);
    assert_eq!(table.died(), [(5, Killed)]);
}

#[test]
fn among_equals_the_earliest_finger_settles_it() {
    let mut table = three_mafia();
    table.night([(2, point(6)), (0, point(4)), (1, point(5))]);
    assert_eq!(table.died(), [(6, Killed)]);
}

#[test]
fn who_thinks_again_gives_up_their_place_in_time() {
    let mut table = three_mafia();
    table.night([(2, point(6)), (0, point(4)), (1, point(5)), (2, point(7))]);
    assert_eq!(table.died(), [(4, Killed)]);
    let mut table = three_mafia();
    table.night([(2, point(6)), (0, point(4)), (2, point(7)), (2, point(6))]);
    assert_eq!(table.died(), [(4, Killed)], "to come back is to come late");
}

#[test]
fn who_points_at_the_same_again_keeps_their_place_in_time() {
    let mut table = three_mafia();
    table.does(2, point(6));
    table.does(0, point(4));
    table.does(2, point(6));
    assert_eq!(table.news, []);
    table.time_passes();
    assert_eq!(table.died(), [(6, Killed)]);
}

#[test]
fn a_finger_moved_counts_only_where_it_is_now() {
    let mut table = three_mafia();
    table.night([(0, point(4)), (1, point(4)), (2, point(5)), (1, point(5))]);
    assert_eq!(table.died(), [(5, Killed)]);
}

#[test]
fn the_mafia_do_not_point_at_their_own() {
    let table = three_mafia();
    assert_eq!(table.refusal(0, &point(1)), Refusal::OwnTeam);
    assert_eq!(table.refusal(0, &point(0)), Refusal::NotYourself);
    assert_eq!(table.refusal(0, &point(10)), Refusal::NoSuchSeat);
}

#[test]
fn the_dead_are_not_pointed_at() {
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
fn a_doctor_keeps_the_victim_alive() {
    let mut table = three_mafia();
    table.night([(0, point(4)), (3, protect(4))]);
    assert_eq!(table.news[2..], [Event::NobodyDied], "and nobody is told that it was the doctor");
}

#[test]
fn a_doctor_may_think_again_too() {
    let mut table = three_mafia();
    table.night([(0, point(4)), (3, protect(4)), (3, protect(5))]);
    assert_eq!(table.died(), [(4, Killed)]);
}

#[test]
fn each_night_is_protected_anew() {
    let mut table = three_mafia();
    table.night([(3, protect(4))]);
    table.night([(0, point(4))]);
    assert_eq!(table.died(), [(4, Killed)]);
}

#[test]
fn doctors_protect_themselves_where_the_table_lets_them() {
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
fn a_role_does_its_own_part_only() {
    let table = three_mafia();
    assert_eq!(table.refusal(4, &point(0)), Refusal::WrongRole);
    assert_eq!(table.refusal(0, &protect(0)), Refusal::WrongRole);
}

#[test]
fn a_night_in_which_all_are_done_ends_after_a_moment() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen]);
    table.does(0, point(4));
    table.does(1, protect(1));
    table.all_do([2, 3], &sleep());
    assert_eq!(table.left(), 40_000, "the night waits for everybody");
    table.does(4, sleep());
    assert_eq!(table.news, [Event::Slept { seat: 4 }, Event::Hurried { ends_at: table.now + 2_000 }]);
    table.does(0, point(3));
    assert_eq!(table.left(), 2_000, "in that moment one may think again, and gets no other");
    table.time_passes();
    assert_eq!(table.died(), [(3, Killed)]);
}

#[test]
fn the_moment_is_at_most_half_the_night() {
    let options = Options { night_seconds: 1, ..Options::default() };
    let mut table = Table::with(&[Mafia, Doctor, Citizen, Citizen], options);
    table.all_do(0..4, &sleep());
    assert_eq!(table.left(), 500);
}

#[test]
fn a_night_that_is_nearly_over_is_not_made_longer() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen]);
    table.now += 39_000;
    table.all_do(0..4, &sleep());
    assert_eq!(table.left(), 1_000);
}

#[test]
fn who_is_done_sleeps_already() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen]);
    table.does(1, protect(2));
    assert_eq!(table.refusal(1, &sleep()), Refusal::AlreadyDone);
    table.does(0, sleep());
    table.does(0, point(3));
    table.time_passes();
    assert_eq!(table.died(), [(3, Killed)], "who sleeps may wake again to act");
}
