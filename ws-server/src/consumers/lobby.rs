//! The lobby: the list of rooms, live.

use boot::Clock;
use channels::{Accept, Close, Consumer, Context, FanOut, Fault, Frame, LogGate};
use rooms::{Rooms, groups, wire};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Pong, SUBPROTOCOL};
use sockets::close;

/// One person's socket to the list of rooms.
pub struct Lobby {
    rooms: Rooms,
    clock: Clock,
}

/// What a client may send.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub enum Command {
    /// Asks whether anybody is there; see [`Pong`].
    #[serde(rename = "ping")]
    Ping,
}

/// The first frame of every connection.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "lobby.state")]
struct State {
    rooms: Vec<wire::RoomSummary>,
}

impl Lobby {
    /// A socket to the list of these rooms.
    pub fn new(rooms: Rooms, clock: Clock) -> Self {
        Self { rooms, clock }
    }
}

impl Consumer for Lobby {
    type Command = Command;
    type Event = wire::LobbyEvent;

    const SUBPROTOCOLS: &'static [&'static str] = &[SUBPROTOCOL];

    async fn connect(&mut self, cx: &mut Context) -> Result<Accept, Close> {
        if cx.scope().identity.is_none() {
            return Err(close::signed_out());
        }
        cx.group_add(&groups::lobby()).await.map_err(|fault| unavailable(&fault))?;
        let rooms = self.rooms.list(self.clock.now()).await.map_err(|fault| unavailable(&fault))?;
        cx.reply(&State { rooms: rooms.iter().map(wire::RoomSummary::from).collect() });
        Ok(Accept::with_subprotocol(cx.scope(), SUBPROTOCOL))
    }

    async fn receive(&mut self, cx: &mut Context, Command::Ping: Command) -> Result<(), Fault> {
        cx.reply(&Pong {});
        Ok(())
    }

    async fn event(&mut self, cx: &mut Context, event: wire::LobbyEvent) -> Result<(), Fault> {
        cx.reply(&event);
        Ok(())
    }

    fn fan_out(event: &wire::LobbyEvent) -> FanOut {
        let frame = match event {
            wire::LobbyEvent::Resync => Frame::json(&json!({ "type": "gap", "reason": "unannounced" })),
            same => Frame::json(same),
        };
        frame.map_or(FanOut::Nothing, FanOut::Same)
    }
}

fn unavailable(fault: &dyn std::fmt::Display) -> Close {
    static GATE: LogGate = LogGate::new();
    if let Some(more) = GATE.pass() {
        log::error!("could not show the lobby: {fault}{more}");
    }
    Close::new(close::TRY_AGAIN, "the list cannot be reached at the moment; connect again in a few seconds")
}
