//! `/api/v1/games/{code}/updates`: updates that a client has missed.

use actix_web::{HttpRequest, HttpResponse, web};
use mafia::{Cursors, wire::Missed};
use serde::Deserialize;
use utoipa::IntoParams;

use super::code_of;
use crate::{
    AppState,
    input::{Query, Seq},
    mafia::caller::Watcher,
    problem::Problem,
    request::RequestInfo,
};

/// The `seq` of the last update that the client has, for each stream.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UpdatesQuery {
    /// Of the public stream; 0 by default, for all updates.
    #[param(value_type = Option<i64>)]
    public: Option<Seq>,
    /// Of the caller's own stream; 0 by default.
    #[param(value_type = Option<i64>)]
    you: Option<Seq>,
    /// Of the spectators' stream; 0 by default.
    #[param(value_type = Option<i64>)]
    spectators: Option<Seq>,
}

impl UpdatesQuery {
    fn cursors(&self) -> Cursors {
        let seq = |given: Option<Seq>| given.map_or(0, |seq| seq.0);
        Cursors { public: seq(self.public), you: seq(self.you), spectators: seq(self.spectators) }
    }
}

/// Lists updates that a client has missed of the streams that it may read: at most 48 KiB of them.
#[utoipa::path(get, path = "/api/v1/games/{code}/updates", operation_id = "listUpdates", tag = "games", params(UpdatesQuery),
    security((), ("session" = [])), responses(
    (status = 200, description = "The updates, oldest first", body = Missed),
    (status = 403, description = "The table wants no spectators"),
))]
pub(crate) async fn list(
    req: HttpRequest,
    state: web::Data<AppState>,
    Watcher(caller): Watcher,
    path: web::Path<String>,
    query: Query<UpdatesQuery>,
) -> Result<HttpResponse, Problem> {
    let code = code_of(&path)?;
    let cursors = query.read()?.cursors();
    let from = RequestInfo::of(&req, &state.settings.server.trusted_proxies).client.addr;
    state.mafia.may_sync(&code, &caller.person, from, state.now()).map_err(|error| caller.refused(error))?;
    let missed = state.mafia.missed(&code, &caller.person, cursors).await.map_err(|error| caller.refused(error))?;
    Ok(HttpResponse::Ok().json(missed))
}
