//! `/api/v1/games` and `/api/v1/games/{code}`: lists, opens and shows tables.

use actix_web::{HttpResponse, http::header, web};
use mafia::wire::{Card, Snapshot};
use serde::{Deserialize, Serialize};
use store::RoomName;
use utoipa::{IntoParams, ToSchema};

use super::{code_of, setup::SetupBody, snapshot};
use crate::{
    AppState,
    input::{Json, Query, Text, Whole, object},
    mafia::caller::{Caller, Player, Watcher},
    problem::Problem,
};

/// A table to open.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewTable {
    /// 1 to 40 characters as a reader counts them, at least one of them visible; the host's nickname where it is missing.
    #[schema(value_type = Option<String>)]
    name: Option<Text<RoomName>>,
    /// Roles and options; the defaults where it is missing.
    #[serde(default, deserialize_with = "object")]
    setup: Option<SetupBody>,
}

/// Tables.
#[derive(Serialize, ToSchema)]
pub(crate) struct TableList {
    /// At most 100. Open tables come first, then running games that may be watched. With `mine`, the newest change comes first.
    games: Vec<Card>,
}

type Mine = Whole<u8, 0, 1>;

/// Which tables.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TablesQuery {
    /// 1: the tables at which the caller has a seat, finished ones too.
    #[param(value_type = Option<u8>)]
    mine: Option<Mine>,
}

/// Lists tables.
#[utoipa::path(get, path = "/api/v1/games", operation_id = "listGames", tag = "games", params(TablesQuery),
    security((), ("session" = [])), responses(
    (status = 200, description = "The tables", body = TableList),
    (status = 401, description = "Not signed in, and one's own were asked for"),
))]
pub(crate) async fn list(
    state: web::Data<AppState>,
    Watcher(caller): Watcher,
    query: Query<TablesQuery>,
) -> Result<HttpResponse, Problem> {
    let games = match query.read()?.mine {
        Some(Whole(1)) => mine(&state, &caller).await?,
        _ => state.mafia.tables().await.map_err(|error| caller.refused(error))?,
    };
    Ok(HttpResponse::Ok().json(TableList { games }))
}

/// Opens a table; its creator sits at it and is its host.
#[utoipa::path(post, path = "/api/v1/games", operation_id = "createGame", tag = "games", responses(
    (status = 201, description = "Opened", body = Snapshot, headers(("Location" = String, description = "The table in this API"))),
    (status = 409, description = "No table can be played like that"),
))]
pub(crate) async fn create(
    state: web::Data<AppState>,
    Player(caller): Player,
    body: Json<NewTable>,
) -> Result<HttpResponse, Problem> {
    let NewTable { name, setup } = body.read()?;
    let (name, setup) = (name.as_ref().map(|name| name.0.as_str()), setup.unwrap_or_default().into());
    let made = state.mafia.create(&caller.person, name, setup, state.now()).await.map_err(|error| caller.refused(error))?;
    let location = format!("/api/v1/games/{}", made.game.code);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(made))
}

/// Shows a game as the caller may see it.
#[utoipa::path(get, path = "/api/v1/games/{code}", operation_id = "showGame", tag = "games", security((), ("session" = [])), responses(
    (status = 200, description = "The game", body = Snapshot),
    (status = 403, description = "The table wants no spectators"),
))]
pub(crate) async fn show(
    state: web::Data<AppState>,
    Watcher(caller): Watcher,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(snapshot(&state, &caller, &code_of(&path)?).await?))
}

async fn mine(state: &AppState, caller: &Caller) -> Result<Vec<Card>, Problem> {
    let user = caller.person.id.ok_or_else(|| caller.refused(mafia_rules::Refusal::NotSignedIn.into()))?;
    state.mafia.tables_of(user).await.map_err(|error| caller.refused(error))
}
