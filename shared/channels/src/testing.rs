//! The test kit: drives a consumer without a socket and collects the frames that it sends.
//!
//! ```
//! # use catamaran::{testing::Client, *};
//! # use serde::{Deserialize, Serialize};
//! # use std::sync::Arc;
//! struct Echo;
//!
//! #[derive(Deserialize)]
//! struct Say { message: String }
//!
//! #[derive(Serialize, Deserialize)]
//! #[serde(tag = "type")]
//! enum Event { #[serde(rename = "echo.message")] Message { message: String } }
//!
//! impl Consumer for Echo {
//!     type User = ();
//!     type Command = Say;
//!     type Event = Event;
//!     type Error = ConsumerError;
//!
//!     async fn connect(&mut self, cx: &mut Context<Self>) -> Result<Accept, ConsumerError> {
//!         cx.group_add(&GroupName::parse("echo")?).await?;
//!         Ok(Accept::default())
//!     }
//!
//!     async fn receive(&mut self, cx: &mut Context<Self>, say: Say) -> Result<(), ConsumerError> {
//!         let event = Event::Message { message: say.message };
//!         cx.group_send(&GroupName::parse("echo")?, &event).await?;
//!         Ok(())
//!     }
//!
//!     async fn event(&mut self, cx: &mut Context<Self>, Event::Message { message }: Event) -> Result<(), ConsumerError> {
//!         cx.reply(&serde_json::json!({ "echo": message }));
//!         Ok(())
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let layer: Arc<dyn ChannelLayer> = Arc::new(InMemoryLayer::new(LayerConfig::default()));
//! let mut client = Client::connect(Echo, Scope::default(), &layer).await.unwrap();
//! client.send(&serde_json::json!({ "message": "hi" })).await;
//! client.settle().await;
//! assert_eq!(client.sent(), [serde_json::json!({ "echo": "hi" })]);
//! # });
//! ```
//!
//! Several clients on one layer reach each other like sockets of several processes. Call `settle` for each of them. Each gets the
//! frames that [`FanOut`](crate::FanOut) gives its socket.
//!
//! Tasks and timers of the socket ([`Handle::spawn`](crate::Handle::spawn)) run while a method of the client is awaited. A test may pause
//! tokio's time (`#[tokio::test(start_paused = true)]`). Then [`Client::next`] advances to the next timer at once, and
//! `tokio::time::advance` followed by [`Client::settle`] advances by the given time.

mod faulty_layer;

