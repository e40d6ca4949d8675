//! `/api/v1/games/{code}/updates`: what a client has missed.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use mafia::{Cursors, wire::Missed};
use utoipa::IntoParams;

use super::code_of;
use crate::{AppState, mafia::asker::Watcher, problem::Problem, request::RequestInfo};

/// The `seq` of the last update that a client has of each stream.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query for the OpenAPI document; parameters are read one by one, for better faults")]
pub(crate) struct UpdatesQuery {
    /// Of what everybody is told; 0 where it is not said, for all of them.
    public: Option<i64>,
    /// Of what who asks alone is told.
    you: Option<i64>,
    /// Of what spectators are told.
    spectators: Option<i64>,
}

/// Gives a page of what a client has missed of the streams that it may hear: at most 48 KiB of updates.
#[utoipa::path(get, path = "/api/v1/games/{code}/updates", operation_id = "listUpdates", tag = "games",
    security((), ("session" = [])),
    params(("code" = String, Path, description = "Six letters and digits, case does not matter"), UpdatesQuery), responses(
    (status = 200, description = "The updates, oldest first", body = Missed),
    (status = 403, description = "The table wants no spectators"),
    (status = 404, description = "No such table"),
    (status = 422, description = "A parameter is wrong"),
))]
pub(crate) async fn list(
    req: HttpRequest,
    state: web::Data<AppState>,
    Watcher(who): Watcher,
    path: web::Path<String>,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Problem> {
    let code = code_of(&path)?;
    let cursors = Cursors { public: seq(&query, "public")?, you: seq(&query, "you")?, spectators: seq(&query, "spectators")? };
    let from = RequestInfo::of(&req, &state.settings.server.trusted_proxies).client.addr;
    state.mafia.may_sync(&code, &who.person, from, state.now()).map_err(|error| who.refused(error))?;
    let missed = state.mafia.missed(&code, &who.person, cursors).await.map_err(|error| who.refused(error))?;
    Ok(HttpResponse::Ok().json(missed))
}

fn seq(query: &HashMap<String, String>, field: &'static str) -> Result<i64, Problem> {
    let Some(text) = query.get(field) else {
        return Ok(0);
    };
    let seq = text.parse().ok().filter(|seq| *seq >= 0);
    seq.ok_or_else(|| Problem::field(field, format!("{field} is not the seq of an update; expected a whole number from 0")))
}
