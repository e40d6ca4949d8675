//! The phrases of bots.

use std::collections::BTreeSet;

use mafia_rules::{Channel, Event, PHRASES, Phase, PublicRecord, SeatNo, Setup, Speaker, Words};

use crate::table::Table;

#[test]
fn phrases_have_unique_ids() {
    let ids: BTreeSet<_> = PHRASES.iter().map(|phrase| phrase.id).collect();
    assert_eq!(ids.len(), PHRASES.len(), "two phrases have the same id");
}

#[test]
fn bots_say_phrases_about_other_living_players() {
    let mut said = BTreeSet::new();
    for seed in 0..60 {
        let mut table = Table::started(12, 0, &Setup::default(), seed);
        while table.game.phase != Phase::Over {
            let living: Vec<SeatNo> = table.game.living().collect();
            for (by, id, about) in table.one_phase() {
                let phrase = PHRASES.iter().find(|phrase| phrase.id == id).unwrap();
                assert_eq!(about.is_some(), phrase.is_about(), "{id}");
                assert!(about.is_none_or(|about| about != by && living.contains(&about)), "{id}");
                said.insert(id);
            }
        }
    }
    let unsaid: Vec<_> = PHRASES.iter().filter(|phrase| !said.contains(phrase.id)).collect();
    assert!(unsaid.is_empty(), "never said: {unsaid:?}");
}

#[test]
fn bots_ignore_secret_channels() {
    let by = Speaker { seat: Some(0), name: "Player 0".to_owned() };
    let words = Words::Phrase { phrase: "found".to_owned(), about: Some(2) };
    let said = |channel| Event::Said { by: by.clone(), channel, words: words.clone(), id: None };
    for channel in [Channel::Mafia, Channel::Dead, Channel::Spectators] {
        assert_eq!(PublicRecord::of(&[said(channel)]), PublicRecord::default());
    }
    assert_ne!(PublicRecord::of(&[said(Channel::Public)]), PublicRecord::default());
}
