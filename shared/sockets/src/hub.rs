//! A worker thread's sockets and their groups.
//!
//! The hub is one receiver of the layer, however many sockets the worker has. It joins a group with the group's first socket here and
//! leaves with the last. It gets each message once, and writes it into the outboxes of the group's sockets. It shares nothing with another
//! thread.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
    panic::AssertUnwindSafe,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use catamaran::{
    Address, Addresses, ChannelLayer, ChannelName, ChannelOptions, Close, CloseCode, Delivery, FanOut, Frame, GroupName,
    Incoming, LayerError, LogThrottle, Message, Receiver, SocketOrder, Target, Transport,
};
use futures_util::future::{FutureExt, LocalBoxFuture, Shared, ready};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    ServerLimits,
    authenticate::{Key, SessionStore},
    backlog::Backlog,
    close,
    counters::Counters,
    fan_out::ConsumerType,
    outbox::Encoded,
    panics,
    socket::Socket,
};

/// Messages that are handled before the sockets of this thread get their turn.
const BATCH: usize = 64;
/// Bytes of messages that are handled before the sockets of this thread get their turn: a burst must not fill an outbox before its
/// connection can write.
const BATCH_BYTES: usize = 512 << 10;
/// How often the hub checks for silent clients.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// The pause after a failed join of the group of orders.
const REJOIN: Duration = Duration::from_secs(1);
/// How often memberships are renewed: several times within the layer's group expiry of a day.
const RENEWAL: Duration = Duration::from_secs(6 * 3600);

type Joining = Shared<LocalBoxFuture<'static, Result<(), Arc<LayerError>>>>;
type Sockets = HashMap<u64, Rc<Socket>>;

/// One worker's sockets.
pub(crate) struct Hub {
    layer: Arc<dyn ChannelLayer>,
    sessions: Arc<dyn SessionStore>,
    counters: Arc<Counters>,
    backlog: Arc<Backlog>,
    receiver: Cell<Option<Receiver>>,
    addresses: Addresses,
    channel: ChannelName,
    orders_group: GroupName,
    session_check: Duration,
    stopped: Cell<bool>,
    next_id: Cell<u64>,
    sockets: RefCell<Sockets>,
    by_channel: RefCell<HashMap<ChannelName, u64>>,
    groups: RefCell<HashMap<GroupName, Group>>,
}

struct Group {
    joining: Joining,
    /// By type, because the fan-out of a message is computed once for each type.
    by_type: Vec<(Rc<dyn ConsumerType>, Sockets)>,
}

impl Hub {
    pub(crate) fn new(
        layer: Arc<dyn ChannelLayer>,
        sessions: Arc<dyn SessionStore>,
        counters: Arc<Counters>,
        backlog: Arc<Backlog>,
        limits: ServerLimits,
    ) -> Rc<Self> {
        let receiver = layer.new_channel(ChannelOptions::default().with_capacity(limits.worker_queue));
        Rc::new(Self {
            channel: receiver.name().clone(),
            addresses: receiver.addresses(),
            receiver: Cell::new(Some(receiver)),
            orders_group: SocketOrder::group(),
            session_check: limits.session_check,
            stopped: Cell::new(false),
            layer,
            sessions,
            counters,
            backlog,
            next_id: Cell::new(1),
            sockets: RefCell::default(),
            by_channel: RefCell::default(),
            groups: RefCell::default(),
        })
    }

    /// The frames that wait for the clients of this thread.
    pub(crate) fn backlog(&self) -> &Arc<Backlog> {
        &self.backlog
    }

    /// Adds no socket from now on. Returns the open ones.
    pub(crate) fn refuse_new(&self) -> Vec<Rc<Socket>> {
        self.stopped.set(true);
        self.sockets.borrow().values().cloned().collect()
    }

