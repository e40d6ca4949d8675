//! A connection to Redis that reconnects by itself.
//!
//! The client library's own manager is not used. It gives up after six retries (redis-rs 1.8.1; only the next command would try again),
//! and it never notices a frozen server. A link retries for ever, asks with ROLE whether the server still answers and is a master, and
//! reports why it is down.

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
    fault::{LinkFault, error_text, is_of_another, is_refusal, refuses_writes},
    reject_reason::reject_reason,
    rights::is_forbidden,
};

/// The first wait between two attempts.
const FIRST_BACKOFF: Duration = Duration::from_millis(50);
/// After this many unanswered ROLEs in a row the connection is dead.
const SILENCES: u32 = 2;
/// Of two idle connections to one server, the second asks less often by this factor: it checks at once when the first finds a fault.
pub(crate) const SECOND: u32 = 4;

/// The work on a connection, and the handler of Redis' pushes over it.
pub(crate) trait Task: Send + Sync + 'static {
    /// Handles a push that the library does not handle itself. The connection's task calls it, so it must not block.
    fn push(&self, push: PushInfo);
    /// Prepares a new connection, before it counts as up.
    fn ready(&self, connection: MultiplexedConnection) -> impl Future<Output = Result<(), LinkFault>> + Send;
    /// Checks that the user has the needed rights. Part of `ready`, and repeated after Redis has refused a command.
    fn rights(&self, connection: MultiplexedConnection) -> impl Future<Output = Result<(), LinkFault>> + Send;
    /// Waits until the connection is needed. May be cancelled.
    fn wait(&self) -> impl Future<Output = ()> + Send;
    /// Does the work. Never cancelled, unless the link ends for good.
    fn work(&self, connection: MultiplexedConnection) -> impl Future<Output = Result<(), LinkFault>> + Send;
    /// Returns whether every `work` gets an answer from the server. Then no further liveness check is needed.
    fn work_shows_liveness(&self) -> bool {
        false
    }
    /// Returns a write that changes nothing, to test whether Redis accepts writes. `None` if this connection writes nothing.
    fn write_probe(&self) -> Option<Cmd> {
        None
    }
    /// Called when the connection counts as up. After `again` messages may be missing, since it was up before or should have been.
    fn up(&self, again: bool);
}

