//! Committed changes are announced, and no others.

use mafia::{Command, Line};
use mafia_rules::Channel;
use uuid::Uuid;

use crate::party::{NOW, Party, TestDatabase};

fn say(text: &str) -> Command {
    Command::Say { channel: Channel::Public, words: Line::Text(text.to_owned()), id: Some(Uuid::new_v4()) }
}

pub(crate) async fn announces_again_after_a_layer_outage(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let mut subscriber = party.subscriber().await;
    let before = party.seen_by(0, NOW).await.seq;
    party.layer.cut(true);
    for text in ["one", "two", "three"] {
        let acted = party.mafia.act(&party.code, &party.people[1], &say(text), NOW).await.unwrap();
        assert!(!acted.announced);
    }
    party.mafia.tick(|| NOW + 5_000).await.unwrap();
    assert_eq!(subscriber.seqs(), [0; 0], "the layer is down");
    party.layer.cut(false);
    party.mafia.tick(|| NOW + 6_000).await.unwrap();
    assert_eq!(subscriber.seqs(), [before + 1, before + 2, before + 3]);
    party.mafia.tick(|| NOW + 7_000).await.unwrap();
    assert_eq!(subscriber.seqs(), [0; 0], "announced once");
}

pub(crate) async fn another_process_announces_a_lost_change(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let mut subscriber = party.subscriber().await;
    party.layer.cut(true);
    party.mafia.act(&party.code, &party.people[1], &say("my last words"), NOW).await.unwrap();
    party.layer.cut(false);
    // The process of the change has failed; another one repeats the announcement after a second.
    let other = party.another(&database, 4).await;
    other.tick(|| NOW + 500).await.unwrap();
    assert_eq!(subscriber.seqs(), [0; 0]);
    other.tick(|| NOW + 1_500).await.unwrap();
    assert_eq!(subscriber.seqs(), [party.seen_by(0, NOW).await.seq]);
}

pub(crate) async fn a_watermark_does_not_skip_a_lost_announcement(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let mut subscriber = party.subscriber().await;
    let before = party.seen_by(0, NOW).await.seq;
    party.layer.cut(true);
    party.mafia.act(&party.code, &party.people[1], &say("lost"), NOW).await.unwrap();
    party.layer.cut(false);
    party.mafia.act(&party.code, &party.people[2], &say("announced"), NOW).await.unwrap();
    assert_eq!(subscriber.seqs(), [before + 2], "the second is announced at once");
    party.mafia.tick(|| NOW + 2_000).await.unwrap();
    // Both, since the watermark does not say which of them was sent. Receivers recognise repetitions by their numbers.
    assert_eq!(subscriber.seqs(), [before + 1, before + 2]);
}

pub(crate) async fn retries_a_refused_watermark(database: TestDatabase) {
    let party = Party::of(&database, 4).await;
    let mut subscriber = party.subscriber().await;
    let announced = party.store.game_by_id(party.game).await.unwrap().unwrap().announced;
    party.layer.cut(true);
    party.mafia.act(&party.code, &party.people[1], &say("on another process"), NOW).await.unwrap();
    party.layer.cut(false);
    party.mafia.act(&party.code, &party.people[2], &say("right after it"), NOW).await.unwrap();
    subscriber.seqs();
    // The other process has announced its change, and stores the watermark only now.
    assert!(party.store.mark_announced(party.game, announced, announced + 1).await.unwrap());
    party.mafia.tick(|| NOW + 2_000).await.unwrap();
    assert_eq!(subscriber.seqs(), [0; 0], "no update is announced again");
    let game = party.store.game_by_id(party.game).await.unwrap().unwrap();
    assert_eq!((game.announced, game.version), (announced + 2, announced + 2));
}
