//! Who is away and silent.

use mafia_rules::{
    Cause::Gone,
    Channel, Command, Options, Phase,
    Role::{Citizen, Doctor, Mafia},
    SeatNo,
};

use crate::kit::{Table, abstain, add_bot, say, sleep};

/// Five people; who is away for three nights, talks and votes in a row dies in their sleep.
fn table() -> Table {
    let options = Options { gone_after: 3, ..Options::default() };
    Table::with(&[Mafia, Doctor, Citizen, Citizen, Citizen], options)
}

/// Phases end while seat 4 is not connected, until this one.
fn without_the_last(table: &mut Table, phase: Phase) {
    loop {
        table.time_passes_with((0..4).collect());
        if table.phase() == phase {
            return;
        }
    }
}

/// How many phases in a row seat 4 has been away for.
fn absent(table: &Table) -> u8 {
    table.game.seat(4).unwrap().absent
}

#[test]
fn who_is_gone_dies_in_their_sleep() {
    let mut table = table();
    without_the_last(&mut table, Phase::Dusk); // a night, a talk and a vote
    assert_eq!(absent(&table), 3);
    assert!(table.game.lives(4), "by day nobody dies of it");
    without_the_last(&mut table, Phase::Dawn);
    assert_eq!(table.died(), [(4, Gone)]);
}

#[test]
fn one_phase_less_costs_nothing() {
    let mut table = table();
    without_the_last(&mut table, Phase::Vote);
    assert_eq!(absent(&table), 2);
    table.until(Phase::Night);
    assert_eq!(absent(&table), 0, "who is connected when a phase ends is there");
    table.until(Phase::Dawn);
    assert_eq!(table.died(), []);
}

#[test]
fn who_does_something_is_there_even_if_the_connection_is_gone_again() {
    let mut table = table();
    without_the_last(&mut table, Phase::Vote);
    table.does(4, abstain());
    without_the_last(&mut table, Phase::Dusk);
    assert_eq!(absent(&table), 0);
}

#[test]
fn who_says_something_is_there_too() {
    let mut table = table();
    without_the_last(&mut table, Phase::Talk);
    table.does(4, say(Channel::Public, "I am on a train"));
    without_the_last(&mut table, Phase::Vote);
    assert_eq!(absent(&table), 0);
}

#[test]
fn who_was_there_in_a_phase_may_be_away_in_the_next() {
    let mut table = table();
    table.does(4, sleep());
    without_the_last(&mut table, Phase::Dawn);
    assert_eq!(absent(&table), 0);
    without_the_last(&mut table, Phase::Vote);
    assert_eq!(absent(&table), 1);
}

#[test]
fn silence_of_who_is_connected_costs_nothing() {
    let mut table = table();
    for _ in 0..8 {
        table.until(Phase::Dawn);
        table.until(Phase::Night);
    }
    assert_eq!(table.living().len(), 5);
}

#[test]
fn a_talk_that_players_end_makes_nobody_present() {
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
fn the_short_phases_are_not_counted() {
    let mut table = table();
    without_the_last(&mut table, Phase::Dawn);
    assert_eq!(absent(&table), 1);
    without_the_last(&mut table, Phase::Talk);
    assert_eq!(absent(&table), 1);
}

#[test]
fn bots_are_always_there() {
    let mut table = Table::with_people(1);
    for _ in 1..5 {
        table.does(0, add_bot("x"));
    }
    let roles = [Mafia, Doctor, mafia_rules::Role::Detective, Citizen, Citizen];
    table.starts(&roles);
    for _ in 0..6 {
        let nobody: Vec<SeatNo> = Vec::new();
        table.time_passes_with(nobody);
    }
    assert!(table.game.seats[1..].iter().all(|bot| bot.absent == 0));
    assert!(table.game.seats[0].absent > 0);
}
