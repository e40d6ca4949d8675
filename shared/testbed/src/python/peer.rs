//! A Python process with a channel layer, which does what the test tells it.

use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::PeerOptions;
use super::conversation::{Answer, Conversation};
use crate::process::Process;

/// Longer than anything takes that is to happen at all.
const DEADLINE: Duration = Duration::from_secs(60);

/// A live `channels_redis` in a process of its own. Dropping it kills it.
///
/// Values that JSON cannot hold travel tagged, both ways: `{"$bytes": base64}`, `{"$float": "NaN"}` (or `Infinity`,
/// `-Infinity`), `{"$int": digits}` past 64 bits, `{"$ext": [code, base64]}`, and `{"$map": [[key, value], …]}` for a map
/// with other keys than text, or one that looks like a tag. A tuple arrives as a list.
///
/// An error is Python's exception as text, its class first: `ChannelFull: `. Where nobody expects one it is a panic.
/// Several calls may be under way at once.
#[derive(Debug)]
pub struct PythonPeer {
    // Dropped in this order: the process ends, then its pipes are closed.
    process: Process,
    conversation: Conversation,
}

impl PythonPeer {
    /// Starts the process and waits until it listens to us. It connects to Redis when it first needs to.
    ///
    /// # Panics
    /// Where the virtual environment of the tests is missing, or `channels_redis` refuses the options.
    pub async fn start(options: PeerOptions) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/peer.py");
        let (process, input, output) = Process::spawn_conversing("the Python peer", super::command().arg(script));
        let peer = Self { process, conversation: Conversation::start(input, output, &options.to_json()) };
        peer.tell("ready", json!([])).await;
        peer
    }

    /// A new channel of this process, to be given to [`PythonPeer::receive`] and to others.
    ///
    /// # Panics
    /// Where the peer has ended or answers with an error; so do the calls below that return no `Result`.
    pub async fn new_channel(&self) -> String {
        let name = self.tell("new_channel", json!([])).await;
        name.as_str().expect("a name is text").to_owned()
    }

    /// Puts a channel into a group.
    pub async fn group_add(&self, group: &str, channel: &str) {
        self.tell("group_add", json!([group, channel])).await;
    }

    /// Takes a channel out of a group.
    pub async fn group_discard(&self, group: &str, channel: &str) {
        self.tell("group_discard", json!([group, channel])).await;
    }

    /// Sends to one channel.
    ///
    /// # Errors
    /// Python's exception: `ChannelFull: `, or why Redis was not reached.
    pub async fn send(&self, channel: &str, message: Value) -> Result<(), String> {
        self.ask("send", json!([channel, message])).await.map(|_| ())
    }

    /// Sends to every channel of a group.
    ///
    /// # Errors
    /// Python's exception: why Redis was not reached, or what of the message cannot be encoded.
    pub async fn group_send(&self, group: &str, message: Value) -> Result<(), String> {
        self.ask("group_send", json!([group, message])).await.map(|_| ())
    }

    /// The next message of a channel, waited for at most a minute. Stop waiting (drop the future) for a channel that other
    /// processes read too only where the next message may get lost: it may just have been taken from Redis.
    pub async fn receive(&self, channel: &str) -> Value {
        let received = self.tell("receive", json!([channel])).await;
        only(received).expect("a receive without a limit ends with a message")
    }

    /// The next message of a channel, if there is one within this time.
    pub async fn try_receive(&self, channel: &str, within: Duration) -> Option<Value> {
        only(self.tell("receive", json!([channel, within.as_secs_f64()])).await)
    }

    /// `flush`: the core layer deletes every key with its prefix, the pubsub layer forgets its channels and groups.
    pub async fn flush(&self) {
        self.tell("flush", json!([])).await;
    }

    /// Kills the process at once, as a crash does.
    pub fn kill9(&self) {
        self.process.kill_now();
    }

    /// Stops its clock: its connections stay open, it does nothing.
    pub fn freeze(&self) {
        self.process.signal_group(Signal::STOP);
    }

    /// Lets a frozen process run on.
    pub fn thaw(&self) {
        self.process.signal_group(Signal::CONT);
    }

    /// What Python has logged so far.
    pub fn log(&self) -> Vec<String> {
        self.process.lines()
    }

    /// The first line of its log for which `wanted` is true, waited for where it is not there yet.
    ///
    /// # Panics
    /// Where there is none after a minute; the message has the log.
    pub async fn log_line(&self, wanted: impl Fn(&str) -> bool) -> String {
        self.process.line(DEADLINE, wanted).await
    }

    async fn tell(&self, what: &str, with: Value) -> Value {
        self.ask(what, with).await.unwrap_or_else(|error| panic!("Python, asked for {what}: {error}"))
    }

    async fn ask(&self, what: &str, with: Value) -> Answer {
        let answer = tokio::time::timeout(DEADLINE, self.conversation.ask(what, with)).await;
        match answer {
            Ok(Some(answer)) => answer,
            Ok(None) => {
                // Its last words come by another pipe.
                let status = self.process.end().wait(DEADLINE).await;
                panic!("Python, asked for {what}, has ended: {status}\n{}", self.process.output())
            }
            Err(_) => panic!("Python, asked for {what}, has not answered in {DEADLINE:?}\n{}", self.process.output()),
        }
    }
}

/// The one message of a list, if it has one.
fn only(mut list: Value) -> Option<Value> {
    list.as_array_mut().expect("messages come in a list").pop()
}
