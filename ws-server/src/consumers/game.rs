//! A table of Mafia: everything live.

use std::{net::IpAddr, sync::Arc};

use boot::Clock;
use channels::{Accept, Close, CloseCode, Consumer, Context, FanOut, Fault, Frame, LogGate};
use mafia::{Connected, Connections, Cursors, Mafia, MafiaError, Person, groups, wire};
use mafia_rules::{Command as Move, Lang, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{GameId, RoomCode, UserId};
use uuid::Uuid;

use super::{Pong, SUBPROTOCOL};
use sockets::close;

/// One person's socket to one table. Who is not signed in may watch.
pub struct Game {
    mafia: Mafia,
    connections: Arc<Connections>,
    clock: Clock,
    place: Option<Box<Place>>,
}

/// Where the socket is; boxed, since it is known only after the handshake.
struct Place {
    game: GameId,
    code: RoomCode,
    who: Person,
    lang: Lang,
    /// The client's address, through trusted proxies: a client that is not signed in has the allowance of its address.
    from: Option<IpAddr>,
    /// Has no seat, and hears what spectators hear.
    watches: bool,
    /// Dropped with the socket, which says that its person has gone.
    _connected: Option<Connected>,
}

/// What a client may send.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub enum Command {
    /// Does something at the table.
    #[serde(rename = "game.do")]
    Do {
        /// What.
        #[serde(rename = "do")]
        what: Move,
        /// The client's own id for it: comes back with a refusal.
        id: Option<Uuid>,
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
    /// Asks whether anybody is there; see [`Pong`].
    #[serde(rename = "ping")]
    Ping,
}

/// The first frame of every connection.
#[derive(Serialize)]
#[serde(tag = "type", rename = "game.state")]
struct State<'a> {
    #[serde(flatten)]
    snapshot: &'a wire::Snapshot,
}

/// What the client has missed.
#[derive(Serialize)]
#[serde(tag = "type", rename = "game.missed")]
struct Missed<'a> {
    #[serde(flatten)]
    missed: &'a wire::Missed,
}

impl Game {
    /// A socket that nobody sits at yet.
    pub fn new(mafia: Mafia, connections: Arc<Connections>, clock: Clock) -> Self {
        Self { mafia, connections, clock, place: None }
    }

    async fn let_in(&mut self, cx: &Context, code: RoomCode, who: Person, lang: Lang) -> Result<wire::Snapshot, Close> {
        let refused = |fault: MafiaError| refusal(&fault);
        // Who may not look is refused before anything is joined or written.
        let first = self.mafia.snapshot(&code, &who, self.clock.now()).await.map_err(refused)?;
        let game = first.game.id.parse::<GameId>().map_err(|fault| unavailable(&fault))?;
        let connected = match who.id {
            Some(user) => Some(self.connections.enter(&code, user).await.map_err(refused)?),
            None => None,
        };
        let from = cx.scope().peer;
        let mut place = Place { game, code, who, lang, from, watches: false, _connected: connected };
        cx.group_add(&groups::everybody(game)).await.map_err(|fault| unavailable(&fault))?;
        if let Some(user) = place.who.id {
            cx.group_add(&groups::person(game, user)).await.map_err(|fault| unavailable(&fault))?;
        }
        place.watch(cx, first.me.seat.is_none()).await.map_err(|fault| unavailable(&fault))?;
        // What happened before the groups were joined was not heard.
        let snapshot = self.mafia.snapshot(&place.code, &place.who, self.clock.now()).await.map_err(refused)?;
        self.place = Some(Box::new(place));
        Ok(snapshot)
    }

    /// Tells the client everything anew, and moves it to where its person is now.
    async fn show(&mut self, cx: &Context) -> Result<(), Fault> {
        let Some(place) = &mut self.place else { return Ok(()) };
        match self.mafia.snapshot(&place.code, &place.who, self.clock.now()).await {
            Ok(snapshot) => {
                place.watch(cx, snapshot.me.seat.is_none()).await.map_err(Fault::unavailable)?;
                cx.reply(&State { snapshot: &snapshot });
                Ok(())
            }
            Err(fault @ (MafiaError::NotFound | MafiaError::Refused(_))) => {
                let Close { code, .. } = refusal(&fault);
                cx.close(code, closing(&fault));
                Ok(())
            }
            Err(fault) => Err(Fault::unavailable(fault)),
        }
    }

    async fn sync(&mut self, cx: &Context, cursors: Cursors, wants_state: bool) -> Result<(), Fault> {
        let Some(Place { code, who, from, .. }) = self.place.as_deref() else { return Ok(()) };
        if let Err(MafiaError::TooFast(fault)) = self.mafia.may_sync(code, who, *from, self.clock.now()) {
            let mut frame = Fault::rate_limited(fault.to_string(), fault.retry_seconds()).frame();
            frame["command"] = json!("game.sync");
            cx.reply(&frame);
            return Ok(());
        }
        if wants_state {
            self.show(cx).await?;
        }
        let Some(place) = &self.place else { return Ok(()) };
        match self.mafia.missed(&place.code, &place.who, cursors).await {
            Ok(missed) => {
                cx.reply(&Missed { missed: &missed });
                Ok(())
            }
            Err(MafiaError::NotFound | MafiaError::Refused(_)) => Ok(()), // the state says so, and closes the socket
            Err(fault) => Err(Fault::unavailable(fault)),
        }
    }

