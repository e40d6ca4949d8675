//! The vote for the accused.

use mafia_rules::{
    Event, Phase, Refusal,
    Role::{Citizen, Doctor, Mafia},
    SeatNo, Stream, VoteView, public_view,
};

use crate::kit::{Table, abstain, accuse, point};

/// Six players vote.
fn voting() -> Table {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen]);
    table.until(Phase::Vote);
    table
}

/// Returns the accused after these votes.
fn accused(votes: &[(SeatNo, Option<SeatNo>)]) -> Option<SeatNo> {
    let mut table = voting();
    for &(seat, target) in votes {
        table.does(seat, target.map_or_else(abstain, accuse));
    }
    table.time_passes();
    let phase = if table.game.accused.is_some() { Phase::Defence } else { Phase::Dusk };
    assert_eq!(table.phase(), phase);
    assert_eq!(table.events.contains(&Event::NobodyAccused), table.game.accused.is_none());
    table.game.accused
}

#[test]
fn the_player_with_the_most_votes_is_accused() {
    assert_eq!(accused(&[(0, Some(2)), (1, Some(2)), (2, Some(0)), (3, None)]), Some(2));
}

#[test]
fn one_vote_is_enough() {
    assert_eq!(accused(&[(0, Some(5))]), Some(5));
}

#[test]
fn a_tie_accuses_no_player() {
    assert_eq!(accused(&[(0, Some(2)), (1, Some(2)), (2, Some(0)), (3, Some(0)), (4, Some(1))]), None);
}

#[test]
fn abstentions_and_missing_votes_do_not_count() {
    assert_eq!(accused(&[(0, None), (1, None), (2, None), (3, None), (4, Some(0))]), Some(0));
    assert_eq!(accused(&[(0, None), (1, None)]), None);
    assert_eq!(accused(&[]), None);
}

#[test]
fn the_last_vote_counts() {
    assert_eq!(accused(&[(0, Some(2)), (1, Some(3)), (0, Some(3))]), Some(3));
    assert_eq!(accused(&[(0, Some(2)), (0, None)]), None);
}

#[test]
fn votes_are_public() {
    let mut table = voting();
    table.does(3, accuse(1));
    table.does(4, abstain());
    assert_eq!(table.receivers(&Event::Voted { seat: 3, target: Some(1) }), [Stream::Public]);
    let votes = [VoteView { from: 3, to: Some(1) }, VoteView { from: 4, to: None }];
    assert_eq!(public_view(&table.game).votes, votes);
}

#[test]
fn a_repeated_vote_has_no_event() {
    let mut table = voting();
    table.does(3, accuse(1));
    table.does(3, accuse(1));
    assert_eq!(table.events, []);
}

#[test]
fn refuses_votes_for_oneself_or_dead_players() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen]);
    table.night([(0, point(5))]);
    table.until(Phase::Vote);
    assert_eq!(table.refusal(0, &accuse(0)), Refusal::NotYourself);
    assert_eq!(table.refusal(0, &accuse(5)), Refusal::TargetDead);
    assert_eq!(table.refusal(0, &accuse(6)), Refusal::NoSuchSeat);
    assert_eq!(table.refusal(5, &accuse(0)), Refusal::Dead);
}

#[test]
fn a_vote_ends_two_seconds_after_the_last_vote() {
    let mut table = voting();
    table.all_do(1..6, &accuse(0));
    assert_eq!(table.left(), 30_000);
    table.does(0, abstain());
    assert_eq!(table.left(), 2_000);
    table.does(1, accuse(2));
    assert_eq!(table.left(), 2_000, "players may change their mind, without more time");
    table.time_passes();
    assert_eq!(table.game.accused, Some(0));
}

#[test]
fn night_follows_a_vote_without_an_accused() {
    let mut table = voting();
    table.time_passes();
    assert_eq!((table.phase(), table.left()), (Phase::Dusk, 6_000));
    table.time_passes();
    assert_eq!((table.phase(), table.game.day), (Phase::Night, 2));
}
