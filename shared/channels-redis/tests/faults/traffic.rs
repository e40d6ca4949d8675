//! Sends messages from one process to another during a fault, and records the result of each.

use std::time::{Duration, Instant};

use catamaran::{GroupName, Incoming, Receiver};
use catamaran_redis::RedisHosts;
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use crate::fleet::{Dialect, Layer, PATIENCE, group, member, number_of, numbered, up};

/// The time between two messages.
const PACE: Duration = Duration::from_millis(5);
const ROOM: &str = "room";

/// A sender, a reader, and their messages.
pub(crate) struct Traffic {
    pub(crate) sender: Layer,
    pub(crate) reader: Layer,
    room: GroupName,
    log: watch::Receiver<Log>,
    stop: watch::Sender<bool>,
    tasks: [JoinHandle<()>; 2],
    fault: Instant,
}

#[derive(Default)]
struct Log {
    /// By number.
    sent: Vec<Sent>,
    /// In the order of arrival.
    received: Vec<Received>,
}

struct Sent {
    at: Instant,
    /// When the sender got its answer, and the answer: the number of processes that got the message, or an error.
    answer: Option<(Instant, Result<usize, String>)>,
}

enum Received {
    Number(usize, Instant),
    Gap,
}

/// The effects of a fault.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// From the fault to the sender's first error.
    pub(crate) error_after: Option<Duration>,
    /// From the end of the fault to the arrival of the first message that was sent after it.
    pub(crate) recovered_after: Duration,
    /// Messages that were confirmed with at least one receiver.
    pub(crate) confirmed: usize,
    /// Messages that were confirmed but did not arrive.
    pub(crate) lost: usize,
    /// Messages that were confirmed without a receiver.
    pub(crate) without_receiver: usize,
    pub(crate) errors: usize,
    pub(crate) gaps: usize,
}

impl Traffic {
    pub(crate) async fn start(dialect: Dialect, hosts: &RedisHosts) -> Self {
        Self::between(dialect.connect(hosts).await, dialect.connect(hosts).await).await
    }

    /// Starts the traffic, and returns when some messages have arrived.
    pub(crate) async fn between(sender: Layer, reader: Layer) -> Self {
        Self::in_room(ROOM, sender, reader).await
    }

    /// Like `between`, in the given room.
    pub(crate) async fn in_room(room: &str, sender: Layer, reader: Layer) -> Self {
        let room = group(room);
        let receiver = member(&reader, room.as_str()).await;
        let (log, watched) = watch::channel(Log::default());
        let (stop, stopped) = watch::channel(false);
        let tasks =
            [tokio::spawn(send(sender.clone(), room.clone(), log.clone(), stopped)), tokio::spawn(receive(receiver, log))];
        let mut traffic = Self { sender, reader, room, log: watched, stop, tasks, fault: Instant::now() };
        traffic.wait_for(|log| log.received.iter().filter_map(Received::number).count() >= 20).await;
        traffic
    }

    /// Marks the start of the fault.
    pub(crate) fn fault(&mut self) {
        self.fault = Instant::now();
    }

    /// Waits for the sender's first error after the fault.
    pub(crate) async fn error(&mut self) -> String {
        let fault = self.fault;
        self.wait_for(|log| log.first_error(fault).is_some()).await;
        let log = self.log.borrow();
        log.first_error(fault).expect("it was waited for").1.to_owned()
    }

    /// Marks the end of the fault. Waits for the recovery, checks that no message was lost without a gap, and returns the effects.
    pub(crate) async fn over(mut self, what: &str, dialect: Dialect) -> Outcome {
        let over = Instant::now();
        self.wait_for(|log| log.first_received_after(over).is_some()).await;
        up(&self.sender).await;
        up(&self.reader).await;
        self.drain().await;
        let outcome = self.log.borrow().outcome(self.fault, over);
        outcome.print(what, dialect);
        outcome
    }

    /// Stops sending and waits for the last message. The order is kept, so no message follows it.
    async fn drain(&mut self) {
        self.stop.send_replace(true);
        (&mut self.tasks[0]).await.expect("the sender ends");
        let sent = self.log.borrow().sent.len() as u64;
        for last in sent.. {
            assert!(last < sent + 20, "the last message does not arrive");
            let _ = self.sender.group_send(&self.room, &numbered(last)).await;
            let arrived = self.wait_for(|log| matches!(log.received.last(), Some(Received::Number(n, _)) if *n as u64 == last));
            if timeout(Duration::from_secs(5), arrived).await.is_ok() {
                return;
            }
        }
    }

