//! A loop over actix-ws sessions, as its users write it: no layer, no limits, no heartbeats, no authentication.

use std::{cell::RefCell, collections::HashMap, env, net::Ipv4Addr, rc::Rc};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt, web};
use actix_ws::{AggregatedMessage, Session};
use bytestring::ByteString;
use serde::Deserialize;

/// The sockets of each room.
type Rooms = Rc<RefCell<HashMap<String, HashMap<u64, Session>>>>;

#[derive(Deserialize)]
struct Line<'a> {
    message: &'a str,
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let port = env::var("PORT")?.parse()?;
    HttpServer::new(|| {
        let rooms = Rooms::default();
        App::new().route(
            "/ws/chat/{room}/",
            web::get().to(move |request: HttpRequest, room: web::Path<String>, payload: web::Payload| {
                socket(request, room.into_inner(), payload, Rc::clone(&rooms))
            }),
        )
    })
    .workers(1)
    .tcp_nodelay(true)
    .h1_allow_half_closed(false)
    .bind((Ipv4Addr::LOCALHOST, port))?
    .run()
    .await?;
    Ok(())
}

async fn socket(request: HttpRequest, room: String, payload: web::Payload, rooms: Rooms) -> actix_web::Result<HttpResponse> {
    let (response, session, stream) = actix_ws::handle(&request, payload)?;
    let mut stream = stream.aggregate_continuations();
    rt::spawn(async move {
        let id = join(&rooms, &room, session.clone());
        let mut own = session;
        while let Some(Ok(message)) = stream.recv().await {
            match message {
                AggregatedMessage::Text(text) => broadcast(&rooms, &room, &text).await,
                AggregatedMessage::Ping(payload) => {
                    let _gone = own.pong(&payload).await;
                }
                AggregatedMessage::Close(_) => break,
                _ => {}
            }
        }
        if let Some(sessions) = rooms.borrow_mut().get_mut(&room) {
            sessions.remove(&id);
        }
    });
    Ok(response)
}

fn join(rooms: &Rooms, room: &str, session: Session) -> u64 {
    thread_local!(static NEXT: std::cell::Cell<u64> = const { std::cell::Cell::new(0) });
    let id = NEXT.replace(NEXT.get() + 1);
    rooms.borrow_mut().entry(room.to_owned()).or_default().insert(id, session);
    id
}

async fn broadcast(rooms: &Rooms, room: &str, text: &str) {
    let Ok(line) = serde_json::from_str::<Line<'_>>(text) else { return };
    // Cheap to clone, as actix-ws' documentation advises.
    let line = ByteString::from(serde_json::json!({ "message": line.message }).to_string());
    let sessions: Vec<Session> =
        rooms.borrow().get(room).map(|sessions| sessions.values().cloned().collect()).unwrap_or_default();
    for mut session in sessions {
        let _gone = session.text(line.clone()).await;
    }
}
