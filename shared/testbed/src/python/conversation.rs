//! Requests to a process and its answers, as lines of JSON. Many may be pending.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, mpsc};

use serde_json::{Value, json};
use tokio::sync::oneshot;

/// The answer to a request: a value, or the exception as text.
pub(super) type Answer = Result<Value, String>;

/// The pending requests by id; `None` after the process has ended.
type Waiting = Arc<Mutex<Option<HashMap<u64, oneshot::Sender<Answer>>>>>;

#[derive(Debug)]
pub(super) struct Conversation {
    requests: mpsc::Sender<String>,
    waiting: Waiting,
    next: AtomicU64,
}

impl Conversation {
    /// Starts with the line `first`, which gets no answer.
    pub(super) fn start(input: ChildStdin, output: ChildStdout, first: &Value) -> Self {
        let (requests, lines) = mpsc::channel();
        // On a thread, since a frozen process does not read and the test must continue.
        std::thread::spawn(move || write(input, &lines));
        let waiting = Waiting::new(Mutex::new(Some(HashMap::new())));
        let answered = Arc::clone(&waiting);
        std::thread::spawn(move || read(output, &answered));
        let conversation = Self { requests, waiting, next: AtomicU64::new(0) };
        conversation.say(first);
        conversation
    }

    /// Sends a request and waits for its answer. `None` if the process has ended. If the caller is cancelled, the process cancels the
    /// request.
    pub(super) async fn ask(&self, what: &str, with: Value) -> Option<Answer> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        lock(&self.waiting).as_mut()?.insert(id, sender);
        let _cancels_on_drop = Pending { conversation: self, id };
        self.say(&json!({ "id": id, "do": what, "with": with }));
        answer.await.ok()
    }

    fn say(&self, line: &Value) {
        // An error means that the process has ended. The callers that wait for answers get `None`.
        let _gone = self.requests.send(format!("{line}\n"));
    }
}

/// A pending request.
struct Pending<'a> {
    conversation: &'a Conversation,
    id: u64,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        let unanswered = lock(&self.conversation.waiting).as_mut().and_then(|waiting| waiting.remove(&self.id));
        if unanswered.is_some() {
            self.conversation.say(&json!({ "give_up": self.id }));
        }
    }
}

fn write(mut input: ChildStdin, lines: &mpsc::Receiver<String>) {
    while let Ok(line) = lines.recv() {
        if input.write_all(line.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(output: ChildStdout, waiting: &Waiting) {
    for line in BufReader::new(output).lines() {
        let Some((id, answer)) = line.ok().and_then(|line| parse(&line)) else { break };
        if let Some(sender) = lock(waiting).as_mut().and_then(|waiting| waiting.remove(&id)) {
            let _cancelled = sender.send(answer);
        }
    }
    *lock(waiting) = None;
}

fn parse(line: &str) -> Option<(u64, Answer)> {
    let mut answer: Value = serde_json::from_str(line).ok()?;
    let id = answer["id"].as_u64()?;
    let error = answer["error"].as_str().map(str::to_owned);
    Some((id, error.map_or_else(|| Ok(answer["value"].take()), Err)))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics while it holds the list")
}
