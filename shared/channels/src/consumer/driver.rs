//! What happens around a consumer's methods, the same for a real socket and for the test kit: frames become commands, messages
//! become events, and whatever fits neither is answered, logged once and counted, while the socket lives on.

use std::{
    collections::HashSet,
    future::poll_fn,
    pin::pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context as TaskContext, Poll},
};

use bytes::Bytes;

use super::{
    Accept, Close, CloseCode, CommandError, Consumer, ConsumerError, Context, FanOut, Fault, Handle, command::request_id, fan_out,
};
use crate::{Delivery, EventError, Gap, Incoming, LogThrottle, Message, Target};

/// How many kinds of fault are remembered as logged; outsiders choose the names, so the memory is bounded.
const REMEMBERED_FAULTS: usize = 1_000;

/// Events without a handler: each is counted, each kind is logged once.
#[derive(Debug, Default)]
pub struct EventFaults {
    count: AtomicU64,
    logged: Mutex<HashSet<String>>,
}

impl EventFaults {
    /// Takes note of an event that a consumer of that path could not take.
    pub fn note(&self, path: &str, fault: &EventError) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let (EventError::NoHandler { kind, .. } | EventError::Malformed { kind, .. }) = fault;
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() < REMEMBERED_FAULTS && logged.insert(format!("{path} {kind}")) {
            log::error!("{path}: {fault}");
        }
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

/// A consumer with its socket.
pub struct Driver<C: Consumer> {
    consumer: C,
    cx: Context<C>,
}

impl<C: Consumer> Driver<C> {
    /// Puts the two together; nothing is called yet.
    pub fn new(consumer: C, cx: Context<C>) -> Self {
        Self { consumer, cx }
    }

    /// The socket's side.
    pub fn context(&self) -> &Context<C> {
        &self.cx
    }

    /// The consumer.
    pub fn consumer(&self) -> &C {
        &self.consumer
    }

    /// Lets the socket in, or says why not.
    ///
    /// # Errors
    /// The consumer's refusal.
    pub async fn connect(&mut self) -> Result<Accept, Close> {
        let socket = Handle::clone(&self.cx);
        let answer = beside_tasks(&socket, self.consumer.connect(&mut self.cx)).await;
        self.cx.has_connected();
        answer.map_err(|error| {
            let (close, log) = error.into().into_refusal();
            self.log(log.as_deref());
            close
        })
    }

    /// A text frame of the client's.
    pub async fn text(&mut self, text: &str) {
        let outcome = match CommandError::parse::<C::Command>(text) {
            Ok(command) => {
                let socket = Handle::clone(&self.cx);
                beside_tasks(&socket, self.consumer.receive(&mut self.cx, command)).await.map_err(Into::into)
            }
            Err(fault) => Err(Fault::from(fault).into()),
        };
        self.answer(outcome.map_err(|error| with_request_id::<C>(error, text)));
    }

    /// A binary frame of the client's.
    pub async fn binary(&mut self, bytes: Bytes) {
        let socket = Handle::clone(&self.cx);
        let outcome = beside_tasks(&socket, self.consumer.binary(&mut self.cx, bytes)).await;
        self.answer(outcome);
    }

    /// Something from the layer, for this socket alone or through a group.
    pub async fn incoming(&mut self, incoming: &Incoming, faults: &EventFaults) {
        match incoming {
            Incoming::Gap(gap) => self.gap(*gap).await,
            Incoming::Delivery(Delivery { to: Target::Channel(_), message }) => self.message(message, faults).await,
            Incoming::Delivery(Delivery { to: Target::Group(_), message }) => match fan_out::<C>(message) {
                Ok(FanOut::Each) => self.message(message, faults).await,
                Ok(others) => self.fan_out(others, message),
                Err(fault) => faults.note(&self.cx.scope().path, &fault),
            },
        }
    }

    fn fan_out(&self, fan_out: FanOut, message: &Message) {
        let is_sender = || message.sender().as_ref() == Some(self.cx.channel_name());
        match fan_out {
            FanOut::Same(frame) => self.cx.send(&frame),
            FanOut::Volatile(frame) => self.cx.send_volatile(&frame),
            FanOut::Others(frame) if !is_sender() => self.cx.send(&frame),
            FanOut::VolatileOthers(frame) if !is_sender() => self.cx.send_volatile(&frame),
            FanOut::Others(_) | FanOut::VolatileOthers(_) | FanOut::Each | FanOut::Nothing => {}
        }
    }

    async fn message(&mut self, message: &Message, faults: &EventFaults) {
        match message.event::<C::Event>() {
            Ok(event) => self.event(event).await,
            Err(fault) => faults.note(&self.cx.scope().path, &fault),
        }
    }

    /// An event for this consumer to look at.
    async fn event(&mut self, event: C::Event) {
        let socket = Handle::clone(&self.cx);
        let outcome = beside_tasks(&socket, self.consumer.event(&mut self.cx, event)).await;
        self.answer(outcome);
    }

    /// Runs the socket's tasks, until an event of its own waits for the consumer. Dropping the wait loses nothing.
    pub async fn local_ready(&self) {
        poll_fn(|cx| self.poll_local(cx)).await;
    }

    pub(crate) fn poll_local(&self, cx: &mut TaskContext<'_>) -> Poll<()> {
        self.cx.poll_local(cx)
    }

    /// The consumer handles the next event of the socket's own, if one waits.
    pub async fn local(&mut self) {
        if let Some(event) = self.cx.next_event() {
            self.event(event).await;
        }
    }

    /// Events may be missing.
    pub async fn gap(&mut self, gap: Gap) {
        let socket = Handle::clone(&self.cx);
        let outcome = beside_tasks(&socket, self.consumer.gap(&mut self.cx, gap)).await;
        self.answer(outcome);
    }

    /// The socket has gone: its tasks end, then its consumer hears of it.
    pub async fn disconnect(&mut self, code: CloseCode) {
        self.cx.end_tasks();
        self.consumer.disconnect(&mut self.cx, code).await;
    }

    fn answer(&self, outcome: Result<(), impl Into<ConsumerError>>) {
        match outcome.map_err(Into::into) {
            Ok(()) => {}
            Err(ConsumerError::Close(close)) => self.cx.end_with(close),
            Err(ConsumerError::Fault(fault)) => {
                self.log(fault.log.as_deref());
                self.cx.reply(&fault.frame());
            }
        }
    }

    fn log(&self, text: Option<&str>) {
        static THROTTLE: LogThrottle = LogThrottle::new();
        if let Some(text) = text
            && let Some(more) = THROTTLE.pass()
        {
            log::error!("{}: {text}{more}", self.cx.scope().path);
        }
    }
}

/// Lets a consumer work, and the socket's tasks meanwhile.
async fn beside_tasks<E: 'static, T>(socket: &Handle<E>, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|cx| {
        let polled = work.as_mut().poll(cx);
        if polled.is_pending() {
            socket.poll_tasks(cx);
        }
        polled
    })
    .await
}

/// A fault answers with the request id of the command that failed.
fn with_request_id<C: Consumer>(error: ConsumerError, command: &str) -> ConsumerError {
    match error {
        ConsumerError::Fault(fault) if !fault.fields.contains_key(C::REQUEST_ID) => match request_id(command, C::REQUEST_ID) {
            Some(id) => fault.with(C::REQUEST_ID, id).into(),
            None => fault.into(),
        },
        other => other,
    }
}
