//! One connection to Redis that is always either up or on its way back.
//!
//! The client's own manager is not used: it gives up for good after six retries (redis-rs 1.8.1; only the next command would try
//! again), and it never notices a server that is frozen. A link tries for ever, asks with ROLE whether the server still answers
//! and is a master, and says why it is down.

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use catamaran::LayerStatus;
use futures_util::FutureExt as _;
use redis::{
    AsyncConnectionConfig, Cmd, PushInfo, PushKind, Value,
    aio::{MultiplexedConnection, SendError},
};
use tokio::{sync::Notify, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    RedisSettings,
    farewell::farewell,
    fault::{LinkFault, in_words, is_of_another, is_refusal, takes_no_writes},
    rights::is_forbidden,
};

/// The first wait between two attempts.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
/// So many unanswered ROLEs in a row mean that the connection is dead.
const SILENCES: u32 = 2;
/// Of two connections to one server at rest, the second is asked so much more rarely: what the first finds, the second looks at too.
pub(crate) const SECOND: u32 = 4;

/// What to do with a connection while it lives, and with what Redis pushes over it.
pub(crate) trait Task: Send + Sync + 'static {
    /// A push that is not the library's own. Called in place by the connection's task: it must not block.
    fn push(&self, push: PushInfo);
    /// A new connection is there: what must be done before it counts as up.
    fn ready(&self, connection: MultiplexedConnection) -> impl Future<Output = Result<(), LinkFault>> + Send;
    /// May its user do what is needed? Part of `ready`, and asked again where Redis refuses something.
    fn rights(&self, connection: MultiplexedConnection) -> impl Future<Output = Result<(), LinkFault>> + Send;
    /// Waits until there is something to do with the connection. May be dropped while it waits.
    fn wait(&self) -> impl Future<Output = ()> + Send;
    /// Does it. Never dropped halfway, unless the link ends for good.
    fn work(&self, connection: MultiplexedConnection) -> impl Future<Output = Result<(), LinkFault>> + Send;
    /// Does all work hear an answer of the server? Then it need not be asked whether it lives.
    fn hears_by_working(&self) -> bool {
        false
    }
    /// A write that changes nothing: does Redis take writes? `None` where nothing is written over this connection.
    fn trial(&self) -> Option<Cmd> {
        None
    }
    /// The connection counts as up; `again` where it was up before, or should have been: something may have been missed meanwhile.
    fn up(&self, again: bool);
}

/// The state of a link, for those who use it.
#[derive(Debug)]
pub(crate) struct Link {
    name: &'static str,
    settings: RedisSettings,
    state: RwLock<State>,
    suspicion: Notify,
    /// It is the wrong server, however well it answers.
    wrong: Notify,
    hint: Notify,
    /// The server has not answered on this connection: for those who wait for it on the other one.
    silence: Notify,
    /// Something was sent or heard since the last look: the connection is in use.
    is_used: Arc<AtomicBool>,
    /// A command was refused to the user: rights may have been taken away.
    is_forbidden: AtomicBool,
    /// Redis answers, and takes no writes: its words.
    refused: RwLock<Option<Arc<str>>>,
    /// How often to ask a server that nothing is sent to, and from which nothing is heard.
    idle_interval: Duration,
    /// The other connection to the same server.
    other: Weak<Link>,
}

#[derive(Debug)]
enum State {
    Up(MultiplexedConnection),
    Down(Arc<str>),
}

impl Link {
    /// The two connections to one server. What one of them finds concerns the other.
    pub(crate) fn pair(first: &'static str, second: &'static str, settings: &RedisSettings) -> (Arc<Self>, Arc<Self>) {
        let mut two = None;
        let one = Arc::new_cyclic(|one| {
            let other = Arc::new(Self::new(second, settings, settings.idle_interval * SECOND, one.clone()));
            let link = Self::new(first, settings, settings.idle_interval, Arc::downgrade(&other));
            two = Some(other);
            link
        });
        (one, two.expect("it was made together with the first"))
    }

