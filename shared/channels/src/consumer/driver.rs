//! Calls a consumer's methods, for a real socket and for the test kit. It parses frames into commands and messages into events.
//! It answers or counts those that are invalid, and the socket stays open.

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

/// The number of event types to remember as logged. Senders choose the types, so this memory must be bounded.
const REMEMBERED_FAULTS: usize = 1_000;

/// Counts events without a handler, and logs each type once.
#[derive(Debug, Default)]
pub struct EventFaults {
    count: AtomicU64,
    logged: Mutex<HashSet<String>>,
}

impl EventFaults {
    /// Records a message that the consumer of `path` cannot handle.
    pub fn note(&self, path: &str, fault: &EventError, message: &Message) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let (EventError::NoHandler { kind, .. } | EventError::Malformed { kind, .. }) = fault;
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.len() < REMEMBERED_FAULTS && logged.insert(format!("{path} {kind}")) {
            match message.request_id() {
                Some(id) => log::error!(request_id = &*id; "{path}: {fault}"),
                None => log::error!("{path}: {fault}"),
            }
        }
    }

    /// The number of such events.
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
    /// Joins a consumer and its context. Calls no method yet.
    pub fn new(consumer: C, cx: Context<C>) -> Self {
        Self { consumer, cx }
    }

    /// The context of the socket.
    pub fn context(&self) -> &Context<C> {
        &self.cx
    }

    /// The consumer.
    pub fn consumer(&self) -> &C {
        &self.consumer
    }

    /// Calls `connect`.
    ///
    /// # Errors
    /// The [`Close`] with which the consumer refuses the socket.
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

    /// Handles a text frame of the client.
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

    /// Handles a binary frame of the client.
    pub async fn binary(&mut self, bytes: Bytes) {
        let socket = Handle::clone(&self.cx);
        let outcome = beside_tasks(&socket, self.consumer.binary(&mut self.cx, bytes)).await;
        self.answer(outcome);
    }

    /// Handles a delivery or a gap from the layer.
    pub async fn incoming(&mut self, incoming: &Incoming, faults: &EventFaults) {
        match incoming {
            Incoming::Gap(gap) => self.gap(*gap).await,
            Incoming::Delivery(Delivery { to: Target::Channel(_), message }) => self.message(message, faults).await,
            Incoming::Delivery(Delivery { to: Target::Group(_), message }) => match fan_out::<C>(message) {
                Ok(FanOut::Each) => self.message(message, faults).await,
                Ok(others) => self.fan_out(others, message),
                Err(fault) => faults.note(&self.cx.scope().path, &fault, message),
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
            Err(fault) => faults.note(&self.cx.scope().path, &fault, message),
        }
    }

    /// Passes an event to the consumer.
    async fn event(&mut self, event: C::Event) {
        let socket = Handle::clone(&self.cx);
        let outcome = beside_tasks(&socket, self.consumer.event(&mut self.cx, event)).await;
        self.answer(outcome);
    }

    /// Runs the socket's tasks until a local event waits for the consumer. Cancelling it loses no event.
    pub async fn local_ready(&self) {
        poll_fn(|cx| self.poll_local(cx)).await;
    }

    pub(crate) fn poll_local(&self, cx: &mut TaskContext<'_>) -> Poll<()> {
        self.cx.poll_local(cx)
    }

    /// Passes the next local event to the consumer, if one waits.
    pub async fn local(&mut self) {
        if let Some(event) = self.cx.next_event() {
            self.event(event).await;
        }
    }

    /// Reports that events may be missing.
    pub async fn gap(&mut self, gap: Gap) {
        let socket = Handle::clone(&self.cx);
        let outcome = beside_tasks(&socket, self.consumer.gap(&mut self.cx, gap)).await;
        self.answer(outcome);
    }

    /// Ends the tasks of the closed socket, then calls the consumer's `disconnect`.
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

/// Runs a call of the consumer, and the socket's tasks while the call waits.
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

/// Adds the request id of the failed command to the fault.
fn with_request_id<C: Consumer>(error: ConsumerError, command: &str) -> ConsumerError {
    match error {
        ConsumerError::Fault(fault) if !fault.fields.contains_key(C::REQUEST_ID) => match request_id(command, C::REQUEST_ID) {
            Some(id) => fault.with(C::REQUEST_ID, id).into(),
            None => fault.into(),
        },
        other => other,
    }
}
