//! The pages: the front door or the lobby, and a room.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header::ContentType},
    web,
};
use rooms::RoomsError;
use store::{RoomCode, RoomSummary, Session};

use crate::{
    AppState,
    pages::{self, Fault, Lobby, Refusal, Room, RoomCard, SignIn},
    problem::Problem,
    site::{
        layout::Frame,
        sign_in::{api as session, session::Visitor},
    },
};

/// `GET /`: the sign-in form, or the lobby.
pub(crate) async fn home(req: HttpRequest, state: web::Data<AppState>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    match &visitor.0 {
        Some(session) => lobby(&req, &state, session, &LobbyForm::default()).await,
        None => Ok(sign_in(
            &req,
            &state,
            StatusCode::OK,
            &SignIn { next: "/", nickname: "", fault: None, cookies_off: false, room_name: None },
        )),
    }
}

/// `GET /rooms/{code}`: the room, which is joined by this; a nickname form first where nobody is signed in.
pub(crate) async fn room(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let frame = Frame::of(&req, &state.settings).with(visitor.0.as_ref());
    let Ok(code) = RoomCode::parse(&path) else {
        return Ok(refusal(&frame, StatusCode::NOT_FOUND, &Refusal::RoomNotFound { code: &path }));
    };
    let now = state.now();
    let found = match &visitor.0 {
        // HEAD only looks, as the method promises.
        Some(session) if req.method() != Method::HEAD => state.rooms.join(&code, &session.user, now).await.map(|view| view.room),
        _ => state.rooms.room(&code, now).await,
    };
    let room = match found {
        Ok(room) => room,
        Err(RoomsError::NotFound) => {
            return Ok(refusal(&frame, StatusCode::NOT_FOUND, &Refusal::RoomNotFound { code: code.as_str() }));
        }
        Err(RoomsError::Full { name, capacity }) => {
            return Ok(refusal(&frame, StatusCode::CONFLICT, &Refusal::RoomFull { name: &name, capacity }));
        }
        Err(error) => return Err(error.into()),
    };
    if visitor.0.is_none() {
        let form =
            SignIn { next: req.path(), nickname: "", fault: None, cookies_off: false, room_name: Some(room.name.as_str()) };
        return Ok(sign_in(&req, &state, StatusCode::OK, &form));
    }
    let view = Room { code: room.code.as_str(), name: room.name.as_str(), capacity: room.capacity };
    Ok(page(StatusCode::OK, pages::room(&frame.chrome(), &view)))
}

/// What was typed into the lobby's forms, and what was wrong with it.
#[derive(Default)]
pub(crate) struct LobbyForm<'a> {
    pub(crate) name: &'a str,
    pub(crate) name_fault: Option<Fault>,
    pub(crate) code: &'a str,
    pub(crate) code_fault: Option<Fault>,
}

pub(crate) async fn lobby(
    req: &HttpRequest,
    state: &AppState,
    session: &Session,
    form: &LobbyForm<'_>,
) -> Result<HttpResponse, Problem> {
    let rooms = state.rooms.list(state.now()).await?;
    let cards: Vec<_> = rooms.iter().map(card).collect();
    let view =
        Lobby { rooms: &cards, name: form.name, name_fault: form.name_fault, code: form.code, code_fault: form.code_fault };
    let faulty = form.name_fault.is_some() || form.code_fault.is_some();
    let status = if faulty { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = Frame::of(req, &state.settings).with(Some(session)).at("/");
    Ok(page(status, pages::lobby(&frame.chrome(), &view)))
}

pub(crate) fn sign_in(req: &HttpRequest, state: &AppState, status: StatusCode, form: &SignIn<'_>) -> HttpResponse {
    let frame = Frame::of(req, &state.settings).at(form.next);
    session::with_probe(req, state, page(status, pages::sign_in(&frame.chrome(), form)))
}

fn card(room: &RoomSummary) -> RoomCard<'_> {
    RoomCard {
        code: room.code.as_str(),
        name: room.name.as_str(),
        members: room.members,
        online: room.online,
        capacity: room.capacity,
        active_at: room.active_at,
    }
}

fn refusal(frame: &Frame, status: StatusCode, refusal: &Refusal<'_>) -> HttpResponse {
    page(status, pages::refusal(&frame.chrome(), refusal))
}

fn page(status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status).content_type(ContentType::html()).body(html)
}
