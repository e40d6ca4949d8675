//! `GET /players/{id}`: a player's statistics.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use mafia::{
    MafiaError,
    wire::{Record, RoleRecord},
};
use mafia_rules::Role;

use super::{card, page, refusal};
use crate::{
    AppState,
    mafia::views::{self, Player, RoleCount},
    problem::Problem,
    site::{layout::Layout, sign_in::session::Visitor},
};

pub(crate) async fn show(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let layout = Layout::of(&req, &state.settings).with(visitor.0.as_ref());
    let found = match path.parse() {
        Ok(id) => state.mafia.record(id).await,
        Err(_) => Err(MafiaError::NoSuchPlayer),
    };
    match found {
        Ok(record) => Ok(page(StatusCode::OK, html(&layout, &record))),
        Err(error) => refusal(&layout, "", error),
    }
}

fn html(layout: &Layout, record: &Record) -> String {
    let roles: Vec<_> = record.roles.iter().filter_map(count).collect();
    let recent: Vec<_> = record.recent.iter().map(card).collect();
    let view =
        Player { nickname: &record.player.nickname, games: record.games, wins: record.wins, roles: &roles, recent: &recent };
    views::player(layout, &view)
}

/// `None` for a role that this release does not have.
fn count(record: &RoleRecord) -> Option<RoleCount> {
    let role = Role::ALL.into_iter().find(|role| role.as_str() == record.role)?;
    Some(RoleCount { role, games: record.games, wins: record.wins })
}
