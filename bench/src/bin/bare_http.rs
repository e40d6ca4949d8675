//! One route that reads one row, on actix-web as its users write it: no middleware, no limits, no log. The query is http-server's own.

use std::{env, net::Ipv4Addr};

use accounts::UserRef;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, error, web};
use serde::Serialize;
use store::{DatabaseUrl, Session, SessionToken, Store, TokenKey};

#[derive(Clone)]
struct State {
    store: Store,
    key: TokenKey,
    clock: application::Clock,
}

#[derive(Serialize)]
struct View {
    user: UserRef,
    expires_at: i64,
}

impl From<&Session> for View {
    fn from(session: &Session) -> Self {
        Self { user: UserRef::from(&session.user), expires_at: session.expires_at }
    }
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let port = env::var("PORT")?.parse()?;
    let store = Store::connect(&DatabaseUrl::parse(&env::var("DATABASE_URL")?)?).await?;
    let key = TokenKey::new(env::var("SECRET_KEY")?.as_bytes());
    let state = web::Data::new(State { store, key, clock: application::Clock::system() });
    HttpServer::new(move || App::new().app_data(state.clone()).route("/api/v1/session", web::get().to(show)))
        .workers(1)
        .tcp_nodelay(true)
        .bind((Ipv4Addr::LOCALHOST, port))?
        .run()
        .await?;
    Ok(())
}

async fn show(request: HttpRequest, state: web::Data<State>) -> actix_web::Result<HttpResponse> {
    let cookie = request.cookie(accounts::SESSION_COOKIE).ok_or_else(|| error::ErrorUnauthorized("no session"))?;
    let token = SessionToken::parse(cookie.value()).map_err(error::ErrorUnauthorized)?;
    let session = state.store.session_by_token(&token.hash(&state.key), state.clock.now()).await;
    let session = session.map_err(error::ErrorServiceUnavailable)?.ok_or_else(|| error::ErrorUnauthorized("no session"))?;
    Ok(HttpResponse::Ok().json(View::from(&session)))
}
