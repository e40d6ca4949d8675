//! A Python process with a channel layer, which executes the test's calls.

use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::PeerOptions;
use super::conversation::{Answer, Conversation};
use crate::process::Process;

/// Longer than any expected event takes.
const DEADLINE: Duration = Duration::from_secs(60);

/// A live `channels_redis` in its own process. Dropping it kills it.
///
/// Values that JSON cannot hold are tagged, both ways: `{"$bytes": base64}`, `{"$float": "NaN"}` (or `Infinity`, `-Infinity`),
/// `{"$int": digits}` past 64 bits, `{"$ext": [code, base64]}`. `{"$map": [[key, value], …]}` is a map with keys that are not text, or one
/// that looks like a tag. A tuple arrives as a list.
///
/// An error is Python's exception as text, its class first: `ChannelFull: `. A method without a `Result` panics with it. Several calls may
/// be pending at once.
#[derive(Debug)]
pub struct PythonPeer {
    // Fields drop in this order: the process ends, then its pipes are closed.
    process: Process,
    conversation: Conversation,
}

impl PythonPeer {
    /// Starts the process and waits until it reads requests. It connects to Redis when it first needs to.
    ///
    /// # Panics
    /// If the virtual environment of the tests is missing, or `channels_redis` refuses the options.
    pub async fn start(options: PeerOptions) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/peer.py");
        let (process, input, output) = Process::spawn_conversing("the Python peer", super::command().arg(script));
        let peer = Self { process, conversation: Conversation::start(input, output, &options.to_json()) };
        peer.call("ready", json!([])).await;
        peer
    }

    /// Makes a new channel of this process, for [`PythonPeer::receive`] and for senders.
    ///
    /// # Panics
    /// If the peer has ended or answers with an error. The same holds for all methods below that return no `Result`.
    pub async fn new_channel(&self) -> String {
        let name = self.call("new_channel", json!([])).await;
        name.as_str().expect("a name is text").to_owned()
    }

    /// Adds a channel to a group.
    pub async fn group_add(&self, group: &str, channel: &str) {
        self.call("group_add", json!([group, channel])).await;
    }

    /// Removes a channel from a group.
    pub async fn group_discard(&self, group: &str, channel: &str) {
        self.call("group_discard", json!([group, channel])).await;
    }

    /// Sends to one channel.
    ///
    /// # Errors
    /// Python's exception: `ChannelFull: `, or the reason why Redis was not reached.
    pub async fn send(&self, channel: &str, message: Value) -> Result<(), String> {
        self.ask("send", json!([channel, message])).await.map(|_| ())
    }

    /// Sends to every channel of a group.
    ///
    /// # Errors
    /// Python's exception: the reason why Redis was not reached, or why the message cannot be encoded.
    pub async fn group_send(&self, group: &str, message: Value) -> Result<(), String> {
        self.ask("group_send", json!([group, message])).await.map(|_| ())
    }

    /// Waits at most a minute for the next message of a channel. Cancelling it may lose a message if other processes read the channel too,
    /// since it may just have been fetched from Redis.
    pub async fn receive(&self, channel: &str) -> Value {
        let received = self.call("receive", json!([channel])).await;
        only(received).expect("a receive without a limit ends with a message")
    }

    /// Waits for the next message of a channel within this time.
    pub async fn try_receive(&self, channel: &str, within: Duration) -> Option<Value> {
        only(self.call("receive", json!([channel, within.as_secs_f64()])).await)
    }

    /// Calls `flush`: the core layer deletes every key with its prefix, the pubsub layer drops its channels and groups.
    pub async fn flush(&self) {
        self.call("flush", json!([])).await;
    }

    /// Kills the process, like a crash.
    pub fn kill9(&self) {
        self.process.kill_now();
    }

    /// Stops the process with SIGSTOP: its connections stay open, but it does nothing.
    pub fn freeze(&self) {
        self.process.signal_group(Signal::STOP);
    }

    /// Continues a frozen process.
    pub fn thaw(&self) {
        self.process.signal_group(Signal::CONT);
    }

    /// Returns Python's log lines so far.
    pub fn log(&self) -> Vec<String> {
        self.process.lines()
    }

    /// Waits for the first line of its log for which `wanted` is true.
    ///
    /// # Panics
    /// If there is none after a minute. The message shows the log.
    pub async fn log_line(&self, wanted: impl Fn(&str) -> bool) -> String {
        self.process.line(DEADLINE, wanted).await
    }

    async fn call(&self, what: &str, with: Value) -> Value {
        self.ask(what, with).await.unwrap_or_else(|error| panic!("Python, asked for {what}: {error}"))
    }

    async fn ask(&self, what: &str, with: Value) -> Answer {
        let answer = tokio::time::timeout(DEADLINE, self.conversation.ask(what, with)).await;
        match answer {
            Ok(Some(answer)) => answer,
            Ok(None) => {
                // Its last output comes by another pipe, which is complete after its end.
                let status = self.process.end().wait(DEADLINE).await;
                panic!("Python, asked for {what}, has ended: {status}\n{}", self.process.output())
            }
            Err(_) => panic!("Python, asked for {what}, has not answered in {DEADLINE:?}\n{}", self.process.output()),
        }
    }
}

/// Returns the message of a list with at most one message.
fn only(mut list: Value) -> Option<Value> {
    list.as_array_mut().expect("messages come in a list").pop()
}
