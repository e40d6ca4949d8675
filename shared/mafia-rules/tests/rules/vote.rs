//! Who is accused.

use mafia_rules::{
    Event, Phase, Refusal,
    Role::{Citizen, Doctor, Mafia},
    SeatNo, Stream, VoteView, public_view,
};

use crate::kit::{Table, abstain, accuse, point};

/// Six people vote.
fn voting() -> Table {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen]);
    table.until(Phase::Vote);
    table
}

/// Who stands before the ballot after these have named these.
fn accused(votes: &[(SeatNo, Option<SeatNo>)]) -> Option<SeatNo> {
    let mut table = voting();
    for &(seat, target) in votes {
        table.does(seat, target.map_or_else(abstain, accuse));
    }
    table.time_passes();
    let phase = if table.game.accused.is_some() { Phase::Defence } else { Phase::Dusk };
    assert_eq!(table.phase(), phase);
    assert_eq!(table.news.contains(&Event::NobodyAccused), table.game.accused.is_none());
    table.game.accused
}

#[test]
fn who_is_named_oftenest_is_accused() {
    assert_eq!(accused(&[(0, Some(2)), (1, Some(2)), (2, Some(0)), (3, None)]), Some(2));
}

#[test]
fn one_voice_is_enough_where_nobody_else_has_one() {
    assert_eq!(accused(&[(0, Some(5))]), Some(5));
}

#[test]
fn among_equals_nobody_is_accused() {
    assert_eq!(accused(&[(0, Some(2)), (1, Some(2)), (2, Some(0)), (3, Some(0)), (4, Some(1))]), None);
}

#[test]
fn abstentions_and_missing_votes_count_for_nothing() {
    assert_eq!(accused(&[(0, None), (1, None), (2, None), (3, None), (4, Some(0))]), Some(0));
    assert_eq!(accused(&[(0, None), (1, None)]), None);
    assert_eq!(accused(&[]), None);
}

#[test]
fn the_last_word_counts() {
    assert_eq!(accused(&[(0, Some(2)), (1, Some(3)), (0, Some(3))]), Some(3));
    assert_eq!(accused(&[(0, Some(2)), (0, None)]), None);
}

#[test]
fn everybody_sees_who_names_whom() {
    let mut table = voting();
    table.does(3, accuse(1));
    table.does(4, abstain());
    assert_eq!(table.who_heard(&Event::Voted { seat: 3, target: Some(1) }), [Stream::Public]);
    let votes = [VoteView { from: 3, to: Some(1) }, VoteView { from: 4, to: None }];
    assert_eq!(public_view(&table.game).votes, votes);
}

#[test]
fn the_same_name_again_is_no_news() {
    let mut table = voting();
    table.does(3, accuse(1));
    table.does(3, accuse(1));
    assert_eq!(table.news, []);
}

#[test]
fn one_names_somebody_else_who_lives() {
    let mut table = Table::of(&[Mafia, Doctor, Citizen, Citizen, Citizen, Citizen]);
    table.night([(0, point(5))]);
    table.until(Phase::Vote);
    assert_eq!(table.refusal(0, &accuse(0)), Refusal::NotYourself);
    assert_eq!(table.refusal(0, &accuse(5)), Refusal::TargetDead);
    assert_eq!(table.refusal(0, &accuse(6)), Refusal::NoSuchSeat);
    assert_eq!(table.refusal(5, &accuse(0)), Refusal::Dead);
}

#[test]
fn a_vote_in_which_all_have_voted_ends_after_a_moment() {
    let mut table = voting();
    table.all_do(1..6, &accuse(0));
    assert_eq!(table.left(), 30_000);
    table.does(0, abstain());
    assert_eq!(table.left(), 2_000);
    table.does(1, accuse(2));
    assert_eq!(table.left(), 2_000, "in that moment one may think again, and gets no other");
    table.time_passes();
    assert_eq!(table.game.accused, Some(0));
}

#[test]
fn after_a_vote_without_an_accused_night_comes() {
    let mut table = voting();
    table.time_passes();
    assert_eq!((table.phase(), table.left()), (Phase::Dusk, 6_000));
    table.time_passes();
    assert_eq!((table.phase(), table.game.day), (Phase::Night, 2));
}
