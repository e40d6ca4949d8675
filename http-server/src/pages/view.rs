//! What a page is told: plain borrowed values, so that pages know no database and no web framework.

use super::Lang;

/// The person who is signed in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Me<'a> {
    /// The user's id, as the API gives it.
    pub(crate) id: &'a str,
    /// The nickname that others see.
    pub(crate) nickname: &'a str,
}

/// What every page has around its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chrome<'a> {
    /// Language of all texts.
    pub(crate) lang: Lang,
    /// Who is signed in, if anyone.
    pub(crate) me: Option<Me<'a>>,
    /// Where the static files are, without a slash at the end: `/static/<hash>`.
    pub(crate) assets: &'a str,
    /// Path of the page itself, or of the one to go on at: where the form of the frame (language) and "try again" lead.
    pub(crate) path: &'a str,
    /// Base of all socket URLs, without a slash at the end: `ws://localhost:8001`.
    pub(crate) ws_url: &'a str,
}

/// Why a form was given back, shown at its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing that can be seen.
    Empty,
    /// Longer than the field allows.
    TooLong {
        /// The limit in characters.
        max: usize,
    },
    /// More bytes than the field allows, though not more characters.
    TooManyBytes,
    /// A control character, or one that reorders text.
    ControlCharacter,
    /// An invisible character that joins nothing.
    InvisibleCharacter,
    /// A combining mark without a letter, or too many on one letter.
    StrayMark,
    /// No room has this code.
    NoSuchRoom,
    /// No table has this code.
    NoSuchTable,
    /// The room has no free seat.
    RoomFull,
}

/// The form in which a guest names themself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignIn<'a> {
    /// Path to open afterwards.
    pub(crate) next: &'a str,
    /// What was typed before.
    pub(crate) nickname: &'a str,
    /// What was wrong with it.
    pub(crate) fault: Option<Fault>,
    /// The browser has returned no cookie: nobody can sign in.
    pub(crate) cookies_off: bool,
    /// The room that the guest was invited to, if they followed a room's link.
    pub(crate) room_name: Option<&'a str>,
}

/// One room in the lobby.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RoomCard<'a> {
    /// The room's code, six characters.
    pub(crate) code: &'a str,
    /// The room's name.
    pub(crate) name: &'a str,
    /// People with a seat in the room.
    pub(crate) members: u32,
    /// Those of them who are there now.
    pub(crate) online: u32,
    /// Seats in the room.
    pub(crate) capacity: u16,
    /// Last activity, Unix milliseconds.
    pub(crate) active_at: i64,
}

/// The lobby: rooms, a form to create one, a form to join one by code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lobby<'a> {
    /// Rooms in the order to show them.
    pub(crate) rooms: &'a [RoomCard<'a>],
    /// What was typed as the new room's name.
    pub(crate) name: &'a str,
    /// What was wrong with it.
    pub(crate) name_fault: Option<Fault>,
    /// What was typed as a room's code.
    pub(crate) code: &'a str,
    /// What was wrong with it.
    pub(crate) code_fault: Option<Fault>,
}

/// A room that the visitor is a member of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room<'a> {
    /// The room's code, six characters.
    pub(crate) code: &'a str,
    /// The room's name.
    pub(crate) name: &'a str,
    /// Seats in the room.
    pub(crate) capacity: u16,
}

/// Why there is no page to show.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refusal<'a> {
    /// No such page (404).
    NotFound,
    /// No such room (404).
    RoomNotFound {
        /// The code that was asked for.
        code: &'a str,
    },
    /// The room has no free seat (409).
    RoomFull {
        /// The room's name.
        name: &'a str,
        /// Its seats.
        capacity: u16,
    },
    /// No such table (404).
    TableNotFound {
        /// The code that was asked for.
        code: &'a str,
    },
    /// The table wants no spectators (403).
    NotWatched,
    /// The game is not over, so that there is no replay yet (409).
    NotOver,
    /// No such player (404).
    PlayerNotFound,
    /// Not allowed (403).
    Forbidden,
    /// The address is not for opening (405).
    NoPage,
    /// A request that cannot be understood (another 4xx).
    BadRequest {
        /// The status.
        status: u16,
        /// What was wrong, in English, for who set up the site.
        detail: Option<&'a str>,
    },
    /// More was sent than is taken (413).
    TooLarge,
    /// Too many requests (429).
    TooMany {
        /// Seconds until the next one is taken.
        retry_after_s: u64,
    },
    /// The servers cannot answer just now (503).
    Unavailable,
    /// A fault of ours (500).
    Internal {
        /// Id of the request in the log, for the person to tell us.
        request_id: &'a str,
    },
}
