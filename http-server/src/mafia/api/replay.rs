//! `/api/v1/games/{code}/replay`: a finished game with nothing hidden.

use actix_web::{HttpResponse, web};
use mafia::wire::Replay;

use super::code_of;
use crate::{AppState, mafia::caller::Language, problem::Problem};

/// Shows a finished game phase by phase, to every client that has its code.
#[utoipa::path(get, path = "/api/v1/games/{code}/replay", operation_id = "showReplay", tag = "games", security(()), responses(
    (status = 200, description = "The game, from its start to its end", body = Replay),
    (status = 409, description = "The game is not over"),
))]
pub(crate) async fn show(
    state: web::Data<AppState>,
    Language(lang): Language,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let replay = state.mafia.replay(&code_of(&path)?).await.map_err(|error| Problem::of_game(error, lang))?;
    Ok(HttpResponse::Ok().json(replay))
}
