//! A room: its messages, and the members that are online or type.

use std::fmt::Display;

use accounts::UserRef;
use application::Clock;
use catamaran::{Accept, Close, CloseCode, Consumer, ConsumerError, Context, FanOut, Fault, Gap, LayerError, LogThrottle};
use catamaran_presence::{Here, Presence, PresenceError};
use rooms::{RoomView, Rooms, RoomsError, groups, wire};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{MessageBody, RoomCode, RoomId, TextFault, UserId};
use uuid::Uuid;

use super::{Pong, SUBPROTOCOL};
use catamaran_sockets::close;

use crate::{CountedSocket, Identity};

/// One user's socket to one room.
pub struct Room {
    rooms: Rooms,
    presence: Presence,
    clock: Clock,
    counted: CountedSocket,
    seat: Option<Seat>,
}

/// The socket's room and user.
struct Seat {
    room: RoomId,
    user: UserId,
    /// The user is online in the room while this lives.
    here: Here,
}

/// The commands of a client.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub enum Command {
    /// Sends a message.
    #[serde(rename = "message.send")]
    Send {
        /// The text.
        body: String,
        /// The client's own id for it: the same again is stored once.
        client_id: Option<Uuid>,
    },
    /// Tells that the user types, or has stopped.
    #[serde(rename = "typing")]
    Typing {
        /// Which of the two.
        on: bool,
    },
    /// Asks for a [`Pong`].
    #[serde(rename = "ping")]
    Ping,
}

/// The first frame of every connection.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "room.state")]
struct State {
    room: wire::RoomSummary,
    you: UserRef,
    members: Vec<wire::Member>,
    last_seq: i64,
    /// After a lost connection the client waits for a random time up to this.
    reconnect_within_ms: u64,
}

impl Room {
    /// A socket that is not connected yet.
    pub fn new(rooms: Rooms, presence: Presence, clock: Clock, counted: CountedSocket) -> Self {
        Self { rooms, presence, clock, counted, seat: None }
    }

    async fn admit(&mut self, cx: &Context<Self>, user: UserId, code: &RoomCode) -> Result<RoomView, Refusal> {
        let room = self.rooms.id_of(code).await?;
        let group = groups::room(room);
        cx.group_add(&group).await?;
        // Only members may enter.
        let here = self.presence.enter(&group, &user.to_string(), &()).await?;
        self.seat = Some(Seat { room, user, here });
        let view = self.rooms.view(code).await?;
        // A member that left before the group was joined got no event.
        if view.members.iter().any(|member| member.user_id == user) { Ok(view) } else { Err(RoomsError::NotAMember.into()) }
    }

    /// Handles missed events. The user may have left the room meanwhile.
    async fn resync(&self, cx: &Context<Self>, reason: &str) {
        cx.reply(&json!({ "type": "gap", "reason": reason }));
        let Some(seat) = &self.seat else { return };
        match self.rooms.is_member(seat.room, seat.user).await {
            Ok(true) => {}
            Ok(false) => cx.close(close::FORBIDDEN, LEFT),
            // The page fetches the room over HTTP, and gets the answer there.
            Err(fault) => log_throttled(&fault),
        }
    }

    async fn say(&self, cx: &Context<Self>, seat: &Seat, body: &str, client_id: Option<Uuid>) -> Result<(), Fault> {
        let body = MessageBody::parse(body).map_err(|fault| bad_body(&fault))?;
        let posted = self.rooms.post_to(seat.room, seat.user, &body, client_id, self.clock.now()).await;
        let posted = posted.map_err(not_posted)?;
        if !posted.announced {
            // It is saved, and the others will fetch it: show it to the sender now.
            cx.reply(&wire::RoomEvent::Message { message: wire::Message::from(&posted.message) });
        }
        Ok(())
    }
}

impl Consumer for Room {
    type User = Identity;
    type Command = Command;
    type Event = wire::RoomEvent;
    type Error = ConsumerError;

