//! The night's news.

use mafia_rules::{
    Cause::{Gone, Killed},
    Command, Event, Options, Phase,
    Role::{Citizen, Doctor, Mafia, Reporter, Soldier},
    Stream, public_view,
};

use crate::kit::{Table, point, report};

#[test]
fn the_news_come_in_their_order() {
    let mut table = Table::of(&[Mafia, Reporter, Citizen, Citizen, Citizen, Citizen, Citizen, Citizen]);
    table.does(5, Command::Leave);
    table.night([(0, point(2)), (1, report(3))]);
    let ends_at = table.now + 8_000;
    assert_eq!(
        table.news,
        [
            Event::PhaseEnded { absent: Vec::new() },
            Event::PhaseBegan { phase: Phase::Dawn, day: 1, ends_at },
            Event::Died { seat: 2, cause: Killed, role: Some(Citizen) },
            Event::Died { seat: 5, cause: Gone, role: Some(Citizen) },
            Event::Published { by: Some(1), target: 3, role: Citizen },
        ]
    );
}

#[test]
fn who_did_not_survive_the_night_has_not_died_of_two_causes() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen]);
    table.does(3, Command::Leave);
    table.night([(0, point(3))]);
    assert_eq!(table.died(), [(3, Killed)]);
}

#[test]
fn that_nobody_died_is_said_once_and_only_then() {
    let mut table = Table::of(&[Mafia, Soldier, Citizen, Citizen, Citizen, Citizen]);
    table.does(3, Command::Leave);
    table.night([(0, point(1))]);
    assert_eq!(table.died(), [(3, Gone)]);
    assert!(!table.news.contains(&Event::NobodyDied));
}

#[test]
fn the_role_of_the_dead_is_shown() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen]);
    table.night([(0, point(1))]);
    assert_eq!(public_view(&table.game).seats[1].role, Some(Doctor));
    assert_eq!(table.who_heard(&Event::Died { seat: 1, cause: Killed, role: Some(Doctor) }), [Stream::Public]);
}

#[test]
fn or_it_is_hidden_until_the_end() {
    let options = Options { reveal_roles: false, ..Options::default() };
    let mut table = Table::with(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen], options);
    table.night([(0, point(1))]);
    assert_eq!(table.who_heard(&Event::Died { seat: 1, cause: Killed, role: None }), [Stream::Public]);
    table.executes(2);
    assert!(public_view(&table.game).seats.iter().all(|seat| seat.role.is_none()));
    table.executes(0);
    assert_eq!(table.phase(), Phase::Over);
    assert!(public_view(&table.game).seats.iter().all(|seat| seat.role.is_some()));
}

#[test]
fn dawn_lasts_its_time_and_talk_begins() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen]);
    table.night([]);
    assert_eq!(table.left(), 8_000);
    table.time_passes();
    assert_eq!((table.phase(), table.game.day, table.left()), (Phase::Talk, 1, 120_000));
}
