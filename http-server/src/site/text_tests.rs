//! Checks of the texts of the site and of the rooms. Those of the game are tested where they stand, in `mafia::texts`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    languages::Lang,
    texts::{fill, texts},
};
use crate::rooms;

/// Path of a text (`lobby.title`) to the text.
fn flat(lang: Lang) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let all = json!({"site": texts(lang), "rooms": rooms::texts::texts(lang)});
    collect("", &all, &mut found);
    found
}

fn collect(path: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(entries) => entries.iter().for_each(|(name, value)| collect(&format!("{path}.{name}"), value, found)),
        Value::String(text) => assert!(found.insert(path.to_owned(), text.clone()).is_none()),
        other => panic!("{path} is no text: {other}"),
    }
}

fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

#[test]
fn no_language_lacks_a_text_or_a_place() {
    let english = flat(Lang::En);
    assert!(english.len() > 100, "the walk over the texts found only {}", english.len());
    for lang in Lang::ALL {
        let other = flat(lang);
        assert!(other.keys().eq(english.keys()));
        for (path, text) in &other {
            let twin = &english[path];
            assert!(!text.trim().is_empty() && !twin.trim().is_empty(), "{path} is empty");
            assert_eq!(places(text), places(twin), "{path} has different places in {}", lang.tag());
        }
    }
}

#[test]
fn each_text_is_in_its_language() {
    let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
    // Nothing but places and punctuation.
    let neutral = [".rooms.live.said"];
    for (path, text) in flat(Lang::Ko) {
        assert!(hangul(&text) || neutral.contains(&path.as_str()), "{path}: {text}");
    }
    for (path, text) in flat(Lang::En) {
        assert!(!hangul(&text), "{path}: {text}");
    }
}

#[test]
fn places_are_filled_once() {
    assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "2")]), "{b} and 2");
    assert_eq!(fill("{unknown} {a", &[("a", "1")]), "{unknown} {a");
    assert_eq!(fill("plain", &[]), "plain");
}
