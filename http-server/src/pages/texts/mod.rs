//! Every text of the pages. One struct, one constant a language: a text that is missing in one of them does not compile.
//!
//! `{word}` in a text is a place for a value, see [`fill`].

mod en;
pub(super) mod game;
mod ko;
pub(super) mod mafia;

use serde::Serialize;

use super::Lang;
use game::GameTexts;
use mafia::MafiaTexts;

/// All texts in one language.
#[derive(Serialize)]
pub(super) struct Texts {
    pub(super) frame: FrameTexts,
    pub(super) sign_in: SignInTexts,
    pub(super) lobby: LobbyTexts,
    pub(super) room: RoomTexts,
    pub(super) fault: FaultTexts,
    pub(super) refusal: RefusalTexts,
    pub(super) live: LiveTexts,
    pub(super) mafia: MafiaTexts,
    pub(super) game: GameTexts,
}

/// Around every page.
#[derive(Serialize)]
pub(super) struct FrameTexts {
    pub(super) tagline: &'static str,
    pub(super) skip: &'static str,
    pub(super) to_lobby: &'static str,
    pub(super) signed_in_as: &'static str,
    pub(super) sign_out: &'static str,
}

/// The nickname form.
#[derive(Serialize)]
pub(super) struct SignInTexts {
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) invited: &'static str,
    pub(super) nickname: &'static str,
    pub(super) hint: &'static str,
    pub(super) submit: &'static str,
}

/// The lobby page.
#[derive(Serialize)]
pub(super) struct LobbyTexts {
    pub(super) title: &'static str,
    pub(super) rooms: &'static str,
    pub(super) none: &'static str,
    pub(super) none_hint: &'static str,
    pub(super) create: &'static str,
    pub(super) name: &'static str,
    pub(super) name_example: &'static str,
    pub(super) create_submit: &'static str,
    pub(super) join: &'static str,
    pub(super) code: &'static str,
    pub(super) code_hint: &'static str,
    pub(super) join_submit: &'static str,
    pub(super) rename: &'static str,
    pub(super) rename_submit: &'static str,
    pub(super) active: &'static str,
}

/// The room page as the server sends it.
#[derive(Serialize)]
pub(super) struct RoomTexts {
    pub(super) code: &'static str,
    pub(super) share: &'static str,
    pub(super) copy: &'static str,
    pub(super) leave: &'static str,
    pub(super) people: &'static str,
    pub(super) messages: &'static str,
    pub(super) loading: &'static str,
    pub(super) load_failed: &'static str,
    pub(super) load_again: &'static str,
    pub(super) older: &'static str,
    pub(super) empty: &'static str,
    pub(super) empty_hint: &'static str,
    pub(super) message: &'static str,
    pub(super) message_hint: &'static str,
    pub(super) send: &'static str,
    pub(super) needs_script: &'static str,
}

/// What is wrong with a field.
#[derive(Serialize)]
pub(super) struct FaultTexts {
    pub(super) cookies_off: &'static str,
    pub(super) nickname_empty: &'static str,
    pub(super) name_empty: &'static str,
    pub(super) code_empty: &'static str,
    pub(super) too_long: &'static str,
    pub(super) too_many_bytes: &'static str,
    pub(super) control_character: &'static str,
    pub(super) invisible_character: &'static str,
    pub(super) stray_mark: &'static str,
    pub(super) no_such_room: &'static str,
    pub(super) room_full: &'static str,
}

/// Pages in place of a page.
#[derive(Serialize)]
pub(super) struct RefusalTexts {
    pub(super) not_found: Notice,
    pub(super) room_not_found: Notice,
    pub(super) room_full: Notice,
    pub(super) table_not_found: Notice,
    pub(super) not_watched: Notice,
    pub(super) not_over: Notice,
    pub(super) player_not_found: Notice,
    pub(super) forbidden: Notice,
    pub(super) no_page: Notice,
    pub(super) bad_request: Notice,
    pub(super) too_large: Notice,
    pub(super) too_many: Notice,
    pub(super) unavailable: Notice,
    pub(super) internal: Notice,
    pub(super) to_lobby: &'static str,
    pub(super) again: &'static str,
}

/// A heading and what to do about it.
#[derive(Serialize, Clone, Copy)]
pub(super) struct Notice {
    pub(super) title: &'static str,
    pub(super) text: &'static str,
}

/// What the scripts say: they get it as JSON, so the names here are their names too.
#[derive(Serialize)]
pub(super) struct LiveTexts {
    pub(super) connecting: &'static str,
    pub(super) live: &'static str,
    pub(super) reconnecting_in: &'static str,
    pub(super) reconnecting: &'static str,
    pub(super) closed: &'static str,
    pub(super) offline: &'static str,
    pub(super) no_security: &'static str,
    pub(super) no_address: &'static str,
    pub(super) no_contact: &'static str,
    pub(super) no_answer: &'static str,
    pub(super) no_server: &'static str,
    pub(super) no_permission: &'static str,
    pub(super) connect_now: &'static str,
    pub(super) ended: Notice,
    pub(super) sign_in: &'static str,
    pub(super) refused: Notice,
    pub(super) not_found: Notice,
    pub(super) to_lobby: &'static str,
    pub(super) reload: &'static str,
    pub(super) you: &'static str,
    pub(super) online: &'static str,
    pub(super) away: &'static str,
    pub(super) here_now: &'static str,
    pub(super) seats: &'static str,
    pub(super) joined: &'static str,
    pub(super) left: &'static str,
    pub(super) renamed: &'static str,
    pub(super) came: &'static str,
    pub(super) went: &'static str,
    pub(super) former_member: &'static str,
    pub(super) typing_one: &'static str,
    pub(super) typing_two: &'static str,
    pub(super) typing_many: &'static str,
    pub(super) said: &'static str,
    pub(super) sending: &'static str,
    pub(super) failed: &'static str,
    pub(super) retry: &'static str,
    pub(super) discard: &'static str,
    pub(super) new_messages: &'static str,
    pub(super) new_since: &'static str,
    pub(super) load_failed: &'static str,
    pub(super) characters_left: &'static str,
    pub(super) characters_over: &'static str,
    pub(super) copied: &'static str,
    pub(super) copy_failed: &'static str,
    pub(super) too_long: &'static str,
    pub(super) bad_field: &'static str,
    pub(super) unavailable: &'static str,
}

/// The texts of a language.
pub(super) fn texts(lang: Lang) -> &'static Texts {
    match lang {
        Lang::Ko => &ko::KO,
        Lang::En => &en::EN,
    }
}

/// Puts values into a text's places: `{name}` becomes the value named `name`.
/// One pass, so a value that itself looks like a place stays as it is.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
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
