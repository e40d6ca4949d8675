//! Absent players.

use mafia_rules::{
    Cause::Gone,
    Channel, Command, Options, Phase,
    Role::{Citizen, Doctor, Mafia},
    SeatNo,
};

use crate::kit::{Table, abstain, add_bot, say, sleep};

/// Five human players with `gone_after: 3`.
fn table() -> Table {
    let options = Options { gone_after: 3, ..Options::default() };
    Table::with(&[Mafia, Doctor, Citizen, Citizen, Citizen], options)
}

/// Ends phases without seat 4's connection, until `phase`.
fn without_the_last(table: &mut Table, phase: Phase) {
    loop {
        table.time_passes_with((0..4).collect());
        if table.phase() == phase {
            return;
        }
    }
}

/// The number of phases in a row without seat 4.
fn absent(table: &Table) -> u8 {
    table.game.seat(4).unwrap().absent
}

#[test]
fn an_absent_player_dies_at_dawn() {
    let mut table = table();
    without_the_last(&mut table, Phase::Dusk); // a night, a talk and a vote
    assert_eq!(absent(&table), 3);
    assert!(table.game.lives(4), "absence has no effect by day");
    without_the_last(&mut table, Phase::Dawn);
    assert_eq!(table.died(), [(4, Gone)]);
}

#[test]
fn absence_below_the_limit_is_harmless() {
    let mut table = table();
    without_the_last(&mut table, Phase::Vote);
    assert_eq!(absent(&table), 2);
    table.until(Phase::Night);
    assert_eq!(absent(&table), 0, "a connected player at the end of a phase is present");
    table.until(Phase::Dawn);
    assert_eq!(table.died(), []);
}

#[test]
fn an_action_resets_the_absence_without_a_connection() {
    let mut table = table();
    without_the_last(&mut table, Phase::Vote);
    table.does(4, abstain());
    without_the_last(&mut table, Phase::Dusk);
    assert_eq!(absent(&table), 0);
}

#[test]
fn a_message_resets_the_absence() {
    let mut table = table();
    without_the_last(&mut table, Phase::Talk);
    table.does(4, say(Channel::Public, "I am on a train"));
    without_the_last(&mut table, Phase::Vote);
    assert_eq!(absent(&table), 0);
}

#[test]
fn absence_is_counted_from_the_last_active_phase() {
    let mut table = table();
    table.does(4, sleep());
    without_the_last(&mut table, Phase::Dawn);
    assert_eq!(absent(&table), 0);
    without_the_last(&mut table, Phase::Vote);
    assert_eq!(absent(&table), 1);
}

#[test]
fn a_connected_player_is_not_absent() {
    let mut table = table();
    for _ in 0..8 {
        table.until(Phase::Dawn);
        table.until(Phase::Night);
    }
    assert_eq!(table.living().len(), 5);
}

#[test]
fn a_talk_ended_by_votes_does_not_change_absence() {
    let mut table = table();
    without_the_last(&mut table, Phase::Talk);
    assert_eq!(absent(&table), 1);
    table.now += 100_000;
    table.does(0, Command::Shorten);
    assert_eq!((table.phase(), absent(&table)), (Phase::Vote, 1));
    without_the_last(&mut table, Phase::Dusk);
    assert_eq!(absent(&table), 2);
}

#[test]
fn dawn_does_not_count_as_absence() {
    let mut table = table();
    without_the_last(&mut table, Phase::Dawn);
    assert_eq!(absent(&table), 1);
    without_the_last(&mut table, Phase::Talk);
    assert_eq!(absent(&table), 1);
}

#[test]
fn bots_are_never_absent() {
    let mut table = Table::with_people(1);
    for _ in 1..5 {
        table.does(0, add_bot("x"));
    }
    let roles = [Mafia, Doctor, mafia_rules::Role::Detective, Citizen, Citizen];
    table.starts(&roles);
    for _ in 0..6 {
        let none: Vec<SeatNo> = Vec::new();
        table.time_passes_with(none);
    }
    assert!(table.game.seats[1..].iter().all(|bot| bot.absent == 0));
    assert!(table.game.seats[0].absent > 0);
}
