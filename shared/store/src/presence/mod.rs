//! Presence in SQL: one row for each user, group and process, and one lease for each process.

mod group;
mod postgres;
mod sqlite;
mod statements;

use std::sync::Arc;

use catamaran_presence::{Answer, Entered, Entry, LeaseStore, Member, PresenceError, ProcessId, Renewal};
use futures_util::FutureExt as _;
use uuid::Uuid;

pub use self::group::PresenceGroup;
use self::{
    group::group_and_user,
    statements::{GroupOf, KINDS, Statements},
};
use crate::{
    Store, StoreError, Timestamp, UserId,
    db::{Db, RowLocks, query, read, transaction, write},
};

/// The JSON of a missing payload.
const NULL: &str = "null";

/// The presence of users in rooms and games. Cheap to clone.
#[derive(Clone)]
pub struct Leases {
    db: Db,
}

impl Store {
    /// The presence in this database.
    pub fn leases(&self) -> Leases {
        Leases { db: self.db.clone() }
    }

    /// The users who are online in a group, ordered by id.
    ///
    /// # Errors
    /// The database.
    pub async fn users_online(&self, group: PresenceGroup) -> Result<Vec<UserId>, StoreError> {
        let found = query("listing who is online", self.leases().list_of(group)).await?;
        Ok(found.into_iter().map(|(user, _)| user).collect())
    }
}

/// Locks this user's presence in this group until the transaction ends. Evaluates to false if the user may not be there.
macro_rules! lock {
    ($tx:ident, $group:expr, $user:expr) => {
        match $group {
            PresenceGroup::Room(room) => RowLocks::lock_member(&mut *$tx, room, $user).await?,
            PresenceGroup::Game(game) => RowLocks::lock_player(&mut *$tx, game, $user).await?,
        }
    };
}
use lock;

/// A row of either table: group, user, payload.
type Row = (Uuid, UserId, Option<String>);

/// A user who enters or leaves a group through a process.
#[derive(Clone, Copy)]
struct Visit {
    process: Uuid,
    group: PresenceGroup,
    user: UserId,
}

impl Visit {
    fn statements(&self) -> &'static Statements {
        self.group.statements()
    }
}

impl Leases {
    /// Returns `None` if the user may not be there.
    async fn write(&self, visit: Visit, payload: Option<&str>) -> sqlx::Result<Option<Entered>> {
        match &self.db {
            Db::Postgres(server) => postgres::enter(server, visit, payload).await,
            Db::Sqlite(_) => self.enter_file(visit, payload).await,
        }
    }

    /// Returns whether the user is offline now and was online through this process.
    async fn delete(&self, visit: Visit) -> sqlx::Result<bool> {
        match &self.db {
            Db::Postgres(server) => postgres::leave(server, visit).await,
            Db::Sqlite(_) => self.leave_file(visit).await,
        }
    }

    async fn hold_on(&self, process: Uuid, until: Timestamp) -> sqlx::Result<bool> {
        write!(&self.db, pool => sqlx::query("UPDATE leases SET expires_at = $2 WHERE process_id = $1 AND reaped_at IS NULL")
            .bind(process)
            .bind(until)
            .execute(pool)
            .await
            .map(|done| done.rows_affected() == 1))
    }

    async fn take_lease(&self, process: Uuid, now: Timestamp, until: Timestamp) -> sqlx::Result<()> {
        transaction!(&self.db, tx => {
            sqlx::query("DELETE FROM leases WHERE process_id = $1").bind(process).execute(&mut *tx).await?;
            sqlx::query("INSERT INTO leases (process_id, taken_at, expires_at) VALUES ($1, $2, $3)")
                .bind(process)
                .bind(now)
                .bind(until)
                .execute(&mut *tx)
                .await?;
            tx.commit().await
        })
    }

    /// Returns `None` if the user is offline; the payload may be missing, too.
    async fn payload_of(&self, group: PresenceGroup, user: UserId) -> sqlx::Result<Option<Option<String>>> {
        let find = group.statements().find;
        read!(&self.db, pool => sqlx::query_scalar(find).bind(group.id()).bind(user).fetch_optional(pool).await)
    }

