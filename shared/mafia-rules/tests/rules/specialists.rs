//! The detective, the soldier and the reporter.

use mafia_rules::{
    Cause::Killed,
    Event, Finding, NightAction, Options, Phase, Refusal,
    Role::{Citizen, Detective, Doctor, Joker, Mafia, Reporter, Soldier, Spy},
    Stream, public_view,
};

use crate::kit::{Table, found, investigate, point, protect, report};

#[test]
fn only_the_detective_learns_a_side() {
    let mut table = Table::of(&[Mafia, Detective, Citizen, Citizen, Citizen]);
    table.does(1, investigate(0));
    let learned = found(NightAction::Investigate, 1, 0, true);
    assert_eq!(table.receivers(&learned), [Stream::Seat(1)]);
    assert_eq!(table.view(1).findings, [Finding { day: 1, target: 0, mafia: true }]);
    table.night([]);
    table.night([(1, investigate(2))]);
    assert_eq!(table.view(1).findings[1], Finding { day: 2, target: 2, mafia: false });
}

#[test]
fn a_detective_does_not_recognise_spies_and_jokers() {
    let mut table = Table::of(&[Mafia, Detective, Spy, Joker, Citizen, Citizen]);
    table.night([(1, investigate(2))]);
    table.night([(1, investigate(3))]);
    assert!(table.view(1).findings.iter().all(|finding| !finding.mafia));
}

#[test]
fn a_detective_investigates_another_player_once_a_night() {
    let mut table = Table::of(&[Mafia, Detective, Citizen, Citizen, Citizen]);
    assert_eq!(table.refusal(1, &investigate(1)), Refusal::NotYourself);
    table.does(1, investigate(2));
    assert_eq!(table.refusal(1, &investigate(3)), Refusal::AlreadyDone);
    assert_eq!(table.refusal(1, &investigate(2)), Refusal::AlreadyDone);
}

#[test]
fn a_soldier_survives_the_first_attack_in_secret() {
    let mut table = Table::of(&[Mafia, Soldier, Citizen, Citizen, Citizen, Citizen]);
    assert_eq!(table.view(1).armour, Some(true));
    table.night([(0, point(1))]);
    assert_eq!(table.died(), []);
    assert!(table.events.contains(&Event::NobodyDied));
    assert_eq!(table.receivers(&Event::Survived { seat: 1 }), [Stream::Seat(1)]);
    assert_eq!(table.view(1).armour, Some(false));
    table.night([(0, point(1))]);
    assert_eq!(table.died(), [(1, Killed)], "the second one kills");
}

#[test]
fn protection_saves_a_soldier_s_armour() {
    let mut table = Table::of(&[Mafia, Soldier, Doctor, Citizen, Citizen, Citizen]);
    table.night([(0, point(1)), (2, protect(1))]);
    assert_eq!(table.view(1).armour, Some(true));
}

#[test]
fn a_soldier_can_be_executed() {
    let mut table = Table::of(&[Mafia, Soldier, Citizen, Citizen, Citizen]);
    table.executes(1);
    assert!(!table.game.lives(1));
}

#[test]
fn a_story_is_published_at_dawn_without_its_reporter() {
    let mut table = Table::of(&[Mafia, Reporter, Citizen, Citizen, Citizen]);
    table.night([(1, report(0))]);
    assert_eq!(table.receivers(&Event::Published { by: None, target: 0, role: Mafia }), [Stream::Public]);
    assert_eq!(table.receivers(&Event::Published { by: Some(1), target: 0, role: Mafia }), []);
    assert_eq!(public_view(&table.game).seats[0].role, Some(Mafia));
    assert_eq!(public_view(&table.game).seats[1].role, None);
}

#[test]
fn the_order_of_stories_hides_the_reporters() {
    let mut table = Table::of(&[Mafia, Reporter, Reporter, Doctor, Citizen, Citizen]);
    table.night([(1, report(5)), (2, report(3))]);
    let stories: Vec<_> = table.events.iter().filter(|event| matches!(event, Event::Published { .. })).cloned().collect();
    let story = |by, target, role| Event::Published { by: Some(by), target, role };
    assert_eq!(stories, [story(2, 3, Doctor), story(1, 5, Citizen)]);
}

#[test]
fn a_reporter_has_one_story_in_a_game_and_may_change_it_until_dawn() {
    let mut table = Table::of(&[Mafia, Reporter, Citizen, Citizen, Citizen]);
    assert_eq!(table.view(1).story, Some(true));
    assert_eq!(table.refusal(1, &report(1)), Refusal::NotYourself);
    table.night([(1, report(0)), (1, report(3))]);
    assert!(table.events.contains(&Event::Published { by: Some(1), target: 3, role: Citizen }));
    assert_eq!(table.view(1).story, Some(false));
    table.until(Phase::Night);
    assert_eq!(table.refusal(1, &report(0)), Refusal::AlreadyDone);
}

#[test]
fn a_reporter_who_dies_publishes_nothing() {
    let mut table = Table::of(&[Mafia, Reporter, Citizen, Citizen, Citizen]);
    table.night([(1, report(0)), (0, point(1))]);
    assert_eq!(table.died(), [(1, Killed)]);
    assert_eq!(public_view(&table.game).seats[0].role, None);
}

#[test]
fn a_story_may_be_about_the_night_s_victim() {
    let options = Options { reveal_roles: false, ..Options::default() };
    let mut table = Table::with(&[Mafia, Reporter, Doctor, Citizen, Citizen], options);
    table.night([(1, report(2)), (0, point(2))]);
    assert_eq!(table.died(), [(2, Killed)]);
    assert_eq!(public_view(&table.game).seats[2].role, Some(Doctor), "even where the table does not show the role of the dead");
}
