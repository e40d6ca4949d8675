//! `/api/v1/players/{id}`: a player's statistics.

use actix_web::{HttpResponse, web};
use mafia::wire::Record;
use store::UserId;

use crate::{AppState, mafia::caller::Language, problem::Problem};

/// Shows a player's statistics.
#[utoipa::path(get, path = "/api/v1/players/{id}", operation_id = "showPlayer", tag = "games", security(()),
    params(("id" = String, Path, description = "The user's id")), responses(
    (status = 200, description = "Finished games, by role, and the newest of them", body = Record),
    (status = 404, description = "No such player"),
))]
pub(crate) async fn show(
    state: web::Data<AppState>,
    Language(lang): Language,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let record = state.mafia.record(id_of(&path)?).await.map_err(|error| Problem::of_game(error, lang))?;
    Ok(HttpResponse::Ok().json(record))
}

/// Reads the player's id in a path. Any other text gets 404.
fn id_of(path: &str) -> Result<UserId, Problem> {
    path.parse().map_err(|_| Problem::player_not_found())
}
