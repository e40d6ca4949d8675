//! Joins the fragments of a client's message. [`Frames`](crate::frames::Frames) bounds their bytes before they get here.

use actix_ws::{Item, Message};
use bytestring::ByteString;

/// A message of which some fragments are still to come.
#[derive(Debug, Default)]
pub(crate) struct Fragments {
    joined: Vec<u8>,
    is_text: bool,
    /// A fragment was refused, so the message is lost.
    is_refused: bool,
}

impl Fragments {
    /// Adds a fragment. Returns the whole message at the last one, unless a fragment was refused.
    pub(crate) fn add(&mut self, fragment: Item) -> Option<Message> {
        let (bytes, is_last) = match fragment {
            Item::FirstText(bytes) => {
                self.is_text = true;
                (bytes, false)
            }
            Item::FirstBinary(bytes) => (bytes, false),
            Item::Continue(bytes) => (bytes, false),
            Item::Last(bytes) => (bytes, true),
        };
        if !self.is_refused {
            self.joined.extend_from_slice(&bytes);
        }
        if is_last { std::mem::take(self).whole() } else { None }
    }

    /// Refuses a fragment, and the message with it. `true` for the first one of the message.
    pub(crate) fn refuse(&mut self, fragment: &Item) -> bool {
        let is_first = !self.is_refused;
        let is_last = matches!(fragment, Item::Last(_));
        *self = Self { is_refused: !is_last, ..Self::default() };
        is_first
    }

    fn whole(self) -> Option<Message> {
        match self {
            Self { is_refused: true, .. } => None,
            Self { is_text: true, joined, .. } => ByteString::try_from(joined).ok().map(Message::Text),
            Self { joined, .. } => Some(Message::Binary(joined.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn item(make: fn(Bytes) -> Item, bytes: &'static [u8]) -> Item {
        make(Bytes::from_static(bytes))
    }

    #[test]
    fn joins_fragments_up_to_the_last() {
        let mut fragments = Fragments::default();
        assert_eq!(fragments.add(item(Item::FirstText, b"\xce")), None);
        assert_eq!(fragments.add(item(Item::Continue, b"")), None);
        assert_eq!(fragments.add(item(Item::Last, b"\xba!")), Some(Message::Text("κ!".into())));
        assert_eq!(fragments.add(item(Item::FirstBinary, b"\xff")), None);
        assert_eq!(fragments.add(item(Item::Last, b"\x00")), Some(Message::Binary(Bytes::from_static(b"\xff\0"))));
    }

    #[test]
    fn drops_a_message_of_which_a_fragment_was_refused() {
        let mut fragments = Fragments::default();
        assert_eq!(fragments.add(item(Item::FirstText, b"a")), None);
        assert!(fragments.refuse(&item(Item::Continue, b"b")));
        assert_eq!(fragments.add(item(Item::Continue, b"c")), None);
        assert!(!fragments.refuse(&item(Item::Continue, b"d")), "the client has its error already");
        assert_eq!(fragments.add(item(Item::Last, b"e")), None);
        assert_eq!(fragments.add(item(Item::FirstText, b"f")), None);
        assert_eq!(fragments.add(item(Item::Last, b"g")), Some(Message::Text("fg".into())));
        assert!(fragments.refuse(&item(Item::FirstText, b"h")));
        assert!(!fragments.refuse(&item(Item::Last, b"i")));
        assert_eq!(fragments.add(item(Item::FirstBinary, b"j")), None);
        assert_eq!(fragments.add(item(Item::Last, b"k")), Some(Message::Binary(Bytes::from_static(b"jk"))));
    }
}
