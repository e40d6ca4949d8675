//! Entering and leaving on SQLite. Its write lock makes one statement enough for most users.

use catamaran_presence::Entered;
use uuid::Uuid;

use super::{Leases, PresenceGroup, Visit, lock};
use crate::db::{RowLocks, read, transaction, write};

impl Leases {
    /// Returns `None` if the user may not be there.
    pub(super) async fn enter_file(&self, visit: Visit, payload: Option<&str>) -> sqlx::Result<Option<Entered>> {
        match self.insert_new(visit, payload).await? {
            Some(entered) => Ok(Some(entered)),
            None if self.is_here(visit, payload).await? => Ok(Some(Entered::Same)),
            None => self.enter_again(visit, payload).await,
        }
    }

    /// Returns `None` if there is more to decide than whether the user was online.
    async fn insert_new(&self, visit: Visit, payload: Option<&str>) -> sqlx::Result<Option<Entered>> {
        let Visit { process, group, user } = visit;
        let sql = visit.statements();
        // All rows are fetched: the statement is committed at its end.
        let was_online: Vec<bool> = write!(&self.db, pool => {
            let insert = sqlx::query_scalar(sql.insert_new).bind(group.id()).bind(user).bind(process).bind(payload);
            let insert = if sql.rows_have_ids { insert.bind(Uuid::new_v4()) } else { insert };
            insert.fetch_all(pool).await
        })?;
        Ok(was_online.first().map(|online| if *online { Entered::Same } else { Entered::Joined }))
    }

    /// Whether another socket of the user has entered with the same payload.
    async fn is_here(&self, visit: Visit, payload: Option<&str>) -> sqlx::Result<bool> {
        let Visit { process, group, user } = visit;
        let is_here = visit.statements().is_here;
        read!(&self.db, pool => sqlx::query_scalar(is_here)
            .bind(group.id())
            .bind(user)
            .bind(process)
            .bind(payload)
            .fetch_one(pool)
            .await)
    }

    /// For a user who may have rows.
    async fn enter_again(&self, visit: Visit, payload: Option<&str>) -> sqlx::Result<Option<Entered>> {
        let Visit { process, group, user } = visit;
        let sql = visit.statements();
        transaction!(&self.db, tx => {
            if !lock!(tx, group, user) {
                tx.rollback().await?;
                return Ok(None);
            }
            let (is_leased, is_online, before): (bool, bool, Option<String>) =
                sqlx::query_as(sql.state).bind(group.id()).bind(user).bind(process).fetch_one(&mut *tx).await?;
            if !is_leased {
                tx.rollback().await?;
                return Ok(Some(Entered::Unleased));
            }
            let insert = sqlx::query(sql.insert).bind(group.id()).bind(user).bind(process).bind(payload);
            let insert = if sql.rows_have_ids { insert.bind(Uuid::new_v4()) } else { insert };
            insert.execute(&mut *tx).await?;
            let is_changed = is_online && before.as_deref() != payload;
            if is_changed {
                sqlx::query(sql.set_payload).bind(group.id()).bind(user).bind(payload).execute(&mut *tx).await?;
            }
            tx.commit().await?;
            Ok(Some(if is_changed { Entered::Changed } else if is_online { Entered::Same } else { Entered::Joined }))
        })
    }

    /// Returns whether the user is offline now and was online through this process.
    pub(super) async fn leave_file(&self, visit: Visit) -> sqlx::Result<bool> {
        let Visit { process, group, user } = visit;
        let delete = visit.statements().delete;
        // All rows are fetched: the statement is committed at its end. Earlier releases wrote several rows.
        let offline: Vec<bool> = write!(&self.db, pool => sqlx::query_scalar(delete)
            .bind(group.id())
            .bind(user)
            .bind(process)
            .fetch_all(pool)
            .await)?;
        Ok(offline.contains(&true))
    }
}
