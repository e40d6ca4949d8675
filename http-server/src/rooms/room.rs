//! `/rooms/{code}`: the page of a room. The scripts bring it to life over the socket.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode},
    web,
};
use askama::Template;
use rooms::RoomsError;
use store::{RoomCode, RoomSummary};

use super::texts::{RoomsTexts, ScriptTexts, texts};
use crate::{
    AppState,
    problem::Problem,
    site::{
        json::Json,
        layout::{Layout, page},
        refusal, see,
        sign_in::{
            page::{self as sign_in, SignIn},
            session::Visitor,
        },
    },
};

#[derive(Template)]
#[template(path = "rooms/room.html")]
struct RoomPage<'a> {
    layout: &'a Layout,
    t: &'static RoomsTexts,
    script: ScriptTexts,
    room: &'a RoomSummary,
}

impl<'a> RoomPage<'a> {
    fn new(layout: &'a Layout, room: &'a RoomSummary) -> Self {
        Self { layout, t: texts(layout.lang), script: ScriptTexts::of(layout.lang), room }
    }
}

/// `GET /rooms/{code}`: joins the room and shows it. A guest gets the sign-in form first.
pub(crate) async fn show(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let layout = Layout::of(&req, &state.settings).with(visitor.0.as_ref());
    let Ok(code) = RoomCode::parse(&path) else {
        return Ok(not_found(&layout, &path));
    };
    let now = state.now();
    let found = match &visitor.0 {
        // HEAD must not change anything, so it does not join.
        Some(session) if req.method() != Method::HEAD => state.rooms.join(&code, &session.user, now).await.map(|view| view.room),
        _ => state.rooms.room(&code).await,
    };
    let room = match found {
        Ok(room) => room,
        Err(RoomsError::NotFound) => return Ok(not_found(&layout, code.as_str())),
        Err(RoomsError::Full { name, capacity }) => return Ok(full(&layout, &name, capacity)),
        Err(error) => return Err(error.into()),
    };
    if visitor.0.is_none() {
        let form = SignIn { next: req.path(), invited_to: Some(room.name.into_string()), ..SignIn::default() };
        return Ok(sign_in::show(&req, &state, StatusCode::OK, &form));
    }
    Ok(page(StatusCode::OK, &RoomPage::new(&layout, &room)))
}

fn not_found(layout: &Layout, code: &str) -> HttpResponse {
    refusal::show(layout, StatusCode::NOT_FOUND, texts(layout.lang).refusal.room_not_found, &[("code", code)])
}

fn full(layout: &Layout, name: &str, capacity: u16) -> HttpResponse {
    let values = [("name", name), ("capacity", &capacity.to_string())];
    refusal::show(layout, StatusCode::CONFLICT, texts(layout.lang).refusal.room_full, &values)
}

/// `POST /rooms/{code}/leave`
pub(crate) async fn leave(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    if let (Some(session), Ok(code)) = (visitor.0, RoomCode::parse(&path)) {
        match state.rooms.leave(&code, &session.user).await {
            Ok(()) | Err(RoomsError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(see("/"))
}

/// The path of a room's page.
pub(super) fn path(code: &RoomCode) -> String {
    format!("/rooms/{code}")
}

/// The name of the room that a path leads to.
pub(crate) async fn invitation(state: &AppState, path: &str) -> Result<Option<String>, Problem> {
    let Some(code) = path.strip_prefix("/rooms/").and_then(|code| RoomCode::parse(code).ok()) else {
        return Ok(None);
    };
    match state.rooms.room(&code).await {
        Ok(room) => Ok(Some(room.name.into_string())),
        Err(RoomsError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::site::{layout::html, page_tests, refusal::tests::of_slice};

    /// A sample of every variant of the page, with `text` in place of each text from outside.
    pub(in crate::rooms) fn every_page(layout: &Layout, text: &str) -> Vec<String> {
        let refused = &texts(layout.lang).refusal;
        vec![
            html(&RoomPage::new(layout, &page_tests::room(text))),
            of_slice(layout, 404, refused.room_not_found, &[("code", text)]),
            of_slice(layout, 409, refused.room_full, &[("name", text), ("capacity", "8")]),
        ]
    }
}
