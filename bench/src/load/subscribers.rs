//! Runs all subscribers on one thread.

use std::{
    collections::HashMap,
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use anyhow::{Context as _, anyhow};
use mio::{Events, Interest, Poll, Token, Waker};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::{mpsc::UnboundedSender, oneshot};

use super::{
    connection::{Connection, Dialect, Target},
    message::Clock,
    stats::{Arrivals, Window},
};

const WAKE: Token = Token(usize::MAX);
/// More than one socket's receive buffer holds when 1,000 sockets are sent messages at once.
const BUFFER: usize = 64 << 10;
/// Descriptors that are no subscriber's socket.
const SPARE: u64 = 200;

/// The subscribers to connect, and how fast.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The server's port on this machine.
    pub port: u16,
    /// The protocol inside the WebSocket.
    pub dialect: Dialect,
    /// Additional header lines, each with its end of line. Subscribers take them in turn.
    pub headers: Vec<String>,
    /// The subscribers.
    pub subscribers: Vec<Subscriber>,
    /// How many handshakes run at once.
    pub at_once: usize,
}

/// A subscriber to connect.
#[derive(Clone, Debug)]
pub struct Subscriber {
    /// Path and query.
    pub path: String,
    /// The number of its room, from 0.
    pub room: usize,
    /// Whether it opens its socket and never reads from it.
    pub is_stalled: bool,
}

/// The handshakes of one plan.
#[derive(Clone, Debug)]
pub struct Handshakes {
    /// Their number.
    pub count: usize,
    /// Seconds from the first to the last.
    pub seconds: f64,
}

type Reply<T> = oneshot::Sender<T>;

enum Command {
    Connect(Plan, Reply<anyhow::Result<Handshakes>>),
    /// Ends the current window and begins the next.
    Window(Reply<Window>),
    Disconnect(Reply<()>),
}

/// A handle to all subscribers. Dropping it closes their connections.
#[derive(Debug)]
pub struct Subscribers {
    commands: Option<mpsc::Sender<Command>>,
    waker: Arc<Waker>,
    thread: Option<JoinHandle<()>>,
}

impl Subscribers {
    /// Starts the thread. It sends to `complete` the number of each message that has reached every subscriber in its room.
    ///
    /// # Errors
    /// The system refuses epoll or the thread.
    pub fn start(clock: Clock, complete: UnboundedSender<u64>) -> anyhow::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let (commands, inbox) = mpsc::channel();
        let state = State {
            poll,
            clock,
            complete,
            connections: Vec::new(),
            readers: HashMap::new(),
            missing: HashMap::new(),
            arrivals: Arrivals::default(),
            since: clock.now(),
            connecting: None,
        };
        let thread = std::thread::Builder::new().name("subscribers".into()).spawn(move || state.run(&inbox))?;
        Ok(Self { commands: Some(commands), waker, thread: Some(thread) })
    }

    /// Connects the subscribers of a plan.
    ///
    /// # Errors
    /// A subscriber could not connect; the error quotes the server's answer.
    pub async fn connect(&self, plan: Plan) -> anyhow::Result<Handshakes> {
        self.ask(|reply| Command::Connect(plan, reply)).await?
    }

    /// Returns the messages that arrived since the last call.
    ///
    /// # Errors
    /// The thread has ended.
    pub async fn window(&self) -> anyhow::Result<Window> {
        self.ask(Command::Window).await
    }

    /// Closes all connections.
    ///
    /// # Errors
    /// The thread has ended.
    pub async fn disconnect(&self) -> anyhow::Result<()> {
        self.ask(Command::Disconnect).await
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> anyhow::Result<T> {
        let (reply, answer) = oneshot::channel();
        let commands = self.commands.as_ref().context("the thread of the subscribers has ended")?;
        commands.send(command(reply)).map_err(|_| anyhow!("the thread of the subscribers has ended"))?;
        self.waker.wake()?;
        answer.await.context("the thread of the subscribers has ended")
    }
}

