//! Every text of the pages. One struct, one constant a language: a text that is missing in one of them does not compile.
//!
//! `{word}` in a text is a place for a value, see [`fill`].

mod en;
mod ko;

use serde::Serialize;

use super::Lang;
use crate::mafia::{game_texts::GameTexts, page_texts::MafiaTexts};

/// All texts in one language.
#[derive(Serialize)]
pub(crate) struct Texts {
    pub(crate) frame: FrameTexts,
    pub(crate) sign_in: SignInTexts,
    pub(crate) lobby: LobbyTexts,
    pub(crate) room: RoomTexts,
    pub(crate) fault: FaultTexts,
    pub(crate) refusal: RefusalTexts,
    pub(crate) live: LiveTexts,
    pub(crate) mafia: MafiaTexts,
    pub(crate) game: GameTexts,
}

/// Around every page.
#[derive(Serialize)]
pub(crate) struct FrameTexts {
    pub(crate) tagline: &'static str,
    pub(crate) skip: &'static str,
    pub(crate) to_lobby: &'static str,
    pub(crate) signed_in_as: &'static str,
    pub(crate) sign_out: &'static str,
}

/// The nickname form.
#[derive(Serialize)]
pub(crate) struct SignInTexts {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) invited: &'static str,
    pub(crate) nickname: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) submit: &'static str,
}

/// The lobby page.
#[derive(Serialize)]
pub(crate) struct LobbyTexts {
    pub(crate) title: &'static str,
    pub(crate) rooms: &'static str,
    pub(crate) none: &'static str,
    pub(crate) none_hint: &'static str,
    pub(crate) create: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_example: &'static str,
    pub(crate) create_submit: &'static str,
    pub(crate) join: &'static str,
    pub(crate) code: &'static str,
    pub(crate) code_hint: &'static str,
    pub(crate) join_submit: &'static str,
    pub(crate) rename: &'static str,
    pub(crate) rename_submit: &'static str,
    pub(crate) active: &'static str,
}

/// The room page as the server sends it.
#[derive(Serialize)]
pub(crate) struct RoomTexts {
    pub(crate) code: &'static str,
    pub(crate) share: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) leave: &'static str,
    pub(crate) people: &'static str,
    pub(crate) messages: &'static str,
    pub(crate) loading: &'static str,
    pub(crate) load_failed: &'static str,
    pub(crate) load_again: &'static str,
    pub(crate) older: &'static str,
    pub(crate) empty: &'static str,
    pub(crate) empty_hint: &'static str,
    pub(crate) message: &'static str,
    pub(crate) message_hint: &'static str,
    pub(crate) send: &'static str,
    pub(crate) needs_script: &'static str,
}

/// What is wrong with a field.
#[derive(Serialize)]
pub(crate) struct FaultTexts {
    pub(crate) cookies_off: &'static str,
    pub(crate) nickname_empty: &'static str,
    pub(crate) name_empty: &'static str,
    pub(crate) code_empty: &'static str,
    pub(crate) too_long: &'static str,
    pub(crate) too_many_bytes: &'static str,
    pub(crate) control_character: &'static str,
    pub(crate) invisible_character: &'static str,
    pub(crate) stray_mark: &'static str,
    pub(crate) no_such_room: &'static str,
    pub(crate) room_full: &'static str,
}

/// Pages in place of a page.
#[derive(Serialize)]
pub(crate) struct RefusalTexts {
    pub(crate) not_found: Notice,
    pub(crate) room_not_found: Notice,
    pub(crate) room_full: Notice,
    pub(crate) table_not_found: Notice,
    pub(crate) not_watched: Notice,
    pub(crate) not_over: Notice,
    pub(crate) player_not_found: Notice,
    pub(crate) forbidden: Notice,
    pub(crate) no_page: Notice,
    pub(crate) bad_request: Notice,
    pub(crate) too_large: Notice,
    pub(crate) too_many: Notice,
    pub(crate) unavailable: Notice,
    pub(crate) internal: Notice,
    pub(crate) to_lobby: &'static str,
    pub(crate) again: &'static str,
}

/// A heading and what to do about it.
#[derive(Serialize, Clone, Copy)]
pub(crate) struct Notice {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

/// What the scripts say: they get it as JSON, so the names here are their names too.
#[derive(Serialize)]
pub(crate) struct LiveTexts {
    pub(crate) connecting: &'static str,
    pub(crate) live: &'static str,
    pub(crate) reconnecting_in: &'static str,
    pub(crate) reconnecting: &'static str,
    pub(crate) closed: &'static str,
    pub(crate) offline: &'static str,
    pub(crate) no_security: &'static str,
    pub(crate) no_address: &'static str,
    pub(crate) no_contact: &'static str,
    pub(crate) no_answer: &'static str,
    pub(crate) no_server: &'static str,
    pub(crate) no_permission: &'static str,
    pub(crate) connect_now: &'static str,
    pub(crate) ended: Notice,
    pub(crate) sign_in: &'static str,
    pub(crate) refused: Notice,
    pub(crate) not_found: Notice,
    pub(crate) to_lobby: &'static str,
    pub(crate) reload: &'static str,
    pub(crate) you: &'static str,
    pub(crate) online: &'static str,
    pub(crate) away: &'static str,
    pub(crate) here_now: &'static str,
    pub(crate) seats: &'static str,
    pub(crate) joined: &'static str,
    pub(crate) left: &'static str,
    pub(crate) renamed: &'static str,
    pub(crate) came: &'static str,
    pub(crate) went: &'static str,
    pub(crate) former_member: &'static str,
    pub(crate) typing_one: &'static str,
    pub(crate) typing_two: &'static str,
    pub(crate) typing_many: &'static str,
    pub(crate) said: &'static str,
    pub(crate) sending: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) retry: &'static str,
    pub(crate) discard: &'static str,
    pub(crate) new_messages: &'static str,
    pub(crate) new_since: &'static str,
    pub(crate) load_failed: &'static str,
    pub(crate) characters_left: &'static str,
    pub(crate) characters_over: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) copy_failed: &'static str,
    pub(crate) too_long: &'static str,
    pub(crate) bad_field: &'static str,
    pub(crate) unavailable: &'static str,
}

/// The texts of a language.
pub(crate) fn texts(lang: Lang) -> &'static Texts {
    match lang {
        Lang::Ko => &ko::KO,
        Lang::En => &en::EN,
    }
}

/// Puts values into a text's places: `{name}` becomes the value named `name`.
/// One pass, so a value that itself looks like a place stays as it is.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, place)) = rest.split_once('{') {
        out.push_str(before);
        let found = place.split_once('}').and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, after))
        });
        if let Some((value, after)) = found {
            out.push_str(value);
            rest = after;
        } else {
            out.push('{');
            rest = place;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests;
