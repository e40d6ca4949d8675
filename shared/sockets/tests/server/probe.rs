//! A consumer that tests control, and that notes its calls.

use std::sync::{Arc, Mutex};

use catamaran::{Accept, Close, CloseCode, Consumer, ConsumerError, Context, FanOut, Fault, GroupName, Message};
use catamaran_sockets::{Authenticate, AuthenticateError, Handshake, Key, SignedIn};
use serde::{Deserialize, Serialize};
use serde_json::json;
use testbed::eventually;
use uuid::Uuid;

use crate::server::PATIENCE;

/// The noted calls of all probes.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn note(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    /// All lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// Waits for a line.
    pub(crate) async fn line(&self, expected: &str) {
        let has_it = async || self.0.lock().unwrap().iter().any(|line| line == expected).then_some(());
        eventually(PATIENCE, has_it).await;
    }
}

pub(crate) struct Probe {
    log: Log,
    name: String,
}

impl Probe {
    pub(crate) fn new(log: Log) -> Self {
        Self { log, name: String::new() }
    }
}

#[derive(Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Command {
    #[serde(rename = "echo")]
    Echo { text: String },
    /// Sends to all probes.
    #[serde(rename = "tell")]
    Tell { text: String },
    #[serde(rename = "fail")]
    Fail,
    #[serde(rename = "bye")]
    Bye,
    #[serde(rename = "who")]
    Who,
    #[serde(rename = "leave")]
    Leave,
    #[serde(rename = "hang")]
    Hang,
    /// Takes until the test notes `released`.
    #[serde(rename = "hold")]
    Hold,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Event {
    #[serde(rename = "probe.same")]
    Same { text: String },
    #[serde(rename = "probe.each")]
    Each { text: String },
}

pub(crate) fn all_probes() -> GroupName {
    GroupName::parse("probes").unwrap()
}

pub(crate) fn same(text: &str) -> Message {
    Message::new(&Event::Same { text: text.to_owned() }).unwrap()
}

pub(crate) fn each(text: &str) -> Message {
    Message::new(&Event::Each { text: text.to_owned() }).unwrap()
}

impl Consumer for Probe {
    type User = Who;
    type Command = Command;
    type Event = Event;
    type Error = ConsumerError;

    const SUBPROTOCOLS: &'static [&'static str] = &["probe.v1"];

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
        self.name = cx.scope().param("name").unwrap().to_owned();
        self.log.note(format!("{} connects", self.name));
        match self.name.as_str() {
            "refused" => return Err(Close::new(CloseCode(4403), "not you").into()),
            "hangs" => std::future::pending().await,
            // Sends to itself through the layer before it has sent its own first frame.
            "talks-early" => {
                cx.group_add(&all_probes()).await.unwrap();
                cx.group_send(&all_probes(), &Event::Same { text: "early".into() }).await.unwrap();
                tokio::task::yield_now().await;
            }
            _ => cx.group_add(&all_probes()).await?,
        }
        cx.reply(&json!({ "hello": self.name, "peer": cx.scope().peer, "channel": cx.channel_name().as_str() }));
        Ok(Accept::with_subprotocol(cx.scope(), "probe.v1"))
    }

    async fn receive(&mut self, cx: &mut Context<Self>, command: Command) -> Result<(), ConsumerError> {
        match command {
            Command::Echo { text } => cx.reply(&json!({ "echo": text })),
            Command::Tell { text } => {
                cx.group_send(&all_probes(), &Event::Same { text }).await?;
            }
            Command::Fail => return Err(Fault::unavailable("the probe was told to").into()),
            Command::Hang => std::future::pending().await,
            Command::Hold => {
                self.log.note(format!("{} holds", self.name));
                self.log.line("released").await;
            }
            Command::Bye => cx.close(CloseCode(4000), "as you wish"),
            Command::Who => cx.reply(&json!({ "who": cx.user().map(|who| who.0.clone()) })),
            Command::Leave => {
                cx.group_discard(&all_probes()).await.unwrap();
                cx.reply(&json!({ "left": true }));
            }
        }
        Ok(())
    }

    async fn event(&mut self, cx: &mut Context<Self>, event: Event) -> Result<(), ConsumerError> {
        let (Event::Same { text } | Event::Each { text }) = event;
        cx.reply(&json!({ "each": text, "to": self.name }));
        Ok(())
    }

    fn fan_out(event: &Event) -> FanOut {
        match event {
            Event::Same { text } => FanOut::same(&json!({ "same": text })),
            Event::Each { .. } => FanOut::Each,
        }
    }

    async fn disconnect(&mut self, _: &mut Context<Self>, code: CloseCode) {
        self.log.note(format!("{} left with {code}", self.name));
    }
}

/// A user, by name.
pub(crate) struct Who(pub(crate) String);

const COOKIE: &str = "catamaran_session";

/// Sessions that a test begins and ends.
#[derive(Default)]
pub(crate) struct KnownSessions(Mutex<Vec<(String, Uuid)>>);

impl KnownSessions {
    pub(crate) fn begin(&self, token: &str) -> Uuid {
        let id = Uuid::new_v4();
        self.0.lock().unwrap().push((token.to_owned(), id));
        id
    }

    pub(crate) fn end(&self, session: Uuid) {
        self.0.lock().unwrap().retain(|(_, id)| *id != session);
    }
}

impl Authenticate for KnownSessions {
    type User = Who;
    type Error = AuthenticateError;

    async fn authenticate(&self, handshake: &Handshake<'_>) -> Result<Option<SignedIn<Who>>, AuthenticateError> {
        let known = self.0.lock().unwrap();
        let found = handshake.cookies(COOKIE).find_map(|token| known.iter().find(|(known, _)| known == token));
        Ok(found.map(|(token, id)| SignedIn::new(Who(token.clone())).user_key(id).session_key(id)))
    }

    fn has_cookie(&self, handshake: &Handshake<'_>) -> bool {
        handshake.cookies(COOKIE).next().is_some()
    }

    async fn live(&self, sessions: &[Key]) -> Result<Vec<Key>, AuthenticateError> {
        let known = self.0.lock().unwrap();
        Ok(sessions.iter().filter(|asked| known.iter().any(|(_, id)| *id.to_string() == ***asked)).cloned().collect())
    }
}
