//! The pages: plain values in, HTML out. No database, no web framework, no clock.
//!
//! Each function renders one page of `templates/` in the language of its [`Chrome`]. All values are escaped.

pub(crate) mod texts;
mod view;

use askama::Template;

use texts::{Notice, Texts, fill, texts};

pub(crate) use crate::site::lang::Lang;
use crate::site::{script, utc};
pub(crate) use view::{Chrome, Fault, Lobby, Me, Refusal, Room, RoomCard, SignIn};

/// The nickname form: the front door, and the door of a room for a guest who followed a link.
pub(crate) fn sign_in(chrome: &Chrome<'_>, view: &SignIn<'_>) -> String {
    let t = texts(chrome.lang);
    let fault = view.fault.map(|fault| fault_text(t, t.fault.nickname_empty, fault));
    let invited = view.room_name.map(|room| fill(t.sign_in.invited, &[("room", room)]));
    html(&SignInPage { chrome, t, view, fault, invited })
}

/// The lobby. Works without scripts; with them the list of rooms is live.
pub(crate) fn lobby(chrome: &Chrome<'_>, view: &Lobby<'_>) -> String {
    let t = texts(chrome.lang);
    let name_fault = view.name_fault.map(|fault| fault_text(t, t.fault.name_empty, fault));
    let code_fault = view.code_fault.map(|fault| fault_text(t, t.fault.code_empty, fault));
    html(&LobbyPage { chrome, t, view, name_fault, code_fault })
}

/// A room. The scripts bring it to life over the socket.
pub(crate) fn room(chrome: &Chrome<'_>, view: &Room<'_>) -> String {
    html(&RoomPage { chrome, t: texts(chrome.lang), view })
}

/// A page that says why there is no page, and what to do.
pub(crate) fn refusal(chrome: &Chrome<'_>, view: &Refusal<'_>) -> String {
    let t = texts(chrome.lang);
    let (status, notice) = notice(t, view);
    let (text, detail) = explain(notice.text, view);
    let technical = matches!(view, Refusal::BadRequest { .. });
    // Asking again for what does not exist or is not allowed leads nowhere.
    let again = matches!(status, 409 | 429 | 500 | 503);
    html(&RefusalPage { chrome, t, status, title: notice.title, text, detail, technical, again })
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    chrome: &'a Chrome<'a>,
    t: &'static Texts,
    view: &'a SignIn<'a>,
    fault: Option<String>,
    invited: Option<String>,
}

#[derive(Template)]
#[template(path = "lobby.html")]
struct LobbyPage<'a> {
    chrome: &'a Chrome<'a>,
    t: &'static Texts,
    view: &'a Lobby<'a>,
    name_fault: Option<String>,
    code_fault: Option<String>,
}

impl LobbyPage<'_> {
    fn seats(&self, room: &RoomCard<'_>) -> String {
        let (members, capacity) = (room.members.to_string(), room.capacity.to_string());
        fill(self.t.live.seats, &[("members", &members), ("capacity", &capacity)])
    }

    fn here_now(&self, room: &RoomCard<'_>) -> String {
        fill(self.t.live.here_now, &[("online", &room.online.to_string())])
    }
}

#[derive(Template)]
#[template(path = "room.html")]
struct RoomPage<'a> {
    chrome: &'a Chrome<'a>,
    t: &'static Texts,
    view: &'a Room<'a>,
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage<'a> {
    chrome: &'a Chrome<'a>,
    t: &'static Texts,
    status: u16,
    title: &'static str,
    text: String,
    detail: Option<&'a str>,
    /// Whether `detail` is an English sentence.
    technical: bool,
    again: bool,
}

pub(crate) fn fault_text(t: &Texts, empty: &'static str, fault: Fault) -> String {
    let text = match fault {
        Fault::Empty => empty,
        Fault::TooLong { max } => {
            return fill(t.fault.too_long, &[("max", &max.to_string())]);
        }
        Fault::TooManyBytes => t.fault.too_many_bytes,
        Fault::ControlCharacter => t.fault.control_character,
        Fault::InvisibleCharacter => t.fault.invisible_character,
        Fault::StrayMark => t.fault.stray_mark,
        Fault::NoSuchRoom => t.fault.no_such_room,
        Fault::NoSuchTable => t.mafia.tables.no_table,
        Fault::RoomFull => t.fault.room_full,
    };
    text.to_owned()
}

fn notice(t: &Texts, refusal: &Refusal<'_>) -> (u16, Notice) {
    let r = &t.refusal;
    match refusal {
        Refusal::NotFound => (404, r.not_found),
        Refusal::RoomNotFound { .. } => (404, r.room_not_found),
        Refusal::RoomFull { .. } => (409, r.room_full),
        Refusal::TableNotFound { .. } => (404, r.table_not_found),
        Refusal::NotWatched => (403, r.not_watched),
        Refusal::NotOver => (409, r.not_over),
        Refusal::PlayerNotFound => (404, r.player_not_found),
        Refusal::Forbidden => (403, r.forbidden),
        Refusal::NoPage => (405, r.no_page),
        Refusal::BadRequest { status, .. } => (*status, r.bad_request),
        Refusal::TooLarge => (413, r.too_large),
        Refusal::TooMany { .. } => (429, r.too_many),
        Refusal::Unavailable => (503, r.unavailable),
        Refusal::Internal { .. } => (500, r.internal),
    }
}

/// The notice's text with its values, and a line that is not ours to translate.
fn explain<'a>(text: &str, refusal: &Refusal<'a>) -> (String, Option<&'a str>) {
    match *refusal {
        Refusal::RoomNotFound { code } | Refusal::TableNotFound { code } => (fill(text, &[("code", code)]), None),
        Refusal::RoomFull { name, capacity } => (fill(text, &[("name", name), ("capacity", &capacity.to_string())]), None),
        Refusal::TooMany { retry_after_s } => (fill(text, &[("seconds", &retry_after_s.to_string())]), None),
        Refusal::BadRequest { detail, .. } => (text.to_owned(), detail),
        Refusal::Internal { request_id } => (text.to_owned(), Some(request_id)),
        Refusal::NotFound
        | Refusal::NotWatched
        | Refusal::NotOver
        | Refusal::PlayerNotFound
        | Refusal::Forbidden
        | Refusal::NoPage
        | Refusal::TooLarge
        | Refusal::Unavailable => (text.to_owned(), None),
    }
}

pub(crate) fn html(page: &impl Template) -> String {
    page.render().expect("text and numbers go into a String without an error")
}

#[cfg(test)]
pub(crate) mod tests;
