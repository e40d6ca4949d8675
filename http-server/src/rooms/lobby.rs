//! `/`: the lobby, where rooms are listed, created and joined by code. A guest gets the sign-in form instead.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use rooms::RoomsError;
use serde::Deserialize;
use store::{RoomCode, RoomName, RoomSummary, Session};

use super::{
    api::random_code,
    room,
    texts::{RoomsTexts, ScriptTexts, texts},
};
use crate::{
    AppState, input,
    problem::Problem,
    site::{
        fault,
        json::Json,
        languages,
        layout::{Layout, page},
        see,
        sign_in::{
            page::{self as sign_in, SignIn},
            session::Visitor,
        },
        texts::fill,
        utc,
    },
};

/// Fields of the forms. A missing field counts as an empty one: its rule tells the user what to do.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    name: String,
    code: String,
}

/// The input of the forms, with its faults.
#[derive(Default)]
struct Typed<'a> {
    name: &'a str,
    name_fault: Option<String>,
    code: &'a str,
    code_fault: Option<String>,
}

/// Works without scripts; with them the list of rooms is live.
#[derive(Template)]
#[template(path = "rooms/lobby.html")]
struct LobbyPage<'a> {
    layout: &'a Layout,
    t: &'static RoomsTexts,
    script: ScriptTexts,
    rooms: &'a [RoomSummary],
    typed: &'a Typed<'a>,
}

impl<'a> LobbyPage<'a> {
    fn new(layout: &'a Layout, rooms: &'a [RoomSummary], typed: &'a Typed<'a>) -> Self {
        Self { layout, t: texts(layout.lang), script: ScriptTexts::of(layout.lang), rooms, typed }
    }

    fn seats(&self, room: &RoomSummary) -> String {
        let (members, capacity) = (room.members.to_string(), room.capacity.to_string());
        fill(self.t.live.seats, &[("members", &members), ("capacity", &capacity)])
    }

    fn here_now(&self, room: &RoomSummary) -> String {
        fill(self.t.live.here_now, &[("online", &room.online.to_string())])
    }
}

/// `GET /`
pub(crate) async fn show(req: HttpRequest, state: web::Data<AppState>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    match &visitor.0 {
        Some(session) => with_form(&req, &state, session, &Typed::default()).await,
        None => Ok(sign_in::show(&req, &state, StatusCode::OK, &SignIn { next: "/", ..SignIn::default() })),
    }
}

async fn with_form(req: &HttpRequest, state: &AppState, session: &Session, typed: &Typed<'_>) -> Result<HttpResponse, Problem> {
    let rooms = state.rooms.list().await?;
    let faulty = typed.name_fault.is_some() || typed.code_fault.is_some();
    let status = if faulty { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let layout = Layout::of(req, &state.settings).with(Some(session)).at("/");
    Ok(page(status, &LobbyPage::new(&layout, &rooms, typed)))
}

/// `POST /rooms`
pub(crate) async fn create(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    form: input::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let Some(session) = visitor.0 else {
        return Ok(see("/"));
    };
    match RoomName::parse(&form.name) {
        Ok(name) => {
            let room = state.rooms.create(&session.user, &name, None, random_code, state.now()).await?;
            Ok(see(&room::path(&room.code)))
        }
        Err(fault) => {
            let layout = Layout::of(&req, &state.settings);
            let fault = fault::text(layout.t(), &fault, layout.t().fault.name_empty);
            let typed = Typed { name: &form.name, name_fault: Some(fault), ..Typed::default() };
            with_form(&req, &state, &session, &typed).await
        }
    }
}

/// `POST /join`
pub(crate) async fn join(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    form: input::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let Some(session) = visitor.0 else {
        return Ok(see("/"));
    };
    let outcome = match RoomCode::parse(&form.code) {
        Ok(code) => state.rooms.join(&code, &session.user, state.now()).await,
        Err(_) => Err(RoomsError::NotFound),
    };
    let t = &texts(languages::of(&req)).fault;
    let fault = match outcome {
        Ok(view) => return Ok(see(&room::path(&view.room.code))),
        Err(RoomsError::NotFound) if form.code.trim().is_empty() => t.code_empty,
        Err(RoomsError::NotFound) => t.no_such_room,
        Err(RoomsError::Full { .. }) => t.room_full,
        Err(error) => return Err(error.into()),
    };
    let typed = Typed { code: &form.code, code_fault: Some(fault.to_owned()), ..Typed::default() };
    with_form(&req, &state, &session, &typed).await
}

#[cfg(test)]
pub(super) mod tests {
    use store::TextFault;

    use super::*;
    use crate::site::{
        languages::Lang,
        layout::html,
        page_tests::{FAULTS, layout, room},
        texts::texts as site_texts,
    };

    fn lobby(layout: &Layout, text: &str, fault: Option<&TextFault>) -> String {
        let t = texts(layout.lang);
        let fault = |empty| fault.map(|fault| fault::text(layout.t(), fault, empty));
        let (name_fault, code_fault) = (fault(layout.t().fault.name_empty), fault(t.fault.code_empty));
        html(&LobbyPage::new(layout, &[room(text)], &Typed { name: text, name_fault, code: text, code_fault }))
    }

    /// Every kind of the lobby, with `text` wherever a text from outside can stand.
    pub(in crate::rooms) fn every_page(layout: &Layout, text: &str) -> Vec<String> {
        FAULTS.iter().map(Some).chain([None]).map(|fault| lobby(layout, text, fault)).collect()
    }

    #[test]
    fn a_fault_stands_at_its_field() {
        let page = lobby(&layout(Lang::En, "/"), "x", Some(&TextFault::Empty));
        assert!(page.contains(site_texts(Lang::En).fault.name_empty));
        assert!(page.contains(texts(Lang::En).fault.code_empty));
    }

    #[test]
    fn an_empty_lobby_says_so() {
        let layout = layout(Lang::Ko, "/");
        let page = html(&LobbyPage::new(&layout, &[], &Typed::default()));
        assert!(page.contains("id=\"no-rooms\">"));
        assert!(lobby(&layout, "x", None).contains("id=\"no-rooms\" hidden>"));
    }
}
