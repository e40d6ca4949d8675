//! The pages' forms. All of them answer 303, or the page again with the fault at the field.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::{StatusCode, header},
    web,
};
use mafia::Person;
use rooms::RoomsError;
use serde::Deserialize;
use store::{Nickname, RoomCode, RoomName, TextFault};

use super::{
    layout::LANGUAGE_COOKIE,
    sign_in::{
        api as session,
        session::{Visitor, returns_cookies},
    },
};
use crate::{
    AppState,
    limits::LANGUAGE_DAYS,
    pages::{Fault, Lang, SignIn},
    problem::Problem,
    request::local_path,
    rooms::{
        api::random_code,
        pages::{self, LobbyForm},
    },
};

/// The query of a form that was sent a second time, for the probe.
const COOKIES_ASKED: &str = "cookies=asked";

/// What the forms send. A field that is missing is an empty one: its rule tells the person what to do.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    nickname: String,
    next: String,
    name: String,
    code: String,
    lang: String,
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    form: web::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let next = local_path(&form.next);
    let nickname = match Nickname::parse(&form.nickname) {
        Ok(nickname) => nickname,
        Err(fault) => {
            let room_name = invited_to(&state, next).await?;
            let view = SignIn {
                next,
                nickname: &form.nickname,
                fault: Some(fault_of(&fault)),
                cookies_off: false,
                room_name: room_name.as_deref(),
            };
            return Ok(pages::sign_in(&req, &state, StatusCode::UNPROCESSABLE_ENTITY, &view));
        }
    };
    if !returns_cookies(req.headers()) {
        return without_cookies(&req, &state, &form).await;
    }
    let (_, cookies) = match visitor.0 {
        Some(session) => session::reopen(&req, &state, &session, &nickname).await?,
        None => session::open(&req, &state, &nickname).await?,
    };
    Ok(session::with_cookies(see(next), cookies))
}

/// A browser without cookies would make a user with each try and never be signed in. It is asked once more for the probe, since the
/// form may be older than the probe; then the form says what is wrong.
async fn without_cookies(req: &HttpRequest, state: &AppState, form: &Form) -> Result<HttpResponse, Problem> {
    if req.query_string() != COOKIES_ASKED {
        let again = (header::LOCATION, format!("/sign-in?{COOKIES_ASKED}"));
        return Ok(session::with_probe(req, state, HttpResponse::TemporaryRedirect().insert_header(again).finish()));
    }
    let next = local_path(&form.next);
    let room_name = invited_to(state, next).await?;
    let view = SignIn { next, nickname: &form.nickname, fault: None, cookies_off: true, room_name: room_name.as_deref() };
    Ok(pages::sign_in(req, state, StatusCode::UNPROCESSABLE_ENTITY, &view))
}

/// `POST /sign-out`
pub(crate) async fn sign_out(req: HttpRequest, state: web::Data<AppState>, visitor: Visitor) -> Result<HttpResponse, Problem> {
    match visitor.0 {
        Some(session) => Ok(session::with_cookies(see("/"), session::close(&req, &state, session.id).await?)),
        None => Ok(see("/")),
    }
}

/// `POST /rooms`
pub(crate) async fn create_room(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    form: web::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let Some(session) = visitor.0 else {
        return Ok(see("/"));
    };
    match RoomName::parse(&form.name) {
        Ok(name) => {
            let room = state.rooms.create(&session.user, &name, None, random_code, state.now()).await?;
            Ok(see(&room_path(&room.code)))
        }
        Err(fault) => {
            let form = LobbyForm { name: &form.name, name_fault: Some(fault_of(&fault)), ..LobbyForm::default() };
            pages::lobby(&req, &state, &session, &form).await
        }
    }
}

/// `POST /join`
pub(crate) async fn join(
    req: HttpRequest,
    state: web::Data<AppState>,
    visitor: Visitor,
    form: web::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let Some(session) = visitor.0 else {
        return Ok(see("/"));
    };
    let outcome = match RoomCode::parse(&form.code) {
        Ok(code) => state.rooms.join(&code, &session.user, state.now()).await,
        Err(_) => Err(RoomsError::NotFound),
    };
    let fault = match outcome {
        Ok(view) => return Ok(see(&room_path(&view.room.code))),
        Err(RoomsError::NotFound) if form.code.trim().is_empty() => Fault::Empty,
        Err(RoomsError::NotFound) => Fault::NoSuchRoom,
        Err(RoomsError::Full { .. }) => Fault::RoomFull,
        Err(error) => return Err(error.into()),
    };
    let form = LobbyForm { code: &form.code, code_fault: Some(fault), ..LobbyForm::default() };
    pages::lobby(&req, &state, &session, &form).await
}

/// `POST /rooms/{code}/leave`
pub(crate) async fn leave(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    if let (Some(session), Ok(code)) = (visitor.0, RoomCode::parse(&path)) {
        match state.rooms.leave(&code, &session.user, state.now()).await {
            Ok(()) | Err(RoomsError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(see("/"))
}

/// `POST /language`
pub(crate) async fn language(
    req: HttpRequest,
    state: web::Data<AppState>,
    form: web::Form<Form>,
) -> Result<HttpResponse, Problem> {
    let lang =
        Lang::from_tag(&form.lang).ok_or_else(|| Problem::field("lang", "lang is no language of ours; expected ko or en"))?;
    let cookie = Cookie::build(LANGUAGE_COOKIE, lang.tag())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(session::is_secure(&req, &state))
        .max_age(Duration::days(LANGUAGE_DAYS))
        .finish();
    Ok(session::with_cookies(see(local_path(&form.next)), vec![cookie]))
}

/// The name of the room or the table that a path leads to, for the form of a guest who followed its link.
async fn invited_to(state: &AppState, next: &str) -> Result<Option<String>, Problem> {
    if let Some(code) = next.strip_prefix("/mafia/").and_then(|code| RoomCode::parse(code).ok()) {
        return Ok(state.mafia.snapshot(&code, &Person::nobody(), state.now()).await.ok().map(|seen| seen.game.name));
    }
    let code = next.strip_prefix("/rooms/").and_then(|code| RoomCode::parse(code).ok());
    let Some(code) = code else {
        return Ok(None);
    };
    match state.rooms.room(&code, state.now()).await {
        Ok(room) => Ok(Some(room.name.into_string())),
        Err(RoomsError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn room_path(code: &RoomCode) -> String {
    format!("/rooms/{code}")
}

pub(crate) fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

pub(crate) fn fault_of(fault: &TextFault) -> Fault {
    match *fault {
        TextFault::Empty => Fault::Empty,
        TextFault::TooLong { max, .. } => Fault::TooLong { max },
        TextFault::TooManyBytes { .. } => Fault::TooManyBytes,
        TextFault::ControlCharacter { .. } => Fault::ControlCharacter,
        TextFault::InvisibleCharacter { .. } => Fault::InvisibleCharacter,
        TextFault::StrayMark { .. } => Fault::StrayMark,
    }
}
