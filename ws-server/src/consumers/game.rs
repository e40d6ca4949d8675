//! A table of Mafia: everything live.

use std::{fmt::Display, net::IpAddr};

use application::Clock;
use catamaran::{Accept, Close, CloseCode, Consumer, ConsumerError, Context, FanOut, Fault, Frame, LayerError};
use catamaran_presence::{Here, Presence, PresenceError};
use lang::Lang;
use mafia::{Caller, Command as Move, Cursors, Mafia, MafiaError, groups, texts::texts, wire};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{GameId, RoomCode, UserId};
use uuid::Uuid;

use super::{Pong, SUBPROTOCOL};
use catamaran_sockets::close;

use crate::{CountedSocket, Identity};

/// One client's socket to one table. A client that is not signed in may watch.
pub struct Game {
    mafia: Mafia,
    presence: Presence,
    clock: Clock,
    counted: CountedSocket,
    place: Option<Box<Place>>,
}

/// The socket's table and groups. Boxed, because it is known only after the handshake.
struct Place {
    game: GameId,
    code: RoomCode,
    caller: Caller,
    lang: Lang,
    /// The client's address, through trusted proxies: a client that is not signed in has the allowance of its address.
    from: Option<IpAddr>,
    /// Whether the socket has no seat, and is in the group of the spectators.
    watches: bool,
    /// The user is connected to the table while this lives.
    here: Option<Here>,
}

/// The commands of a client.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub enum Command {
    /// Does something at the table.
    #[serde(rename = "game.do")]
    Do {
        /// The act.
        #[serde(rename = "do")]
        what: Move,
    },
    /// Asks for the state, and for the updates after these.
    #[serde(rename = "game.sync")]
    Sync {
        /// The newest public one that the client has; 0 for none.
        #[serde(default)]
        public: i64,
        /// The newest of its own.
        #[serde(default)]
        you: i64,
        /// The newest of those for spectators.
        #[serde(default)]
        spectators: i64,
        /// Whether the state is wanted, too; the next page of updates needs none.
        #[serde(default = "wanted")]
        state: bool,
    },
    /// Asks for a [`Pong`].
    #[serde(rename = "ping")]
    Ping,
}

/// The first frame of every connection.
#[derive(Serialize)]
#[serde(tag = "type", rename = "game.state")]
struct State<'a> {
    #[serde(flatten)]
    snapshot: &'a wire::Snapshot,
    /// After a lost connection the client waits for a random time up to this.
    reconnect_within_ms: u64,
}

/// The events that the client has missed.
#[derive(Serialize)]
#[serde(tag = "type", rename = "game.missed")]
struct Missed<'a> {
    #[serde(flatten)]
    missed: &'a wire::Missed,
}

impl Game {
    /// A socket that is not connected yet.
    pub fn new(mafia: Mafia, presence: Presence, clock: Clock, counted: CountedSocket) -> Self {
        Self { mafia, presence, clock, counted, place: None }
    }

    async fn admit(&mut self, cx: &Context<Self>, code: RoomCode, caller: Caller, lang: Lang) -> Result<wire::Snapshot, Refusal> {
        // Refuse a client before anything is joined or written.
        let first = self.mafia.snapshot(&code, &caller, self.clock.now()).await?;
        let game = first.game.id.parse::<GameId>().map_err(|fault| Refusal(unavailable(fault).into()))?;
        let group = groups::public(game);
        let here = match caller.id {
            Some(user) => {
                self.mafia.enters(game, user, first.me.seat.is_some());
                let entered = self.presence.enter(&group, &user.to_string(), &()).await;
                self.mafia.has_entered(game, user);
                Some(entered?)
            }
            None => None,
        };
        let from = cx.scope().peer;
        let mut place = Place { game, code, caller, lang, from, watches: false, here };
        cx.group_add(&group).await?;
        if let Some(user) = place.caller.id {
            cx.group_add(&groups::player(game, user)).await?;
        }
        place.watch(cx, first.me.seat.is_none()).await?;
        // Events from before the socket joined the groups did not arrive.
        let snapshot = self.mafia.snapshot(&place.code, &place.caller, self.clock.now()).await?;
        self.place = Some(Box::new(place));
        Ok(snapshot)
    }

