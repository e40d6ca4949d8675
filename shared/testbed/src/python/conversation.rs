//! Requests to a process and its answers, as lines of JSON, many under way at once.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, mpsc};

use serde_json::{Value, json};
use tokio::sync::oneshot;

/// What the process made of a request: a value, or its exception as text.
pub(super) type Answer = Result<Value, String>;

/// Who waits for which answer; `None` once the process is gone.
type Waiting = Arc<Mutex<Option<HashMap<u64, oneshot::Sender<Answer>>>>>;

#[derive(Debug)]
pub(super) struct Conversation {
    requests: mpsc::Sender<String>,
    waiting: Waiting,
    next: AtomicU64,
}

impl Conversation {
    /// Begins with `first`, which is not answered.
    pub(super) fn start(input: ChildStdin, output: ChildStdout, first: &Value) -> Self {
        let (requests, lines) = mpsc::channel();
        // A thread: a frozen process does not read, and the test must go on.
        std::thread::spawn(move || write(input, &lines));
        let waiting = Waiting::new(Mutex::new(Some(HashMap::new())));
        let answered = Arc::clone(&waiting);
        std::thread::spawn(move || read(output, &answered));
        let conversation = Self { requests, waiting, next: AtomicU64::new(0) };
        conversation.say(first);
        conversation
    }

    /// Asks for `what` and waits. `None` where the process has ended. Where the caller stops waiting, the process is
    /// told to give up.
    pub(super) async fn ask(&self, what: &str, with: Value) -> Option<Answer> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (tell, answer) = oneshot::channel();
        lock(&self.waiting).as_mut()?.insert(id, tell);
        let _given_up_where_dropped = Pending { conversation: self, id };
        self.say(&json!({ "id": id, "do": what, "with": with }));
        answer.await.ok()
    }

    fn say(&self, line: &Value) {
        // Nobody writes any more: the process is gone, which whoever waits for an answer is told.
        let _gone = self.requests.send(format!("{line}\n"));
    }
}

/// A request under way.
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
        if let Some(tell) = lock(waiting).as_mut().and_then(|waiting| waiting.remove(&id)) {
            let _given_up = tell.send(answer);
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
    mutex.lock().expect("nobody panics while holding the list")
}
