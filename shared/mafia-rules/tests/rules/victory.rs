//! The winner.

use mafia_rules::{
    Event, Options, Phase,
    Role::{self, Citizen, Doctor, Joker, Mafia, Soldier, Spy},
    Winner,
};

use crate::kit::{Table, point, probe};

#[test]
fn the_citizens_win_without_mafia() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen]);
    table.executes(0);
    assert_eq!(table.game.winner, Some(Winner::Citizens));
    let ended = Event::Ended { winner: Winner::Citizens, roles: vec![Mafia, Doctor, Citizen, Citizen] };
    assert_eq!(table.events.last(), Some(&ended), "the end shows every role");
}

#[test]
fn the_citizens_must_find_all_mafia() {
    let mut table = Table::of(&[Mafia, Mafia, Citizen, Citizen, Citizen, Citizen]);
    table.executes(0);
    assert_eq!(table.game.winner, None);
    table.executes(1);
    assert_eq!(table.game.winner, Some(Winner::Citizens));
}

#[test]
fn the_mafia_win_with_half_of_the_players() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen]);
    table.night([(0, point(3))]);
    assert_eq!(table.game.winner, None, "one against two");
    table.executes(2);
    assert_eq!((table.phase(), table.game.winner), (Phase::Over, Some(Winner::Mafia)), "one against one");
}

#[test]
fn a_night_may_end_the_game() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen]);
    table.night([(0, point(4))]);
    table.executes(3);
    table.night([(0, point(2))]);
    assert_eq!((table.phase(), table.game.winner), (Phase::Over, Some(Winner::Mafia)));
    assert_eq!(table.game.ends_at, None);
}

#[test]
fn a_spy_counts_for_the_mafia_once_they_know_each_other() {
    let roles = [Mafia, Spy, Citizen, Citizen, Citizen, Citizen];
    let mut apart = Table::of(&roles);
    apart.night([(0, point(5))]);
    apart.executes(4);
    assert_eq!(apart.game.winner, None, "one against three");

    let mut together = Table::of(&roles);
    together.night([(0, point(5)), (1, probe(0))]);
    assert_eq!(together.game.winner, None, "two against three");
    together.executes(4);
    assert_eq!(together.game.winner, Some(Winner::Mafia), "two against two");
}

#[test]
fn spies_without_mafia_lose() {
    let mut table = Table::of(&[Mafia, Spy, Citizen, Citizen, Citizen, Citizen]);
    table.does(1, probe(0));
    table.executes(0);
    assert_eq!(table.game.winner, Some(Winner::Citizens));
}

#[test]
fn an_executed_joker_wins_alone() {
    let mut table = Table::of(&[Mafia, Joker, Citizen, Citizen, Citizen]);
    table.executes(1);
    assert_eq!((table.phase(), table.game.winner), (Phase::Over, Some(Winner::Joker)));
}

#[test]
fn the_joker_wins_before_the_mafia() {
    let mut table = Table::of(&[Mafia, Joker, Citizen, Citizen]);
    table.night([(0, point(3))]);
    table.executes(1);
    assert_eq!(table.game.winner, Some(Winner::Joker));
}

#[test]
fn a_killed_joker_does_not_win() {
    let mut table = Table::of(&[Mafia, Joker, Citizen, Citizen, Citizen]);
    table.night([(0, point(1))]);
    assert_eq!(table.game.winner, None);
}

#[test]
fn a_living_joker_counts_among_the_rest() {
    let mut table = Table::of(&[Mafia, Joker, Citizen, Citizen]);
    table.night([(0, point(3))]);
    assert_eq!(table.game.winner, None, "one against two, a joker among them");
}

#[test]
fn winners_by_role() {
    let wins = |winner: Winner| Role::ALL.into_iter().filter(|&role| winner.includes(role)).collect::<Vec<_>>();
    assert_eq!(wins(Winner::Mafia), [Mafia, Spy]);
    assert_eq!(wins(Winner::Joker), [Joker]);
    let others: Vec<_> = Role::ALL.into_iter().filter(|role| ![Mafia, Spy, Joker].contains(role)).collect();
    assert_eq!(wins(Winner::Citizens), others);
    assert!([Doctor, Role::Detective, Citizen, Soldier, Role::Reporter].iter().all(|role| others.contains(role)));
}

#[test]
fn the_mafia_win_after_day_30() {
    let options = Options { gone_after: 50, ..Options::default() };
    let mut table = Table::with(&[Mafia, Doctor, Citizen, Citizen], options);
    for day in 1..=30 {
        assert_eq!((table.phase(), table.game.day), (Phase::Night, day));
        table.until(Phase::Dusk);
        assert_eq!(table.game.winner, None);
        table.time_passes();
    }
    assert_eq!((table.phase(), table.game.winner), (Phase::Over, Some(Winner::Mafia)));
}