    /// Sends the client the whole state, and joins the groups of its user's present role.
    async fn show(&mut self, cx: &Context<Self>) -> Result<(), ConsumerError> {
        let Some(place) = &mut self.place else { return Ok(()) };
        match self.mafia.snapshot(&place.code, &place.caller, self.clock.now()).await {
            Ok(snapshot) => {
                place.watch(cx, snapshot.me.seat.is_none()).await?;
                cx.reply(&State { snapshot: &snapshot, reconnect_within_ms: self.counted.reconnect_within_ms() });
                Ok(())
            }
            Err(MafiaError::NotFound) => Err(no_such_table().into()),
            Err(MafiaError::Refused(_)) => Err(no_spectators().into()),
            Err(fault) => Err(Fault::unavailable(fault).into()),
        }
    }

    async fn sync(&mut self, cx: &Context<Self>, cursors: Cursors, wants_state: bool) -> Result<(), ConsumerError> {
        let Some(Place { code, caller, from, .. }) = self.place.as_deref() else { return Ok(()) };
        if let Err(MafiaError::TooFast(fault)) = self.mafia.may_sync(code, caller, *from, self.clock.now()) {
            let fault = Fault::rate_limited(fault.to_string(), fault.retry_seconds());
            return Err(fault.with("command", "game.sync").into());
        }
        if wants_state {
            self.show(cx).await?;
        }
        let Some(place) = &self.place else { return Ok(()) };
        match self.mafia.missed(&place.code, &place.caller, cursors).await {
            Ok(missed) => {
                cx.reply(&Missed { missed: &missed });
                Ok(())
            }
            Err(MafiaError::NotFound | MafiaError::Refused(_)) => Ok(()), // the state says so, and closes the socket
            Err(fault) => Err(Fault::unavailable(fault).into()),
        }
    }

    async fn act(&self, cx: &Context<Self>, what: &Move) -> Result<(), Fault> {
        let Some(place) = &self.place else { return Ok(()) };
        let acted = self.mafia.act(&place.code, &place.caller, what, self.clock.now()).await;
        let acted = acted.map_err(|fault| place.fault(&fault))?;
        if !acted.announced {
            // It is stored, and announced later: the sender fetches it now.
            cx.reply(&json!({ "type": "gap", "reason": "unannounced" }));
        }
        Ok(())
    }
}

impl Place {
    /// Joins or leaves the group of the spectators.
    async fn watch(&mut self, cx: &Context<Game>, watches: bool) -> Result<(), catamaran::LayerError> {
        if watches && !self.watches {
            cx.group_add(&groups::spectators(self.game)).await?;
        } else if self.watches && !watches {
            cx.group_discard(&groups::spectators(self.game)).await?;
        }
        self.watches = watches;
        Ok(())
    }

    /// The client's error frame for a fault, in its language.
    fn fault(&self, fault: &MafiaError) -> Fault {
        match fault {
            MafiaError::Refused(refusal) => Fault::refused(refusal.code(), texts(self.lang).refusal(refusal)),
            MafiaError::NotFound => Fault::refused("table_not_found", fault.to_string()),
            MafiaError::TooFast(fault) => Fault::rate_limited(fault.to_string(), fault.retry_seconds()),
            other => Fault::unavailable(other),
        }
    }
}

impl Consumer for Game {
    type User = Identity;
    type Command = Command;
    type Event = wire::GameEvent;
    type Error = ConsumerError;

