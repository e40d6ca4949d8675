//! One turn at a time for each key, by rank.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::OwnedMutexGuard;

/// The rank of a waiter: the highest one is served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// The scheduler, which moves games on when their time has come.
    Scheduler,
    /// Players, and everything else that changes a game.
    Player,
    /// The talk of spectators.
    Spectator,
}

type Queue = Arc<tokio::sync::Mutex<()>>;

/// The queues of one key. A waiter takes the mutex of its own rank first and then those of the higher ranks, and keeps all of them for its
/// turn. So at most one waiter of each rank stands in the queue of the next one.
#[derive(Default)]
struct Queues {
    turn: Queue,
    players: Queue,
    spectators: Queue,
}

/// The turns of all keys that are in use.
pub struct Turns<K>(Mutex<HashMap<K, Arc<Queues>>>);

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// A turn; dropping it, or waiting for it no longer, lets the next waiter go on.
pub struct Turn<'a, K: Eq + Hash> {
    turns: &'a Turns<K>,
    key: K,
    queues: Option<Arc<Queues>>,
    guards: Vec<OwnedMutexGuard<()>>,
}

impl<K: Eq + Hash> Turns<K> {
    /// Waits for a turn.
    pub async fn take(&self, key: K, rank: Rank) -> Turn<'_, K>
    where
        K: Clone,
    {
        let queues = Arc::clone(self.lock().entry(key.clone()).or_default());
        let Queues { turn, players, spectators } = &*queues;
        let order: &[&Queue] = match rank {
            Rank::Scheduler => &[turn],
            Rank::Player => &[players, turn],
            Rank::Spectator => &[spectators, players, turn],
        };
        let order: Vec<Queue> = order.iter().map(|queue| Arc::clone(queue)).collect();
        // Made before waiting: a caller that stops waiting leaves no entry behind.
        let mut taken = Turn { turns: self, key, queues: Some(queues), guards: Vec::with_capacity(order.len()) };
        for queue in order {
            taken.guards.push(queue.lock_owned().await);
        }
        taken
    }

    /// A panic elsewhere leaves the map whole: it is changed in one step.
    fn lock(&self) -> MutexGuard<'_, HashMap<K, Arc<Queues>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash> Drop for Turn<'_, K> {
    fn drop(&mut self) {
        self.guards.clear();
        let mut all = self.turns.lock();
        drop(self.queues.take());
        // The map has the last reference: no waiter is left.
        if all.get(&self.key).is_some_and(|queues| Arc::strong_count(queues) == 1) {
            all.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::task::{JoinSet, yield_now};

    use super::*;

    /// Lets all other tasks of a single-threaded runtime run until they wait.
    async fn settle() {
        for _ in 0..100 {
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn the_scheduler_waits_only_for_the_running_turn() {
        let turns: Arc<Turns<&str>> = Arc::default();
        let order: Arc<Mutex<Vec<Rank>>> = Arc::default();
        let running = turns.take("table", Rank::Player).await;
        let mut waiting = JoinSet::new();
        for rank in [Rank::Spectator, Rank::Spectator, Rank::Spectator, Rank::Player, Rank::Player, Rank::Scheduler] {
            let (turns, order) = (Arc::clone(&turns), Arc::clone(&order));
            waiting.spawn(async move {
                let _turn = turns.take("table", rank).await;
                order.lock().unwrap().push(rank);
            });
            settle().await;
        }
        drop(running);
        waiting.join_all().await;
        let order = order.lock().unwrap();
        assert_eq!(order[0], Rank::Scheduler);
        // One spectator stood in the players' queue before they came; the others wait behind them.
        assert_eq!(order[1..], [Rank::Spectator, Rank::Player, Rank::Player, Rank::Spectator, Rank::Spectator]);
        assert!(turns.lock().is_empty(), "a key that is not in use is forgotten");
    }

    #[tokio::test]
    async fn turns_of_one_key_follow_each_other_and_keys_do_not_wait_for_each_other() {
        let turns: Arc<Turns<usize>> = Arc::default();
        let running: Arc<[AtomicUsize; 2]> = Arc::default();
        let _other = turns.take(2, Rank::Player).await;
        let mut tasks = JoinSet::new();
        for number in 0..40 {
            let (turns, running) = (Arc::clone(&turns), Arc::clone(&running));
            tasks.spawn(async move {
                let key = number % 2;
                let _turn = turns.take(key, Rank::Player).await;
                assert_eq!(running[key].fetch_add(1, Ordering::SeqCst), 0);
                yield_now().await;
                running[key].fetch_sub(1, Ordering::SeqCst);
            });
        }
        tasks.join_all().await;
    }

    #[tokio::test]
    async fn a_cancelled_waiter_leaves_no_entry() {
        let turns: Turns<&str> = Turns::default();
        let running = turns.take("table", Rank::Player).await;
        let mut waiting = Box::pin(turns.take("table", Rank::Spectator));
        assert!(futures_poll(&mut waiting).await);
        drop(waiting);
        drop(running);
        assert!(turns.lock().is_empty());
        drop(turns.take("table", Rank::Spectator).await);
    }

    /// Polls once; true where it still waits.
    async fn futures_poll<F: Future + Unpin>(future: &mut F) -> bool {
        std::future::poll_fn(|cx| std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(cx).is_pending())).await
    }
}
