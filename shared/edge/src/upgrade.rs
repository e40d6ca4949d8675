//! Checks whether a request asks for a WebSocket.

/// Whether one of the `Upgrade` header's lines offers `websocket`, in any case and among other offers.
pub fn asks_for_socket<'h>(lines: impl IntoIterator<Item = &'h [u8]>) -> bool {
    let mut offers = lines.into_iter().flat_map(|line| line.split(|&byte| byte == b','));
    offers.any(|offer| offer.trim_ascii().eq_ignore_ascii_case(b"websocket"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_websocket_among_other_offers() {
        for (lines, asks) in [
            (&["websocket"][..], true),
            (&["WebSocket"], true),
            (&["h2c, websocket"], true),
            (&["h2c", "websocket"], true),
            (&["h2c"], false),
            (&["websocket/13"], false),
            (&["websockets"], false),
            (&[], false),
        ] {
            assert_eq!(asks_for_socket(lines.iter().map(|line| line.as_bytes())), asks, "{lines:?}");
        }
    }
}
