//! The state of one socket, which the hub and the connection's task share.

use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
    sync::Arc,
};

use catamaran::{Address, ChannelName, Close, Frame, GroupName, Incoming};
use tokio::time::Instant;

use crate::{
    Key,
    access_log::AccessRecord,
    admission::Permit,
    backlog::Backlog,
    close,
    counters::Counters,
    fan_out::ConsumerType,
    inbox::{Inbox, InboxItem},
    limits::Limits,
    outbox::{Encoded, Outbox, Push},
};

/// The client behind a socket.
pub(crate) struct Client {
    pub(crate) session: Option<Key>,
    pub(crate) permit: Permit,
    pub(crate) access: Rc<AccessRecord>,
}

pub(crate) struct Socket {
    pub(crate) id: u64,
    address: Address,
    pub(crate) consumer_type: Rc<dyn ConsumerType>,
    pub(crate) session: Option<Key>,
    /// Counts the socket for its address and its user.
    pub(crate) permit: Rc<Permit>,
    /// For the log.
    pub(crate) access: Rc<AccessRecord>,
    pub(crate) outbox: Rc<Outbox>,
    pub(crate) inbox: Inbox,
    pub(crate) groups: RefCell<Vec<GroupName>>,
    /// Shared, so that an idle socket is small.
    pub(crate) limits: Rc<Limits>,
    pub(crate) counters: Arc<Counters>,
    last_received: Cell<Instant>,
    is_pinged: Cell<bool>,
    ended_with: OnceCell<Box<Close>>,
}

impl Socket {
    pub(crate) fn new(
        id: u64,
        address: Address,
        consumer_type: Rc<dyn ConsumerType>,
        client: Client,
        limits: Rc<Limits>,
        counters: Arc<Counters>,
        backlog: Arc<Backlog>,
    ) -> Self {
        Self {
            id,
            address,
            consumer_type,
            session: client.session,
            permit: Rc::new(client.permit),
            access: client.access,
            outbox: Rc::new(Outbox::new(limits.outbox_bytes, backlog)),
            inbox: Inbox::default(),
            groups: RefCell::default(),
            limits,
            counters,
            last_received: Cell::new(Instant::now()),
            is_pinged: Cell::new(false),
            ended_with: OnceCell::new(),
        }
    }

    pub(crate) fn channel(&self) -> &ChannelName {
        self.address.name()
    }

    /// Whether the server has sent a ping that the client has not answered.
    pub(crate) fn is_pinged(&self) -> bool {
        self.is_pinged.get()
    }

    /// Notes that the client sent something, so it lives.
    pub(crate) fn note_received(&self, now: Instant) {
        self.last_received.set(now);
        self.is_pinged.set(false);
    }

    /// Pings an idle client, and closes one that does not answer.
    pub(crate) fn heartbeat(&self, now: Instant) {
        if self.outbox.is_slow(now) {
            self.check_push(Push::Full);
        }
        let silent = now.duration_since(self.last_received.get());
        if self.is_pinged.get() {
            if silent >= self.limits.ping_interval + self.limits.ping_timeout && self.outbox.is_open() {
                self.counters.ping_timeouts.add(1);
                self.end(close::ping_timeout());
            }
        } else if silent >= self.limits.ping_interval {
            self.is_pinged.set(true);
            self.put(Encoded::ping());
        }
    }

    /// Sends a frame of the consumer.
    pub(crate) fn send(&self, frame: &Frame) {
        self.put(Encoded::frame(frame, self.outbox.backlog()));
    }

    /// Sends a frame for this socket alone.
    pub(crate) fn put(&self, frame: Encoded) {
        self.counters.sent.add(1);
        self.check_push(self.outbox.push(frame));
    }

    /// Sends a group's frame that has waited behind events.
    pub(crate) fn put_delayed(&self, frame: Encoded) {
        self.check_push(self.outbox.push(frame));
    }

    /// Sends a group's frame, behind the events that the consumer has not handled yet. The caller counts it, once for all sockets of the
    /// group.
    pub(crate) fn put_from_group(&self, frame: &Encoded) {
        if self.inbox.is_busy() {
            self.inbox.push(InboxItem::Frame(frame.clone()), &self.limits);
        } else {
            self.check_push(self.outbox.push_from_group(frame));
        }
    }

    /// Whether the client or its consumer lags.
    pub(crate) fn lags(&self) -> bool {
        self.inbox.is_half_full(&self.limits) || self.outbox.lags()
    }