    const SUBPROTOCOLS: &'static [&'static str] = &[SUBPROTOCOL];

    async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
        let code = cx.scope().param("code").and_then(|code| RoomCode::parse(code).ok()).ok_or_else(no_such_table)?;
        let caller = match cx.user() {
            Some(identity) => Caller { id: Some(UserId::from(identity.user_id)), name: identity.name.to_string() },
            None => Caller::guest(),
        };
        let lang = cx.scope().query_param("lang").and_then(|asked| Lang::from_tag(&asked)).unwrap_or_default();
        let snapshot = self.admit(cx, code, caller, lang).await?;
        cx.reply(&State { snapshot: &snapshot, reconnect_within_ms: self.counted.reconnect_within_ms() });
        Ok(Accept::with_subprotocol(cx.scope(), SUBPROTOCOL))
    }

    async fn receive(&mut self, cx: &mut Context<Self>, command: Command) -> Result<(), ConsumerError> {
        match command {
            Command::Ping => cx.reply(&Pong {}),
            Command::Do { what } => self.act(cx, &what).await?,
            Command::Sync { public, you, spectators, state } => {
                self.sync(cx, Cursors { public, you, spectators }, state).await?;
            }
        }
        Ok(())
    }

    async fn event(&mut self, cx: &mut Context<Self>, event: wire::GameEvent) -> Result<(), ConsumerError> {
        match event {
            wire::GameEvent::Update { frame } => cx.send(&Frame::text(frame)),
            wire::GameEvent::Presence { player, online } => cx.reply(&presence(player, online)),
            // Both may have changed the events that this socket may see.
            wire::GameEvent::Moved | wire::GameEvent::Closed => match self.show(cx).await {
                Err(ConsumerError::Fault(_)) => cx.close(close::TRY_AGAIN, UNREACHABLE),
                shown => shown?,
            },
        }
        Ok(())
    }

    /// All sockets of a group may see the same events, so that they get the same frames.
    fn fan_out(event: &wire::GameEvent) -> FanOut {
        match event {
            wire::GameEvent::Update { frame } => FanOut::Same(Frame::text(frame.as_str())),
            wire::GameEvent::Presence { player, online } => FanOut::same(&presence(*player, *online)),
            wire::GameEvent::Moved | wire::GameEvent::Closed => FanOut::Each,
        }
    }

    async fn disconnect(&mut self, _: &mut Context<Self>, _: CloseCode) {
        if let Some(here) = self.place.take().and_then(|place| place.here) {
            here.leave().await;
        }
    }
}

fn wanted() -> bool {
    true
}

fn presence(player: Uuid, online: bool) -> serde_json::Value {
    json!({ "type": "game.presence", "player": player, "online": online })
}

/// The close code and reason of a refusal.
struct Refusal(ConsumerError);

impl From<MafiaError> for Refusal {
    fn from(fault: MafiaError) -> Self {
        Self(match fault {
            MafiaError::NotFound => no_such_table().into(),
            MafiaError::Refused(mafia_rules::Refusal::NoSpectators) => no_spectators().into(),
            other => unavailable(other).into(),
        })
    }
}

impl From<PresenceError> for Refusal {
    fn from(fault: PresenceError) -> Self {
        Self(match fault {
            PresenceError::Refused { .. } => no_such_table().into(), // it went meanwhile
            other => unavailable(other).into(),
        })
    }
}

impl From<LayerError> for Refusal {
    fn from(fault: LayerError) -> Self {
        Self(unavailable(fault).into())
    }
}

impl From<Refusal> for ConsumerError {
    fn from(Refusal(error): Refusal) -> Self {
        error
    }
}

/// Close reasons are short, and the page has its own words for the codes.
const UNREACHABLE: &str = "the table cannot be reached at the moment; connect again in a few seconds";

fn no_such_table() -> Close {
    Close::new(close::NOT_FOUND, "there is no table with this code")
}

fn no_spectators() -> Close {
    Close::new(close::FORBIDDEN, "the host wants no spectators at this table")
}

fn unavailable(fault: impl Display) -> Fault {
    Fault::unavailable(fault).detail(UNREACHABLE)
}
