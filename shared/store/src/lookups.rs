//! Batches concurrent session lookups. The first lookup waits until other ready tasks have added theirs; one query then serves all. Lookups
//! that arrive during a query form the next batch. A storm of handshakes costs one query for every few dozen. Nothing is cached, so an
//! ended session is not found from that moment on.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{sync::oneshot, task::yield_now, time::timeout};

use crate::{Session, Store, StoreError, Timestamp, TokenHash, db::DEADLINE, error::Cause, sessions::TOKENS_AT_ONCE};

type Answer = Result<Option<Session>, StoreError>;

/// Looks up sessions by their tokens, in batches. Clones share the batches.
#[derive(Clone)]
pub struct SessionLookups(Arc<Shared>);

struct Shared {
    store: Store,
    queue: Mutex<Queue>,
    queries: AtomicU64,
}

/// The lookups of the next query.
#[derive(Default)]
struct Queue {
    /// A task is running the queries.
    is_running: bool,
    pending: Vec<PendingLookup>,
}

struct PendingLookup {
    token: TokenHash,
    now: Timestamp,
    tell: oneshot::Sender<Answer>,
}

impl SessionLookups {
    /// Looks up sessions in `store`.
    pub fn new(store: Store) -> Self {
        Self(Arc::new(Shared { store, queue: Mutex::default(), queries: AtomicU64::new(0) }))
    }

    /// Returns the session of a token if it is valid. A cancelled lookup does not affect the others.
    ///
    /// # Errors
    /// The database. All lookups of a failed query get the same error; a lookup fails after ten seconds without an answer.
    pub async fn find(&self, token: &TokenHash, now: Timestamp) -> Answer {
        let (tell, message) = oneshot::channel();
        if self.0.enqueue(PendingLookup { token: token.clone(), now, tell }) {
            tokio::spawn(Worker { queue: Arc::clone(&self.0), is_over: false }.run());
        }
        match timeout(DEADLINE, message).await {
            Ok(message) => message.unwrap_or_else(|_| Err(unavailable("the process stops"))),
            Err(_) => Err(unavailable("no answer within 10 s")),
        }
    }

    /// The number of queries so far.
    pub fn queries(&self) -> u64 {
        self.0.queries.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns true if no task is running the queries.
    fn enqueue(&self, pending: PendingLookup) -> bool {
        let mut queue = self.queue();
        queue.pending.push(pending);
        !mem::replace(&mut queue.is_running, true)
    }

    /// Takes the next batch; `None` stops the task.
    fn next_batch(&self) -> Option<Vec<PendingLookup>> {
        let mut queue = self.queue();
        queue.pending.retain(|pending| !pending.tell.is_closed());
        if queue.pending.is_empty() {
            *queue = Queue::default();
            return None;
        }
        let many = queue.pending.len().min(TOKENS_AT_ONCE);
        Some(queue.pending.drain(..many).collect())
    }
}

impl PendingLookup {
    /// A cancelled lookup has no receiver.
    fn found(self, session: Option<Session>) {
        let _gone = self.tell.send(Ok(session.filter(|session| session.expires_at > self.now)));
    }

    fn failed(self, fault: &StoreError) {
        let _gone = self.tell.send(Err(fault.clone()));
    }
}

/// Runs queries until the queue is empty.
struct Worker {
    queue: Arc<Shared>,
    is_over: bool,
}

impl Worker {
    async fn run(mut self) {
        yield_now().await; // lets ready tasks join the first batch
        while let Some(batch) = self.queue.next_batch() {
            let tokens: Vec<_> = batch.iter().map(|pending| pending.token.clone()).collect();
            // The earliest time of the batch, so that each lookup can still check its own.
            let now = batch.iter().map(|pending| pending.now).min().unwrap_or_default();
            self.queue.queries.fetch_add(1, Ordering::Relaxed);
            match self.queue.store.sessions_by_tokens(&tokens, now).await {
                Ok(sessions) => batch.into_iter().zip(sessions).for_each(|(pending, session)| pending.found(session)),
                Err(fault) => batch.into_iter().for_each(|pending| pending.failed(&fault)),
            }
        }
        self.is_over = true; // a new task may own the queue from here on
    }
}

/// If the runtime stops this task, pending lookups fail and the next one starts a new task.
impl Drop for Worker {
    fn drop(&mut self) {
        if !self.is_over {
            *self.queue.queue() = Queue::default();
        }
    }
}

fn unavailable(why: &str) -> StoreError {
    StoreError::Unavailable(Cause::new(format!("looking up a session: {why}")))
}
