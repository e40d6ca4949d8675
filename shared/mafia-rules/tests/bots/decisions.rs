//! Bots decide sensibly. Each scene is played with many seeds.

use mafia_rules::{
    Ballot, Cause, Channel, Command, Done, Event, Move, NightAction, PHRASES, Phase,
    Role::{self, Citizen, Detective, Doctor, Joker, Mafia},
    SeatNo, Speaker, Words,
};

use crate::table::Table;

const SEEDS: std::ops::Range<u64> = 0..100;

fn says(seat: SeatNo, phrase: &str, about: Option<SeatNo>) -> Event {
    let words = Words::Phrase { phrase: phrase.to_owned(), about };
    Event::Said { by: Speaker { seat: Some(seat), name: String::new() }, channel: Channel::Public, words, id: None }
}

/// The phrase that a bot wants to say.
fn line(wanted: Move) -> Option<(String, Option<SeatNo>)> {
    match wanted {
        Move::Do(Command::Say { channel: Channel::Public, words: Words::Phrase { phrase, about }, .. }) => Some((phrase, about)),
        _ => None,
    }
}

/// The detective on seat 1 investigates a player.
fn investigated(target: SeatNo, mafia: bool) -> Event {
    Event::Done(Done { action: NightAction::Investigate, seat: 1, target, mafia: Some(mafia) })
}

fn scenes(roles: &[Role], people: usize) -> impl Iterator<Item = Table> {
    SEEDS.map(move |seed| Table::dealt(roles, people, seed))
}

#[test]
fn a_detective_publishes_a_mafia_once_and_votes_for_them() {
    for mut table in scenes(&[Mafia, Detective, Citizen, Citizen, Citizen], 0) {
        table.happens(&investigated(0, true));
        table.turns(Phase::Talk);
        let found = line(table.wants(1)).unwrap();
        assert_eq!(found, ("found".to_owned(), Some(0)));
        table.happens(&says(1, &found.0, found.1));
        assert_ne!(line(table.wants(1)), Some(found));
        table.turns(Phase::Vote);
        assert_eq!(table.wants(1), Move::Do(Command::Vote { target: Some(0) }));
    }
}

#[test]
fn the_only_detective_votes_for_a_false_detective() {
    for mut table in scenes(&[Mafia, Detective, Citizen, Citizen, Citizen], 0) {
        table.turns(Phase::Talk);
        table.happens(&says(0, "found", Some(3)));
        table.turns(Phase::Vote);
        assert_eq!(table.wants(1), Move::Do(Command::Vote { target: Some(0) }));
    }
}

#[test]
fn citizens_believe_a_detective_who_was_right_about_a_mafia() {
    for mut table in scenes(&[Mafia, Detective, Citizen, Citizen, Mafia, Citizen, Citizen], 0) {
        table.turns(Phase::Talk);
        table.happens(&says(1, "found", Some(0)));
        table.happens(&Event::Died { seat: 0, cause: Cause::Executed, role: Some(Mafia) });
        table.happens(&says(1, "found", Some(4)));
        table.turns(Phase::Vote);
        assert_eq!(table.wants(2), Move::Do(Command::Vote { target: Some(4) }));
    }
}

#[test]
fn the_mafia_never_vote_for_each_other() {
    for mut table in scenes(&[Mafia, Mafia, Citizen, Citizen, Citizen, Citizen], 0) {
        table.turns(Phase::Vote);
        assert_ne!(table.wants(0), Move::Do(Command::Vote { target: Some(1) }));
    }
}

#[test]
fn bots_point_at_the_target_of_human_team_members() {
    for mut table in scenes(&[Mafia, Mafia, Mafia, Citizen, Citizen, Citizen, Citizen, Citizen], 1) {
        table.bots_move();
        for target in [4, 6] {
            table.happens(&Event::Pointed { seat: 0, target });
            table.bots_move();
            assert!(table.game.night.points.iter().all(|point| point.target == target));
            assert_eq!(table.wants(1), Move::Later, "human players may change their mind");
        }
    }
}

#[test]
fn the_mafia_target_a_detective_who_found_one_of_them() {
    let mut killed = 0;
    for mut table in scenes(&[Mafia, Detective, Citizen, Citizen, Citizen], 0) {
        table.turns(Phase::Talk);
        table.happens(&says(1, "found", Some(0)));
        table.turns(Phase::Night);
        killed += usize::from(table.wants(0) == Move::Do(Command::Do { action: NightAction::Point, target: 1 }));
    }
    assert!(killed > 90, "{killed} of 100");
}

#[test]
fn a_joker_confesses_and_a_citizen_does_not() {
    let mut asked = 0;
    for mut table in scenes(&[Mafia, Joker, Citizen, Citizen, Citizen], 0) {
        table.turns(Phase::Talk);
        let confesses = |wanted: Move| line(wanted).is_some_and(|(phrase, _)| phrase.starts_with("confess"));
        asked += usize::from(confesses(table.wants(1)));
        assert!(!confesses(table.wants(2)));
    }
    assert!(asked > 10, "{asked} of 100");
}

#[test]
fn bots_wait_with_shortening_the_talk_until_all_people_want_it() {
    for mut table in scenes(&[Mafia, Doctor, Detective, Citizen, Citizen, Citizen, Citizen, Citizen], 2) {
        table.turns(Phase::Talk);
        table.bots_move();
        assert!(table.game.time_votes.len() < 6, "all bots want the vote before people do");
        table.does(0, &Command::Shorten);
        table.does(1, &Command::Shorten);
        table.bots_move();
        assert_eq!(table.game.phase, Phase::Vote);
    }
}

#[test]
fn an_accused_bot_says_one_line_and_ends_its_defence() {
    for mut table in scenes(&[Mafia, Doctor, Detective, Citizen, Citizen], 1) {
        table.turns(Phase::Defence);
        table.happens(&Event::Accused { seat: 3 });
        assert_eq!(table.wants(4), Move::Nothing);
        let (said, _) = line(table.wants(3)).unwrap();
        assert!(PHRASES.iter().any(|phrase| phrase.id == said));
        table.bots_move();
        assert_eq!(table.game.phase, Phase::Ballot);
    }
}

#[test]
fn a_detective_s_ballot_follows_the_findings() {
    let mut right = 0;
    for mut table in scenes(&[Mafia, Detective, Citizen, Citizen, Citizen], 0) {
        for (accused, mafia, choice) in [(0, true, Ballot::Yes), (2, false, Ballot::No)] {
            table.happens(&investigated(accused, mafia));
            table.turns(Phase::Ballot);
            table.happens(&Event::Accused { seat: accused });
            right += usize::from(table.wants(1) == Move::Do(Command::Ballot { choice }));
        }
    }
    assert!(right > 160, "{right} of 200");
}

#[test]
fn dead_bots_do_nothing() {
    let mut table = Table::dealt(&[Mafia, Doctor, Detective, Citizen, Citizen], 0, 1);
    table.happens(&Event::Died { seat: 1, cause: Cause::Killed, role: None });
    for phase in [Phase::Night, Phase::Dawn, Phase::Talk, Phase::Vote, Phase::Ballot, Phase::Dusk] {
        table.turns(phase);
        assert_eq!(table.wants(1), Move::Nothing, "{phase:?}");
    }
}
