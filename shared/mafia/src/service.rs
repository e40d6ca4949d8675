//! Changes of games: load, apply, save, announce.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use catamaran::ChannelLayer;
use fairness::Rank;
use mafia_rules::{Actor, Command as Rules, Counts, Event, Game, Phase, Refusal, Setup, decide};
use store::{GameChange, GameId, GameUpdate, LockedGame, RoomCode, RoomName, Store, StoreError, Timestamp, UserId};
use uuid::Uuid;

use crate::{
    Caller, Command, MafiaError, Rng,
    announce::Announcer,
    announced_watermark::AnnouncedWatermarks,
    bots,
    command::Dispatch,
    commit::Commit,
    fair::Fair,
    groups,
    presence::HOST_AWAY_MS,
    saved::{Loaded, Saved},
    seats::Seats,
    wire::{GameEvent, Snapshot},
};

/// The number of attempts to find a free code for a new table.
const CODE_ATTEMPTS: usize = 8;

/// All operations on games. Cheap to clone.
#[derive(Clone)]
pub struct Mafia {
    pub(crate) store: Store,
    pub(crate) announcer: Announcer,
    pub(crate) watermarks: AnnouncedWatermarks,
    pub(crate) fair: Fair,
    pub(crate) seats: Seats,
    rng: Rng,
    pub(crate) lateness: Option<Observer>,
}

/// Takes the time between a deadline and the change that it caused.
pub(crate) type Observer = Arc<dyn Fn(Duration) + Send + Sync>;

/// The result of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acted {
    /// Whether the layer accepted the announcement. If not, other clients learn of it later, and the caller should fetch it.
    pub announced: bool,
}

/// A change that is stored but not announced yet.
pub(crate) struct Changed {
    before: Loaded,
    after: Loaded,
    events: Vec<Event>,
    updates: Vec<GameUpdate>,
}

impl Mafia {
    /// Games in this database, announced over this layer, with the operating system's random numbers.
    pub fn new(store: Store, layer: Arc<dyn ChannelLayer>) -> Self {
        Self::with_rng(store, layer, Rng::system())
    }

    /// As `new`, with other random numbers, for tests.
    pub fn with_rng(store: Store, layer: Arc<dyn ChannelLayer>, rng: Rng) -> Self {
        Self {
            announcer: Announcer::new(layer),
            watermarks: AnnouncedWatermarks::new(store.clone()),
            fair: Fair::default(),
            seats: Seats::default(),
            store,
            rng,
            lateness: None,
        }
    }

    /// Calls `observe` for each phase that this process has ended, with the time since its deadline. For metrics.
    #[must_use]
    pub fn observing_lateness(self, observe: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self { lateness: Some(Arc::new(observe)), ..self }
    }

    /// Creates a table with `host` as its first player.
    ///
    /// # Errors
    /// [`MafiaError`]: the caller is a guest, the name or the set-up is invalid, or the database.
    pub async fn create(&self, host: &Caller, name: Option<&str>, setup: Setup, now: Timestamp) -> Result<Snapshot, MafiaError> {
        let name = match name {
            Some(name) => RoomName::parse(name).map_err(MafiaError::BadName)?.to_string(),
            None => host.name.clone(),
        };
        let empty = Saved::new(name);
        let mut events = self.decided(&empty.game, host, &Rules::Join, now)?;
        let seated = mafia_rules::fold(&events);
        events.extend(self.decided(&seated, host, &Rules::SetUp { setup }, now)?);
        let commit = Commit::of(&empty, &events, now)?;
        let code = self.insert(&commit, now).await?;
        self.snapshot(&code, host, now).await
    }

    /// Executes a client's command.
    ///
    /// # Errors
    /// [`MafiaError`]: no such table, the rules refuse it, or the database.
    pub async fn act(&self, code: &RoomCode, who: &Caller, command: &Command, now: Timestamp) -> Result<Acted, MafiaError> {
        self.fair.may_act(who, code, command.rank(), now)?;
        match command.dispatch() {
            Dispatch::Bot => self.seat_bots(code, who, 1, now).await,
            Dispatch::TakeOver => self.take_over(code, who, now).await,
            Dispatch::Rules(dispatch) => self.apply_command(code, who, &dispatch, command.rank(), now).await,
        }
    }

