//! Socket.IO in Rust with its Redis adapter: a client's message goes to every socket in its room. One thread, as the other servers have.

use std::{env, error::Error, net::Ipv4Addr};

use axum::Router;
use socketioxide::{
    SocketIo,
    adapter::Adapter,
    extract::{Data, Extension, SocketRef},
};
use socketioxide_redis::{RedisAdapter, RedisAdapterCtr};
use tokio::net::TcpSocket;

#[derive(Clone)]
struct Room(String);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = redis_client()?;
    let adapter = RedisAdapterCtr::new_with_redis(&client).await?;
    let (layer, io) = SocketIo::builder().with_adapter::<RedisAdapter<_>>(adapter).build_layer();
    io.ns("/", on_connect).await?;
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, env::var("PORT")?.parse()?).into())?;
    let listener = axum::serve::ListenerExt::tap_io(socket.listen(4096)?, |stream| {
        let _refused = stream.set_nodelay(true);
    });
    axum::serve(listener, Router::new().layer(layer)).await?;
    Ok(())
}

/// A client with RESP3, which the adapter needs.
fn redis_client() -> Result<redis::Client, Box<dyn Error>> {
    Ok(redis::Client::open(format!("{}/?protocol=resp3", env::var("REDIS_URL")?))?)
}

async fn on_connect<A: Adapter>(socket: SocketRef<A>) {
    let query = socket.req_parts().uri.query().unwrap_or_default();
    let room = query.split('&').find_map(|pair| pair.strip_prefix("room=")).unwrap_or_default().to_owned();
    socket.join(room.clone());
    socket.extensions.insert(Room(room));
    socket.on("message", on_message);
}

async fn on_message<A: Adapter>(socket: SocketRef<A>, Extension(Room(room)): Extension<Room>, Data(text): Data<String>) {
    let _unreachable = socket.within(room).emit("message", &text).await;
}
