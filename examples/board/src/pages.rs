//! The actix-web app: the page, sign-in and the list of cards.

use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::error::{ErrorInternalServerError, ErrorNotFound, ErrorUnauthorized, ErrorUnprocessableEntity};
use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError, Result};
use catamaran::{ChannelLayer, Message, SocketOrder};
use catamaran_boot::Settings;
use catamaran_sockets::close;
use serde::Deserialize;
use serde_json::json;

use crate::consumer::{Event, group};
use crate::members::{COOKIE, Members};
use crate::store::StoreError;
use crate::token::{Claims, VALID_FOR, now};

pub(crate) struct Pages {
    pub(crate) members: Members,
    pub(crate) layer: Arc<dyn ChannelLayer>,
    /// Where the page finds the sockets; empty: at its own address.
    pub(crate) sockets: String,
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

impl ResponseError for StoreError {
    fn error_response(&self) -> HttpResponse {
        log::error!("{self}");
        HttpResponse::ServiceUnavailable().body("the board cannot be read at the moment; try again")
    }
}

pub(crate) fn configure(pages: Data<Pages>, settings: Data<Settings>) -> impl FnOnce(&mut ServiceConfig) + Clone {
    move |config| {
        config
            .app_data(pages)
            .app_data(settings)
            .route("/", web::get().to(page))
            .route("/healthz", web::get().to(health))
            .route("/api/me", web::get().to(me))
            .route("/api/sign-in", web::post().to(sign_in))
            .route("/api/sign-out", web::post().to(sign_out))
            .route("/api/boards/{board}/cards", web::get().to(cards))
            .route("/api/boards/{board}/cards/{card}/done", web::post().to(done));
    }
}

/// 503 while the database cannot be read.
async fn health(pages: Data<Pages>) -> Result<HttpResponse> {
    pages.members.store.has_board(1).await?;
    Ok(HttpResponse::Ok().json(json!({ "status": "ok" })))
}

async fn page() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(include_str!("page.html"))
}

/// The claims of the member whose cookie the request has.
async fn claims(request: &HttpRequest, pages: &Pages) -> Result<Claims> {
    let signed_out = || ErrorUnauthorized("sign in first");
    let cookie = request.cookie(COOKIE).ok_or_else(signed_out)?;
    pages.members.open(cookie.value()).await?.ok_or_else(signed_out)
}

async fn me(request: HttpRequest, pages: Data<Pages>) -> Result<Json<serde_json::Value>> {
    let Claims { user, name, .. } = claims(&request, &pages).await?;
    Ok(Json(json!({ "user": user, "name": name, "sockets": pages.sockets })))
}

/// Signs in by a name alone: a real product asks for a proof here.
async fn sign_in(Json(SignIn { name }): Json<SignIn>, pages: Data<Pages>) -> Result<HttpResponse> {
    if !(1..=40).contains(&name.chars().count()) || !name.chars().all(char::is_alphanumeric) {
        return Err(ErrorUnprocessableEntity("a name has 1 to 40 letters or digits"));
    }
    let user = pages.members.store.member(name.clone()).await?;
    let claims = Claims { user, name, jti: uuid::Uuid::new_v4().to_string(), exp: now() + VALID_FOR.cast_unsigned() };
    Ok(HttpResponse::NoContent().cookie(cookie(pages.members.key.sign(&claims), VALID_FOR)).finish())
}

/// Ends the session, and its sockets in all processes.
async fn sign_out(request: HttpRequest, pages: Data<Pages>) -> Result<HttpResponse> {
    let session = claims(&request, &pages).await?.jti;
    pages.members.store.end(session.clone()).await?;
    if let Err(fault) = SocketOrder::close_session(session, close::signed_out()).send(&*pages.layer).await {
        log::warn!("the sockets of a session end at the next check: {fault}");
    }
    Ok(HttpResponse::NoContent().cookie(cookie(String::new(), 0)).finish())
}

async fn cards(request: HttpRequest, board: Path<i64>, pages: Data<Pages>) -> Result<HttpResponse> {
    claims(&request, &pages).await?;
    Ok(HttpResponse::Ok().json(pages.members.store.cards(*board).await?))
}

/// For scripts: moves a card to the last lane, and tells the sockets in all processes.
async fn done(request: HttpRequest, path: Path<(i64, i64)>, pages: Data<Pages>) -> Result<HttpResponse> {
    let (Claims { name, .. }, (board, card)) = (claims(&request, &pages).await?, path.into_inner());
    let card = pages.members.store.change(board, card, Some(2), None).await?.ok_or_else(|| ErrorNotFound("no such card"))?;
    pages.members.store.note(board, format!("{name} finished “{}”", card.title)).await?;
    let event = Message::new(&Event::Changed { card }).map_err(ErrorInternalServerError)?;
    if let Err(fault) = pages.layer.group_send(&group("board", board), &event).await {
        log::warn!("open pages show the card's lane after they load again: {fault}");
    }
    Ok(HttpResponse::NoContent().finish())
}

fn cookie(token: String, seconds: i64) -> Cookie<'static> {
    Cookie::build(COOKIE, token).path("/").http_only(true).same_site(SameSite::Lax).max_age(Duration::seconds(seconds)).finish()
}
