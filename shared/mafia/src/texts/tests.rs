use std::collections::{BTreeMap, BTreeSet};

use mafia_rules::PHRASES;

use super::*;

/// The JSON file of a language.
fn file(lang: Lang) -> Value {
    let path = format!("{}/texts/{}.json", env!("CARGO_MANIFEST_DIR"), lang.tag());
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// All texts by their paths (`.tables.lead`), without the bots' names, which differ in each language.
fn flat(lang: Lang) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut file = file(lang);
    file.as_object_mut().unwrap().remove("bot_names");
    collect("", &file, &mut found);
    found
}

fn collect(path: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(entries) => entries.iter().for_each(|(name, value)| collect(&format!("{path}.{name}"), value, found)),
        Value::String(text) => assert!(found.insert(path.to_owned(), text.clone()).is_none()),
        other => panic!("{path} is no text: {other}"),
    }
}

/// The placeholders of a text, without the forms that a language may add.
fn places(text: &str) -> BTreeSet<&str> {
    let inside = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    inside.map(|place| place.split(':').next().unwrap_or_default()).collect()
}

fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

#[test]
fn every_language_has_all_texts_and_placeholders() {
    let english = flat(Lang::En);
    assert!(english.len() > 250, "the walk over the texts found only {}", english.len());
    for lang in Lang::ALL {
        let _ = texts(lang); // the names that the rules know are all there, and no others
        let other = flat(lang);
        let keys = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<BTreeSet<_>>();
        let different: Vec<_> = keys(&english).symmetric_difference(&keys(&other)).cloned().collect();
        assert!(different.is_empty(), "in one of en, {} alone: {different:?}", lang.tag());
        for (path, text) in &other {
            assert!(!text.trim().is_empty(), "{}: {path} is empty", lang.tag());
            assert_eq!(places(text), places(&english[path]), "{}: {path} has different places", lang.tag());
        }
    }
}

#[test]
fn each_text_is_in_its_language() {
    // Only placeholders and punctuation.
    let neutral = [".words.points", ".words.list.pair", ".words.list.last", ".words.event.balloted_open", ".words.event.ended"];
    for (path, text) in flat(Lang::Ko) {
        assert!(is_korean(&text) || neutral.contains(&path.as_str()), "{path}: {text}");
    }
    for (path, text) in flat(Lang::En) {
        assert!(!is_korean(&text), "{path}: {text}");
    }
}

#[test]
fn every_refusal_has_a_unique_text() {
    for lang in Lang::ALL {
        let texts = texts(lang);
        let codes: BTreeSet<_> = texts.refusals.keys().map(String::as_str).collect();
        assert_eq!(codes, Refusal::CODES.iter().copied().collect(), "{}", lang.tag());
        let different: BTreeSet<_> = texts.refusals.values().collect();
        assert_eq!(different.len(), codes.len(), "two refusals have the same text");
        assert!(lang != Lang::En || texts.refusals.values().all(|text| text.len() > 10 && text.is_ascii()));
        let refusal = Refusal::OptionOutOfRange { field: "gone_after".to_owned() };
        assert!(!texts.refusal(&refusal).contains('{') && texts.refusal(&refusal).contains("gone_after"));
        let others = texts.refusals.iter().filter(|(code, _)| *code != refusal.code());
        assert!(
            others.clone().all(|(_, text)| !text.contains('{')),
            "{}: a refusal has a placeholder without a value",
            lang.tag()
        );
    }
}

#[test]
fn every_phrase_has_a_text_in_every_language() {
    for lang in Lang::ALL {
        let texts = texts(lang);
        assert_eq!(texts.phrases.len(), PHRASES.len(), "{}", lang.tag());
        for phrase in &PHRASES {
            let (id, text) = (phrase.id, texts.phrase(phrase.id).unwrap());
            assert_eq!(text.contains("{name}"), phrase.is_about(), "{id}: {text}");
            assert!(text.chars().count() <= 80, "{id}: too long for a phone");
            let fits_every_name = text.matches("{name}").count() == text.matches("{name}님").count();
            assert!(lang != Lang::Ko || fits_every_name, "{id}: a particle would not fit every name");
        }
        assert_eq!(texts.phrase(""), None);
    }
}

#[test]
fn texts_of_night_actions_tell_their_findings() {
    for lang in Lang::ALL {
        for (deed, texts) in texts(lang).game.deeds.iter() {
            for outcome in [&texts.told, &texts.open, &texts.listed] {
                assert_eq!(matches!(outcome, Outcome::Found { .. }), deed.reveals_side(), "{}: {deed:?}", lang.tag());
            }
        }
    }
}

#[test]
fn phases_and_deaths_have_texts() {
    for lang in Lang::ALL {
        let event = |key: &str| texts(lang).words["event"][key].is_string();
        let phases = Phase::ALL.into_iter().filter(|phase| !matches!(phase, Phase::Lobby | Phase::Over));
        for phase in phases {
            assert!(event(phase.as_str()), "{}: {phase:?}", lang.tag());
        }
        for cause in Cause::ALL {
            assert!(event(cause.as_str()) && event(&format!("{}_role", cause.as_str())), "{}: {cause:?}", lang.tag());
        }
    }
}

#[test]
fn a_full_table_of_bots_has_enough_names() {
    for lang in Lang::ALL {
        let names: BTreeSet<_> = texts(lang).bot_names.iter().collect();
        assert!(names.len() >= mafia_rules::MAX_PLAYERS, "{}", lang.tag());
        assert_eq!(names.len(), texts(lang).bot_names.len(), "{}: a name occurs twice", lang.tag());
    }
}

#[test]
fn refuses_a_missing_or_unknown_key() {
    let read = |json: &str| serde_json::from_str::<Each<Ballot, String>>(json).map(|_| ()).unwrap_err().to_string();
    assert!(read(r#"{"yes":"a","no":"b"}"#).contains("\"abstain\" is missing"));
    assert!(read(r#"{"yes":"a","no":"b","abstain":"c","maybe":"d"}"#).contains("do not know \"maybe\""));
}