    async fn apply_command(
        &self,
        code: &RoomCode,
        who: &Caller,
        command: &Rules,
        rank: Rank,
        now: Timestamp,
    ) -> Result<Acted, MafiaError> {
        if who.id.is_none() {
            // A guest changes nothing, so the command needs no turn. The rules give the reason of the refusal.
            self.decided(self.load(code).await?.game(), who, command, now)?;
            return Ok(Acted { announced: true });
        }
        self.change(code, rank, now, |game| self.decided(game, who, command, now)).await
    }

    /// Makes the caller host, if the present host has been offline for a while and is still host at the time of the change.
    async fn take_over(&self, code: &RoomCode, who: &Caller, now: Timestamp) -> Result<Acted, MafiaError> {
        let game = self.load(code).await?;
        let away = host(game.game());
        if let Some(host) = away {
            let host = UserId::from(host);
            if self.is_online(game.id, host).await? {
                return Err(Refusal::NotHost.into());
            }
            if self.store.host_left_at(game.id, host).await?.is_some_and(|left| now < left + HOST_AWAY_MS) {
                return Err(Refusal::HostJustLeft.into());
            }
        }
        self.change(code, Rank::Player, now, |game| {
            if host(game) == away { self.decided(game, who, &Rules::TakeOver, now) } else { Err(Refusal::NotHost.into()) }
        })
        .await
    }

    /// Adds `count` bots, or as many as there are free seats.
    ///
    /// # Errors
    /// As [`act`](Self::act).
    pub async fn add_bots(&self, code: &RoomCode, who: &Caller, count: usize, now: Timestamp) -> Result<Acted, MafiaError> {
        self.fair.may_act(who, code, Rank::Player, now)?;
        self.seat_bots(code, who, count, now).await
    }

    async fn seat_bots(&self, code: &RoomCode, who: &Caller, count: usize, now: Timestamp) -> Result<Acted, MafiaError> {
        self.change(code, Rank::Player, now, |game| {
            let (mut game, mut events) = (game.clone(), Vec::new());
            for added in 0..count {
                let name = bots::name(&game, &mut self.rng.clone());
                match self.decided(&game, who, &Rules::AddBot { name }, now) {
                    Err(MafiaError::Refused(Refusal::TableFull)) if added > 0 => break,
                    outcome => {
                        let joined = outcome?;
                        joined.iter().for_each(|event| mafia_rules::evolve(&mut game, event));
                        events.extend(joined);
                    }
                }
            }
            Ok(events)
        })
        .await
    }

    /// Returns the table of the next game: the one that already exists, or a new one with the same set-up. Players who left the game are
    /// refused. A table that was deleted before its start is created again.
    ///
    /// # Errors
    /// As [`act`](Self::act).
    pub async fn again(&self, code: &RoomCode, who: &Caller, now: Timestamp) -> Result<RoomCode, MafiaError> {
        self.fair.may_act(who, code, Rank::Player, now)?;
        let old = self.load(code).await?;
        if old.game().phase != Phase::Over {
            return Err(Refusal::NotOver.into());
        }
        // Checked before the table is created, so that a refusal leaves none behind.
        let stayed = |seat| old.game().seat(seat).is_some_and(|seat| !seat.left);
        who.seat(old.game()).filter(|seat| stayed(*seat)).ok_or(Refusal::NotSeated)?;
        let gone = old.game().next.clone();
        if !self.table_exists(gone.as_deref()).await? {
            let name = old.saved.name.as_str();
            let table = self.create(who, Some(name), next_setup(old.game()), now).await?;
            let made = table.game.code.clone();
            let command = Rules::Again { code: table.game.code, gone };
            self.change(code, Rank::Player, now, |game| self.decided(game, who, &command, now)).await?;
            let next = self.next_of(code).await?;
            // We lost the race: leave the table we created, since nothing links to it.
            if next.as_str() != made
                && let Ok(made) = RoomCode::parse(&made)
            {
                self.apply_command(&made, who, &Rules::Leave, Rank::Player, now).await?;
            }
            return Ok(next);
        }
        self.next_of(code).await
    }

