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
use mafia::{
    MafiaError,
    texts::{Section, texts},
    wire::Card,
};
use mafia_rules::Refusal as RuleRefusal;

use crate::{
    AppState,
    mafia::views::{self, Stage, TableCard},
    problem::Problem,
    site::{languages::Lang, layout::Layout, refusal, sign_in::session::Visitor, texts::Notice},
};

/// `GET /mafia/rules`
pub(crate) async fn rules(req: HttpRequest, state: web::Data<AppState>, visitor: Visitor) -> HttpResponse {
    let layout = Layout::of(&req, &state.settings).with(visitor.0.as_ref());
    page(StatusCode::OK, views::rules(&layout))
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

/// The page that says why a game cannot be shown. An error without a page of its own is returned as a problem.
fn refusal(layout: &Layout, code: &str, error: MafiaError) -> Result<HttpResponse, Problem> {
    let t = &texts(layout.lang).notices;
    let (status, notice) = match error {
        MafiaError::NotFound => (StatusCode::NOT_FOUND, &t.table_not_found),
        MafiaError::NoSuchPlayer => (StatusCode::NOT_FOUND, &t.player_not_found),
        MafiaError::Refused(RuleRefusal::NoSpectators) => (StatusCode::FORBIDDEN, &t.not_watched),
        MafiaError::Refused(RuleRefusal::NotOver) => (StatusCode::CONFLICT, &t.not_over),
        error => return Err(Problem::of_game(error, Lang::En)),
    };
    Ok(refusal::show(layout, status, notice_of(notice), &[("code", code)]))
}

/// A page in place of one of the game's, as the site shows it.
pub(super) fn notice_of(section: &'static Section) -> Notice {
    Notice { title: &section.title, text: &section.text }
}