    /// Adds a new socket; `None` once the hub has stopped.
    pub(crate) fn admit(&self, make: impl FnOnce(u64, Address) -> Socket) -> Option<Rc<Socket>> {
        if self.stopped.get() {
            return None;
        }
        let address = self.addresses.open();
        let id = self.next_id.replace(self.next_id.get() + 1);
        let socket = Rc::new(make(id, address));
        self.by_channel.borrow_mut().insert(socket.channel().clone(), id);
        self.sockets.borrow_mut().insert(id, Rc::clone(&socket));
        self.counters.open.add(1);
        Some(socket)
    }

    /// Removes a socket, also from all its groups.
    pub(crate) fn release(&self, socket: &Socket) {
        for group in socket.groups.take() {
            self.remove(&group, socket);
        }
        self.by_channel.borrow_mut().remove(socket.channel());
        if self.sockets.borrow_mut().remove(&socket.id).is_some() {
            self.counters.open.one_less();
        }
        if self.sockets.borrow().is_empty() {
            self.sockets.borrow_mut().shrink_to_fit();
            self.by_channel.borrow_mut().shrink_to_fit();
        }
    }

    async fn add(&self, group: &GroupName, socket: &Rc<Socket>) -> Result<(), LayerError> {
        // A handle may outlive its socket. Without this check the socket would stay in the group for ever.
        if !self.sockets.borrow().contains_key(&socket.id) {
            return Err(LayerError::NoReceiver(socket.channel().clone()));
        }
        let joining = self.insert(group, socket);
        let outcome = joining.await;
        if let Err(fault) = outcome {
            self.discard(group, socket);
            // All sockets that join share the outcome. Each gets a copy of the text, without the words that the error adds.
            let LayerError::Unavailable(reason) = &*fault else { return Err(LayerError::Unavailable(fault.to_string())) };
            return Err(LayerError::Unavailable(reason.clone()));
        }
        Ok(())
    }

    /// Adds the socket to the group here at once. The future resolves when the layer has joined the group.
    fn insert(&self, group: &GroupName, socket: &Rc<Socket>) -> Joining {
        let mut groups = self.groups.borrow_mut();
        let entry = groups.entry(group.clone()).or_insert_with(|| Group { joining: self.join(group), by_type: Vec::new() });
        if matches!(entry.joining.peek(), Some(Err(_))) {
            entry.joining = self.join(group);
        }
        let at =
            entry.by_type.iter().position(|(consumer_type, _)| Rc::ptr_eq(consumer_type, &socket.consumer_type)).unwrap_or_else(
                || {
                    entry.by_type.push((Rc::clone(&socket.consumer_type), Sockets::new()));
                    entry.by_type.len() - 1
                },
            );
        if entry.by_type[at].1.insert(socket.id, Rc::clone(socket)).is_none() {
            socket.groups.borrow_mut().push(group.clone());
        }
        entry.joining.clone()
    }

    fn join(&self, group: &GroupName) -> Joining {
        self.layer.group_add(group, &self.channel).map(|outcome| outcome.map_err(Arc::new)).boxed_local().shared()
    }

    fn discard(&self, group: &GroupName, socket: &Socket) {
        socket.groups.borrow_mut().retain(|joined| joined != group);
        self.remove(group, socket);
    }

    fn remove(&self, group: &GroupName, socket: &Socket) {
        let mut groups = self.groups.borrow_mut();
        let Some(entry) = groups.get_mut(group) else { return };
        for (_, sockets) in &mut entry.by_type {
            sockets.remove(&socket.id);
        }
        entry.by_type.retain(|(_, sockets)| !sockets.is_empty());
        if entry.by_type.is_empty() {
            groups.remove(group);
            // The call itself takes effect, so the future is not awaited.
            drop(self.layer.group_discard(group, &self.channel));
        }
    }

