//! The JSON of deeds, which clients see and databases keep, and what the catalogue says of events.

use std::collections::BTreeSet;

use mafia_rules::{Act, Deed, Done, Event, Role, Stream, evolve, fold, secret_types, told};
use serde_json::{from_value, json, to_value};

use crate::{
    kit::{done, found},
    random::Play,
};

#[test]
fn a_deed_is_stored_by_its_past() {
    let stored = json!({ "type": "protected", "seat": 1, "target": 2 });
    assert_eq!(to_value(done(Deed::Protect, 1, 2)).unwrap(), stored);
    assert_eq!(from_value::<Event>(stored).unwrap(), done(Deed::Protect, 1, 2));
    let stored = json!({ "type": "investigated", "seat": 2, "target": 0, "mafia": false });
    assert_eq!(to_value(found(Deed::Investigate, 2, 0, false)).unwrap(), stored);
    assert_eq!(from_value::<Event>(stored).unwrap(), found(Deed::Investigate, 2, 0, false));
    for deed in Deed::ALL {
        let event = Event::Done(Done { deed, seat: 0, target: 1, mafia: deed.finds().then_some(true) });
        assert_eq!(to_value(&event).unwrap()["type"], deed.past());
    }
    assert!(from_value::<Event>(json!({ "type": "danced", "seat": 1, "target": 2 })).is_err());
}

#[test]
fn an_act_is_known_by_one_word() {
    let names: BTreeSet<_> = Act::all().map(|act| to_value(act).unwrap().as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), Act::all().count());
    for act in Act::all() {
        assert_eq!(from_value::<Act>(to_value(act).unwrap()).unwrap(), act);
    }
    assert_eq!(to_value(Act::Deed(Deed::Protect)).unwrap(), "protect");
}

#[test]
fn every_deed_is_one_role_s() {
    for deed in Deed::ALL {
        assert_eq!(Role::ALL.into_iter().filter(|role| role.deed() == Some(deed)).count(), 1, "{deed:?}");
    }
}

#[test]
fn secret_events_are_those_that_not_everybody_is_told() {
    let secret: BTreeSet<_> = secret_types().collect();
    let mut seen = BTreeSet::new();
    for seed in 0..60 {
        let mut play = Play::started(seed);
        play.play(|play, actor, command| {
            let _ = play.try_move(actor, command);
        });
        let mut game = fold([]);
        for event in play.log.iter().filter(|event| !matches!(event, Event::Said { .. } | Event::PhaseEnded { .. })) {
            evolve(&mut game, event);
            let name = to_value(event).unwrap()["type"].as_str().unwrap().to_owned();
            let is_public = told(&game, event).iter().any(|(stream, _)| *stream == Stream::Public);
            assert_eq!(secret.contains(name.as_str()), !is_public, "{name}");
            seen.insert(name);
        }
    }
    assert!(secret.iter().all(|name| seen.contains(*name)), "{seen:?}");
}
