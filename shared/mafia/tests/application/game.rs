//! A game from the lobby to its replay.

use mafia::{Command, Cursors, MafiaError};
use mafia_rules::{Event, Phase, Refusal, fold};
use store::Timestamp;

use crate::party::{NOW, Party, TestDatabase};

/// Advances a game of idle players to its end, and returns the end's time.
pub(crate) async fn play_to_the_end(party: &Party) -> Timestamp {
    let mut now = NOW;
    for _ in 0..10_000 {
        let view = party.seen_by(0, now).await.public;
        if view.phase == Phase::Over {
            return now;
        }
        now += 1_000;
        party.mafia.tick(|| now).await.unwrap();
    }
    panic!("the game does not end")
}

pub(crate) async fn plays_records_and_replays_a_game(database: TestDatabase) {
    let party = Party::of(&database, 2).await;
    let refused = party.mafia.replay(&party.code).await.unwrap_err();
    assert!(matches!(refused, MafiaError::Refused(Refusal::NotOver)), "{refused:?}");
    party.mafia.add_bots(&party.code, &party.people[0], 6, NOW).await.unwrap();
    assert_eq!(party.mafia.tables().await.unwrap()[0].seated, 8);
    party.start().await;
    let end = play_to_the_end(&party).await;

    let seen = party.seen_by(0, end).await;
    let winner = seen.public.winner.unwrap();
    assert!(seen.public.seats.iter().all(|seat| seat.role.is_some()));
    // The stored events rebuild the stored state, and the replay shows all of them.
    let stored = party.store.game_events(party.game).await.unwrap();
    let events: Vec<Event> = stored.iter().map(|stored| serde_json::from_str(&stored.event).unwrap()).collect();
    assert_eq!(mafia_rules::public_view(&fold(&events)), seen.public);
    let replay = party.mafia.replay(&party.code).await.unwrap();
    assert_eq!(replay.steps.iter().map(|step| step.events.len()).sum::<usize>(), events.len());
    assert_eq!(replay.steps.last().unwrap().phase, Phase::Over);

    let role = seen.public.seats[0].role.unwrap();
    let record = party.mafia.record(party.user(0)).await.unwrap();
    assert_eq!((record.games, record.wins), (1, u32::from(winner.includes(role))));
    assert_eq!(record.roles[0].role, role.as_str());
    assert_eq!(record.recent[0].code, party.code.as_str());
    // All callers receive the same updates without a gap.
    for person in 0..2 {
        let missed = party.mafia.missed(&party.code, &party.people[person], Cursors::default()).await.unwrap();
        assert!(missed.public.iter().zip(1..).all(|(update, seq)| update.seq == seq));
        assert!(missed.you.iter().zip(1..).all(|(update, seq)| update.seq == seq));
        assert_eq!(missed.you.last().map_or(0, |update| update.seq), party.seen_by(person, end).await.my_seq);
    }
}

pub(crate) async fn the_same_users_play_again(database: TestDatabase) {
    let party = Party::of(&database, 2).await;
    party.mafia.add_bots(&party.code, &party.people[0], 4, NOW).await.unwrap();
    party.start().await;
    let early = party.mafia.again(&party.code, &party.people[0], NOW).await.unwrap_err();
    assert!(matches!(early, MafiaError::Refused(Refusal::NotOver)), "{early:?}");
    let end = play_to_the_end(&party).await;
    let next = party.mafia.again(&party.code, &party.people[1], end).await.unwrap();
    assert_eq!(party.mafia.again(&party.code, &party.people[0], end).await.unwrap(), next, "one table for all");
    assert_eq!(party.seen_by(0, end).await.public.next.as_deref(), Some(next.as_str()));
    party.mafia.act(&next, &party.people[0], &Command::Join, end).await.unwrap();
    let table = party.mafia.snapshot(&next, &party.people[0], end).await.unwrap().public;
    assert_eq!((table.seats.len(), table.chosen_roles), (2, false));
    assert_eq!(table.options, crate::party::options());
}

pub(crate) async fn a_player_who_left_does_not_play_again(database: TestDatabase) {
    let party = Party::of(&database, 2).await;
    party.mafia.add_bots(&party.code, &party.people[0], 4, NOW).await.unwrap();
    party.start().await;
    party.mafia.act(&party.code, &party.people[1], &Command::Leave, NOW).await.unwrap();
    let end = play_to_the_end(&party).await;
    let refused = party.mafia.again(&party.code, &party.people[1], end).await.unwrap_err();
    assert!(matches!(refused, MafiaError::Refused(Refusal::NotSeated)), "{refused:?}");
    assert!(party.mafia.tables().await.unwrap().is_empty(), "a refusal leaves no table behind");
}

pub(crate) async fn recreates_a_deleted_next_table(database: TestDatabase) {
    const TWO_DAYS: Timestamp = 2 * 24 * 60 * 60 * 1_000;
    let party = Party::of(&database, 2).await;
    party.mafia.add_bots(&party.code, &party.people[0], 4, NOW).await.unwrap();
    party.start().await;
    let end = play_to_the_end(&party).await;
    let first = party.mafia.again(&party.code, &party.people[1], end).await.unwrap();
    let later = end + TWO_DAYS;
    party.mafia.tidy(later).await.unwrap();
    assert!(party.mafia.tables().await.unwrap().is_empty(), "it was never started");

    let anew = party.mafia.again(&party.code, &party.people[0], later).await.unwrap();
    assert_ne!(anew, first);
    assert_eq!(party.mafia.again(&party.code, &party.people[1], later).await.unwrap(), anew, "one table for all");
    assert_eq!(party.seen_by(1, later).await.public.next.as_deref(), Some(anew.as_str()));
    party.mafia.snapshot(&anew, &party.people[0], later).await.unwrap();
}

pub(crate) async fn two_concurrent_requests_for_a_next_game_meet(database: TestDatabase) {
    let party = Party::of(&database, 2).await;
    party.mafia.add_bots(&party.code, &party.people[0], 4, NOW).await.unwrap();
    party.start().await;
    let end = play_to_the_end(&party).await;
    let other = party.another(&database, 1).await;
    let (first, second) =
        tokio::join!(party.mafia.again(&party.code, &party.people[0], end), other.again(&party.code, &party.people[1], end),);
    let next = first.unwrap();
    assert_eq!(second.unwrap(), next);
    let listed: Vec<_> = party.mafia.tables().await.unwrap().into_iter().map(|table| table.code).collect();
    assert_eq!(listed, [next.as_str()], "the table of the loser was deleted");
}
