//! The forms of `/mafia`. They answer 303, or the page again with the fault at the field.

use actix_web::{HttpRequest, HttpResponse, web};
use mafia::{Caller, Command, MafiaError, texts::texts};
use serde::Deserialize;
use store::RoomCode;

use super::{
    paces,
    tables::{self, TablesForm},
};
use crate::{
    AppState, input,
    problem::Problem,
    site::{fault, languages, see, sign_in::session::Visitor, texts as site},
};

/// Fields of the forms. A missing field counts as an empty one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    name: String,
    pace: String,
    code: String,
}

/// `POST /mafia`: opens a table.
pub(crate) async fn create(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    form: input::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let Some(session) = &visitor.0 else {
        return Ok(see("/mafia"));
    };
    let setup = paces::setup(&form.pace)
        .ok_or_else(|| Problem::field("pace", "pace is none that we know; expected quick, standard or long"))?;
    let name = Some(form.name.as_str()).filter(|name| !name.trim().is_empty());
    match state.mafia.create(&Caller::of(&session.user), name, setup, state.now()).await {
        Ok(made) => Ok(see(&table_path(&made.game.code))),
        Err(MafiaError::BadName(fault)) => {
            let t = site::texts(languages::of(&req));
            let fault = fault::text(t, &fault, t.fault.name_empty);
            let form = TablesForm { name: &form.name, name_fault: Some(&fault), ..TablesForm::default() };
            tables::with_form(&req, &state, &visitor, &form).await
        }
        Err(error) => Err(Problem::of_game(error, languages::of(&req))),
    }
}

/// `POST /mafia/join`: goes to a table. A signed-in visitor takes a free seat; any other visitor watches.
pub(crate) async fn join(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    form: input::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let person = visitor.0.as_ref().map_or_else(Caller::guest, |session| Caller::of(&session.user));
    let t = &texts(languages::of(&req)).tables;
    let fault = match RoomCode::parse(&form.code) {
        Ok(code) => match state.mafia.act(&code, &person, &Command::Join, state.now()).await {
            // Refused: no seat for this visitor. The table's page shows why.
            Ok(_) | Err(MafiaError::Refused(_)) => return Ok(see(&table_path(code.as_str()))),
            Err(MafiaError::NotFound) => &t.no_table,
            Err(error) => return Err(Problem::of_game(error, languages::of(&req))),
        },
        Err(_) if form.code.trim().is_empty() => &t.code_empty,
        Err(_) => &t.no_table,
    };
    let form = TablesForm { code: &form.code, code_fault: Some(fault), ..TablesForm::default() };
    tables::with_form(&req, &state, &visitor, &form).await
}

fn table_path(code: &str) -> String {
    format!("/mafia/{code}")
}
