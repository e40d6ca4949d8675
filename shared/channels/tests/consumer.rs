//! The consumer model, driven by the test kit.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where it is fine")]

use std::sync::Arc;

use catamaran::{
    Accept, ChannelLayer, Close, CloseCode, Consumer, ConsumerError, Context, FanOut, Fault, Frame, GroupName, InMemoryLayer,
    LayerConfig, Message, Scope, testing::Client,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A consumer that changes its event, as the handler in Python did that led to this project.
#[derive(Default)]
struct Voter {
    seen: Vec<Value>,
    left: Option<CloseCode>,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Command {
    #[serde(rename = "vote")]
    Vote { who: String },
    #[serde(rename = "leave")]
    Leave,
}

#[derive(Serialize, Deserialize, Clone)]
#[serde(tag = "type")]
enum Event {
    #[serde(rename = "game.vote")]
    Vote { who: String },
    #[serde(rename = "game.say")]
    Say { text: String },
    #[serde(rename = "game.quiet")]
    Quiet,
}

fn table() -> GroupName {
    GroupName::parse("table").unwrap()
}

impl Consumer for Voter {
    type User = ();
    type Command = Command;
    type Event = Event;
    type Error = ConsumerError;

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
        if cx.scope().header("x-ticket") == Some("forged") {
            return Err(Close::new(CloseCode(4403), "that ticket is forged").into());
        }
        cx.group_add(&table()).await?;
        Ok(Accept::with_subprotocol(cx.scope(), "voting.v1"))
    }

    async fn receive(&mut self, cx: &mut Context<Self>, command: Command) -> Result<(), ConsumerError> {
        match command {
            Command::Vote { who } if who.is_empty() => Err(Fault::refused("nobody", "a vote needs a name").into()),
            Command::Vote { who } => {
                cx.group_send(&table(), &Event::Vote { who }).await?;
                Ok(())
            }
            Command::Leave => {
                cx.close(CloseCode::NORMAL, "bye");
                Ok(())
            }
        }
    }

    async fn event(&mut self, cx: &mut Context<Self>, event: Event) -> Result<(), ConsumerError> {
        let mut mine = serde_json::to_value(&event).unwrap();
        self.seen.push(mine.clone());
        mine["type"] = json!("new_type");
        cx.reply(&mine);
        Ok(())
    }

    fn fan_out(event: &Event) -> FanOut {
        match event {
            Event::Vote { .. } => FanOut::Each,
            Event::Say { text } => FanOut::Same(Frame::text(format!("{{\"said\":\"{text}\"}}"))),
            Event::Quiet => FanOut::Nothing,
        }
    }

    async fn disconnect(&mut self, _: &mut Context<Self>, code: CloseCode) {
        self.left = Some(code);
    }
}

fn layer() -> Arc<dyn ChannelLayer> {
    Arc::new(InMemoryLayer::new(LayerConfig::default()))
}

async fn sit_down(layer: &Arc<dyn ChannelLayer>) -> Client<Voter> {
    Client::connect(Voter::default(), Scope::default(), layer).await.unwrap()
}

#[tokio::test]
async fn a_consumer_that_changes_its_event_does_not_change_anothers() {
    let layer = layer();
    let (mut first, mut second) = (sit_down(&layer).await, sit_down(&layer).await);
    first.send(&json!({ "type": "vote", "who": "lee" })).await;
    first.settle().await;
    second.settle().await;
    assert_eq!(first.sent(), [json!({ "type": "new_type", "who": "lee" })], "it changed its own event");
    assert_eq!(second.consumer().seen, [json!({ "type": "game.vote", "who": "lee" })], "the other consumer has the original");
}

#[tokio::test]
async fn counts_an_unhandled_event_and_keeps_the_socket_open() {
    let layer = layer();
    let mut voter = sit_down(&layer).await;
    for _ in 0..3 {
        layer.group_send(&table(), &Message::new(&json!({ "type": "new_type" })).unwrap()).await.unwrap();
    }
    layer.send(voter.channel_name(), &Message::new(&json!({ "type": "game.vote", "who": 7 })).unwrap()).await.unwrap();
    voter.send(&json!({ "type": "vote", "who": "kim" })).await;
    voter.settle().await;
    assert_eq!(voter.unhandled(), 4);
    assert_eq!(voter.closed(), None);
    assert_eq!(voter.consumer().seen.len(), 1);
}

#[tokio::test]
async fn explains_an_invalid_frame_and_keeps_the_socket_open() {
    let mut voter = sit_down(&layer()).await;
    for (frame, code) in [
        ("nonsense", "bad_json"),
        (r#"{"type":"sing"}"#, "unknown_type"),
        (r#"{"type":"vote"}"#, "bad_field"),
        (r#"{"type":"vote","who":""}"#, "nobody"),
    ] {
        voter.send_text(frame).await;
        let sent = voter.sent();
        assert_eq!((&sent[0]["type"], &sent[0]["code"]), (&json!("error"), &json!(code)), "{frame}");
        assert!(!sent[0]["detail"].as_str().unwrap().is_empty());
    }
    assert_eq!(voter.closed(), None);
}

#[tokio::test]
async fn sends_the_same_frame_to_all_without_running_a_consumer() {
    let layer = layer();
    let mut voter = sit_down(&layer).await;
    for event in [Event::Quiet, Event::Say { text: "hi".into() }] {
        layer.group_send(&table(), &Message::new(&event).unwrap()).await.unwrap();
    }
    voter.settle().await;
    assert_eq!(voter.sent(), [json!({ "said": "hi" })]);
    assert!(voter.consumer().seen.is_empty());
    let direct = Message::new(&Event::Say { text: "you".into() }).unwrap();
    layer.send(voter.channel_name(), &direct).await.unwrap();
    voter.settle().await;
    assert_eq!(voter.consumer().seen.len(), 1, "the consumer handles an event for its own channel");
}

#[tokio::test]
async fn reports_a_full_channel_to_the_client_as_a_gap() {
    let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default().with(|config| config.capacity = 1)));
    let mut voter = sit_down(&layer).await;
    for text in ["one", "two"] {
        layer.group_send(&table(), &Message::new(&Event::Say { text: text.into() }).unwrap()).await.unwrap();
    }
    voter.settle().await;
    assert_eq!(voter.sent(), [json!({ "said": "one" }), json!({ "type": "gap", "reason": "overflow" })]);
}

#[tokio::test]
async fn refuses_or_accepts_a_socket_and_leaves_its_group_at_the_end() {
    let layer = layer();
    let forged = Scope::default().with_headers([("x-ticket", "forged")]);
    let refusal = Client::connect(Voter::default(), forged, &layer).await.err().unwrap();
    assert_eq!(refusal, Close::new(CloseCode(4403), "that ticket is forged"));

    let offers = Scope::default().with_subprotocol("other").with_subprotocol("voting.v1");
    let mut voter = Client::connect(Voter::default(), offers, &layer).await.unwrap();
    assert_eq!(voter.accept().subprotocol.as_deref(), Some("voting.v1"));
    voter.send(&json!({ "type": "leave" })).await;
    assert_eq!(voter.closed(), Some(Close::new(CloseCode::NORMAL, "bye")));
    voter.disconnect(CloseCode::NORMAL).await;
    let receipt = layer.group_send(&table(), &Message::new(&Event::Quiet).unwrap()).await.unwrap();
    assert_eq!(receipt.reached, 0, "the socket left its group when it ended");
}
