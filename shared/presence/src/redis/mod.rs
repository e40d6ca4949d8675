//! The store in Redis, for many processes without a database.

mod keys;
mod scripts;

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use catamaran_redis::{Connector, ConnectorFault, RedisHosts};
use futures_util::{FutureExt as _, future::try_join_all};
use redis::{AsyncCommands as _, Script, aio::MultiplexedConnection};

use self::keys::Keys;
use crate::{Answer, Entered, Entry, LeaseStore, Member, PresenceError, ProcessId, Renewal, Timestamp};

/// How often the time to live of a process's groups is renewed, in milliseconds: a quarter of it.
const TOUCH_EVERY: i64 = scripts::TTL as i64 * 1000 / 4;

/// Keeps presence in one Redis, on one connection. An enter, a leave and a renewal are one script each. All keys expire a day after
/// their last use.
pub struct RedisLeases {
    connector: Connector,
    keys: Keys,
    scripts: Scripts,
    touched_at: AtomicI64,
}

struct Scripts {
    renew: Script,
    enter: Script,
    leave: Script,
    reap: Script,
    release: Script,
    finish: Script,
}

impl RedisLeases {
    /// A store in the first of these hosts, or in one slot of a Cluster. All keys begin with `prefix`: deployments that share a Redis need
    /// different ones. Connects at the first use.
    pub fn new(hosts: &RedisHosts, prefix: &str) -> Self {
        let connector = Connector::new(hosts);
        let keys = Keys::new(prefix, connector.tag());
        let scripts = Scripts {
            renew: scripts::renew(),
            enter: scripts::enter(),
            leave: scripts::leave(),
            reap: scripts::reap(),
            release: scripts::release(),
            finish: scripts::finish(),
        };
        Self { connector, keys, scripts, touched_at: AtomicI64::new(0) }
    }

    async fn renew(&self, process: ProcessId, until: Timestamp) -> Result<Renewal, ConnectorFault> {
        let mut call = self.scripts.renew.key(self.keys.leases());
        call.key(self.keys.reaped()).key(self.keys.held(process)).key(self.keys.orphans(process));
        call.arg(process.to_string()).arg(until).arg(scripts::TTL);
        let is_held: bool = self.connector.run(|mut redis| async move { call.invoke_async(&mut redis).await }).await?;
        Ok(if is_held { Renewal::Held } else { Renewal::Taken })
    }

    async fn enter(&self, process: ProcessId, member: &Member, payload: &str) -> Result<Entered, ConnectorFault> {
        let Member { group, key } = member;
        let mut call = self.scripts.enter.key(self.keys.leases());
        call.key(self.keys.held(process)).key(self.keys.online(group)).key(self.keys.through(group));
        call.arg(process.to_string()).arg(&**key).arg(keys::name(member)).arg(payload).arg(scripts::TTL);
        let outcome: u8 = self.connector.run(|mut redis| async move { call.invoke_async(&mut redis).await }).await?;
        Ok(match outcome {
            0 => Entered::Unleased,
            1 => Entered::Joined,
            2 => Entered::Changed,
            _ => Entered::Same,
        })
    }

    async fn leave(&self, process: ProcessId, member: &Member) -> Result<bool, ConnectorFault> {
        self.connector.run(|redis| self.take_away(redis, process, member, false)).await
    }

    /// Removes a member from a process. The members of a reaped process become its orphans.
    async fn take_away(
        &self,
        mut redis: MultiplexedConnection,
        process: ProcessId,
        member: &Member,
        is_reaped: bool,
    ) -> redis::RedisResult<bool> {
        let mut call = self.scripts.leave.key(self.keys.held(process));
        call.key(self.keys.online(&member.group)).key(self.keys.through(&member.group));
        if is_reaped {
            call.key(self.keys.reaped()).key(self.keys.orphans(process));
        }
        call.arg(process.to_string()).arg(&*member.key).arg(keys::name(member)).arg(scripts::TTL);
        call.invoke_async(&mut redis).await
    }

    async fn list(&self, group: &str) -> Result<Vec<Entry>, ConnectorFault> {
        let online = self.keys.online(group);
        let found: Vec<(String, String)> = self.connector.run(|mut redis| async move { redis.hgetall(online).await }).await?;
        let mut entries: Vec<_> =
            found.into_iter().map(|(key, payload)| Entry { member: Member::new(group, key), payload: payload.into() }).collect();
        entries.sort();
        Ok(entries)
    }

    async fn held(&self, process: ProcessId, now: Timestamp) -> Result<Vec<Entry>, ConnectorFault> {
        let held = self.keys.held(process);
        let found: Vec<(String, String)> = self.connector.run(|mut redis| async move { redis.hgetall(held).await }).await?;
        let entries = keys::entries(found);
        if now - self.touched_at.load(Ordering::Relaxed) >= TOUCH_EVERY {
            self.touch(&entries).await?;
            self.touched_at.store(now, Ordering::Relaxed);
        }
        Ok(entries)
    }

    async fn touch(&self, entries: &[Entry]) -> Result<(), ConnectorFault> {
        let groups: HashSet<&Arc<str>> = entries.iter().map(|entry| &entry.member.group).collect();
        let mut touching = redis::pipe();
        for group in &groups {
            touching.expire(self.keys.online(group), scripts::TTL.into()).ignore();
            touching.expire(self.keys.through(group), scripts::TTL.into()).ignore();
        }
        if groups.is_empty() {
            return Ok(());
        }
        self.connector.run(|mut redis| async move { touching.exec_async(&mut redis).await }).await
    }

