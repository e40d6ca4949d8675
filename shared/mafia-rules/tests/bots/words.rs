//! What bots say and are called, in both languages.

use std::collections::BTreeSet;

use mafia_rules::{Channel, Event, Heard, Lang, MAX_PLAYERS, PHRASES, Phase, SeatNo, Setup, Speaker, Words, bot_name, phrase};

use crate::{chance::Seed, table::Table};

fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

#[test]
fn every_phrase_has_a_text_in_both_languages() {
    let ids: BTreeSet<_> = PHRASES.iter().map(|phrase| phrase.id).collect();
    assert_eq!(ids.len(), PHRASES.len(), "two phrases have the same id");
    for id in ids {
        let (en, ko) = (phrase(id, Lang::En).unwrap(), phrase(id, Lang::Ko).unwrap());
        assert!(!en.is_empty() && !is_korean(en), "{id}: {en}");
        assert!(is_korean(ko), "{id}: {ko}");
        assert_eq!(en.contains("{name}"), ko.contains("{name}"), "{id}: about somebody in one language alone");
        assert_eq!(ko.matches("{name}").count(), ko.matches("{name}님").count(), "{id}: a particle would not fit every name");
        assert!(en.chars().count().max(ko.chars().count()) <= 80, "{id}: too long for a phone");
    }
    assert_eq!(phrase("", Lang::En), None);
}

#[test]
fn what_bots_say_is_a_phrase_about_somebody_else_who_lives() {
    let mut said = BTreeSet::new();
    for seed in 0..60 {
        let mut table = Table::started(12, 0, &Setup::default(), seed);
        while table.game.phase != Phase::Over {
            let living: Vec<SeatNo> = table.game.living().collect();
            for (by, id, about) in table.one_phase() {
                let text = phrase(&id, Lang::En).unwrap();
                assert_eq!(about.is_some(), text.contains("{name}"), "{id}");
                assert!(about.is_none_or(|about| about != by && living.contains(&about)), "{id}");
                said.insert(id);
            }
        }
    }
    let unsaid: Vec<_> = PHRASES.iter().filter(|phrase| !said.contains(phrase.id)).collect();
    assert!(unsaid.is_empty(), "never said: {unsaid:?}");
}

#[test]
fn bots_hear_nothing_of_what_is_said_in_secret() {
    let by = Speaker { seat: Some(0), name: "Player 0".to_owned() };
    let words = Words::Phrase { phrase: "found".to_owned(), about: Some(2) };
    let said = |channel| Event::Said { by: by.clone(), channel, words: words.clone(), id: None };
    for channel in [Channel::Mafia, Channel::Dead, Channel::Spectators] {
        assert_eq!(Heard::of(&[said(channel)]), Heard::default());
    }
    assert_ne!(Heard::of(&[said(Channel::Public)]), Heard::default());
}

#[test]
fn a_full_table_of_bots_has_short_names_that_differ() {
    for (host, korean) in [("Minsu", false), ("민수", true)] {
        let mut seed = Seed(7);
        let mut names = vec![host.to_owned()];
        while names.len() < MAX_PLAYERS {
            let taken: Vec<_> = names.iter().map(String::as_str).collect();
            let name = bot_name(&taken, &mut seed);
            assert!(!taken.contains(&name.as_str()), "{name} is taken");
            assert_eq!(is_korean(&name), korean, "{name}");
            assert!((1..=20).contains(&name.chars().count()), "{name}");
            names.push(name);
        }
    }
}

#[test]
fn there_is_a_name_for_a_bot_however_many_are_taken() {
    let mut seed = Seed(7);
    let mut names: Vec<String> = Vec::new();
    for _ in 0..100 {
        let taken: Vec<_> = names.iter().map(String::as_str).collect();
        let name = bot_name(&taken, &mut seed);
        assert!(!taken.contains(&name.as_str()) && name.chars().count() <= 20, "{name}");
        names.push(name);
    }
}
