//! Starts a layer, processes that use it, and the program.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use catamaran::{ChannelLayer, ChannelOptions, GroupName, Incoming, LayerConfig, Receiver};
use catamaran_redis::{RedisCoreLayer, RedisHosts, RedisPubSubLayer, Wire};
use serde_json::Value;
use testbed::{Program, Redis, eventually};

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
pub(crate) const DIALECTS: [&str; 2] = ["redis-pubsub", "redis-core"];

/// One or more Redis servers, and the layer to use there.
pub(crate) struct Setup {
    pub(crate) redis: Vec<Redis>,
    pub(crate) layer: &'static str,
}

/// The exit code and the output of the program.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Outcome {
    /// Returns standard output; panics unless the program succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }
}

impl Setup {
    pub(crate) async fn of(layer: &'static str, hosts: usize) -> Self {
        let mut redis = Vec::new();
        for _ in 0..hosts {
            redis.push(Redis::start().await);
        }
        Self { redis, layer }
    }

    pub(crate) fn urls(&self) -> String {
        let urls: Vec<_> = self.redis.iter().map(Redis::url).collect();
        urls.join(",")
    }

    /// The program's environment.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![("CHANNEL_LAYER", self.layer.to_owned()), ("REDIS_URL", self.urls())]
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Outcome {
        run(&self.variables(), arguments, "").await
    }

    /// Starts a `tail` and waits until it has joined its groups.
    pub(crate) async fn tail(&self, arguments: &[&str]) -> Program {
        let variables = self.variables();
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let tail = Program::start("channels", &variables, &[&["tail"], arguments].concat());
        tail.log_line(|line| line.starts_with("tail: ") && line.ends_with("Ctrl-C ends it")).await;
        tail
    }

    /// Connects a layer, as a process of Catamaran does.
    pub(crate) async fn connect(&self) -> Arc<dyn ChannelLayer> {
        let config = LayerConfig::default();
        let urls = self.urls();
        let hosts = RedisHosts::new(&urls.split(',').collect::<Vec<_>>(), false).unwrap();
        let layer: Arc<dyn ChannelLayer> = match self.layer {
            "redis-core" => Arc::new(RedisCoreLayer::connect(hosts, &Wire::default(), config)),
            _ => Arc::new(RedisPubSubLayer::connect(hosts, &Wire::default(), config)),
        };
        eventually(PATIENCE, async || layer.status().is_up().then_some(())).await;
        layer
    }
}

/// Runs the program to its end, with these environment variables only.
pub(crate) async fn run(variables: &[(&str, String)], arguments: &[&str], input: &str) -> Outcome {
    let mut command = Command::new(env!("CARGO_BIN_EXE_channels"));
    command.env_clear().envs(variables.iter().map(|(name, value)| (name, value))).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let input = input.to_owned();
    let output = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    })
    .await
    .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

pub(crate) fn group(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

/// Adds a new channel to a group.
pub(crate) async fn member(layer: &Arc<dyn ChannelLayer>, of: &str) -> Receiver {
    let receiver = layer.new_channel(ChannelOptions::default());
    layer.group_add(&group(of), receiver.name()).await.unwrap();
    receiver
}

/// The next event, as JSON.
pub(crate) async fn next(receiver: &mut Receiver) -> Value {
    match tokio::time::timeout(PATIENCE, receiver.recv()).await.expect("something arrives") {
        Incoming::Delivery(delivery) => delivery.message.to_json(),
        Incoming::Gap(gap) => panic!("an event was expected, not {gap:?}"),
    }
}

/// Adds a member to a group of the core dialect. No process has its name, so it reads nothing.
pub(crate) async fn idle_member(redis: &Redis, group: &str) -> String {
    let name = format!("specific.{}!{}", "0f".repeat(16), "5e".repeat(16));
    redis.cli(&["ZADD", &format!("asgi:group:{group}"), &now().to_string(), &name]).await;
    name
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}