    async fn wait_for(&mut self, wanted: impl Fn(&Log) -> bool) {
        let found = timeout(PATIENCE, self.log.wait_for(|log| wanted(log))).await;
        let found = found.unwrap_or_else(|_| panic!("sender: {:?}, reader: {:?}", self.sender.status(), self.reader.status()));
        found.expect("the traffic goes on");
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn send(layer: Layer, room: GroupName, log: watch::Sender<Log>, stop: watch::Receiver<bool>) {
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for n in 0.. {
        pace.tick().await;
        if *stop.borrow() {
            return;
        }
        log.send_modify(|log| log.sent.push(Sent { at: Instant::now(), answer: None }));
        let answer = layer.group_send(&room, &numbered(n as u64)).await;
        let answer = answer.map(|receipt| receipt.reached).map_err(|fault| fault.to_string());
        log.send_modify(|log| log.sent[n].answer = Some((Instant::now(), answer)));
    }
}

async fn receive(mut receiver: Receiver, log: watch::Sender<Log>) {
    loop {
        let received = match receiver.recv().await {
            Incoming::Delivery(delivery) => Received::Number(number_of(&delivery.message) as usize, Instant::now()),
            Incoming::Gap(_) => Received::Gap,
        };
        log.send_modify(|log| log.received.push(received));
    }
}

impl Log {
    fn first_error(&self, since: Instant) -> Option<(Instant, &str)> {
        self.sent.iter().find_map(|sent| match &sent.answer {
            Some((when, Err(why))) if *when >= since => Some((*when, why.as_str())),
            _ => None,
        })
    }

    fn first_received_after(&self, moment: Instant) -> Option<Instant> {
        self.received.iter().find_map(|received| match received {
            Received::Number(n, when) if self.sent.get(*n).is_some_and(|sent| sent.at >= moment) => Some(*when),
            _ => None,
        })
    }

    fn outcome(&self, fault: Instant, over: Instant) -> Outcome {
        self.check();
        let answers = || self.sent.iter().filter_map(|sent| sent.answer.as_ref()).map(|(_, answer)| answer);
        let recovered = self.first_received_after(over).expect("it was waited for");
        Outcome {
            error_after: self.first_error(fault).map(|(when, _)| when - fault),
            recovered_after: recovered - over,
            confirmed: answers().filter(|answer| matches!(answer, Ok(1..))).count(),
            lost: self.lost().count(),
            without_receiver: answers().filter(|answer| matches!(answer, Ok(0))).count(),
            errors: answers().filter(|answer| answer.is_err()).count(),
            gaps: self.received.iter().filter(|received| matches!(received, Received::Gap)).count(),
        }
    }

    /// Checks that messages arrived once and in order, and that a gap follows each confirmed but lost message.
    fn check(&self) {
        let numbers: Vec<_> = self.received.iter().filter_map(Received::number).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "twice, or out of order: {numbers:?}");
        let last_gap = self.received.iter().rposition(|received| matches!(received, Received::Gap));
        for lost in self.lost() {
            let last_before = self.received.iter().rposition(|received| received.number().is_some_and(|n| n < lost));
            assert!(last_gap > last_before, "{lost} was confirmed and lost without a gap");
        }
    }

    fn lost(&self) -> impl Iterator<Item = usize> {
        let received: std::collections::HashSet<_> = self.received.iter().filter_map(Received::number).collect();
        let confirmed = self.sent.iter().enumerate().filter(|(_, sent)| matches!(sent.answer, Some((_, Ok(1..)))));
        confirmed.map(|(n, _)| n).filter(move |n| !received.contains(n))
    }
}

impl Received {
    fn number(&self) -> Option<usize> {
        match self {
            Self::Number(n, _) => Some(*n),
            Self::Gap => None,
        }
    }
}

impl Outcome {
    /// Prints a row of the table in the crate's README.
    fn print(&self, what: &str, dialect: Dialect) {
        let error = self.error_after.map_or("none".to_owned(), |after| format!("{after:.1?}"));
        let Self { recovered_after, confirmed, lost, without_receiver, errors, gaps, .. } = self;
        eprintln!(
            "| {what} | {dialect:?} | {error} | {recovered_after:.1?} | {confirmed} confirmed, {lost} lost, {without_receiver} without a receiver, \
             {errors} errors | {gaps} gaps |"
        );
    }
}
