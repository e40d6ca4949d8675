//! The JSON of night actions, which clients and databases know, and the catalogue of secret events.

use std::collections::BTreeSet;

use mafia_rules::{Act, Done, Event, NightAction, Role, Stream, disclose, evolve, fold, secret_types};
use serde_json::{from_value, json, to_value};

use crate::{
    kit::{done, found},
    random::Play,
};

#[test]
fn stores_a_night_action_by_its_past_tense() {
    let stored = json!({ "type": "protected", "seat": 1, "target": 2 });
    assert_eq!(to_value(done(NightAction::Protect, 1, 2)).unwrap(), stored);
    assert_eq!(from_value::<Event>(stored).unwrap(), done(NightAction::Protect, 1, 2));
    let stored = json!({ "type": "investigated", "seat": 2, "target": 0, "mafia": false });
    assert_eq!(to_value(found(NightAction::Investigate, 2, 0, false)).unwrap(), stored);
    assert_eq!(from_value::<Event>(stored).unwrap(), found(NightAction::Investigate, 2, 0, false));
    for action in NightAction::ALL {
        let event = Event::Done(Done { action, seat: 0, target: 1, mafia: action.reveals_side().then_some(true) });
        assert_eq!(to_value(&event).unwrap()["type"], action.event_type());
    }
    assert!(from_value::<Event>(json!({ "type": "danced", "seat": 1, "target": 2 })).is_err());
}

#[test]
fn each_act_has_a_unique_name() {
    let names: BTreeSet<_> = Act::all().map(|act| to_value(act).unwrap().as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), Act::all().count());
    for act in Act::all() {
        assert_eq!(from_value::<Act>(to_value(act).unwrap()).unwrap(), act);
    }
    assert_eq!(to_value(Act::NightAction(NightAction::Protect)).unwrap(), "protect");
}

#[test]
fn each_night_action_belongs_to_one_role() {
    for action in NightAction::ALL {
        assert_eq!(Role::ALL.into_iter().filter(|role| role.night_action() == Some(action)).count(), 1, "{action:?}");
    }
}

#[test]
fn secret_types_are_the_events_that_are_not_public() {
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
            let is_public = disclose(&game, event).iter().any(|(stream, _)| *stream == Stream::Public);
            assert_eq!(secret.contains(name.as_str()), !is_public, "{name}");
            seen.insert(name);
        }
    }
    assert!(secret.iter().all(|name| seen.contains(*name)), "{seen:?}");
}
