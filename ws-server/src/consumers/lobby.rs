//! The lobby: the list of rooms, live.

use std::fmt::Display;

use catamaran::{Accept, Consumer, ConsumerError, Context, FanOut, Fault};
use rooms::{Rooms, groups, wire};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Pong, SUBPROTOCOL};
use catamaran_sockets::close;

use crate::{CountedSocket, Identity};

/// One user's socket to the list of rooms.
pub struct Lobby {
    rooms: Rooms,
    counted: CountedSocket,
}

/// The commands of a client.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub enum Command {
    /// Asks for a [`Pong`].
    #[serde(rename = "ping")]
    Ping,
}

/// The first frame of every connection.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "lobby.state")]
struct State {
    rooms: Vec<wire::RoomSummary>,
    /// After a lost connection the client waits for a random time up to this.
    reconnect_within_ms: u64,
}

impl Lobby {
    /// A socket to the list of these rooms.
    pub fn new(rooms: Rooms, counted: CountedSocket) -> Self {
        Self { rooms, counted }
    }
}

impl Consumer for Lobby {
    type User = Identity;
    type Command = Command;
    type Event = wire::LobbyEvent;
    type Error = ConsumerError;

    const SUBPROTOCOLS: &'static [&'static str] = &[SUBPROTOCOL];

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
        if cx.user().is_none() {
            return Err(close::signed_out().into());
        }
        cx.group_add(&groups::lobby()).await.map_err(unavailable)?;
        let rooms = self.rooms.list().await.map_err(unavailable)?;
        cx.reply(&State {
            rooms: rooms.iter().map(wire::RoomSummary::from).collect(),
            reconnect_within_ms: self.counted.reconnect_within_ms(),
        });
        Ok(Accept::with_subprotocol(cx.scope(), SUBPROTOCOL))
    }

    async fn receive(&mut self, cx: &mut Context<Self>, Command::Ping: Command) -> Result<(), ConsumerError> {
        cx.reply(&Pong {});
        Ok(())
    }

    async fn event(&mut self, cx: &mut Context<Self>, event: wire::LobbyEvent) -> Result<(), ConsumerError> {
        cx.reply(&event);
        Ok(())
    }

    fn fan_out(event: &wire::LobbyEvent) -> FanOut {
        match event {
            wire::LobbyEvent::Resync => FanOut::same(&json!({ "type": "gap", "reason": "unannounced" })),
            same => FanOut::same(same),
        }
    }
}

fn unavailable(fault: impl Display) -> Fault {
    Fault::unavailable(fault).detail("the list cannot be reached at the moment; connect again in a few seconds")
}