    async fn table_exists(&self, code: Option<&str>) -> Result<bool, MafiaError> {
        let Some(code) = code.and_then(|code| RoomCode::parse(code).ok()) else { return Ok(false) };
        match self.load(&code).await {
            Ok(_) => Ok(true),
            Err(MafiaError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn next_of(&self, code: &RoomCode) -> Result<RoomCode, MafiaError> {
        let next = self.load(code).await?.saved.game.next.unwrap_or_default();
        RoomCode::parse(&next).map_err(|_| MafiaError::NotFound)
    }

    /// Waits for the turn, then loads, applies and saves. Announces while the next change has its turn.
    async fn change(
        &self,
        code: &RoomCode,
        rank: Rank,
        now: Timestamp,
        decide: impl Fn(&Game) -> Result<Vec<Event>, MafiaError>,
    ) -> Result<Acted, MafiaError> {
        let turn = self.fair.turn(code, rank).await;
        let (locked, game) = self.lock(code).await?;
        let events = match decide(game.game()) {
            Ok(events) => events,
            Err(refusal) => {
                locked.release().await;
                return Err(refusal);
            }
        };
        let changed = self.write(locked, game, events, now, None).await?;
        drop(turn);
        self.announce(changed, now).await
    }

    /// Locks a game against other changes.
    pub(crate) async fn lock(&self, code: &RoomCode) -> Result<(LockedGame, Loaded), MafiaError> {
        let locked = self.store.lock_game(code).await?.ok_or(MafiaError::NotFound)?;
        match Loaded::read(locked.game().clone()) {
            Ok(game) => Ok((locked, game)),
            Err(fault) => {
                locked.release().await;
                Err(fault)
            }
        }
    }

    /// Saves the events. `bots_at` is the time of the next bot move, if the caller has asked the bots. Returns `None` if there is nothing
    /// to save.
    pub(crate) async fn write(
        &self,
        locked: LockedGame,
        before: Loaded,
        events: Vec<Event>,
        now: Timestamp,
        bots_at: Option<Option<Timestamp>>,
    ) -> Result<Option<Changed>, MafiaError> {
        if events.is_empty() && bots_at.is_none() {
            locked.release().await;
            return Ok(None);
        }
        let commit = Commit::of(&before.saved, &events, now)?;
        let bots_at = self.bots_at(&before, &commit.saved.game, bots_at, now);
        let state = serde_json::to_string(&commit.saved)?;
        locked.save(&change(&commit, &state, bots_at), now).await?;
        let after = Loaded { version: before.version + 1, bots_at, saved: commit.saved, ..before.clone() };
        Ok(Some(Changed { before, after, events, updates: commit.updates }))
    }

    /// Announces a stored change.
    pub(crate) async fn announce(&self, changed: Option<Changed>, now: Timestamp) -> Result<Acted, MafiaError> {
        let Some(Changed { before, after, events, updates }) = changed else { return Ok(Acted { announced: true }) };
        let announced =
            self.announcer.announce(&after, &updates, now).await? && self.announce_moves(before.game(), &after, &events).await;
        if announced {
            self.watermarks.set(after.id, before.version, after.version).await;
        }
        Ok(Acted { announced })
    }

    /// The time of the next bot move: the caller's answer within a phase, otherwise after a pause.
    fn bots_at(&self, before: &Loaded, after: &Game, asked: Option<Option<Timestamp>>, now: Timestamp) -> Option<Timestamp> {
        if !after.is_on() || !after.living().any(|seat| after.seat(seat).is_some_and(mafia_rules::Seat::is_bot)) {
            return None;
        }
        let went_on = before.game().phase != after.phase;
        match asked {
            Some(asked) if !went_on => asked,
            None if !went_on && before.bots_at.is_some() => before.bots_at,
            _ => Some(now + self.bot_pause(after)),
        }
    }

    pub(crate) fn bot_pause(&self, game: &Game) -> Timestamp {
        bots::pause(game, &mut self.rng.clone())
    }

    pub(crate) fn rng(&self) -> Rng {
        self.rng.clone()
    }

    /// Tells the sockets of players who joined or left, and of spectators who may not watch any more. Returns false if the layer did not
    /// accept it: the next sweep then tells all sockets.
    async fn announce_moves(&self, before: &Game, after: &Loaded, events: &[Event]) -> bool {
        let mut accepted = true;
        let is_move = |event: &Event| matches!(event, Event::Joined { .. } | Event::StoodUp { .. });
        if events.iter().any(is_move) {
            let (old, new) = (people(before), people(after.game()));
            for person in old.symmetric_difference(&new) {
                accepted &= self.announcer.send(&groups::player(after.id, UserId::from(*person)), &GameEvent::Moved).await;
            }
            for person in new.difference(&old) {
                self.announce_seated_spectator(after, UserId::from(*person)).await;
            }
        }
        let begins = events.iter().any(|event| matches!(event, Event::Started { .. }));
        if begins && !after.game().setup.options.spectators {
            accepted &= self.announcer.send(&groups::spectators(after.id), &GameEvent::Closed).await;
        }
        accepted
    }

    pub(crate) async fn load(&self, code: &RoomCode) -> Result<Loaded, MafiaError> {
        Loaded::read(self.store.game_by_code(code).await?.ok_or(MafiaError::NotFound)?)
    }

    pub(crate) async fn load_by_id(&self, id: GameId) -> Result<Option<Loaded>, MafiaError> {
        self.store.game_by_id(id).await?.map(Loaded::read).transpose()
    }

    fn decided(&self, game: &Game, who: &Caller, command: &Rules, now: Timestamp) -> Result<Vec<Event>, MafiaError> {
        Ok(decide(game, &who.actor(game), command, now, &mut self.rng.clone())?)
    }

    pub(crate) fn decided_by(&self, game: &Game, actor: &Actor, command: &Rules, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        decide(game, actor, command, now, &mut self.rng.clone())
    }

    async fn insert(&self, commit: &Commit, now: Timestamp) -> Result<RoomCode, MafiaError> {
        let state = serde_json::to_string(&commit.saved)?;
        let mut attempts = 0;
        loop {
            let [a, b, c, d, e, f, ..] = *Uuid::new_v4().as_bytes();
            let code = RoomCode::from_random(&[a, b, c, d, e, f]);
            match self.store.create_game(code, &change(commit, &state, None), now).await {
                Err(StoreError::Conflict(_)) if attempts < CODE_ATTEMPTS => attempts += 1,
                // The table has no sockets yet, so there is no announcement.
                outcome => {
                    let game = outcome?;
                    self.watermarks.set(game.id, 0, game.version).await;
                    return Ok(game.code);
                }
            }
        }
    }
}

/// The set-up of a game; roles that were the default stay the default.
fn next_setup(game: &Game) -> Setup {
    let mut setup = game.setup.clone();
    setup.roles = setup.roles.filter(|roles| *roles != Counts::suited_to(game.seats.len()));
    setup
}

fn host(game: &Game) -> Option<Uuid> {
    game.seat(game.host?)?.player.id
}

fn people(game: &Game) -> BTreeSet<Uuid> {
    game.seats.iter().filter_map(|seat| seat.player.id).collect()
}

fn change<'a>(commit: &'a Commit, state: &'a str, bots_at: Option<Timestamp>) -> GameChange<'a> {
    let saved = &commit.saved;
    GameChange {
        state,
        name: &saved.name,
        host: saved.host(),
        phase: saved.stage(),
        seated: u32::try_from(saved.game.seats.len()).unwrap_or(u32::MAX),
        spectators: saved.game.setup.options.spectators,
        bots_at,
        due_at: [saved.game.ends_at, bots_at].into_iter().flatten().min(),
        events: &commit.events,
        updates: &commit.updates,
        players: commit.players.as_deref(),
        over: saved.game.phase == Phase::Over,
    }
}
