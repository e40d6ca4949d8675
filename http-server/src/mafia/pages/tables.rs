//! `GET /mafia`: open tables, tables to watch, the visitor's own, and the forms that open and find one.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use mafia::wire::Card;

use super::{card, page};
use crate::{
    AppState,
    mafia::views::{self, Tables},
    problem::Problem,
    site::{
        languages,
        layout::Layout,
        sign_in::{api as session, session::Visitor},
    },
};

/// The input of the forms, with its faults.
#[derive(Default)]
pub(super) struct TablesForm<'a> {
    pub(super) name: &'a str,
    pub(super) name_fault: Option<&'a str>,
    pub(super) code: &'a str,
    pub(super) code_fault: Option<&'a str>,
}

pub(crate) async fn show(req: HttpRequest, state: web::Data<AppState>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    with_form(&req, &state, &visitor, &TablesForm::default()).await
}

pub(super) async fn with_form(
    req: &HttpRequest,
    state: &AppState,
    visitor: &Visitor,
    form: &TablesForm<'_>,
) -> Result<HttpResponse, Problem> {
    let (open, mine) = lists(req, state, visitor).await?;
    let (open, mine): (Vec<_>, Vec<_>) = (open.iter().map(card).collect(), mine.iter().map(card).collect());
    let view = Tables {
        open: &open,
        mine: &mine,
        name: form.name,
        name_fault: form.name_fault,
        code: form.code,
        code_fault: form.code_fault,
    };
    let faulty = form.name_fault.is_some() || form.code_fault.is_some();
    let status = if faulty { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let layout = Layout::of(req, &state.settings).with(visitor.0.as_ref()).at("/mafia");
    Ok(session::with_probe(req, state, page(status, views::tables(&layout, &view))))
}

/// The open tables, and the visitor's own.
async fn lists(req: &HttpRequest, state: &AppState, visitor: &Visitor) -> Result<(Vec<Card>, Vec<Card>), Problem> {
    let refused = |error| Problem::of_game(error, languages::of(req));
    let open = state.mafia.tables().await.map_err(refused)?;
    let mine = match &visitor.0 {
        Some(session) => state.mafia.tables_of(session.user.id).await.map_err(refused)?,
        None => Vec::new(),
    };
    Ok((open, mine))
}
