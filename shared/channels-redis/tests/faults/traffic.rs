//! Messages from one process to another all through a fault, and what became of each.

use std::time::{Duration, Instant};

use catamaran::{GroupName, Incoming, Receiver};
use catamaran_redis::RedisHosts;
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use crate::fleet::{Dialect, Layer, PATIENCE, group, member, number_of, numbered, up};

/// Between two messages.
const PACE: Duration = Duration::from_millis(5);
const ROOM: &str = "room";

/// A sender, a reader, and what passes between them.
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
    heard: Vec<Heard>,
}

struct Sent {
    at: Instant,
    /// When the sender had its answer, and what it was: how many it went out to, or an error.
    answer: Option<(Instant, Result<usize, String>)>,
}

enum Heard {
    Number(usize, Instant),
    Gap,
}

/// What a fault did.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// From the fault to the sender's first error.
    pub(crate) error_after: Option<Duration>,
    /// From the end of the fault to the first message that was sent after it and arrived.
    pub(crate) recovered_after: Duration,
    /// Answered with: it went out to somebody.
    pub(crate) confirmed: usize,
    /// Confirmed, and did not arrive.
    pub(crate) lost: usize,
    /// Answered with: it went out to nobody.
    pub(crate) to_nobody: usize,
    pub(crate) errors: usize,
    pub(crate) gaps: usize,
}

impl Traffic {
    pub(crate) async fn start(dialect: Dialect, hosts: &RedisHosts) -> Self {
        Self::between(dialect.connect(hosts).await, dialect.connect(hosts).await).await
    }

    /// Starts and returns when some messages have arrived.
    pub(crate) async fn between(sender: Layer, reader: Layer) -> Self {
        Self::in_room(ROOM, sender, reader).await
    }

    /// As `between`, in another room than usual.
    pub(crate) async fn in_room(room: &str, sender: Layer, reader: Layer) -> Self {
        let room = group(room);
        let receiver = member(&reader, room.as_str()).await;
        let (log, watched) = watch::channel(Log::default());
        let (stop, stopped) = watch::channel(false);
        let tasks = [tokio::spawn(send(sender.clone(), room.clone(), log.clone(), stopped)), tokio::spawn(hear(receiver, log))];
        let mut traffic = Self { sender, reader, room, log: watched, stop, tasks, fault: Instant::now() };
        traffic.wait_for(|log| log.heard.iter().filter_map(Heard::number).count() >= 20).await;
        traffic
    }

    /// It happens now.
    pub(crate) fn fault(&mut self) {
        self.fault = Instant::now();
    }

    /// The first error that the sender has of it.
    pub(crate) async fn error(&mut self) -> String {
        let fault = self.fault;
        self.wait_for(|log| log.first_error(fault).is_some()).await;
        let log = self.log.borrow();
        log.first_error(fault).expect("it was waited for").1.to_owned()
    }

    /// It is over now. Waits for the recovery, checks that nothing was lost silently, and says what happened.
    pub(crate) async fn over(mut self, what: &str, dialect: Dialect) -> Outcome {
        let over = Instant::now();
        self.wait_for(|log| log.first_heard_of_those_sent_after(over).is_some()).await;
        up(&self.sender).await;
        up(&self.reader).await;
        self.run_dry().await;
        let outcome = self.log.borrow().outcome(self.fault, over);
        outcome.print(what, dialect);
        outcome
    }

    /// Stops sending, and waits for the last message: order is kept, so nothing comes after it.
    async fn run_dry(&mut self) {
        self.stop.send_replace(true);
        (&mut self.tasks[0]).await.expect("the sender ends");
        let sent = self.log.borrow().sent.len() as u64;
        for last in sent.. {
            assert!(last < sent + 20, "what is sent last does not arrive");
            let _ = self.sender.group_send(&self.room, &numbered(last)).await;
            let arrived = self.wait_for(|log| matches!(log.heard.last(), Some(Heard::Number(n, _)) if *n as u64 == last));
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

async fn hear(mut receiver: Receiver, log: watch::Sender<Log>) {
    loop {
        let heard = match receiver.recv().await {
            Incoming::Delivery(delivery) => Heard::Number(number_of(&delivery.message) as usize, Instant::now()),
            Incoming::Gap(_) => Heard::Gap,
        };
        log.send_modify(|log| log.heard.push(heard));
    }
}

impl Log {
    fn first_error(&self, since: Instant) -> Option<(Instant, &str)> {
        self.sent.iter().find_map(|sent| match &sent.answer {
            Some((when, Err(why))) if *when >= since => Some((*when, why.as_str())),
            _ => None,
        })
    }

    fn first_heard_of_those_sent_after(&self, moment: Instant) -> Option<Instant> {
        self.heard.iter().find_map(|heard| match heard {
            Heard::Number(n, when) if self.sent.get(*n).is_some_and(|sent| sent.at >= moment) => Some(*when),
            _ => None,
        })
    }

    fn outcome(&self, fault: Instant, over: Instant) -> Outcome {
        self.check();
        let answers = || self.sent.iter().filter_map(|sent| sent.answer.as_ref()).map(|(_, answer)| answer);
        let recovered = self.first_heard_of_those_sent_after(over).expect("it was waited for");
        Outcome {
            error_after: self.first_error(fault).map(|(when, _)| when - fault),
            recovered_after: recovered - over,
            confirmed: answers().filter(|answer| matches!(answer, Ok(1..))).count(),
            lost: self.lost().count(),
            to_nobody: answers().filter(|answer| matches!(answer, Ok(0))).count(),
            errors: answers().filter(|answer| answer.is_err()).count(),
            gaps: self.heard.iter().filter(|heard| matches!(heard, Heard::Gap)).count(),
        }
    }

    /// What arrived came once and in order, and whatever was confirmed and lost is followed by a gap.
    fn check(&self) {
        let numbers: Vec<_> = self.heard.iter().filter_map(Heard::number).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "twice, or out of order: {numbers:?}");
        let last_gap = self.heard.iter().rposition(|heard| matches!(heard, Heard::Gap));
        for lost in self.lost() {
            let last_before = self.heard.iter().rposition(|heard| heard.number().is_some_and(|n| n < lost));
            assert!(last_gap > last_before, "{lost} was confirmed and lost, and nobody was told");
        }
    }

    fn lost(&self) -> impl Iterator<Item = usize> {
        let heard: std::collections::HashSet<_> = self.heard.iter().filter_map(Heard::number).collect();
        let confirmed = self.sent.iter().enumerate().filter(|(_, sent)| matches!(sent.answer, Some((_, Ok(1..)))));
        confirmed.map(|(n, _)| n).filter(move |n| !heard.contains(n))
    }
}

impl Heard {
    fn number(&self) -> Option<usize> {
        match self {
            Self::Number(n, _) => Some(*n),
            Self::Gap => None,
        }
    }
}

impl Outcome {
    /// A row of the table in the crate's README.
    fn print(&self, what: &str, dialect: Dialect) {
        let error = self.error_after.map_or("none".to_owned(), |after| format!("{after:.1?}"));
        let Self { recovered_after, confirmed, lost, to_nobody, errors, gaps, .. } = self;
        eprintln!(
            "| {what} | {dialect:?} | {error} | {recovered_after:.1?} | {confirmed} confirmed, {lost} lost, {to_nobody} to nobody, \
             {errors} errors | {gaps} gaps |"
        );
    }
}