    async fn list_of(&self, group: PresenceGroup) -> sqlx::Result<Vec<(UserId, Option<String>)>> {
        let list = group.statements().list;
        read!(&self.db, pool => sqlx::query_as(list).bind(group.id()).fetch_all(pool).await)
    }

    async fn rows_of(&self, process: Uuid) -> sqlx::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for (sql, group) in KINDS {
            let rows: Vec<Row> = read!(&self.db, pool => sqlx::query_as(sql.held).bind(process).fetch_all(pool).await)?;
            entries.extend(rows.into_iter().map(|(id, user, payload)| entry(group(id), user, payload)));
        }
        Ok(entries)
    }

    async fn mark_reaped(&self, process: Uuid, now: Timestamp) -> sqlx::Result<()> {
        write!(&self.db, pool => sqlx::query("UPDATE leases SET reaped_at = $2 WHERE process_id = $1 AND reaped_at IS NULL")
            .bind(process)
            .bind(now)
            .execute(pool)
            .await
            .map(drop))
    }

    async fn reap_due(&self, now: Timestamp, abandoned: Timestamp) -> sqlx::Result<Vec<Uuid>> {
        write!(&self.db, pool => sqlx::query_scalar(
            "UPDATE leases SET reaped_at = $1 WHERE (reaped_at IS NULL AND expires_at <= $1) OR reaped_at <= $2 RETURNING process_id",
        )
        .bind(now)
        .bind(abandoned)
        .fetch_all(pool)
        .await)
    }

    /// Deletes the lease when no orphan is left.
    async fn orphans_of(&self, process: Uuid, limit: u32) -> sqlx::Result<Vec<Entry>> {
        for (sql, group) in KINDS {
            write!(&self.db, pool => sqlx::query(sql.forget_online).bind(process).execute(pool).await.map(drop))?;
            loop {
                let rows: Vec<Row> = read!(&self.db, pool => sqlx::query_as(sql.orphans)
                    .bind(process)
                    .bind(i64::from(limit))
                    .fetch_all(pool)
                    .await)?;
                if rows.is_empty() {
                    break;
                }
                let orphans = self.still_orphans(process, group, rows).await?;
                if !orphans.is_empty() {
                    return Ok(orphans);
                }
            }
        }
        self.forget_lease(process).await?;
        Ok(Vec::new())
    }

    /// Checks under each user's lock: a user who enters through another process is either online already, or enters after this.
    async fn still_orphans(&self, process: Uuid, group: GroupOf, rows: Vec<Row>) -> sqlx::Result<Vec<Entry>> {
        let mut orphans = Vec::new();
        for (id, user, payload) in rows {
            if self.is_orphan(process, group(id), user).await? {
                orphans.push(entry(group(id), user, payload));
            }
        }
        Ok(orphans)
    }

    async fn is_orphan(&self, process: Uuid, group: PresenceGroup, user: UserId) -> sqlx::Result<bool> {
        let sql = group.statements();
        transaction!(&self.db, tx => {
            lock!(tx, group, user);
            let online: Option<Option<String>> =
                sqlx::query_scalar(sql.find).bind(group.id()).bind(user).fetch_optional(&mut *tx).await?;
            if online.is_some() {
                sqlx::query(sql.forget).bind(group.id()).bind(user).bind(process).execute(&mut *tx).await?;
            }
            tx.commit().await?;
            Ok(online.is_none())
        })
    }

    async fn forget_row(&self, process: Uuid, sql: &Statements, group: Uuid, user: UserId) -> sqlx::Result<()> {
        write!(&self.db, pool => sqlx::query(sql.forget)
            .bind(group)
            .bind(user)
            .bind(process)
            .execute(pool)
            .await
            .map(drop))
    }

    async fn forget_lease(&self, process: Uuid) -> sqlx::Result<()> {
        write!(&self.db, pool => sqlx::query("DELETE FROM leases WHERE process_id = $1 AND reaped_at IS NOT NULL")
            .bind(process)
            .execute(pool)
            .await
            .map(drop))
    }
}