    fn new(name: &'static str, settings: &RedisSettings, idle_interval: Duration, other: Weak<Self>) -> Self {
        Self {
            name,
            settings: settings.clone(),
            state: RwLock::new(State::Down("it is not connected yet".into())),
            suspicion: Notify::new(),
            wrong: Notify::new(),
            hint: Notify::new(),
            silence: Notify::new(),
            is_used: Arc::default(),
            is_forbidden: AtomicBool::new(false),
            refused: RwLock::default(),
            idle_interval,
            other,
        }
    }

    /// The connection, or why there is none.
    pub(crate) fn connection(&self) -> Result<MultiplexedConnection, String> {
        self.is_used.store(true, Ordering::Relaxed);
        match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Up(connection) => Ok(connection.clone()),
            State::Down(why) => Err(why.to_string()),
        }
    }

    pub(crate) fn status(&self) -> LayerStatus {
        match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Up(_) => match self.refused() {
                Some(why) => LayerStatus::Down(format!("Redis at {} takes no writes: {why}", self.settings)),
                None => LayerStatus::Up,
            },
            State::Down(why) => LayerStatus::Down(format!("Redis at {}: {why}", self.settings)),
        }
    }

    /// A command on this connection failed: look at once whether it still lives, is the right one, and lets its user do what is needed.
    pub(crate) fn suspect(&self, fault: &redis::RedisError) {
        if is_of_another(fault) {
            return self.abandon();
        }
        self.is_forbidden.fetch_or(is_forbidden(fault), Ordering::Relaxed);
        self.suspect_words(&in_words(fault));
        self.suspicion.notify_one();
    }

    /// Redis refused a write in these words: perhaps it takes none, for now.
    pub(crate) fn suspect_words(&self, said: &str) {
        if takes_no_writes(said) {
            self.refuse(said);
        }
    }

    fn refuse(&self, said: &str) {
        let mut refused = self.refused.write().unwrap_or_else(PoisonError::into_inner);
        if refused.is_none() {
            log::warn!("Redis at {} ({}) takes no writes: {said}; trying again until it does", self.settings, self.name);
            *refused = Some(said.into());
        }
    }

    fn refused(&self) -> Option<Arc<str>> {
        self.refused.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Does Redis take writes?
    async fn try_to_write<T: Task>(&self, task: &Arc<T>, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        let Some(trial) = task.trial() else { return Ok(()) };
        match trial.exec_async(&mut connection).await {
            Err(fault) if takes_no_writes(&in_words(&fault)) => self.refuse(&in_words(&fault)),
            Err(fault) if !is_refusal(&fault) => return Err(fault.into()),
            _ if self.refused.write().unwrap_or_else(PoisonError::into_inner).take().is_some() => {
                log::info!("Redis at {} ({}) takes writes again", self.settings, self.name);
            }
            _ => {}
        }
        Ok(())
    }

    /// This server is not in charge any more: look for the one that is.
    pub(crate) fn abandon(&self) {
        self.wrong.notify_one();
    }

    /// Resolves when the server does not answer on this connection.
    pub(crate) async fn silent(&self) {
        self.silence.notified().await;
    }

    /// The server has come up: the other connection need not wait any longer with its next attempt.
    fn tell_other_of_life(&self) {
        if let Some(other) = self.other.upgrade() {
            other.hint.notify_one();
        }
    }

    /// The other connection, which is asked more rarely where nothing happens, looks at once.
    fn tell_other_of(&self, fault: &LinkFault) {
        let is_silent = matches!(fault, LinkFault::Silent(_)) || matches!(fault, LinkFault::Redis(fault) if fault.is_timeout());
        if is_silent {
            self.silence.notify_waiters();
        }
        if is_silent && let Some(other) = self.other.upgrade() {
            other.suspicion.notify_one();
        }
    }

    fn set(&self, state: State) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Keeps the link up until `stop`.
    pub(crate) async fn run<T: Task>(self: Arc<Self>, task: Arc<T>, stop: CancellationToken) {
        let _ = stop.run_until_cancelled(self.keep_up(&task)).await;
        // A connection keeps its task, and that the other link: unless one lets go, neither connection would ever be closed.
        self.set(State::Down("the layer is closed".into()));
    }

    async fn keep_up<T: Task>(&self, task: &Arc<T>) {
        let mut outage = Outage::default();
        let mut has_tried = false;
        loop {
            let closed = Arc::new(Notify::new());
            let fault = match self.establish(task, &closed).await {
                Ok(connection) => {
                    self.set(State::Up(connection.clone()));
                    outage.over(self);
                    self.tell_other_of_life();
                    task.up(has_tried);
                    self.serve(task, connection, &closed).await
                }
                Err(fault) => fault,
            };
            has_tried = true;
            self.set(State::Down(fault.to_string().into()));
            self.tell_other_of(&fault);
            outage.note(self, &fault);
            // Either ends the wait: its time, or the word that the server is back. But some of it is always waited: two connections
            // that are both kicked again and again must not spur each other on.
            let wait = outage.backoff(self.settings.max_backoff);
            tokio::time::sleep(wait.min(FIRST_BACKOFF)).await;
            let _ = timeout(wait.saturating_sub(FIRST_BACKOFF), self.hint.notified()).await;
        }
    }

    /// Connects and makes ready, within a bounded time.
    async fn establish<T: Task>(&self, task: &Arc<T>, closed: &Arc<Notify>) -> Result<MultiplexedConnection, LinkFault> {
        let _ = self.wrong.notified().now_or_never(); // that was said of the connection before
        let patience = self.settings.response_timeout;
        let (sink, notify, heard) = (Arc::clone(task), Arc::clone(closed), Arc::clone(&self.is_used));
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.settings.connect_timeout))
            .set_response_timeout(Some(patience))
            .set_push_sender(move |push: PushInfo| {
                match push.kind {
                    PushKind::Disconnection => notify.notify_one(),
                    _ => {
                        heard.store(true, Ordering::Relaxed);
                        sink.push(push);
                    }
                }
                Ok::<(), SendError>(())
            });
        let client = self.settings.client().await?;
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        let longest = self.settings.connect_timeout + patience;
        let connection = match timeout(longest, connecting).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(fault)) => return Err(turned_away(&client, fault, patience).await),
            Err(_) if is_over_tls(&client) => return Err(LinkFault::NoTls),
            Err(_) => return Err(LinkFault::Silent(longest)),
        };
        self.introduce(connection.clone()).await;
        check(connection.clone()).await?;
        // Before the callers of a join go on: they write too.
        self.try_to_write(task, connection.clone()).await?;
        task.ready(connection.clone()).await?;
        Ok(connection)
    }

    /// A name in CLIENT LIST, for the operator. An ACL may forbid it: then there is none.
    async fn introduce(&self, mut connection: MultiplexedConnection) {
        let name = format!("catamaran.{}", self.name);
        let _ = redis::cmd("CLIENT").arg("SETNAME").arg(name).exec_async(&mut connection).await;
    }

    async fn check<T: Task>(&self, task: &Arc<T>, connection: &MultiplexedConnection) -> Result<(), LinkFault> {
        check(connection.clone()).await?;
        if self.refused().is_some() {
            self.try_to_write(task, connection.clone()).await?;
        }
        match self.is_forbidden.swap(false, Ordering::Relaxed) {
            true => task.rights(connection.clone()).await,
            false => Ok(()),
        }
    }

    /// Works until the connection is found dead; says of what. A command that was not answered in time may still be carried out, so
    /// nobody knows what Redis knows after it: the connection ends, and the next one begins with everything. Only ROLE may be late once.
    async fn serve<T: Task>(&self, task: &Arc<T>, connection: MultiplexedConnection, closed: &Notify) -> LinkFault {
        let (mut silences, mut looked) = (0, Instant::now());
        let mut next_check = tokio::time::interval(self.settings.ping_interval);
        next_check.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        next_check.tick().await;
        loop {
            tokio::select! {
                () = closed.notified() => return LinkFault::Closed,
                () = self.wrong.notified() => return LinkFault::Moved,
                () = task.wait() => match task.work(connection.clone()).await {
                    Ok(()) if task.hears_by_working() => {
                        looked = Instant::now();
                        continue;
                    }
                    Ok(()) => continue,
                    Err(fault) => return fault,
                },
                () = self.suspicion.notified() => {}
                _ = next_check.tick() => {
                    let is_used = self.is_used.swap(false, Ordering::Relaxed) || silences > 0 || self.refused().is_some();
                    // A tick that is early by a hair is not late by a whole interval.
                    let slack = self.settings.ping_interval / 10;
                    if !is_used && looked.elapsed() + slack < self.idle_interval {
                        continue;
                    }
                }
            }
            looked = Instant::now();
            match self.check(task, &connection).await {
                Ok(()) => silences = 0,
                Err(LinkFault::Redis(fault)) if fault.is_timeout() && silences + 1 < SILENCES => silences += 1,
                Err(LinkFault::Redis(fault)) if fault.is_timeout() => return LinkFault::Silent(self.settings.response_timeout),
                Err(fault) => return fault,
            }
        }
    }
}