    fn check_push(&self, push: Push) {
        match push {
            Push::Queued | Push::Closed => {}
            Push::Full => {
                let (bytes, close) = (self.outbox.waiting_bytes(), close::slow_reader());
                if self.outbox.abandon(&close) {
                    self.counters.slow_readers.add(1);
                    log::info!("{}: closed with {}: {bytes} bytes waited for a slow reader", self.channel(), close.code);
                    self.ended(close);
                }
            }
        }
    }

    /// Closes the socket and drops its waiting frames, since too much waits for all clients together.
    pub(crate) fn evict(&self) {
        let close = close::slow_reader();
        if self.outbox.abandon(&close) {
            self.counters.crowded_out.add(1);
            self.ended(close);
        }
    }

    /// Bytes that wait for the client and for its consumer.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.outbox.waiting_bytes() + self.inbox.bytes()
    }

    /// Queues an event for the consumer.
    pub(crate) fn enqueue(&self, incoming: Incoming) {
        self.inbox.push(InboxItem::Incoming(incoming), &self.limits);
    }

    /// Closes the socket behind the waiting frames.
    pub(crate) fn end(&self, close: Close) {
        if self.outbox.close(&close) {
            self.ended(close);
        }
    }

    fn ended(&self, close: Close) {
        // The outbox takes one close frame, so this runs once.
        let _first = self.ended_with.set(Box::new(close));
        self.inbox.close();
    }

    /// The close frame of this side, if it has sent one.
    pub(crate) fn ended_with(&self) -> Option<&Close> {
        self.ended_with.get().map(|close| &**close)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::test::TestRequest;
    use catamaran::{ChannelLayer as _, ChannelOptions, EventError, FanOut, InMemoryLayer, LayerConfig, Message};
    use catamaran_boot::Capacity;
    use catamaran_edge::{AddressKey, ClientInfo, TrustedProxies};
    use tokio::time::advance;

    use super::*;
    use crate::{AddressLimits, admission::Admission};

    struct NoConsumer;

    impl ConsumerType for NoConsumer {
        fn fan_out(&self, _: &Message) -> std::thread::Result<Result<FanOut, EventError>> {
            Ok(Ok(FanOut::Nothing))
        }

        fn path(&self) -> &str {
            "/ws/test/"
        }
    }

    fn socket() -> Socket {
        let layer = InMemoryLayer::new(LayerConfig::default());
        let receiver = layer.new_channel(ChannelOptions::default());
        let admission = Admission::new(&AddressLimits::default(), Capacity { busy: 10, per_worker: 14 });
        let request = TestRequest::default().to_http_request();
        let info = ClientInfo::read(None, [], &TrustedProxies::default());
        let access = Rc::new(AccessRecord::of(&request, &info));
        let client = Client { session: None, permit: admission.take_permit(AddressKey::Local).unwrap(), access };
        let (limits, counters, backlog) = (Rc::new(Limits::default()), Arc::default(), Backlog::new(1 << 20));
        Socket::new(1, receiver.address(), Rc::new(NoConsumer), client, limits, counters, backlog)
    }

    /// Runs one heartbeat a second, as the hub does.
    async fn pass(socket: &Socket, seconds: u64) {
        for _ in 0..seconds {
            advance(Duration::from_secs(1)).await;
            socket.heartbeat(Instant::now());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn pings_an_idle_client_and_closes_it_without_an_answer() {
        let socket = socket();
        pass(&socket, 19).await;
        assert_eq!((socket.is_pinged(), socket.counters.sent.get()), (false, 0));
        pass(&socket, 1).await;
        assert_eq!((socket.is_pinged(), socket.counters.sent.get()), (true, 1));
        pass(&socket, 29).await;
        assert!(socket.ended_with().is_none(), "the answer may take 30 s");
        pass(&socket, 1).await;
        assert_eq!(socket.ended_with(), Some(&close::ping_timeout()));
        pass(&socket, 60).await;
        assert_eq!((socket.counters.sent.get(), socket.counters.ping_timeouts.get()), (1, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn pings_again_only_after_another_idle_time() {
        let socket = socket();
        pass(&socket, 49).await;
        socket.note_received(Instant::now());
        pass(&socket, 19).await;
        assert_eq!((socket.is_pinged(), socket.counters.sent.get()), (false, 1));
        pass(&socket, 1).await;
        assert_eq!((socket.is_pinged(), socket.counters.sent.get()), (true, 2));
        assert!(socket.ended_with().is_none());
    }
}
