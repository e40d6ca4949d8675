//! Sessions for many who come at once. Who comes first lets the others come that are on their way already; then they are asked
//! for together, and so are those who come while a question is out. A storm of handshakes costs a question for every few dozens of them.
//! Nothing is remembered: a session that has ended is not found from that moment on.

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

/// Looks sessions up by their tokens, those of many at once with one question. Cheap to clone; every clone asks with the others.
#[derive(Clone)]
pub struct SessionLookups(Arc<Shared>);

struct Shared {
    store: Store,
    line: Mutex<Line>,
    questions: AtomicU64,
}

/// Who waits for the next question.
#[derive(Default)]
struct Line {
    /// A task asks for those who wait.
    is_served: bool,
    waiting: Vec<Waiting>,
}

struct Waiting {
    token: TokenHash,
    now: Timestamp,
    tell: oneshot::Sender<Answer>,
}

impl SessionLookups {
    /// Looks up in `store`.
    pub fn new(store: Store) -> Self {
        Self(Arc::new(Shared { store, line: Mutex::default(), questions: AtomicU64::new(0) }))
    }

    /// The session of a token, if it is in force. Whoever stops waiting takes nothing from the others.
    ///
    /// # Errors
    /// The database. All who were asked for with one question that failed are told the same; who has waited for ten seconds is told that
    /// it does not answer.
    pub async fn find(&self, token: &TokenHash, now: Timestamp) -> Answer {
        let (tell, told) = oneshot::channel();
        if self.0.line_up(Waiting { token: token.clone(), now, tell }) {
            tokio::spawn(Service { line: Arc::clone(&self.0), is_over: false }.run());
        }
        match timeout(DEADLINE, told).await {
            Ok(told) => told.unwrap_or_else(|_| Err(unavailable("the process stops"))),
            Err(_) => Err(unavailable("no answer within 10 s")),
        }
    }

    /// How many questions the database was asked.
    pub fn questions(&self) -> u64 {
        self.0.questions.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True where nobody serves the line yet.
    fn line_up(&self, waiting: Waiting) -> bool {
        let mut line = self.line();
        line.waiting.push(waiting);
        !mem::replace(&mut line.is_served, true)
    }

    /// The next who wait; with `None` the line is served no more.
    fn next_batch(&self) -> Option<Vec<Waiting>> {
        let mut line = self.line();
        line.waiting.retain(|waiting| !waiting.tell.is_closed());
        if line.waiting.is_empty() {
            *line = Line::default();
            return None;
        }
        let many = line.waiting.len().min(TOKENS_AT_ONCE);
        Some(line.waiting.drain(..many).collect())
    }
}

impl Waiting {
    /// Who has gone meanwhile is told nothing.
    fn found(self, session: Option<Session>) {
        let _gone = self.tell.send(Ok(session.filter(|session| session.expires_at > self.now)));
    }

    fn failed(self, fault: &StoreError) {
        let _gone = self.tell.send(Err(fault.clone()));
    }
}

/// Serves the line until nobody waits.
struct Service {
    line: Arc<Shared>,
    is_over: bool,
}

impl Service {
    async fn run(mut self) {
        yield_now().await; // whoever can be heard without waiting comes along
        while let Some(batch) = self.line.next_batch() {
            let tokens: Vec<_> = batch.iter().map(|waiting| waiting.token.clone()).collect();
            // The earliest of their times, so that each may still be held to its own.
            let now = batch.iter().map(|waiting| waiting.now).min().unwrap_or_default();
            self.line.questions.fetch_add(1, Ordering::Relaxed);
            match self.line.store.sessions_by_tokens(&tokens, now).await {
                Ok(sessions) => batch.into_iter().zip(sessions).for_each(|(waiting, session)| waiting.found(session)),
                Err(fault) => batch.into_iter().for_each(|waiting| waiting.failed(&fault)),
            }
        }
        self.is_over = true; // and the line may be another's by now
    }
}

/// Cut off, since the runtime ends: those who wait are told, and the next who comes has the line served again.
impl Drop for Service {
    fn drop(&mut self) {
        if !self.is_over {
            *self.line.line() = Line::default();
        }
    }
}

fn unavailable(why: &str) -> StoreError {
    StoreError::Unavailable(Cause::new(format!("looking up a session: {why}")))
}