    async fn act(&self, cx: &Context, what: &Move, id: Option<Uuid>) {
        let Some(place) = &self.place else { return };
        match self.mafia.act(&place.code, &place.who, what, self.clock.now()).await {
            Ok(acted) if acted.announced => {}
            // It is stored, and others hear of it later. Whoever did it need not wonder.
            Ok(_) => cx.reply(&json!({ "type": "gap", "reason": "unannounced" })),
            Err(fault) => {
                let fault = place.fault(&fault);
                static GATE: LogGate = LogGate::new();
                if let Some(text) = &fault.log
                    && let Some(more) = GATE.pass()
                {
                    log::error!("a command at a table was not carried out: {text}{more}");
                }
                let mut frame = fault.frame();
                frame["id"] = json!(id);
                cx.reply(&frame);
            }
        }
    }
}

impl Place {
    /// Joins or leaves the group of those who watch.
    async fn watch(&mut self, cx: &Context, watches: bool) -> Result<(), channels::LayerError> {
        if watches && !self.watches {
            cx.group_add(&groups::spectators(self.game)).await?;
        } else if self.watches && !watches {
            cx.group_discard(&groups::spectators(self.game)).await?;
        }
        self.watches = watches;
        Ok(())
    }

    /// What its person is told of a fault, in their language.
    fn fault(&self, fault: &MafiaError) -> Fault {
        match fault {
            MafiaError::Refused(refusal) => Fault::refused(refusal.code(), refusal.text(self.lang)),
            MafiaError::NotFound => Fault::refused("table_not_found", fault.to_string()),
            MafiaError::TooFast(fault) => Fault::rate_limited(fault.to_string(), fault.retry_seconds()),
            other => Fault::unavailable(other),
        }
    }
}

impl Consumer for Game {
    type Command = Command;
    type Event = wire::GameEvent;

    const SUBPROTOCOLS: &'static [&'static str] = &[SUBPROTOCOL];

    async fn connect(&mut self, cx: &mut Context) -> Result<Accept, Close> {
        let code = cx.scope().param("code").and_then(|code| RoomCode::parse(code).ok()).ok_or_else(no_such_table)?;
        let who = match &cx.scope().identity {
            Some(identity) => Person { id: Some(UserId::from(identity.user_id)), name: identity.name.to_string() },
            None => Person::nobody(),
        };
        let lang = asked_language(&cx.scope().query);
        let snapshot = self.let_in(cx, code, who, lang).await?;
        cx.reply(&State { snapshot: &snapshot });
        Ok(Accept::with_subprotocol(cx.scope(), SUBPROTOCOL))
    }

    async fn receive(&mut self, cx: &mut Context, command: Command) -> Result<(), Fault> {
        match command {
            Command::Ping => cx.reply(&Pong {}),
            Command::Do { what, id } => self.act(cx, &what, id).await,
            Command::Sync { public, you, spectators, state } => {
                self.sync(cx, Cursors { public, you, spectators }, state).await?;
            }
        }
        Ok(())
    }

    async fn event(&mut self, cx: &mut Context, event: wire::GameEvent) -> Result<(), Fault> {
        match event {
            wire::GameEvent::News { frame } => cx.send(&Frame::text(frame)),
            wire::GameEvent::Presence { player, online } => cx.reply(&presence(player, online)),
            // Both may have changed what this socket may see.
            wire::GameEvent::Moved | wire::GameEvent::Closed => {
                if self.show(cx).await.is_err() {
                    cx.close(close::TRY_AGAIN, "the table cannot be reached at the moment; connect again in a few seconds");
                }
            }
        }
        Ok(())
    }

    /// Each group has only those who may see what is sent to it, so that the frames are the same for all.
    fn fan_out(event: &wire::GameEvent) -> FanOut {
        match event {
            wire::GameEvent::News { frame } => FanOut::Same(Frame::text(frame.as_str())),
            wire::GameEvent::Presence { player, online } => {
                Frame::json(&presence(*player, *online)).map_or(FanOut::Nothing, FanOut::Same)
            }
            wire::GameEvent::Moved | wire::GameEvent::Closed => FanOut::Each,
        }
    }

    async fn disconnect(&mut self, _: &mut Context, _: CloseCode) {
        self.place = None;
    }
}

fn wanted() -> bool {
    true
}

fn presence(player: Uuid, online: bool) -> serde_json::Value {
    json!({ "type": "game.presence", "player": player, "online": online })
}

/// `lang=ko` in the query.
fn asked_language(query: &str) -> Lang {
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
    asked.map(Lang::of).unwrap_or_default()
}

fn refusal(fault: &MafiaError) -> Close {
    match fault {
        MafiaError::NotFound => no_such_table(),
        MafiaError::Refused(Refusal::NoSpectators) => Close::new(close::FORBIDDEN, closing(fault)),
        other => unavailable(other),
    }
}

/// Why a socket ends; close reasons are short, and the page has its own words for the codes.
fn closing(fault: &MafiaError) -> &'static str {
    match fault {
        MafiaError::NotFound => "there is no table with this code",
        _ => "the host wants no spectators at this table",
    }
}

fn no_such_table() -> Close {
    Close::new(close::NOT_FOUND, closing(&MafiaError::NotFound))
}

fn unavailable(fault: &dyn std::fmt::Display) -> Close {
    static GATE: LogGate = LogGate::new();
    if let Some(more) = GATE.pass() {
        log::error!("a table could not be reached for somebody: {fault}{more}");
    }
    Close::new(close::TRY_AGAIN, "the table cannot be reached at the moment; connect again in a few seconds")
}