    /// Serves until `stop`. Then closes every socket, and adds no more.
    pub(crate) async fn run(self: Rc<Self>, stop: CancellationToken) {
        let Some(mut receiver) = self.receiver.take() else { return };
        self.join_orders_group();
        // A panic, of a team's type for example, must not make this thread deaf: it goes on with the next event.
        while AssertUnwindSafe(self.serve(&mut receiver, &stop)).catch_unwind().await.is_err() {
            panics::note(&self.counters, "the hub of a worker", "it panicked, and goes on with the next event");
        }
        self.stopped.set(true);
        self.for_each_socket(|socket| socket.end(close::restart()));
    }

    async fn serve(self: &Rc<Self>, receiver: &mut Receiver, stop: &CancellationToken) {
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut check_at, mut renew_at) = (Instant::now() + self.session_check, Instant::now() + RENEWAL);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.backlog.exceeded() => self.make_room(),
                incoming = receiver.recv() => self.dispatch(incoming, receiver).await,
                _ = heartbeat.tick() => {
                    let now = Instant::now();
                    self.for_each_socket(|socket| socket.heartbeat(now));
                    self.make_room();
                    if now >= check_at {
                        check_at = now + self.session_check;
                        self.check_sessions();
                    }
                    if now >= renew_at {
                        renew_at = now + RENEWAL;
                        self.renew_memberships();
                    }
                }
            }
        }
    }

    /// Joins the group in which orders to close sockets arrive. If the layer is away at the start, a task retries until the join works.
    fn join_orders_group(self: &Rc<Self>) {
        let hub = Rc::downgrade(self);
        let (layer, channel, group) = (Arc::clone(&self.layer), self.channel.clone(), self.orders_group.clone());
        actix_web::rt::spawn(async move {
            while hub.upgrade().is_some_and(|hub| !hub.stopped.get()) {
                if layer.group_add(&group, &channel).await.is_ok() {
                    return;
                }
                tokio::time::sleep(REJOIN).await; // a layer may fail at once
            }
        });
    }

    /// Handles what has arrived, up to a batch; then the sockets of this thread get their turn.
    async fn dispatch(self: &Rc<Self>, first: Incoming, receiver: &mut Receiver) {
        let mut bytes = size(&first);
        self.handle(first);
        for _ in 1..BATCH {
            if bytes >= BATCH_BYTES {
                break;
            }
            let Some(next) = receiver.try_recv() else { return };
            bytes += size(&next);
            self.handle(next);
        }
        tokio::task::yield_now().await;
        self.make_room();
    }

    /// If too many bytes wait for all clients of this thread together, closes the sockets with the most until there is room again.
    fn make_room(&self) {
        if !self.backlog.is_over() {
            return;
        }
        let mut sockets: Vec<_> =
            self.sockets.borrow().values().map(|socket| (socket.waiting_bytes(), Rc::clone(socket))).collect();
        sockets.sort_unstable_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
        let waiting = sockets.iter().filter(|(bytes, _)| *bytes > 0);
        let closed = waiting.take_while(|_| !self.backlog.has_room()).inspect(|(_, socket)| socket.evict()).count();
        static THROTTLE: LogThrottle = LogThrottle::new();
        if closed > 0
            && let Some(more) = THROTTLE.pass()
        {
            log::warn!(
                "closed {closed} sockets with 1013: too much waited for all clients together (WS_OUTBOX_TOTAL_BYTES){more}"
            );
        }
    }

    fn handle(self: &Rc<Self>, incoming: Incoming) {
        match incoming {
            Incoming::Delivery(delivery) => self.deliver(delivery),
            Incoming::Gap(_) => {
                self.for_each_socket(|socket| socket.enqueue(incoming.clone()));
                self.check_sessions(); // the end of a session may be among the missed events
            }
        }
    }

    fn deliver(self: &Rc<Self>, delivery: Delivery) {
        if log::log_enabled!(target: "events", log::Level::Debug) {
            log_event(&delivery);
        }
        match &delivery.to {
            Target::Group(group) if *group == self.orders_group => self.handle_order(&delivery.message),
            Target::Group(group) => self.fan_out(group, &delivery),
            Target::Channel(channel) => {
                let socket = self.by_channel.borrow().get(channel).and_then(|id| self.sockets.borrow().get(id).cloned());
                if let Some(socket) = socket {
                    socket.enqueue(Incoming::Delivery(delivery));
                }
            }
        }
    }

    fn fan_out(&self, group: &GroupName, delivery: &Delivery) {
        let groups = self.groups.borrow();
        let Some(group) = groups.get(group) else { return };
        for (consumer_type, sockets) in &group.by_type {
            let Ok(outcome) = consumer_type.fan_out(&delivery.message) else {
                panics::note(
                    &self.counters,
                    consumer_type.path(),
                    "the fan-out of an event panicked, and no socket gets the event",
                );
                continue;
            };
            match outcome {
                Ok(FanOut::Nothing) => {}
                Ok(FanOut::Same(frame)) => {
                    let encoded = Encoded::frame(&frame, &self.backlog);
                    sockets.values().for_each(|socket| socket.put_from_group(&encoded));
                    self.counters.sent.add(sockets.len() as u64); // one addition: all workers share the counter
                }
                Ok(FanOut::Others(frame)) => self.put_in_each(sockets, &frame, self.sender(&delivery.message)),
                Ok(FanOut::Volatile(frame)) => self.put_in_ready(sockets, &frame, None),
                Ok(FanOut::VolatileOthers(frame)) => self.put_in_ready(sockets, &frame, self.sender(&delivery.message)),
                // Each consumer handles the event itself, so each socket gets its own delivery.
                Ok(FanOut::Each | _) => sockets.values().for_each(|socket| {
                    let to = Target::Channel(socket.channel().clone());
                    socket.enqueue(Incoming::Delivery(Delivery::new(to, delivery.message.clone())));
                }),
                Err(fault) => self.counters.unhandled.note(consumer_type.path(), &fault, &delivery.message),
            }
        }
    }

    /// The socket that sent the message, if it is one of this thread's.
    fn sender(&self, message: &Message) -> Option<u64> {
        self.by_channel.borrow().get(&message.sender()?).copied()
    }

    fn put_in_each(&self, sockets: &Sockets, frame: &Frame, but: Option<u64>) {
        let encoded = Encoded::frame(frame, &self.backlog);
        let others = sockets.values().filter(|socket| Some(socket.id) != but);
        self.counters.sent.add(others.inspect(|socket| socket.put_from_group(&encoded)).count() as u64);
    }

    /// Drops the frame for each socket whose client lags.
    fn put_in_ready(&self, sockets: &Sockets, frame: &Frame, but: Option<u64>) {
        let encoded = Encoded::frame(frame, &self.backlog);
        let others = sockets.values().filter(|socket| Some(socket.id) != but);
        let (behind, ready): (Vec<_>, Vec<_>) = others.partition(|socket| socket.lags());
        ready.iter().for_each(|socket| socket.put_from_group(&encoded));
        self.counters.sent.add(ready.len() as u64);
        behind.iter().for_each(|socket| socket.access.dropped());
        self.counters.volatile_dropped.add(behind.len() as u64);
    }

    fn handle_order(self: &Rc<Self>, message: &Message) {
        match message.event::<SocketOrder>() {
            Ok(SocketOrder::Close { sessions, users, code, reason }) => {
                let names =
                    |keys: &[Cow<'static, str>], key: Option<&Key>| key.is_some_and(|key| keys.iter().any(|it| **it == **key));
                let close = Close::new(CloseCode(code), reason);
                self.end_where(&close, |socket| names(&sessions, socket.session.as_ref()) || names(&users, socket.permit.user()));
            }
            Ok(_) => self.check_sessions(),
            Err(fault) => self.counters.unhandled.note("sockets", &fault, message),
        }
    }

    fn end_where(&self, close: &Close, is_ended: impl Fn(&Socket) -> bool) {
        self.for_each_socket(|socket| {
            if is_ended(socket) {
                socket.end(close.clone());
            }
        });
    }

    /// Closes the sockets whose sessions have ended.
    fn check_sessions(self: &Rc<Self>) {
        let mut asked: Vec<Key> = self.sockets.borrow().values().filter_map(|socket| socket.session.clone()).collect();
        asked.sort_unstable();
        asked.dedup();
        if asked.is_empty() {
            return;
        }
        let (hub, sessions) = (Rc::clone(self), Arc::clone(&self.sessions));
        actix_web::rt::spawn(async move {
            match sessions.live(&asked).await {
                Ok(live) => {
                    let live: HashSet<Key> = live.into_iter().collect();
                    let is_ended = |session: &Key| asked.binary_search(session).is_ok() && !live.contains(session);
                    hub.end_where(&close::signed_out(), |socket| socket.session.as_ref().is_some_and(is_ended));
                }
                Err(fault) => log::warn!("could not check which sessions still live, trying again later: {fault}"),
            }
        });
    }

    fn renew_memberships(&self) {
        let mut groups: Vec<GroupName> = self.groups.borrow().keys().cloned().collect();
        groups.push(self.orders_group.clone());
        let joins: Vec<_> = groups.iter().map(|group| self.layer.group_add(group, &self.channel)).collect();
        actix_web::rt::spawn(async move {
            for join in joins {
                if let Err(fault) = join.await {
                    log::warn!("a membership could not be renewed, trying again later: {fault}");
                }
            }
        });
    }

    /// Calls `act` for each socket. It works on a copy of the list, because `act` may remove a socket from the map.
    fn for_each_socket(&self, act: impl Fn(&Socket)) {
        let sockets: Vec<_> = self.sockets.borrow().values().cloned().collect();
        sockets.iter().for_each(|socket| act(socket));
    }
}

