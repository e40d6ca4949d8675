//! Rate limits of users at a table, and pages of missed updates.

use std::net::IpAddr;

use mafia::{
    COMMANDS, Caller, Command, Cursors, Line, Mafia, MafiaError, SPECTATOR_LINES, SPECTATOR_LINES_OF_A_TABLE, SYNCS,
    SYNCS_OF_AN_ADDRESS,
};
use mafia_rules::{Channel, Refusal, Words};
use store::Timestamp;

use crate::party::{NOW, Party, TestDatabase};

fn say(channel: Channel, text: &str) -> Command {
    Command::Say { channel, words: Line::Text(text.to_owned()), id: None }
}

/// The number of accepted messages out of `count` at `now`, and the last refusal.
async fn talk(
    mafia: &Mafia,
    party: &Party,
    who: &Caller,
    channel: Channel,
    count: u32,
    now: Timestamp,
) -> (u32, Option<MafiaError>) {
    let (mut taken, mut refusal) = (0, None);
    for _ in 0..count {
        match mafia.act(&party.code, who, &say(channel, "a line"), now).await {
            Ok(_) => taken += 1,
            Err(fault) => refusal = Some(fault),
        }
    }
    (taken, refusal)
}

pub(crate) async fn limits_spectator_messages_of_a_user(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let (guest, other) = (party.user_without_seat("guest").await, party.user_without_seat("other").await);
    let burst = SPECTATOR_LINES.burst;
    let (taken, refusal) = talk(&party.mafia, &party, &guest, Channel::Spectators, burst + 3, NOW).await;
    assert_eq!(taken, burst);
    let Some(MafiaError::TooFast(fault)) = refusal else { panic!("{refusal:?}") };
    assert_eq!(fault.retry_seconds(), SPECTATOR_LINES.every_ms.div_ceil(1_000));
    // Other users, and the players' messages, have their own rates.
    assert_eq!(talk(&party.mafia, &party, &other, Channel::Spectators, 2, NOW).await.0, 2);
    assert_eq!(talk(&party.mafia, &party, &party.people[1], Channel::Public, 2, NOW).await.0, 2);
    let later = NOW + i64::from(SPECTATOR_LINES.every_ms);
    assert_eq!(talk(&party.mafia, &party, &guest, Channel::Spectators, 2, later).await.0, 1);
}

pub(crate) async fn limits_spectator_messages_of_a_table(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let (most, of_each) = (SPECTATOR_LINES_OF_A_TABLE.burst, SPECTATOR_LINES.burst);
    let mut taken = 0;
    for number in 0..most.div_ceil(of_each) + 1 {
        let guest = party.user_without_seat(&format!("guest {number}")).await;
        taken += talk(&party.mafia, &party, &guest, Channel::Spectators, of_each, NOW).await.0;
    }
    assert_eq!(taken, most);
    assert_eq!(talk(&party.mafia, &party, &party.people[1], Channel::Public, 2, NOW).await.0, 2);
}

pub(crate) async fn limits_commands_of_a_user(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let player = &party.people[1];
    let before = party.store.game_by_id(party.game).await.unwrap().unwrap().version;
    // A refused command also counts, since it takes a turn.
    let joined = 1;
    let (taken, refusal) = talk(&party.mafia, &party, player, Channel::Dead, COMMANDS.burst - joined, NOW).await;
    assert!(matches!((taken, refusal), (0, Some(MafiaError::Refused(Refusal::NotStarted)))));
    let (taken, refusal) = talk(&party.mafia, &party, player, Channel::Public, 1, NOW).await;
    assert!(matches!((taken, refusal), (0, Some(MafiaError::TooFast(_)))));
    assert_eq!(party.store.game_by_id(party.game).await.unwrap().unwrap().version, before);
    assert!(party.mafia.act(&party.code, &party.people[2], &Command::Leave, NOW).await.is_ok(), "other players go on");
    let late = party.mafia.act(&party.code, player, &Command::Leave, NOW + i64::from(COMMANDS.every_ms)).await;
    assert!(late.is_ok(), "{late:?}");
}

pub(crate) async fn a_guest_changes_nothing(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let guest = Caller::guest();
    let refused = async |command| party.mafia.act(&party.code, &guest, &command, NOW).await.unwrap_err();
    // Another change holds the lock: the refusal does not wait for it.
    let _locked = party.store.lock_game(&party.code).await.unwrap().unwrap();
    assert!(matches!(refused(Command::Join).await, MafiaError::Refused(Refusal::NotSignedIn)));
    assert!(matches!(refused(say(Channel::Spectators, "boo")).await, MafiaError::Refused(Refusal::NotSignedIn)));
    assert!(matches!(refused(Command::Start).await, MafiaError::Refused(Refusal::NotSeated)));
}

pub(crate) async fn limits_queries_of_a_user_or_an_address(database: TestDatabase) {
    let party = Party::of(&database, 1).await;
    let asked = |who: &Caller, from: &str, now| party.mafia.may_sync(&party.code, who, from.parse::<IpAddr>().ok(), now).is_ok();
    let player = &party.people[0];
    for number in 0..SYNCS.burst {
        assert!(asked(player, &format!("192.0.2.{number}"), NOW), "whatever the address is");
    }
    assert!(!asked(player, "192.0.2.1", NOW));
    assert!(asked(player, "192.0.2.1", NOW + i64::from(SYNCS.every_ms)));
    let guest = Caller::guest();
    for last in 0..SYNCS_OF_AN_ADDRESS.burst {
        assert!(asked(&guest, &format!("2001:db8::{last:x}"), NOW));
    }
    assert!(!asked(&guest, "2001:db8::ffff:1", NOW), "an IPv6 customer has one allowance");
    assert!(asked(&guest, "2001:db8:0:1::1", NOW));
    assert!(asked(&guest, "192.0.2.1", NOW));
}

/// Each page stays within its bytes, and the pages are together what happened.
pub(crate) async fn missed_updates_come_in_pages(database: TestDatabase) {
    let party = Party::of(&database, 2).await;
    let long = "\u{1f319}".repeat(Words::LIMITS.characters);
    for number in 0..100_i64 {
        let speaker = &party.people[usize::try_from(number % 2).unwrap()];
        party.mafia.act(&party.code, speaker, &say(Channel::Public, &long), NOW + 1_000 * number).await.unwrap();
    }
    let (mut cursors, mut pages, mut seqs) = (Cursors::default(), 0, Vec::new());
    loop {
        let page = party.mafia.missed(&party.code, &party.people[0], cursors).await.unwrap();
        let bytes = serde_json::to_string(&page).unwrap().len();
        assert!(bytes < 64 * 1024, "{bytes}");
        seqs.extend(page.public.iter().map(|update| update.seq));
        cursors.public = *seqs.last().unwrap();
        pages += 1;
        if !page.more {
            break;
        }
    }
    assert_eq!(seqs, (1..=party.seen_by(0, NOW).await.seq).collect::<Vec<_>>());
    assert!((3..=5).contains(&pages), "{pages}");
}
