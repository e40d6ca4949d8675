//! Entering and leaving on PostgreSQL: all statements of a transaction in one message. A crowd that comes back would wait for the round trips
//! of each statement. One statement is not enough: it would not see what was committed while it waited for the lock.

use catamaran_presence::Entered;
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use super::Visit;
use crate::db::Server;

/// Returns `None` if the user may not be there.
pub(super) async fn enter(server: &Server, visit: Visit, payload: Option<&str>) -> sqlx::Result<Option<Entered>> {
    let rows = server.batch(fill(visit.statements().enter, visit, payload)).await?;
    // The lock returns a row, or none if the user may not be there.
    let [locked @ .., state, entered] = rows.as_slice() else { return Err(unexpected(&rows)) };
    if !entered.try_get::<bool, _>(0)? {
        return Ok((!locked.is_empty()).then_some(Entered::Unleased));
    }
    let (was_online, before): (bool, Option<&str>) = (state.try_get(1)?, state.try_get(2)?);
    Ok(Some(match was_online {
        false => Entered::Joined,
        true if before == payload => Entered::Same,
        true => Entered::Changed,
    }))
}

/// Returns whether the user is offline now and was online through this process.
pub(super) async fn leave(server: &Server, visit: Visit) -> sqlx::Result<bool> {
    let rows = server.batch(fill(visit.statements().leave, visit, None)).await?;
    let [.., was_here, is_offline] = rows.as_slice() else { return Err(unexpected(&rows)) };
    Ok(was_here.try_get(0)? && is_offline.try_get(0)?)
}

/// Puts values in the place of parameters, which a message with several statements can't have. Only ids and hexadecimal digits get in.
fn fill(sql: &str, Visit { process, group, user }: Visit, payload: Option<&str>) -> String {
    let payload = payload.map_or_else(|| "NULL::text".to_owned(), |text| format!("convert_from('\\x{}', 'UTF8')", hex(text)));
    let ids = [("$1", group.id()), ("$2", user.uuid()), ("$3", process), ("$5", Uuid::new_v4())];
    ids.iter().fold(sql.replace("$4", &payload), |sql, (name, id)| sql.replace(name, &format!("'{id}'::uuid")))
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn unexpected(rows: &[PgRow]) -> sqlx::Error {
    sqlx::Error::Protocol(format!("entering or leaving a group: {} rows are too few", rows.len()))
}
