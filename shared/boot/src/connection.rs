//! Bounds on the memory of a connection in the kernel.

use std::{os::fd::AsFd, time::Duration};

use socket2::SockRef;

/// Bytes that may wait for a client in the kernel. Without a cap a reader that stalls pins megabytes there.
const SEND_BUFFER: usize = 64 << 10;
/// How long the kernel keeps sending to a client that takes nothing: then the connection ends and its descriptor is free.
const USER_TIMEOUT: Duration = Duration::from_secs(30);

/// Bounds what a client that reads nothing can hold of a TCP connection: 64 KiB in the kernel, for 30 s.
pub fn bound_kernel_buffers(connection: &impl AsFd) {
    let socket = SockRef::from(connection);
    let bounded = socket.set_send_buffer_size(SEND_BUFFER);
    // Other systems have no such timeout; there a reader that stalls holds its descriptor for longer.
    #[cfg(target_os = "linux")]
    let bounded = bounded.and_then(|()| socket.set_tcp_user_timeout(Some(USER_TIMEOUT)));
    if let Err(fault) = bounded {
        log::debug!("the kernel's buffers of a connection could not be bounded: {fault}");
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn the_bounds_are_the_connections() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        bound_kernel_buffers(&stream);
        let socket = SockRef::from(&stream);
        // Linux counts its own bookkeeping in and doubles what was asked for.
        assert!(socket.send_buffer_size().unwrap() <= 2 * SEND_BUFFER);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(USER_TIMEOUT));
    }
}
