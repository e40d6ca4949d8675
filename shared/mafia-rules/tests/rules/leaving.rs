//! Players leave during the game.

use mafia_rules::{
    Actor,
    Cause::Gone,
    Command, Event, Phase, Refusal,
    Role::{Citizen, Doctor, Mafia},
    Stream, Winner, public_view,
};

use crate::kit::{Table, abstain, accuse, person, point, protect, sleep};

fn table() -> Table {
    Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen])
}

#[test]
fn a_player_who_left_cannot_return() {
    let mut table = table();
    table.does(3, Command::Leave);
    assert_eq!(table.receivers(&Event::Left { seat: 3 }), [Stream::Public]);
    assert!(public_view(&table.game).seats[3].left);
    for command in [sleep(), Command::Join, Command::Leave] {
        assert_eq!(table.refusal(3, &command), Refusal::NotSeated, "{command:?}");
    }
    assert_eq!(table.refusal_of(&Actor::Visitor(person(3)), &Command::Join), Refusal::AlreadyStarted);
    assert_eq!((table.view(3).can, table.view(3).write), (Vec::new(), Vec::new()));
}

#[test]
fn a_player_who_left_dies_at_dawn() {
    let mut table = table();
    table.until(Phase::Talk);
    table.does(3, Command::Leave);
    table.until(Phase::Night);
    assert!(table.game.lives(3));
    table.time_passes();
    assert_eq!(table.died(), [(3, Gone)]);
}

#[test]
fn actions_before_leaving_count() {
    let mut table = table();
    table.does(1, protect(4));
    table.does(1, Command::Leave);
    table.night([(0, point(4))]);
    assert_eq!(table.died(), [(1, Gone)], "the protection still counts");

    table.until(Phase::Vote);
    table.does(5, accuse(0));
    table.does(5, Command::Leave);
    table.time_passes();
    assert_eq!(table.game.accused, Some(0));
}

#[test]
fn no_phase_waits_for_a_player_who_left() {
    let mut table = table();
    table.all_do(0..5, &sleep());
    assert_eq!(table.left(), 40_000);
    table.does(5, Command::Leave);
    assert_eq!(table.left(), 2_000, "the night waited only for this player");

    table.until(Phase::Vote);
    table.does(4, Command::Leave);
    table.all_do(0..4, &abstain());
    assert_eq!(table.left(), 2_000);
}

#[test]
fn the_defence_of_a_player_who_left_ends_at_once() {
    let mut table = table();
    table.until(Phase::Vote);
    table.all_do([0, 1, 2], &accuse(5));
    table.time_passes();
    assert_eq!(table.game.phase, Phase::Defence);
    table.does(5, Command::Leave);
    assert_eq!((table.game.phase, table.game.accused), (Phase::Ballot, Some(5)), "the defence is over, and the ballot begins");

    table.until(Phase::Vote);
    table.all_do([0, 1, 2], &accuse(4));
    table.does(4, Command::Leave);
    table.time_passes();
    assert_eq!(table.game.phase, Phase::Ballot);
}

#[test]
fn a_player_who_left_has_no_share_of_the_talk() {
    let mut table = table();
    table.until(Phase::Talk);
    table.does(5, Command::Leave);
    table.all_do(0..5, &Command::Shorten);
    assert_eq!(table.game.phase, Phase::Vote);
}

#[test]
fn the_next_player_becomes_host() {
    let mut table = table();
    table.does(0, Command::Leave);
    assert_eq!(table.events[..2], [Event::Left { seat: 0 }, Event::HostIs { seat: Some(1) }]);
    table.does(2, Command::Leave);
    table.does(1, Command::Leave);
    assert_eq!(table.game.host, Some(3), "the first remaining player is host");
}

#[test]
fn a_mafia_who_leaves_loses() {
    let mut table = table();
    table.does(0, Command::Leave);
    table.until(Phase::Over);
    assert_eq!((table.game.day, table.game.winner), (1, Some(Winner::Citizens)));
}

#[test]
fn a_game_without_players_ends() {
    let mut table = table();
    table.all_do(0..6, &Command::Leave);
    assert_eq!((table.game.host, table.left()), (None, 2_000));
    table.until(Phase::Over);
    assert_eq!(table.game.winner, Some(Winner::Citizens));
}

#[test]
fn dead_players_may_leave() {
    let mut table = table();
    table.night([(0, point(5))]);
    table.does(5, Command::Leave);
    table.until(Phase::Night);
    table.until(Phase::Dawn);
    assert_eq!(table.died(), [], "a dead player does not die again");
}

#[test]
fn refuses_leaving_after_the_end() {
    let mut table = table();
    table.executes(0);
    assert_eq!(table.refusal(1, &Command::Leave), Refusal::GameOver);
}
