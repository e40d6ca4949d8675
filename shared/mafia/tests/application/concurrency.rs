//! Concurrent commands.

use mafia::{Command, Cursors, MafiaError};
use mafia_rules::{Phase, Refusal};

use crate::party::{NOW, Party, TestDatabase};

pub(crate) async fn twenty_concurrent_votes_all_count(database: TestDatabase) {
    let party = Party::of(&database, 20).await;
    party.start().await;
    // Skip the first night and the talk.
    let mut now = NOW;
    while party.seen_by(0, now).await.public.phase != Phase::Vote {
        now += 1_000;
        party.mafia.tick(|| now).await.unwrap();
    }
    let before = party.seen_by(0, now).await;
    let living: Vec<_> = before.public.seats.iter().filter(|seat| seat.alive).map(|seat| usize::from(seat.seat)).collect();
    let processes = [party.another(&database, 1).await, party.another(&database, 2).await, party.mafia.clone()];
    let mut acting = tokio::task::JoinSet::new();
    for &seat in &living {
        let target = living.iter().copied().find(|&other| other != seat).map(|other| u8::try_from(other).unwrap());
        let (mafia, code, who) = (processes[seat % 3].clone(), party.code.clone(), party.people[seat].clone());
        acting.spawn(async move { mafia.act(&code, &who, &Command::Vote { target }, now).await });
    }
    let outcomes = acting.join_all().await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let after = party.seen_by(0, now).await;
    assert_eq!(after.public.votes.len(), living.len());
    let missed = party.mafia.missed(&party.code, &party.people[0], Cursors { public: before.seq, ..Cursors::default() });
    let seqs: Vec<_> = missed.await.unwrap().public.iter().map(|update| update.seq).collect();
    assert_eq!(seqs, (before.seq + 1..=after.seq).collect::<Vec<_>>());
    assert_eq!(after.seq - before.seq, i64::try_from(living.len()).unwrap(), "one update for each vote");
}

pub(crate) async fn of_two_concurrent_starts_one_succeeds(database: TestDatabase) {
    let party = Party::of(&database, 5).await;
    let other = party.another(&database, 3).await;
    let host = &party.people[0];
    let (first, second) = tokio::join!(
        party.mafia.act(&party.code, host, &Command::Start, NOW),
        other.act(&party.code, host, &Command::Start, NOW),
    );
    let refused = [first, second].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert!(matches!(refused[..], [MafiaError::Refused(Refusal::AlreadyStarted)]), "{refused:?}");
}
