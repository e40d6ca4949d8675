//! `/api/v1/games/{code}/updates`: what a client has missed.

use actix_web::{HttpRequest, HttpResponse, web};
use mafia::{Cursors, wire::Missed};
use serde::Deserialize;
use utoipa::IntoParams;

use super::code_of;
use crate::{
    AppState,
    input::{Query, Seq},
    mafia::asker::Watcher,
    problem::Problem,
    request::RequestInfo,
};

/// The `seq` of the last update that a client has of each stream.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UpdatesQuery {
    /// Of what everybody is told; 0 where it is not said, for all of them.
    #[param(value_type = Option<i64>)]
    public: Option<Seq>,
    /// Of what who asks alone is told.
    #[param(value_type = Option<i64>)]
    you: Option<Seq>,
    /// Of what spectators are told.
    #[param(value_type = Option<i64>)]
    spectators: Option<Seq>,
}

impl UpdatesQuery {
    fn cursors(&self) -> Cursors {
        let seq = |given: Option<Seq>| given.map_or(0, |seq| seq.0);
        Cursors { public: seq(self.public), you: seq(self.you), spectators: seq(self.spectators) }
    }
}

/// Gives a page of what a client has missed of the streams that it may hear: at most 48 KiB of updates.
#[utoipa::path(get, path = "/api/v1/games/{code}/updates", operation_id = "listUpdates", tag = "games", params(UpdatesQuery),
    security((), ("session" = [])), responses(
    (status = 200, description = "The updates, oldest first", body = Missed),
    (status = 403, description = "The table wants no spectators"),
))]
pub(crate) async fn list(
    req: HttpRequest,
    state: web::Data<AppState>,
    Watcher(who): Watcher,
    path: web::Path<String>,
    query: Query<UpdatesQuery>,
) -> Result<HttpResponse, Problem> {
    let code = code_of(&path)?;
    let cursors = query.read()?.cursors();
    let from = RequestInfo::of(&req, &state.settings.server.trusted_proxies).client.addr;
    state.mafia.may_sync(&code, &who.person, from, state.now()).map_err(|error| who.refused(error))?;
    let missed = state.mafia.missed(&code, &who.person, cursors).await.map_err(|error| who.refused(error))?;
    Ok(HttpResponse::Ok().json(missed))
}