    async fn reap(&self, now: Timestamp, abandoned: Timestamp) -> Result<Vec<ProcessId>, ConnectorFault> {
        let mut call = self.scripts.reap.key(self.keys.leases());
        call.key(self.keys.reaped()).arg(now).arg(abandoned).arg(scripts::TTL);
        let dead: Vec<String> = self.connector.run(|mut redis| async move { call.invoke_async(&mut redis).await }).await?;
        Ok(dead.iter().filter_map(|process| process.parse::<uuid::Uuid>().ok()).map(ProcessId::from).collect())
    }

    async fn release(&self, process: ProcessId, now: Timestamp) -> Result<(), ConnectorFault> {
        let mut call = self.scripts.release.key(self.keys.leases());
        call.key(self.keys.reaped()).arg(process.to_string()).arg(now).arg(scripts::TTL);
        self.connector.run(|mut redis| async move { call.invoke_async(&mut redis).await }).await
    }

    /// Moves members from the process in portions. Those that are offline then become its orphans.
    async fn orphans(&self, process: ProcessId, limit: u32) -> Result<Vec<Entry>, ConnectorFault> {
        loop {
            let waiting = self.scan(self.keys.orphans(process), limit).await?;
            if !waiting.is_empty() {
                let is_reaped = self.is_reaped(process).await?;
                return Ok(if is_reaped { waiting } else { Vec::new() });
            }
            let held = self.scan(self.keys.held(process), limit).await?;
            if held.is_empty() || !self.is_reaped(process).await? {
                self.finish(process).await?;
                return Ok(Vec::new());
            }
            let taking = |redis: MultiplexedConnection| {
                try_join_all(
                    held.iter()
                        .map(move |entry| (redis.clone(), entry))
                        .map(|(redis, entry)| self.take_away(redis, process, &entry.member, true)),
                )
            };
            self.connector.run(taking).await?;
        }
    }

    /// Reads some entries of a hash, at most `limit`.
    async fn scan(&self, hash: String, limit: u32) -> Result<Vec<Entry>, ConnectorFault> {
        let mut cursor = 0_u64;
        loop {
            let mut command = redis::cmd("HSCAN");
            command.arg(&hash).arg(cursor).arg("COUNT").arg(limit);
            let (next, found): (u64, Vec<(String, String)>) =
                self.connector.run(|mut redis| async move { command.query_async(&mut redis).await }).await?;
            if !found.is_empty() || next == 0 {
                let mut entries = keys::entries(found);
                entries.truncate(limit as usize);
                return Ok(entries);
            }
            cursor = next;
        }
    }

    async fn is_reaped(&self, process: ProcessId) -> Result<bool, ConnectorFault> {
        let (reaped, process) = (self.keys.reaped(), process.to_string());
        let at: Option<f64> = self.connector.run(|mut redis| async move { redis.zscore(reaped, process).await }).await?;
        Ok(at.is_some())
    }

    async fn finish(&self, process: ProcessId) -> Result<(), ConnectorFault> {
        let mut call = self.scripts.finish.key(self.keys.reaped());
        call.key(self.keys.held(process)).key(self.keys.orphans(process)).arg(process.to_string());
        self.connector.run(|mut redis| async move { call.invoke_async(&mut redis).await }).await
    }

    async fn forget(&self, process: ProcessId, orphans: &[Entry]) -> Result<(), ConnectorFault> {
        if orphans.is_empty() {
            return Ok(());
        }
        let key = self.keys.orphans(process);
        let names: Vec<_> = orphans.iter().map(|orphan| keys::name(&orphan.member)).collect();
        self.connector.run(|mut redis| async move { redis.hdel(key, names).await }).await
    }

    async fn find(&self, member: &Member) -> Result<Option<Arc<str>>, ConnectorFault> {
        let (online, key) = (self.keys.online(&member.group), &*member.key);
        let payload: Option<String> = self.connector.run(|mut redis| async move { redis.hget(online, key).await }).await?;
        Ok(payload.map(Into::into))
    }
}

/// The answer of a store.
async fn answer<T>(asked: impl Future<Output = Result<T, ConnectorFault>>) -> Result<T, PresenceError> {
    asked.await.map_err(PresenceError::unavailable)
}

impl LeaseStore for RedisLeases {
    fn renew(&self, process: ProcessId, _: Timestamp, until: Timestamp) -> Answer<'_, Renewal> {
        answer(self.renew(process, until)).boxed()
    }

    fn enter<'a>(&'a self, process: ProcessId, member: &'a Member, payload: &'a str) -> Answer<'a, Entered> {
        answer(self.enter(process, member, payload)).boxed()
    }

    fn leave<'a>(&'a self, process: ProcessId, member: &'a Member) -> Answer<'a, bool> {
        answer(self.leave(process, member)).boxed()
    }

    fn find<'a>(&'a self, member: &'a Member) -> Answer<'a, Option<Arc<str>>> {
        answer(self.find(member)).boxed()
    }

    fn list<'a>(&'a self, group: &'a str) -> Answer<'a, Vec<Entry>> {
        answer(self.list(group)).boxed()
    }

    fn held(&self, process: ProcessId, now: Timestamp) -> Answer<'_, Vec<Entry>> {
        answer(self.held(process, now)).boxed()
    }

    fn release(&self, process: ProcessId, now: Timestamp) -> Answer<'_, ()> {
        answer(self.release(process, now)).boxed()
    }

    fn reap(&self, now: Timestamp, abandoned: Timestamp) -> Answer<'_, Vec<ProcessId>> {
        answer(self.reap(now, abandoned)).boxed()
    }

    fn orphans(&self, process: ProcessId, limit: u32) -> Answer<'_, Vec<Entry>> {
        answer(self.orphans(process, limit)).boxed()
    }

    fn forget<'a>(&'a self, process: ProcessId, orphans: &'a [Entry]) -> Answer<'a, ()> {
        answer(self.forget(process, orphans)).boxed()
    }
}