    const SUBPROTOCOLS: &'static [&'static str] = &[SUBPROTOCOL];
    const REQUEST_ID: &'static str = "client_id";

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
        let Some(Identity { user_id, name, .. }) = cx.user().cloned() else { return Err(close::signed_out().into()) };
        let code = cx.scope().param("code").and_then(|code| RoomCode::parse(code).ok()).ok_or_else(no_such_room)?;
        let view = self.admit(cx, UserId::from(user_id), &code).await?;
        let mut state = State {
            room: wire::RoomSummary::from(&view.room),
            you: UserRef { id: user_id.to_string(), nickname: name.into() },
            members: view.members.iter().map(wire::Member::from).collect(),
            last_seq: view.room.last_seq,
            reconnect_within_ms: self.counted.reconnect_within_ms(),
        };
        if let Some(me) = state.members.iter().find(|member| member.id == state.you.id) {
            state.you.nickname.clone_from(&me.nickname); // the session may be older than the nickname
        }
        cx.reply(&state);
        Ok(Accept::with_subprotocol(cx.scope(), SUBPROTOCOL))
    }

    async fn receive(&mut self, cx: &mut Context<Self>, command: Command) -> Result<(), ConsumerError> {
        let Some(seat) = &self.seat else { return Ok(()) };
        match command {
            Command::Ping => cx.reply(&Pong {}),
            Command::Typing { on } => self.rooms.typing(seat.room, seat.user, on, self.clock.now()).await,
            Command::Send { body, client_id } => self.say(cx, seat, &body, client_id).await?,
        }
        Ok(())
    }

    /// Handles events whose frames differ between sockets.
    async fn event(&mut self, cx: &mut Context<Self>, event: wire::RoomEvent) -> Result<(), ConsumerError> {
        match &event {
            wire::RoomEvent::Resync => self.resync(cx, "unannounced").await,
            wire::RoomEvent::Left { user_id } if self.seat.as_ref().is_some_and(|seat| seat.user.to_string() == *user_id) => {
                cx.reply(&event);
                cx.close(close::FORBIDDEN, LEFT);
            }
            _ => cx.reply(&event),
        }
        Ok(())
    }

    fn fan_out(event: &wire::RoomEvent) -> FanOut {
        match event {
            wire::RoomEvent::Left { .. } | wire::RoomEvent::Resync => FanOut::Each,
            same => FanOut::same(same),
        }
    }

    async fn gap(&mut self, cx: &mut Context<Self>, gap: Gap) -> Result<(), ConsumerError> {
        self.resync(cx, gap.reason.as_str()).await;
        Ok(())
    }

    async fn disconnect(&mut self, _: &mut Context<Self>, _: CloseCode) {
        if let Some(seat) = self.seat.take() {
            seat.here.leave().await;
        }
    }
}

/// The close reason for a user that has left the room.
const LEFT: &str = "you left this room; join it again to come back";

/// The close code and reason of a refusal.
struct Refusal(ConsumerError);

impl From<RoomsError> for Refusal {
    fn from(fault: RoomsError) -> Self {
        Self(match fault {
            RoomsError::NotFound => no_such_room().into(),
            RoomsError::NotAMember => Close::new(close::FORBIDDEN, "only members may enter: join the room first").into(),
            other => unavailable(other).into(),
        })
    }
}

impl From<LayerError> for Refusal {
    fn from(fault: LayerError) -> Self {
        Self(unavailable(fault).into())
    }
}

impl From<PresenceError> for Refusal {
    fn from(fault: PresenceError) -> Self {
        match fault {
            PresenceError::Refused { .. } => RoomsError::NotAMember.into(),
            other => Self(unavailable(other).into()),
        }
    }
}

impl From<Refusal> for ConsumerError {
    fn from(Refusal(error): Refusal) -> Self {
        error
    }
}

fn no_such_room() -> Close {
    Close::new(close::NOT_FOUND, "there is no room with this code")
}

fn unavailable(fault: impl Display) -> Fault {
    Fault::unavailable(fault).detail("the room cannot be reached at the moment; connect again in a few seconds")
}

fn not_posted(fault: RoomsError) -> Fault {
    match fault {
        RoomsError::TooFast(fault) => Fault::rate_limited(fault.to_string(), fault.retry_seconds()),
        RoomsError::NotAMember => Fault::refused("not_a_member", "you are not a member of this room any more; join it again"),
        other => Fault::unavailable(other),
    }
}

fn bad_body(fault: &TextFault) -> Fault {
    let too_long = matches!(fault, TextFault::TooLong { .. } | TextFault::TooManyBytes { .. });
    let code = if too_long { "too_long" } else { "bad_field" };
    Fault::refused(code, format!("body: {fault}"))
}

fn log_throttled(fault: &RoomsError) {
    static THROTTLE: LogThrottle = LogThrottle::new();
    if let Some(more) = THROTTLE.pass() {
        log::error!("could not look up whether a client is still a member of its room: {fault}{more}");
    }
}
