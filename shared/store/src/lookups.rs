//! Sessions for many who come at once. Whoever comes while nothing is being asked asks at once and alone. Those who come while a
//! question is on its way are asked together in the next one, so a storm of handshakes costs a question for every few of them.
//! Nothing is remembered: a session that has ended is not found from that moment on.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{runtime::Handle, sync::oneshot};

use crate::{Session, Store, StoreError, Timestamp, TokenHash, error::Cause, sessions::TOKENS_AT_ONCE};

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
    /// A question is on its way; who asked it takes care of those who wait.
    is_asking: bool,
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
    /// The database. All who were waiting when a question failed are told the same.
    pub async fn find(&self, token: &TokenHash, now: Timestamp) -> Answer {
        match self.0.line_up(token, now) {
            Some(told) => told.await.unwrap_or_else(|_| Err(stopped())),
            None => {
                let turn = Turn(&self.0);
                let answer = self.0.asked(self.0.store.session_by_token(token, now)).await;
                if let Err(fault) = &answer {
                    self.0.fail(fault);
                }
                drop(turn);
                answer
            }
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

    /// `None` for who may ask at once.
    fn line_up(&self, token: &TokenHash, now: Timestamp) -> Option<oneshot::Receiver<Answer>> {
        let mut line = self.line();
        if !mem::replace(&mut line.is_asking, true) {
            return None;
        }
        let (tell, told) = oneshot::channel();
        line.waiting.push(Waiting { token: token.clone(), now, tell });
        Some(told)
    }

    async fn asked<T>(&self, question: impl Future<Output = T>) -> T {
        self.questions.fetch_add(1, Ordering::Relaxed);
        question.await
    }

    /// Asks for those who wait, until nobody does.
    async fn ask_for_all(self: Arc<Self>) {
        let on_drop = GiveUp(&self);
        while let Some(batch) = self.next_batch() {
            let tokens: Vec<_> = batch.iter().map(|waiting| waiting.token.clone()).collect();
            // The earliest of their times, so that each may still be held to its own.
            let now = batch.iter().map(|waiting| waiting.now).min().unwrap_or_default();
            match self.asked(self.store.sessions_by_tokens(&tokens, now)).await {
                Ok(sessions) => batch.into_iter().zip(sessions).for_each(|(waiting, session)| waiting.found(session)),
                Err(fault) => {
                    batch.into_iter().for_each(|waiting| waiting.failed(&fault));
                    self.fail(&fault);
                }
            }
        }
        mem::forget(on_drop); // the line may be another's by now
    }

    /// The next who wait; with `None` the asking is over.
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

    /// Who waits behind a question that failed would wait as long for the same.
    fn fail(&self, fault: &StoreError) {
        let waiting = mem::take(&mut self.line().waiting);
        waiting.into_iter().for_each(|waiting| waiting.failed(fault));
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

/// The turn of one who asks alone. When it ends, answered or given up, those who have come meanwhile are asked for.
struct Turn<'a>(&'a Arc<Shared>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let nobody_waits = {
            let mut line = self.0.line();
            line.is_asking = !line.waiting.is_empty();
            !line.is_asking
        };
        if nobody_waits {
            return;
        }
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(Arc::clone(self.0).ask_for_all())),
            Err(_) => drop(GiveUp(self.0)),
        }
    }
}

/// Where nobody asks any more, since the runtime ends: those who wait are told, and the next who comes asks again.
struct GiveUp<'a>(&'a Shared);

impl Drop for GiveUp<'_> {
    fn drop(&mut self) {
        *self.0.line() = Line::default();
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable(Cause::new("looking up a session: the process stops"))
}