/// The state of a link, for its users.
#[derive(Debug)]
pub(crate) struct Link {
    name: &'static str,
    settings: RedisSettings,
    state: RwLock<State>,
    check_now: Notify,
    /// Notified when another server is responsible, even if this one answers.
    wrong_server: Notify,
    retry_now: Notify,
    /// Notified when the server has not answered on this connection. Users of the other connection wait for it.
    silence: Notify,
    /// Whether the connection was used since the last check.
    is_used: Arc<AtomicBool>,
    /// Whether a command was refused for want of rights. Rights may have been taken away.
    is_forbidden: AtomicBool,
    /// The error with which Redis refuses writes while it answers.
    refused: RwLock<Option<Arc<str>>>,
    /// How often to ask an idle server.
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
    /// Makes the two connections to one server. Each reports its faults to the other.
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
            check_now: Notify::new(),
            wrong_server: Notify::new(),
            retry_now: Notify::new(),
            silence: Notify::new(),
            is_used: Arc::default(),
            is_forbidden: AtomicBool::new(false),
            refused: RwLock::default(),
            idle_interval,
            other,
        }
    }

    /// Returns the connection, or the reason why there is none.
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

    /// Handles a failed command: checks at once that the server is alive and responsible, and that the user has the needed rights.
    pub(crate) fn report_fault(&self, fault: &redis::RedisError) {
        if is_of_another(fault) {
            return self.abandon();
        }
        self.is_forbidden.fetch_or(is_forbidden(fault), Ordering::Relaxed);
        self.report_refusal(&error_text(fault));
        self.check_now.notify_one();
    }

    /// Handles an error text: Redis may refuse all writes for now.
    pub(crate) fn report_refusal(&self, said: &str) {
        if refuses_writes(said) {
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

    /// Tests whether Redis accepts writes.
    async fn probe_writes<T: Task>(&self, task: &Arc<T>, mut connection: MultiplexedConnection) -> Result<(), LinkFault> {
        let Some(probe) = task.write_probe() else { return Ok(()) };
        match probe.exec_async(&mut connection).await {
            Err(fault) if refuses_writes(&error_text(&fault)) => self.refuse(&error_text(&fault)),
            Err(fault) if !is_refusal(&fault) => return Err(fault.into()),
            _ if self.refused.write().unwrap_or_else(PoisonError::into_inner).take().is_some() => {
                log::info!("Redis at {} ({}) takes writes again", self.settings, self.name);
            }
            _ => {}
        }
        Ok(())
    }

    /// Ends the connection, since this server is no longer responsible.
    pub(crate) fn abandon(&self) {
        self.wrong_server.notify_one();
    }

    /// Resolves when the server does not answer on this connection.
    pub(crate) async fn silent(&self) {
        self.silence.notified().await;
    }

    /// Lets the other connection retry at once, since the server is up.
    fn hint_other(&self) {
        if let Some(other) = self.other.upgrade() {
            other.retry_now.notify_one();
        }
    }

    /// Lets the other connection check at once, since it checks less often when idle.
    fn suspect_other(&self, fault: &LinkFault) {
        let is_silent = matches!(fault, LinkFault::Silent(_)) || matches!(fault, LinkFault::Redis(fault) if fault.is_timeout());
        if is_silent {
            self.silence.notify_waiters();
        }
        if is_silent && let Some(other) = self.other.upgrade() {
            other.check_now.notify_one();
        }
    }

    fn set(&self, state: State) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Keeps the link up until `stop`.
    pub(crate) async fn run<T: Task>(self: Arc<Self>, task: Arc<T>, stop: CancellationToken) {
        let _ = stop.run_until_cancelled(self.keep_up(&task)).await;
        // Breaks the reference cycle connection → task → link. Otherwise neither connection would ever be closed.
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
                    self.hint_other();
                    task.up(has_tried);
                    self.serve(task, connection, &closed).await
                }
                Err(fault) => fault,
            };
            has_tried = true;
            self.set(State::Down(fault.to_string().into()));
            self.suspect_other(&fault);
            outage.note(self, &fault);
            // The wait ends early if the server is known to be back. But the first part is always waited: otherwise two connections that
            // are both killed again and again would trigger each other without a pause.
            let wait = outage.backoff(self.settings.max_backoff);
            tokio::time::sleep(wait.min(FIRST_BACKOFF)).await;
            let _ = timeout(wait.saturating_sub(FIRST_BACKOFF), self.retry_now.notified()).await;
        }
    }

    /// Connects and prepares the connection, within a bounded time.
    async fn establish<T: Task>(&self, task: &Arc<T>, closed: &Arc<Notify>) -> Result<MultiplexedConnection, LinkFault> {
        let _ = self.wrong_server.notified().now_or_never(); // it concerned the previous connection
        let patience = self.settings.response_timeout;
        let (sink, notify, is_used) = (Arc::clone(task), Arc::clone(closed), Arc::clone(&self.is_used));
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.settings.connect_timeout))
            .set_response_timeout(Some(patience))
            .set_push_sender(move |push: PushInfo| {
                match push.kind {
                    PushKind::Disconnection => notify.notify_one(),
                    _ => {
                        is_used.store(true, Ordering::Relaxed);
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
            Ok(Err(fault)) => return Err(connect_fault(&client, fault, patience).await),
            Err(_) if is_over_tls(&client) => return Err(LinkFault::NoTls),
            Err(_) => return Err(LinkFault::Silent(longest)),
        };
        self.set_client_name(connection.clone()).await;
        check(connection.clone()).await?;
        // Before the callers of a join continue, since they write too.
        self.probe_writes(task, connection.clone()).await?;
        task.ready(connection.clone()).await?;
        Ok(connection)
    }

    /// Sets the name in CLIENT LIST, for the operator. An ACL may forbid it; then there is no name.
    async fn set_client_name(&self, mut connection: MultiplexedConnection) {
        let name = format!("catamaran.{}", self.name);
        let _ = redis::cmd("CLIENT").arg("SETNAME").arg(name).exec_async(&mut connection).await;
    }

    async fn check<T: Task>(&self, task: &Arc<T>, connection: &MultiplexedConnection) -> Result<(), LinkFault> {
        check(connection.clone()).await?;
        if self.refused().is_some() {
            self.probe_writes(task, connection.clone()).await?;
        }
        match self.is_forbidden.swap(false, Ordering::Relaxed) {
            true => task.rights(connection.clone()).await,
            false => Ok(()),
        }
    }

    /// Works until the connection fails, and returns the fault. A command that was not answered in time may still be executed, so the state
    /// in Redis is unknown. Then the connection ends and the next one starts from scratch. Only one late ROLE is tolerated.
    async fn serve<T: Task>(&self, task: &Arc<T>, connection: MultiplexedConnection, closed: &Notify) -> LinkFault {
        let (mut silences, mut looked) = (0, Instant::now());
        let mut next_check = tokio::time::interval(self.settings.ping_interval);
        next_check.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        next_check.tick().await;
        loop {
            tokio::select! {
                () = closed.notified() => return LinkFault::Closed,
                () = self.wrong_server.notified() => return LinkFault::Moved,
                () = task.wait() => match task.work(connection.clone()).await {
                    Ok(()) if task.work_shows_liveness() => {
                        looked = Instant::now();
                        continue;
                    }
                    Ok(()) => continue,
                    Err(fault) => return fault,
                },
                () = self.check_now.notified() => {}
                _ = next_check.tick() => {
                    let is_used = self.is_used.swap(false, Ordering::Relaxed) || silences > 0 || self.refused().is_some();
                                        // The tick may come slightly early. Without the slack, the check would be late by a whole interval.
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

async fn connect_fault(client: &redis::Client, fault: redis::RedisError, patience: Duration) -> LinkFault {
    match reject_reason(client, &fault, patience).await {
        None if fault.is_timeout() && is_over_tls(client) => LinkFault::NoTls,
        Some(why) => LinkFault::Rejected(why),
        None if fault.is_connection_dropped() && !fault.is_connection_refusal() => LinkFault::NoGreeting(error_text(&fault)),
        None => fault.into(),
    }
}

/// Checks that the server answers and is a master. A replica refuses writes, and messages published there reach no other server. After a
/// failover the old master is one and keeps its connections. A server that refuses ROLE answers at least.
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

/// After a connection that lasted this long, the backoff starts from the beginning.
const STABLE: Duration = Duration::from_secs(10);

/// An outage. It logs each new reason once instead of each attempt, and counts the recent attempts.
#[derive(Default)]
struct Outage {
    since: Option<Instant>,
    up_since: Option<Instant>,
    logged: String,
    attempts: u32,
}

impl Outage {
    fn note(&mut self, link: &Link, fault: &dyn fmt::Display) {
        self.since.get_or_insert_with(Instant::now);
        if self.up_since.take().is_some_and(|since| since.elapsed() >= STABLE) {
            self.attempts = 0;
            self.logged.clear();
        }
        let text = fault.to_string();
        if text != self.logged {
            log::warn!("Redis at {} ({}): {text}; trying again until it is back", link.settings, link.name);
            self.logged = text;
        }
    }

    fn over(&mut self, link: &Link) {
        match self.since.take() {
            Some(since) => log::info!("Redis at {} ({}): back after {:.1?}", link.settings, link.name, since.elapsed()),
            None => log::info!("Redis at {} ({}): connected", link.settings, link.name),
        }
        self.up_since = Some(Instant::now());
    }

    /// Doubles from 50 ms, with jitter down to half of it.
    fn backoff(&mut self, longest: Duration) -> Duration {
        let full = FIRST_BACKOFF.saturating_mul(1 << self.attempts.min(16)).min(longest);
        self.attempts += 1;
        full.mul_f64(0.5 + f64::from(getrandom::u32().unwrap_or(u32::MAX)) / f64::from(u32::MAX) / 2.0)
    }
}
