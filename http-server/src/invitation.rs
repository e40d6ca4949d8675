//! The name of the room or the table that a path leads to, for the sign-in form of a guest who followed its link.

use crate::{AppState, mafia, problem::Problem, rooms};

/// `None` where the path leads to neither.
pub(crate) async fn of(state: &AppState, path: &str) -> Result<Option<String>, Problem> {
    match rooms::room::invitation(state, path).await? {
        Some(name) => Ok(Some(name)),
        None => Ok(mafia::invitation(state, path).await),
    }
}
