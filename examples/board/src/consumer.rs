//! One member's socket to one board.

use bytes::Bytes;
use catamaran::{Accept, Close, Consumer, ConsumerError, Context, FanOut, Fault, Frame, GroupName};
use catamaran_presence::{Here, Presence, Present};
use catamaran_sockets::close;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::store::{Card, Store};
use crate::token::Claims;

pub(crate) struct Board {
    store: Store,
    presence: Presence,
    id: i64,
    here: Option<Here>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Command {
    Add { title: String },
    Move { card: i64, lane: u8 },
    Assign { card: i64, owner: String },
    History,
}

/// Events that processes send each other. Pages get them unchanged, except cursors.
#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Event {
    #[serde(rename = "card.changed")]
    Changed { card: Card },
    /// For one member alone.
    #[serde(rename = "card.assigned")]
    Assigned { card: Card, by: String },
    #[serde(rename = "cursor.moved")]
    Cursor { user: i64, x: u16, y: u16 },
    #[serde(rename = "presence.joined")]
    Joined(Present<Profile>),
    #[serde(rename = "presence.changed")]
    Renamed(Present<Profile>),
    #[serde(rename = "presence.left")]
    Left(Present<Profile>),
}

/// A member, as all members of a board see them.
#[derive(Serialize, Deserialize)]
pub(crate) struct Profile {
    name: String,
    color: String,
}

impl Board {
    pub(crate) fn new(store: Store, presence: Presence, id: i64) -> Self {
        Self { store, presence, id, here: None }
    }

    fn group(&self) -> GroupName {
        group("board", self.id)
    }

    /// Sends the changed card to all sockets of the board.
    async fn tell(&self, cx: &Context<Self>, done: &str, card: Card) -> Result<(), ConsumerError> {
        let name = cx.user().map_or("", |user| &user.name);
        self.store.note(self.id, format!("{name} {done} “{}”", card.title)).await?;
        cx.group_send(&self.group(), &Event::Changed { card }).await?;
        Ok(())
    }

    async fn assign(&self, cx: &Context<Self>, card: i64, owner: String) -> Result<(), ConsumerError> {
        let unknown = || Fault::refused("unknown_member", "nobody of that name has signed in here");
        let member = self.store.member_id(owner.clone()).await?.ok_or_else(unknown)?;
        let card = self.store.change(self.id, card, None, Some(owner)).await?.ok_or_else(unknown_card)?;
        let by = cx.user().map_or_else(String::new, |user| user.name.clone());
        cx.group_send(&group("member", member), &Event::Assigned { card: card.clone(), by }).await?;
        self.tell(cx, "assigned", card).await
    }

    /// Sends a history of any length, no faster than the client reads.
    fn send_history(&self, cx: &Context<Self>) -> Result<(), ConsumerError> {
        let (socket, store, board) = (cx.handle(), self.store.clone(), self.id);
        cx.spawn(async move {
            let mut last = 0;
            while socket.writable().await.is_ok() {
                let Ok(lines) = store.history(board, last).await else { return };
                let Some(&(id, _)) = lines.last() else { return socket.reply(&json!({ "type": "history.end" })) };
                last = id;
                socket.reply(&json!({ "type": "history.page", "lines": lines }));
            }
        })?;
        Ok(())
    }
}

impl Consumer for Board {
    type User = Claims;
    type Command = Command;
    type Event = Event;
    type Error = ConsumerError;

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
        let Some(Claims { user, name, .. }) = cx.user().cloned() else { return Err(close::signed_out().into()) };
        if !self.store.has_board(self.id).await? {
            return Err(Close::new(close::NOT_FOUND, "there is no such board").into());
        }
        cx.group_add(&self.group()).await?;
        cx.group_add(&group("member", user)).await?;
        let profile = Profile { name, color: format!("hsl({} 70% 40%)", user * 67 % 360) };
        self.here = Some(self.presence.enter(&self.group(), &user.to_string(), &profile).await?);
        let online = self.presence.list::<Profile>(&self.group()).await?;
        cx.reply(&json!({ "type": "hello", "user": user, "online": online }));
        Ok(Accept::default())
    }

    async fn receive(&mut self, cx: &mut Context<Self>, command: Command) -> Result<(), ConsumerError> {
        match command {
            Command::Add { title } if title.trim().is_empty() || title.len() > 200 => {
                Err(Fault::refused("bad_title", "a title has 1 to 200 bytes").into())
            }
            Command::Add { title } => self.tell(cx, "added", self.store.add(self.id, title).await?).await,
            Command::Move { lane: 3.., .. } => Err(Fault::refused("bad_lane", "a lane is 0, 1 or 2").into()),
            Command::Move { card, lane } => {
                let card = self.store.change(self.id, card, Some(lane), None).await?.ok_or_else(unknown_card)?;
                self.tell(cx, "moved", card).await
            }
            Command::Assign { card, owner } => self.assign(cx, card, owner).await,
            Command::History => self.send_history(cx),
        }
    }

    /// A cursor: x and y as thousandths of the board, two bytes each.
    async fn binary(&mut self, cx: &mut Context<Self>, bytes: Bytes) -> Result<(), ConsumerError> {
        let (Some(&Claims { user, .. }), &[a, b, c, d]) = (cx.user(), &*bytes) else {
            return Err(Fault::refused("bad_cursor", "a cursor has 4 bytes").into());
        };
        let (x, y) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        cx.group_send_from(&self.group(), &Event::Cursor { user, x, y }).await?;
        Ok(())
    }

    fn fan_out(event: &Event) -> FanOut {
        match event {
            Event::Cursor { user, x, y } => {
                let bytes = [&user.to_be_bytes()[..], &x.to_be_bytes(), &y.to_be_bytes()].concat();
                FanOut::VolatileOthers(Frame::binary(bytes.into()))
            }
            shown => FanOut::same(shown),
        }
    }
}

fn unknown_card() -> Fault {
    Fault::refused("unknown_card", "this board has no such card")
}

pub(crate) fn group(kind: &str, id: i64) -> GroupName {
    GroupName::parse(&format!("kanri.{kind}.{id}")).expect("words and a number")
}