impl Drop for Subscribers {
    fn drop(&mut self) {
        self.commands = None;
        let _ended_already = self.waker.wake();
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

struct Connecting {
    plan: Plan,
    next: usize,
    left: usize,
    began: Duration,
    reply: Reply<anyhow::Result<Handshakes>>,
}

struct State {
    poll: Poll,
    clock: Clock,
    complete: UnboundedSender<u64>,
    connections: Vec<Option<Connection>>,
    /// The number of reading subscribers in each room.
    readers: HashMap<usize, u32>,
    /// For each message that has reached a subscriber, how many it has yet to reach.
    missing: HashMap<u64, u32>,
    arrivals: Arrivals,
    since: Duration,
    connecting: Option<Connecting>,
}

impl State {
    fn run(mut self, inbox: &mpsc::Receiver<Command>) {
        let mut events = Events::with_capacity(1024);
        let mut buffer = vec![0; BUFFER];
        loop {
            if self.poll.poll(&mut events, None).is_err() {
                continue; // interrupted by a signal
            }
            for event in &events {
                if event.token() != WAKE {
                    self.progress(event.token(), &mut buffer);
                }
            }
            loop {
                match inbox.try_recv() {
                    Ok(command) => self.handle(command),
                    Err(mpsc::TryRecvError::Empty) => break,
                    Err(mpsc::TryRecvError::Disconnected) => return,
                }
            }
        }
    }

    fn handle(&mut self, command: Command) {
        match command {
            Command::Connect(plan, reply) => {
                let (left, began, at_once) = (plan.subscribers.len(), self.clock.now(), plan.at_once);
                self.connecting = Some(Connecting { plan, next: 0, left, began, reply });
                for _ in 0..at_once {
                    self.start_next();
                }
            }
            Command::Window(reply) => {
                let now = self.clock.now();
                let seconds = (now - self.since).as_secs_f64();
                self.since = now;
                let _gone = reply.send(Window { arrivals: std::mem::take(&mut self.arrivals), seconds });
            }
            Command::Disconnect(reply) => {
                self.connections.clear();
                self.readers.clear();
                self.missing.clear();
                let _gone = reply.send(());
            }
        }
    }

    fn start_next(&mut self) {
        let Some(connecting) = &mut self.connecting else { return };
        let Some(subscriber) = connecting.plan.subscribers.get(connecting.next) else { return };
        connecting.next += 1;
        let plan = &connecting.plan;
        let index = self.connections.len();
        let headers = plan.headers.get(index % plan.headers.len().max(1)).cloned().unwrap_or_default();
        let target = Target { port: plan.port, dialect: plan.dialect, headers };
        let started = Connection::start(&target, index, subscriber, self.clock.now());
        let registered = started.and_then(|mut connection| {
            let interest = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut connection.stream, Token(index), interest)?;
            Ok(connection)
        });
        match registered {
            Ok(connection) => {
                if !connection.is_stalled {
                    *self.readers.entry(connection.room).or_default() += 1;
                }
                self.connections.push(Some(connection));
            }
            Err(fault) => self.fail(anyhow!(fault)),
        }
    }

    fn fail(&mut self, fault: anyhow::Error) {
        if let Some(connecting) = self.connecting.take() {
            let (ready, all) = (connecting.plan.subscribers.len() - connecting.left, connecting.plan.subscribers.len());
            let _gone = connecting.reply.send(Err(fault.context(format!("{ready} of {all} had connected"))));
        }
    }

    fn progress(&mut self, token: Token, buffer: &mut [u8]) {
        let Some(slot) = self.connections.get_mut(token.0) else { return };
        let Some(connection) = slot else { return };
        if connection.is_stalled && connection.is_open() {
            return;
        }
        let (clock, room) = (self.clock, connection.room);
        let (readers, missing, arrivals, complete) = (&self.readers, &mut self.missing, &mut self.arrivals, &self.complete);
        let now = clock.now();
        let outcome = connection.progress(clock, buffer, |stamp, seen| {
            arrivals.record(stamp, seen, now);
            let left = missing.entry(stamp.number).or_insert_with(|| readers.get(&room).copied().unwrap_or(1));
            *left = left.saturating_sub(1);
            if *left == 0 {
                missing.remove(&stamp.number);
                let _no_receiver = complete.send(stamp.number);
            }
        });
        match outcome {
            Ok(progress) => {
                if progress.opened.is_some() {
                    self.one_connected();
                }
            }
            Err(fault) => {
                let was_reading = !connection.is_stalled;
                *slot = None;
                self.arrivals.closed += 1;
                if was_reading && let Some(readers) = self.readers.get_mut(&room) {
                    *readers = readers.saturating_sub(1);
                }
                self.fail(anyhow!(fault));
            }
        }
    }

    fn one_connected(&mut self) {
        let Some(connecting) = &mut self.connecting else { return };
        connecting.left -= 1;
        if connecting.left > 0 {
            self.start_next();
            return;
        }
        if let Some(connecting) = self.connecting.take() {
            let seconds = (self.clock.now() - connecting.began).as_secs_f64();
            let handshakes = Handshakes { count: connecting.plan.subscribers.len(), seconds };
            let _gone = connecting.reply.send(Ok(handshakes));
        }
    }
}

impl Plan {
    /// Raises the limit of descriptors if it is too low, for this process and for the server, which inherits it.
    ///
    /// # Errors
    /// The system refuses a higher limit.
    pub fn raise_descriptor_limit(count: usize) -> anyhow::Result<()> {
        let wanted = count as u64 + SPARE;
        let limits = getrlimit(Resource::Nofile);
        if limits.current.is_none_or(|current| current >= wanted) {
            return Ok(());
        }
        let maximum = limits.maximum.map(|maximum| maximum.max(wanted));
        setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }).with_context(|| {
            format!("{wanted} descriptors are needed: raise the limit with `ulimit -n {wanted}`, which root may")
        })
    }
}