/// A line for each event that a request has caused, so that the request's id is found in this process too.
#[cold]
fn log_event(delivery: &Delivery) {
    let Some(id) = delivery.message.request_id() else { return };
    let (kind, to) = (delivery.message.kind(), target(&delivery.to));
    log::debug!(target: "events", request_id = &*id; "{kind} for {to}");
}

fn target(to: &Target) -> &str {
    match to {
        Target::Group(group) => group.as_str(),
        Target::Channel(channel) => channel.as_str(),
    }
}

fn size(incoming: &Incoming) -> usize {
    match incoming {
        Incoming::Delivery(delivery) => delivery.message.encoded().len(),
        Incoming::Gap(_) => 0,
    }
}

/// The socket as its consumer and the consumer's tasks use it.
pub(crate) struct Link {
    pub(crate) hub: Rc<Hub>,
    pub(crate) socket: Rc<Socket>,
}

impl Transport for Link {
    fn channel(&self) -> &ChannelName {
        self.socket.channel()
    }

    fn path(&self) -> &str {
        self.socket.consumer_type.path()
    }

    fn layer(&self) -> &Arc<dyn ChannelLayer> {
        &self.hub.layer
    }

    fn send(&self, frame: &Frame) {
        self.socket.send(frame);
    }

    fn send_volatile(&self, frame: &Frame) {
        if self.socket.lags() {
            self.socket.counters.volatile_dropped.add(1);
            self.socket.access.dropped();
        } else {
            self.socket.send(frame);
        }
    }

    fn close(&self, close: Close) {
        self.socket.end(close);
    }

    fn is_open(&self) -> bool {
        self.socket.outbox.is_open()
    }

    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.socket.outbox.poll_writable(cx)
    }

    fn group_add<'a>(&'a self, group: &'a GroupName) -> LocalBoxFuture<'a, Result<(), LayerError>> {
        self.hub.add(group, &self.socket).boxed_local()
    }

    fn group_discard<'a>(&'a self, group: &'a GroupName) -> LocalBoxFuture<'a, Result<(), LayerError>> {
        self.hub.discard(group, &self.socket);
        ready(Ok(())).boxed_local()
    }
}
