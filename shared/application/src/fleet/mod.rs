//! The processes of the application, as the channel layer connects them: whether messages arrive.

mod heard;
mod message;

use std::{
    fmt,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use catamaran::{ChannelLayer, ChannelName, ChannelOptions, GroupName, Incoming, Message, Receiver};
use catamaran_metrics::{Durations, Metrics};
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

use self::{heard::Heard, message::FleetMessage};
use crate::Clock;

/// The time between two messages of a process.
const PERIOD: Duration = Duration::from_secs(1);
/// A process that has heard another one's canary this recently sends none: the cost in Redis does not grow with the number of http-servers.
const RECENT: Duration = Duration::from_millis(900);
/// Without a message for this long, something is wrong. A probe finds it within 5 s.
const PATIENCE: Duration = Duration::from_secs(4);

/// The group that all processes join.
static GROUP: LazyLock<GroupName> = LazyLock::new(|| GroupName::parse("catamaran.fleet").expect("a valid name"));

/// This process among the others. Cheap to clone; clones share it.
///
/// - Each process sends a message to itself each second, through the layer.
/// - One process with pages sends a canary to all processes each second. If it ends, another one takes over.
#[derive(Clone)]
pub struct Fleet(Arc<Shared>);

struct Shared {
    layer: Arc<dyn ChannelLayer>,
    clock: Clock,
    started: Instant,
    /// This process's own messages.
    echo: Heard,
    canary: Heard,
    round_trip: Durations,
    lag: Durations,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Fleet {
    /// Joins the other processes, and stays until [`leave`](Self::leave). `has_pages`: the process sends canaries too.
    pub(crate) fn join(layer: Arc<dyn ChannelLayer>, clock: Clock, has_pages: bool) -> Self {
        let receiver = layer.new_channel(ChannelOptions::default());
        let me = receiver.name().clone();
        let shared = Arc::new(Shared {
            layer,
            clock,
            started: Instant::now(),
            echo: Heard::now(),
            canary: Heard::never(),
            round_trip: Durations::default(),
            lag: Durations::default(),
            tasks: Mutex::default(),
        });
        // The membership holds from the call on, also if the backend is away. The future only says when it is there.
        drop(shared.layer.group_add(&GROUP, &me));
        let (hearing, sending) = (Arc::clone(&shared), Arc::clone(&shared));
        let tasks = vec![tokio::spawn(hearing.hear(receiver)), tokio::spawn(sending.send(me, has_pages))];
        *shared.tasks.lock().unwrap_or_else(PoisonError::into_inner) = tasks;
        Self(shared)
    }

    /// The reason why messages of this process do not come back although the backend answers, for operators.
    pub fn deaf(&self) -> Option<String> {
        let silence = self.0.echo.silence()?;
        (self.0.layer.status().is_up() && silence >= PATIENCE).then(|| {
            format!(
                "Redis answers, but this process's own messages have not come back for {} s: open pages get no live news from other \
                 processes. Is Redis paused, or a rule missing for its channels?",
                silence.as_secs()
            )
        })
    }

    /// The reason why no message of http-server arrives although this process hears itself, for operators. `None` until the first one: a
    /// process may run alone.
    pub fn lonely(&self) -> Option<String> {
        let silence = self.0.canary.silence()?;
        (self.0.layer.status().is_up() && self.deaf().is_none() && silence >= PATIENCE).then(|| {
            format!(
                "no http-server has been heard for {} s: none runs, or it uses another Redis (REDIS_URL) or another prefix",
                silence.as_secs()
            )
        })
    }

    pub(crate) fn measure(&self, metrics: &mut Metrics) {
        let help = "The time of a message from this process through the channel layer and back, in seconds";
        metrics.durations("catamaran_layer_round_trip_seconds", help, &self.0.round_trip);
        let help = "The time of a message from http-server through the channel layer to this process, by the database's time, in seconds";
        metrics.durations("catamaran_canary_lag_seconds", help, &self.0.lag);
        let shared = Arc::clone(&self.0);
        metrics.collect(move |scrape| {
            let help = "Seconds since a message of this process came back through the channel layer";
            scrape.fraction("catamaran_layer_silence_seconds", help, seconds(&shared.echo))?;
            let help = "Seconds since a message of http-server arrived; 0 before the first";
            scrape.fraction("catamaran_canary_silence_seconds", help, seconds(&shared.canary))
        });
    }

    /// Stops. Call it before the layer is left.
    pub(crate) fn leave(&self) {
        let mut tasks = self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.drain(..).for_each(|task| task.abort());
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fleet")
    }
}

impl Shared {
    async fn send(self: Arc<Self>, me: ChannelName, has_pages: bool) {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            // A layer that is away says so in the log and in its status.
            let _sent = self.echo_once(&me).await;
            if has_pages && self.canary.silence().is_none_or(|silence| silence >= RECENT) {
                let _sent = self.send_canary(&me).await;
            }
        }
    }

    async fn echo_once(&self, me: &ChannelName) -> anyhow::Result<()> {
        let sent_us = u64::try_from(self.started.elapsed().as_micros())?;
        let message = Message::new(&FleetMessage::Echo { sent_us })?;
        Ok(self.layer.send(me, &message).await?)
    }

    async fn send_canary(&self, me: &ChannelName) -> anyhow::Result<()> {
        let message = Message::new(&FleetMessage::Canary { from: me.as_str().into(), at: self.clock.now() })?;
        self.layer.group_send(&GROUP, &message).await?;
        Ok(())
    }

    async fn hear(self: Arc<Self>, mut receiver: Receiver) {
        loop {
            let Incoming::Delivery(delivery) = receiver.recv().await else { continue };
            // A neighbouring release may send further kinds.
            if let Ok(message) = delivery.message.event() {
                self.heard(message);
            }
        }
    }

    fn heard(&self, message: FleetMessage) {
        match message {
            FleetMessage::Echo { sent_us } => {
                self.echo.note();
                self.round_trip.observe(self.started.elapsed().saturating_sub(Duration::from_micros(sent_us)));
            }
            FleetMessage::Canary { at, .. } => {
                self.canary.note();
                let lag = u64::try_from(self.clock.now().saturating_sub(at)).unwrap_or_default();
                self.lag.observe(Duration::from_millis(lag));
            }
        }
    }
}

fn seconds(heard: &Heard) -> f64 {
    heard.silence().unwrap_or_default().as_secs_f64()
}