fn is_over_tls(client: &redis::Client) -> bool {
    matches!(client.get_connection_info().addr(), redis::ConnectionAddr::TcpTls { .. })
}

async fn turned_away(client: &redis::Client, fault: redis::RedisError, patience: Duration) -> LinkFault {
    match farewell(client, &fault, patience).await {
        None if fault.is_timeout() && is_over_tls(client) => LinkFault::NoTls,
        Some(why) => LinkFault::TurnedAway(why),
        None if fault.is_connection_dropped() && !fault.is_connection_refusal() => LinkFault::NoGreeting(in_words(&fault)),
        None => fault.into(),
    }
}

/// Does the server answer, and is it a master? A replica takes no writes, and what is published to one reaches nobody else; after a
/// failover the old master is one, and closes no connection for it. A server that will not tell answers at least.
pub(crate) async fn check(mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
    match redis::cmd("ROLE").query_async::<Vec<Value>>(&mut connection).await {
        Ok(role) => match role.first() {
            Some(Value::BulkString(role)) if role == b"slave" => Err(LinkFault::Replica),
            _ => Ok(()),
        },
        Err(fault) if is_refusal(&fault) => Ok(()),
        Err(fault) => Err(fault.into()),
    }
}

/// A connection that lasted this long was a good one: the next attempts begin anew.
const STABLE: Duration = Duration::from_secs(10);

