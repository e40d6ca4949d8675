//! Unix sockets, with permissions for a proxy of another user.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::{
        fs::{FileTypeExt as _, PermissionsExt as _},
        net::UnixStream,
    },
    path::Path,
};

use socket2::{Domain, SockAddr, Socket, Type};

use super::{BACKLOG, ListenSocket};

/// Sets the file's permissions before the socket listens, so that no other user connects meanwhile.
pub(super) fn bind(path: &Path, mode: u32) -> io::Result<ListenSocket> {
    if is_left_behind(path) {
        fs::remove_file(path)?;
    }
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SockAddr::unix(path)?)?;
    fs::set_permissions(path, Permissions::from_mode(mode))?;
    socket.listen(BACKLOG)?;
    Ok(ListenSocket::Unix(socket.into()))
}

fn is_left_behind(path: &Path) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|meta| meta.file_type().is_socket());
    is_socket && UnixStream::connect(path).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_the_mode_of_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o666, 0o660, 0o600] {
            let path = folder.path().join(format!("{mode:o}.sock"));
            let _listening = bind(&path, mode).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
        }
    }

    #[test]
    fn a_dead_unix_socket_is_replaced_and_a_live_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sock");
        drop(bind(&path, 0o666).unwrap());
        let live = bind(&path, 0o666).unwrap();
        assert_eq!(bind(&path, 0o666).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(live);
    }

    #[test]
    fn keeps_a_file_that_is_no_socket() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        fs::write(&path, "mine").unwrap();
        assert!(bind(&path, 0o666).is_err());
        assert_eq!(fs::read_to_string(path).unwrap(), "mine");
    }
}