use std::{
    cell::{Cell, RefCell},
    pin::pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    task::{Context as TaskContext, Poll, Wake, Waker},
    thread,
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::{FutureExt, LocalBoxFuture};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot;

pub use self::faulty_layer::FaultyLayer;
use crate::{
    Accept, Address, ChannelLayer, ChannelName, ChannelOptions, Close, CloseCode, Consumer, Context, Driver, EventFaults, Frame,
    GroupName, Incoming, LayerError, Receiver, Scope, Transport,
};

/// How long a test waits for an arrival, in real time: paused time would advance at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// A consumer and its client, without a socket between them.
pub struct Client<C: Consumer> {
    driver: Driver<C>,
    receiver: Receiver,
    _address: Address,
    socket: Rc<Socket>,
    faults: EventFaults,
    accept: Accept,
}

/// The transport in place of a server's socket.
struct Socket {
    channel: ChannelName,
    group_channel: ChannelName,
    layer: Arc<dyn ChannelLayer>,
    frames: RefCell<Vec<Frame>>,
    close: RefCell<Option<Close>>,
    is_stalled: Cell<bool>,
    dropped: Cell<u64>,
    writers: RefCell<Vec<Waker>>,
}

impl Socket {
    fn wake_writers(&self) {
        self.writers.take().into_iter().for_each(Waker::wake);
    }
}

impl Transport for Socket {
    fn channel(&self) -> &ChannelName {
        &self.channel
    }

    fn path(&self) -> &str {
        "a socket of the test kit"
    }

    fn layer(&self) -> &Arc<dyn ChannelLayer> {
        &self.layer
    }

    fn send(&self, frame: &Frame) {
        if self.is_open() {
            self.frames.borrow_mut().push(frame.clone());
        }
    }

    fn send_volatile(&self, frame: &Frame) {
        if self.is_stalled.get() {
            self.dropped.set(self.dropped.get() + 1);
        } else {
            self.send(frame);
        }
    }

    fn close(&self, close: Close) {
        self.close.borrow_mut().get_or_insert(close);
        self.wake_writers();
    }

    fn is_open(&self) -> bool {
        self.close.borrow().is_none()
    }

    fn poll_writable(&self, cx: &mut TaskContext<'_>) -> Poll<()> {
        if !self.is_stalled.get() || !self.is_open() {
            return Poll::Ready(());
        }
        self.writers.borrow_mut().push(cx.waker().clone());
        Poll::Pending
    }

    fn group_add<'a>(&'a self, group: &'a GroupName) -> LocalBoxFuture<'a, Result<(), LayerError>> {
        self.layer.group_add(group, &self.group_channel)
    }

    fn group_discard<'a>(&'a self, group: &'a GroupName) -> LocalBoxFuture<'a, Result<(), LayerError>> {
        self.layer.group_discard(group, &self.group_channel)
    }
}

/// An item for the consumer.
enum Arrival {
    Incoming(Incoming),
    /// A local event of the socket.
    Local,
}

impl<C: Consumer> Client<C> {
    /// Opens a socket to `consumer`.
    ///
    /// # Errors
    /// The [`Close`] with which the consumer refuses the socket.
    pub async fn connect(consumer: C, scope: Scope<C::User>, layer: &Arc<dyn ChannelLayer>) -> Result<Self, Close> {
        let receiver = layer.new_channel(ChannelOptions::default());
        let address = receiver.address();
        let socket = Rc::new(Socket {
            channel: address.name().clone(),
            group_channel: receiver.name().clone(),
            layer: Arc::clone(layer),
            frames: RefCell::default(),
            close: RefCell::default(),
            is_stalled: Cell::new(false),
            dropped: Cell::new(0),
            writers: RefCell::default(),
        });
        let mut driver = Driver::new(consumer, Context::new(scope, Rc::clone(&socket) as _));
        let accept = driver.connect().await?;
        Ok(Self { driver, receiver, _address: address, socket, faults: EventFaults::default(), accept })
    }

    /// The consumer's acceptance.
    pub fn accept(&self) -> &Accept {
        &self.accept
    }

    /// The consumer, to inspect its state.
    pub fn consumer(&self) -> &C {
        self.driver.consumer()
    }

    /// The socket's own channel.
    pub fn channel_name(&self) -> &ChannelName {
        &self.socket.channel
    }

    /// Sends `command` as JSON from the client.
    ///
    /// # Panics
    /// If JSON cannot hold it.
    pub async fn send<T: Serialize + ?Sized>(&mut self, command: &T) {
        let text = serde_json::to_string(command).expect("a test sends what JSON can hold");
        self.driver.text(&text).await;
    }

    /// Sends a text frame from the client, valid or not.
    pub async fn send_text(&mut self, text: &str) {
        self.driver.text(text).await;
    }

    /// Sends a binary frame from the client.
    pub async fn send_binary(&mut self, bytes: impl Into<Bytes>) {
        self.driver.binary(bytes.into()).await;
    }

    /// Lets the consumer handle every waiting item, and runs the socket's tasks until each of them waits.
    pub async fn settle(&mut self) {
        loop {
            let woken = Arc::new(Woken::default());
            let local = self.driver.poll_local(&mut TaskContext::from_waker(&Arc::clone(&woken).into()));
            if local.is_ready() {
                self.driver.local().await;
            } else if let Some(incoming) = self.receiver.try_recv() {
                self.driver.incoming(&incoming, &self.faults).await;
            } else if woken.0.load(Ordering::Relaxed) {
                tokio::task::yield_now().await; // a task has woken itself
            } else {
                return;
            }
        }
    }

    /// Waits for the next item from the layer, a timer or a task, and lets the consumer handle it.
    ///
    /// # Panics
    /// If nothing arrives within 20 s of real time.
    pub async fn next(&mut self) {
        let arrival = patiently(self.arrival()).await;
        self.handle(arrival).await;
    }

    /// Like [`next`](Self::next), but waits at most `duration` of tokio's time. Returns `false` if nothing arrived.
    pub async fn next_within(&mut self, duration: Duration) -> bool {
        match tokio::time::timeout(duration, self.arrival()).await {
            Ok(arrival) => {
                self.handle(arrival).await;
                true
            }
            Err(_) => false,
        }
    }

    async fn arrival(&mut self) -> Arrival {
        tokio::select! {
            biased;
            incoming = self.receiver.recv() => Arrival::Incoming(incoming),
            () = self.driver.local_ready() => Arrival::Local,
        }
    }

    async fn handle(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Incoming(incoming) => self.driver.incoming(&incoming, &self.faults).await,
            Arrival::Local => self.driver.local().await,
        }
    }

    /// Takes the JSON frames that the client got since the last call. Binary frames stay for [`sent_binary`](Self::sent_binary).
    ///
    /// # Panics
    /// If a text frame is not JSON.
    pub fn sent(&mut self) -> Vec<Value> {
        let frames = self.take_frames(|frame| !frame.is_binary());
        frames.iter().map(|frame| serde_json::from_slice(frame.payload()).expect("a text frame with JSON")).collect()
    }

    /// Takes the binary frames that the client got since the last call.
    pub fn sent_binary(&mut self) -> Vec<Bytes> {
        self.take_frames(Frame::is_binary).iter().map(|frame| frame.payload().clone()).collect()
    }

    /// Takes all frames that the client got since the last call, in their order.
    pub fn frames(&mut self) -> Vec<Frame> {
        self.take_frames(|_| true)
    }

    fn take_frames(&mut self, is_wanted: impl Fn(&Frame) -> bool) -> Vec<Frame> {
        self.socket.frames.borrow_mut().extract_if(.., |frame| is_wanted(frame)).collect()
    }

    /// Makes the client stop reading: [`writable`](crate::Handle::writable) waits, and volatile frames are dropped.
    pub fn stall(&self) {
        self.socket.is_stalled.set(true);
    }

    /// Makes the client read again.
    pub fn read_on(&self) {
        self.socket.is_stalled.set(false);
        self.socket.wake_writers();
    }

    /// The number of dropped volatile frames.
    pub fn dropped(&self) -> u64 {
        self.socket.dropped.get()
    }

    /// The server's close of the socket, if it has closed it.
    pub fn closed(&self) -> Option<Close> {
        self.socket.close.borrow().clone()
    }

    /// The number of events that the consumer had no handler for.
    pub fn unhandled(&self) -> u64 {
        self.faults.count()
    }

    /// Closes the socket from the client's side.
    pub async fn disconnect(mut self, code: CloseCode) {
        drop(self.receiver);
        self.driver.disconnect(code).await;
    }
}

/// Records whether a task has woken itself.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Waits for at most [`PATIENCE`] in real time, which its own thread measures.
async fn patiently<T>(wait: impl Future<Output = T>) -> T {
    let mut wait = pin!(wait);
    if let Some(done) = (&mut wait).now_or_never() {
        return done;
    }
    let ((over, is_over), (_done, is_done)) = (oneshot::channel(), mpsc::channel::<()>());
    thread::spawn(move || {
        if is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            let _receiver_is_gone = over.send(());
        }
    });
    tokio::select! {
        done = wait => done,
        _ = is_over => panic!("nothing arrived for the consumer within {PATIENCE:?}"),
    }
}