/// Being down, from the first fault to the last: said twice in the log, not once for each attempt; and how often it was tried lately.
#[derive(Default)]
struct Outage {
    since: Option<Instant>,
    up_since: Option<Instant>,
    said: String,
    attempts: u32,
}

impl Outage {
    fn note(&mut self, link: &Link, fault: &dyn fmt::Display) {
        self.since.get_or_insert_with(Instant::now);
        if self.up_since.take().is_some_and(|since| since.elapsed() >= STABLE) {
            self.attempts = 0;
            self.said.clear();
        }
        let text = fault.to_string();
        if text != self.said {
            log::warn!("Redis at {} ({}): {text}; trying again until it is back", link.settings, link.name);
            self.said = text;
        }
    }

    fn over(&mut self, link: &Link) {
        match self.since.take() {
            Some(since) => log::info!("Redis at {} ({}): back after {:.1?}", link.settings, link.name, since.elapsed()),
            None => log::info!("Redis at {} ({}): connected", link.settings, link.name),
        }
        self.up_since = Some(Instant::now());
    }

    /// Doubling from 50 ms, and anything between half of that and all of it.
    fn backoff(&mut self, longest: Duration) -> Duration {
        let full = FIRST_BACKOFF.saturating_mul(1 << self.attempts.min(16)).min(longest);
        self.attempts += 1;
        full.mul_f64(0.5 + f64::from(getrandom::u32().unwrap_or(u32::MAX)) / f64::from(u32::MAX) / 2.0)
    }
}
