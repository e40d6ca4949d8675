//! `/api/v1/games` and `/api/v1/games/{code}`: the list, a new table, one of them.

use std::collections::HashMap;

use actix_web::{HttpResponse, http::header, web};
use mafia::wire::{Card, Snapshot};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    code_of,
    setup::{self, SetupBody},
    snapshot,
};
use crate::{
    AppState,
    fields::Fields,
    mafia::asker::{Asker, Player, Watcher},
    problem::Problem,
};

/// A table to open.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body for the OpenAPI document; fields are read one by one, for better faults")]
pub(crate) struct NewTable {
    /// 1 to 40 characters as a reader counts them, at least one of them visible; the host's nickname where it is missing.
    name: Option<String>,
    /// How it plays; as usual where it is not said.
    setup: Option<SetupBody>,
}

/// Tables.
#[derive(Serialize, ToSchema)]
pub(crate) struct TableList {
    /// At most 100: those that have not begun first, then those that are played and may be watched; one's own by their newest change.
    games: Vec<Card>,
}

/// Which tables.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query for the OpenAPI document; parameters are read one by one, for better faults")]
pub(crate) struct TablesQuery {
    /// 1: those at which who asks has a seat, also those that are over.
    mine: Option<u8>,
}

/// Lists tables.
#[utoipa::path(get, path = "/api/v1/games", operation_id = "listGames", tag = "games", params(TablesQuery),
    security((), ("session" = [])), responses(
    (status = 200, description = "The tables", body = TableList),
    (status = 401, description = "Not signed in, and one's own were asked for"),
    (status = 422, description = "A parameter is wrong"),
))]
pub(crate) async fn list(
    state: web::Data<AppState>,
    Watcher(who): Watcher,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, Problem> {
    let games =
        if is_mine(&query)? { mine(&state, &who).await? } else { state.mafia.tables().await.map_err(|e| who.refused(e))? };
    Ok(HttpResponse::Ok().json(TableList { games }))
}

/// Opens a table; its creator sits at it and is its host.
#[utoipa::path(post, path = "/api/v1/games", operation_id = "createGame", tag = "games", request_body = NewTable, responses(
    (status = 201, description = "Opened", body = Snapshot, headers(("Location" = String, description = "The table in this API"))),
    (status = 401, description = "Not signed in"),
    (status = 409, description = "No table can be played like that"),
    (status = 422, description = "A field breaks a rule"),
))]
pub(crate) async fn create(state: web::Data<AppState>, Player(who): Player, fields: Fields) -> Result<HttpResponse, Problem> {
    let name = fields.optional_text("name")?;
    let setup = fields.object("setup")?.map(|setup| setup::read(setup, "setup.")).transpose()?.unwrap_or_default();
    let made = state.mafia.create(&who.person, name, setup, state.now()).await.map_err(|error| who.refused(error))?;
    let location = format!("/api/v1/games/{}", made.game.code);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(made))
}

/// Shows a game as who asks may see it.
#[utoipa::path(get, path = "/api/v1/games/{code}", operation_id = "showGame", tag = "games", security((), ("session" = [])),
    params(("code" = String, Path, description = "Six letters and digits, case does not matter")), responses(
    (status = 200, description = "The game", body = Snapshot),
    (status = 403, description = "The table wants no spectators"),
    (status = 404, description = "No such table"),
))]
pub(crate) async fn show(
    state: web::Data<AppState>,
    Watcher(who): Watcher,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(snapshot(&state, &who, &code_of(&path)?).await?))
}

fn is_mine(query: &HashMap<String, String>) -> Result<bool, Problem> {
    match query.get("mine").map(String::as_str) {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(_) => Err(Problem::field("mine", "mine is neither 0 nor 1; expected 1 for one's own tables")),
    }
}

async fn mine(state: &AppState, who: &Asker) -> Result<Vec<Card>, Problem> {
    let user = who.person.id.ok_or_else(|| who.refused(mafia_rules::Refusal::NotSignedIn.into()))?;
    state.mafia.tables_of(user).await.map_err(|error| who.refused(error))
}
