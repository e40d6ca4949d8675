//! Games go on by themselves.

use mafia_rules::{Event, Phase};

use crate::party::{NOW, Party, Place};

pub(crate) async fn of_many_who_end_a_phase_one_does(place: Place) {
    let party = Party::of(&place, 5).await;
    party.start().await;
    let processes = [party.mafia.clone(), party.another(&place, 1).await, party.another(&place, 2).await];
    let mut now = NOW;
    for _ in 0..40 {
        let before = party.seen_by(0, now).await.public;
        let Some(ends_at) = before.ends_at else { break };
        now = ends_at;
        let began = phases(&party).await;
        let [a, b, c] = &processes;
        let (a, b, c) = tokio::join!(a.tick(|| now), b.tick(|| now), c.tick(|| now));
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
        let over = party.seen_by(0, now).await.public.phase == Phase::Over;
        assert_eq!(phases(&party).await, began + 1, "one phase ends, once");
        if over {
            break;
        }
    }
}

/// How many phases have begun.
async fn phases(party: &Party) -> usize {
    let events = party.store.game_events(party.game).await.unwrap();
    let events = events.iter().map(|stored| serde_json::from_str::<Event>(&stored.event).unwrap());
    events.filter(|event| matches!(event, Event::PhaseBegan { .. })).count()
}

pub(crate) async fn a_game_goes_on_on_another_process(place: Place) {
    let party = Party::of(&place, 1).await;
    party.mafia.add_bots(&party.code, &party.people[0], 4, NOW).await.unwrap();
    party.start().await;
    let night = party.seen_by(0, NOW).await.public.ends_at.unwrap();
    let other = party.another(&place, 5).await;
    other.tick(|| NOW).await.unwrap();
    assert_eq!(party.seen_by(0, NOW).await.public.phase, Phase::Night, "one person is still awake");
    other.tick(|| night - 1).await.unwrap();
    assert_eq!(party.seen_by(0, NOW).await.public.phase, Phase::Night, "it is not time yet");
    other.tick(|| night).await.unwrap();
    assert_eq!(party.seen_by(0, NOW).await.public.phase, Phase::Dawn);
}

pub(crate) async fn a_broken_game_does_not_stop_the_others(place: Place) {
    let (broken, whole) = (Party::of(&place, 5).await, Party::of(&place, 5).await);
    broken.start().await;
    whole.start().await;
    let row = broken.store.game_by_id(broken.game).await.unwrap().unwrap();
    let garbage = store::GameChange {
        state: "{\"not\": \"a game\"}",
        name: "broken",
        host: "",
        phase: "playing",
        seated: 5,
        spectators: true,
        bots_at: None,
        due_at: row.due_at,
        events: &[],
        updates: &[],
        players: None,
        over: false,
    };
    assert!(broken.store.save_game(broken.game, row.version, &garbage, NOW).await.unwrap());
    let night = whole.seen_by(0, NOW).await.public.ends_at.unwrap();
    whole.mafia.tick(|| night).await.unwrap();
    assert_eq!(whole.seen_by(0, night).await.public.phase, Phase::Dawn);
}
