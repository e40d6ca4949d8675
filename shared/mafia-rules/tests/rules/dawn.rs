//! The events of dawn.

use mafia_rules::{
    Cause::{Gone, Killed},
    Command, Event, Options, Phase,
    Role::{Citizen, Doctor, Mafia, Reporter, Soldier},
    Stream, public_view,
};

use crate::kit::{Table, point, report};

#[test]
fn dawn_events_have_a_fixed_order() {
    let mut table = Table::of(&[Mafia, Reporter, Citizen, Citizen, Citizen, Citizen, Citizen, Citizen]);
    table.does(5, Command::Leave);
    table.night([(0, point(2)), (1, report(3))]);
    let ends_at = table.now + 8_000;
    assert_eq!(
        table.events,
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
fn a_player_who_left_and_is_killed_dies_once() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen]);
    table.does(3, Command::Leave);
    table.night([(0, point(3))]);
    assert_eq!(table.died(), [(3, Killed)]);
}

#[test]
fn nobody_died_is_not_sent_with_a_death() {
    let mut table = Table::of(&[Mafia, Soldier, Citizen, Citizen, Citizen, Citizen]);
    table.does(3, Command::Leave);
    table.night([(0, point(1))]);
    assert_eq!(table.died(), [(3, Gone)]);
    assert!(!table.events.contains(&Event::NobodyDied));
}

#[test]
fn reveals_the_role_of_a_dead_player() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen]);
    table.night([(0, point(1))]);
    assert_eq!(public_view(&table.game).seats[1].role, Some(Doctor));
    assert_eq!(table.receivers(&Event::Died { seat: 1, cause: Killed, role: Some(Doctor) }), [Stream::Public]);
}

#[test]
fn hides_the_roles_of_the_dead_if_the_table_says_so() {
    let options = Options { reveal_roles: false, ..Options::default() };
    let mut table = Table::with(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen], options);
    table.night([(0, point(1))]);
    assert_eq!(table.receivers(&Event::Died { seat: 1, cause: Killed, role: None }), [Stream::Public]);
    table.executes(2);
    assert!(public_view(&table.game).seats.iter().all(|seat| seat.role.is_none()));
    table.executes(0);
    assert_eq!(table.phase(), Phase::Over);
    assert!(public_view(&table.game).seats.iter().all(|seat| seat.role.is_some()));
}

#[test]
fn talk_follows_dawn() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen]);
    table.night([]);
    assert_eq!(table.left(), 8_000);
    table.time_passes();
    assert_eq!((table.phase(), table.game.day, table.left()), (Phase::Talk, 1, 120_000));
}
