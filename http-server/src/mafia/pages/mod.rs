//! The game's pages.

pub(crate) mod forms;
mod paces;
pub(crate) mod player;
pub(crate) mod table;
pub(crate) mod tables;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header::ContentType},
    web,
};
use mafia::{MafiaError, wire::Card};
use mafia_rules::Refusal as RuleRefusal;

use crate::{
    AppState,
    mafia::views::{self, Stage, TableCard},
    pages::{self, Lang, Refusal},
    problem::Problem,
    site::{layout::Frame, sign_in::session::Visitor},
};

/// `GET /mafia/rules`
pub(crate) async fn rules(req: HttpRequest, state: web::Data<AppState>, visitor: Visitor) -> HttpResponse {
    let frame = Frame::of(&req, &state.settings).with(visitor.0.as_ref());
    page(StatusCode::OK, views::rules(&frame.chrome()))
}

fn page(status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status).content_type(ContentType::html()).body(html)
}

fn card(card: &Card) -> TableCard<'_> {
    TableCard {
        code: &card.code,
        name: &card.name,
        host: &card.host,
        stage: stage(&card.phase),
        seated: card.seated,
        changed_at: card.changed_at,
    }
}

fn stage(phase: &str) -> Stage {
    match phase {
        "lobby" => Stage::Gathering,
        "over" => Stage::Over,
        _ => Stage::Playing,
    }
}

/// Why a game's page cannot be shown, as a page; what has no page of its own goes on as a problem.
fn refusal(frame: &Frame, code: &str, error: MafiaError) -> Result<HttpResponse, Problem> {
    let (status, view) = match error {
        MafiaError::NotFound => (StatusCode::NOT_FOUND, Refusal::TableNotFound { code }),
        MafiaError::NoSuchPlayer => (StatusCode::NOT_FOUND, Refusal::PlayerNotFound),
        MafiaError::Refused(RuleRefusal::NoSpectators) => (StatusCode::FORBIDDEN, Refusal::NotWatched),
        MafiaError::Refused(RuleRefusal::NotOver) => (StatusCode::CONFLICT, Refusal::NotOver),
        error => return Err(Problem::of_game(error, Lang::En)),
    };
    Ok(page(status, pages::refusal(&frame.chrome(), &view)))
}
