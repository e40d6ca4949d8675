//! What happens around a consumer's methods, the same for a real socket and for the test kit: frames become commands, messages
//! become events, and whatever fits neither is answered, logged once and counted, while the socket lives on.

use std::{
    collections::HashSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{Accept, Close, CloseCode, CommandError, Consumer, Context, FanOut, Fault};
use crate::{Delivery, EventError, Gap, Incoming, LogGate, Message, Target};

/// How many kinds of fault are remembered as logged; outsiders choose the names, so the memory is bounded.
const REMEMBERED_FAULTS: usize = 1_000;

/// Events that nobody handled: counted always, logged once for each kind.
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
pub struct Driver<C> {
    consumer: C,
    cx: Context,
}

impl<C: Consumer> Driver<C> {
    /// Puts the two together; nothing is called yet.
    pub fn new(consumer: C, cx: Context) -> Self {
        Self { consumer, cx }
    }

    /// The socket's side.
    pub fn context(&self) -> &Context {
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
        let answer = self.consumer.connect(&mut self.cx).await;
        self.cx.forget_handshake();
        answer
    }

    /// A text frame of the client's.
    pub async fn text(&mut self, text: &str) {
        match CommandError::parse::<C::Command>(text) {
            Ok(command) => {
                let outcome = self.consumer.receive(&mut self.cx, command).await;
                self.answer(outcome);
            }
            Err(fault) => self.answer(Err(Fault::refused(fault.code(), fault.to_string()))),
        }
    }

    /// A binary frame of the client's: no consumer takes one yet, so the socket ends with 1003.
    pub fn binary(&self) {
        self.cx.close(CloseCode::UNSUPPORTED, "this socket takes text frames with JSON, not binary ones");
    }

    /// Something from the layer, for this socket alone or through a group.
    pub async fn incoming(&mut self, incoming: &Incoming, faults: &EventFaults) {
        match incoming {
            Incoming::Gap(gap) => self.gap(*gap).await,
            Incoming::Delivery(Delivery { to: Target::Channel(_), message }) => self.event(message, faults).await,
            Incoming::Delivery(Delivery { to: Target::Group(_), message }) => match fan_out::<C>(message) {
                Ok(FanOut::Same(frame)) => self.cx.send(&frame),
                Ok(FanOut::Each) => self.event(message, faults).await,
                Ok(FanOut::Nothing) => {}
                Err(fault) => faults.note(&self.cx.scope().path, &fault),
            },
        }
    }

    /// An event for this consumer to look at.
    pub async fn event(&mut self, message: &Message, faults: &EventFaults) {
        match message.event::<C::Event>() {
            Ok(event) => {
                let outcome = self.consumer.event(&mut self.cx, event).await;
                self.answer(outcome);
            }
            Err(fault) => faults.note(&self.cx.scope().path, &fault),
        }
    }

    /// Events may be missing.
    pub async fn gap(&mut self, gap: Gap) {
        let outcome = self.consumer.gap(&mut self.cx, gap).await;
        self.answer(outcome);
    }

    /// The socket has gone.
    pub async fn disconnect(&mut self, code: CloseCode) {
        self.consumer.disconnect(&mut self.cx, code).await;
    }

    fn answer(&self, outcome: Result<(), Fault>) {
        let Err(fault) = outcome else { return };
        static GATE: LogGate = LogGate::new();
        if let Some(text) = &fault.log
            && let Some(more) = GATE.pass()
        {
            log::error!("{}: {text}{more}", self.cx.scope().path);
        }
        self.cx.reply(&fault.frame());
    }
}

/// What `message` becomes for all sockets whose consumer is a `C`.
///
/// # Errors
/// [`EventError`] where it is none of `C`'s events.
pub fn fan_out<C: Consumer>(message: &Message) -> Result<FanOut, EventError> {
    message.event::<C::Event>().map(|event| C::fan_out(&event))
}
