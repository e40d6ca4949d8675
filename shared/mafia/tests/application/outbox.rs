//! What was committed is announced, and nothing else.

use mafia::{Command, Line};
use mafia_rules::Channel;
use uuid::Uuid;

use crate::party::{NOW, Party, Place};

fn say(text: &str) -> Command {
    Command::Say { channel: Channel::Public, words: Line::Text(text.to_owned()), id: Some(Uuid::new_v4()) }
}

pub(crate) async fn what_was_not_announced_is_announced_later(place: Place) {
    let party = Party::of(&place, 4).await;
    let mut ear = party.ear().await;
    let before = party.seen_by(0, NOW).await.seq;
    party.line.cut(true);
    for text in ["one", "two", "three"] {
        let acted = party.mafia.act(&party.code, &party.people[1], &say(text), NOW).await.unwrap();
        assert!(!acted.announced);
    }
    party.mafia.tick(|| NOW + 5_000).await.unwrap();
    assert_eq!(ear.heard(), [0; 0], "the line is cut");
    party.line.cut(false);
    party.mafia.tick(|| NOW + 6_000).await.unwrap();
    assert_eq!(ear.heard(), [before + 1, before + 2, before + 3]);
    party.mafia.tick(|| NOW + 7_000).await.unwrap();
    assert_eq!(ear.heard(), [0; 0], "once is enough");
}

pub(crate) async fn a_commit_without_its_announcement_is_announced_by_another(place: Place) {
    let party = Party::of(&place, 4).await;
    let mut ear = party.ear().await;
    party.line.cut(true);
    party.mafia.act(&party.code, &party.people[1], &say("my last words"), NOW).await.unwrap();
    party.line.cut(false);
    // The process that said it is gone; another one looks after a second, not at once.
    let other = party.another(&place, 4).await;
    other.tick(|| NOW + 500).await.unwrap();
    assert_eq!(ear.heard(), [0; 0]);
    other.tick(|| NOW + 1_500).await.unwrap();
    assert_eq!(ear.heard(), [party.seen_by(0, NOW).await.seq]);
}

pub(crate) async fn nobody_marks_what_still_waits(place: Place) {
    let party = Party::of(&place, 4).await;
    let mut ear = party.ear().await;
    let before = party.seen_by(0, NOW).await.seq;
    party.line.cut(true);
    party.mafia.act(&party.code, &party.people[1], &say("unheard"), NOW).await.unwrap();
    party.line.cut(false);
    party.mafia.act(&party.code, &party.people[2], &say("heard"), NOW).await.unwrap();
    assert_eq!(ear.heard(), [before + 2], "the second is announced at once");
    party.mafia.tick(|| NOW + 2_000).await.unwrap();
    // Both, since nobody knows any more which of them was heard: numbers tell.
    assert_eq!(ear.heard(), [before + 1, before + 2]);
}

pub(crate) async fn a_mark_that_came_too_early_is_made_up_for(place: Place) {
    let party = Party::of(&place, 4).await;
    let mut ear = party.ear().await;
    let announced = party.store.game_by_id(party.game).await.unwrap().unwrap().announced;
    party.line.cut(true);
    party.mafia.act(&party.code, &party.people[1], &say("on another process"), NOW).await.unwrap();
    party.line.cut(false);
    party.mafia.act(&party.code, &party.people[2], &say("right after it"), NOW).await.unwrap();
    ear.heard();
    // The other process has announced its own all the time, and writes that only now.
    assert!(party.store.mark_announced(party.game, announced, announced + 1).await.unwrap());
    party.mafia.tick(|| NOW + 2_000).await.unwrap();
    assert_eq!(ear.heard(), [0; 0], "all was announced, and nothing is said again");
    let game = party.store.game_by_id(party.game).await.unwrap().unwrap();
    assert_eq!((game.announced, game.version), (announced + 2, announced + 2));
}