fn entry(group: PresenceGroup, user: UserId, payload: Option<String>) -> Entry {
    Entry::new(Member::new(group.to_string(), user.to_string()), text(payload))
}

fn text(payload: Option<String>) -> Arc<str> {
    payload.map_or_else(|| NULL.into(), Into::into)
}

/// Runs a query within the time limit.
async fn answer<T>(doing: &'static str, work: impl Future<Output = sqlx::Result<T>>) -> Result<T, PresenceError> {
    query(doing, work).await.map_err(PresenceError::unavailable)
}

impl LeaseStore for Leases {
    fn renew(&self, process: ProcessId, now: Timestamp, until: Timestamp) -> Answer<'_, Renewal> {
        let process = process.uuid();
        async move {
            if answer("renewing a lease", self.hold_on(process, until)).await? {
                return Ok(Renewal::Held);
            }
            answer("taking a lease", self.take_lease(process, now, until)).await?;
            Ok(Renewal::Taken)
        }
        .boxed()
    }

    fn enter<'a>(&'a self, process: ProcessId, member: &'a Member, payload: &'a str) -> Answer<'a, Entered> {
        async move {
            let (group, user) = group_and_user(member)?;
            let payload = Some(payload).filter(|payload| *payload != NULL);
            let entered = answer("entering a group", self.write(Visit { process: process.uuid(), group, user }, payload)).await?;
            let why = match group {
                PresenceGroup::Room(_) => "only members of the room may",
                PresenceGroup::Game(_) => "there is no such game or user",
            };
            entered.ok_or_else(|| PresenceError::Refused { member: member.clone(), why })
        }
        .boxed()
    }

    fn leave<'a>(&'a self, process: ProcessId, member: &'a Member) -> Answer<'a, bool> {
        async move {
            let (group, user) = group_and_user(member)?;
            answer("leaving a group", self.delete(Visit { process: process.uuid(), group, user })).await
        }
        .boxed()
    }

    fn find<'a>(&'a self, member: &'a Member) -> Answer<'a, Option<Arc<str>>> {
        async move {
            let (group, user) = group_and_user(member)?;
            Ok(answer("asking who is online", self.payload_of(group, user)).await?.map(text))
        }
        .boxed()
    }

    fn list<'a>(&'a self, group: &'a str) -> Answer<'a, Vec<Entry>> {
        async move {
            let Some(group) = PresenceGroup::parse(group) else { return Ok(Vec::new()) };
            let found = answer("listing who is online", self.list_of(group)).await?;
            Ok(found.into_iter().map(|(user, payload)| entry(group, user, payload)).collect())
        }
        .boxed()
    }

    fn held(&self, process: ProcessId, _: Timestamp) -> Answer<'_, Vec<Entry>> {
        answer("listing a process's presence", self.rows_of(process.uuid())).boxed()
    }

    fn release(&self, process: ProcessId, now: Timestamp) -> Answer<'_, ()> {
        answer("giving a lease back", self.mark_reaped(process.uuid(), now)).boxed()
    }

    fn reap(&self, now: Timestamp, abandoned: Timestamp) -> Answer<'_, Vec<ProcessId>> {
        async move {
            let dead = answer("reaping leases", self.reap_due(now, abandoned)).await?;
            Ok(dead.into_iter().map(ProcessId::from).collect())
        }
        .boxed()
    }

    fn orphans(&self, process: ProcessId, limit: u32) -> Answer<'_, Vec<Entry>> {
        answer("listing a dead process's presence", self.orphans_of(process.uuid(), limit)).boxed()
    }

    fn forget<'a>(&'a self, process: ProcessId, orphans: &'a [Entry]) -> Answer<'a, ()> {
        async move {
            for orphan in orphans {
                let (group, user) = group_and_user(&orphan.member)?;
                let forgetting = self.forget_row(process.uuid(), group.statements(), group.id(), user);
                answer("forgetting a dead process's presence", forgetting).await?;
            }
            Ok(())
        }
        .boxed()
    }
}
