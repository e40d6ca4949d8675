//! Checks of every page of every slice.

use store::{RoomCode, RoomId, RoomName, RoomSummary, TextFault};

use super::{
    languages::Lang,
    layout::{Layout, Me},
};
use crate::{mafia, rooms, site};

const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&";
const LANGS: [Lang; Lang::ALL.len()] = Lang::ALL;
pub(crate) const FAULTS: [TextFault; 6] = [
    TextFault::Empty,
    TextFault::TooLong { max: 20, found: 21 },
    TextFault::TooManyBytes { max: 20, found: 21 },
    TextFault::ControlCharacter { found: '\u{7}' },
    TextFault::InvisibleCharacter { found: '\u{200b}' },
    TextFault::StrayMark { found: '\u{301}' },
];

pub(crate) fn layout(lang: Lang, text: &str) -> Layout {
    let me = Me { id: text.to_owned(), nickname: text.to_owned() };
    Layout { lang, me: Some(me), assets: "/static/0f", path: text.to_owned(), ws_url: text.to_owned(), ws_token: true }
}

pub(crate) fn room(name: &str) -> RoomSummary {
    RoomSummary {
        id: RoomId::random(),
        code: RoomCode::parse("K7QF2M").unwrap(),
        name: RoomName::parse(name).unwrap(),
        capacity: 8,
        members: 3,
        online: 2,
        created_at: 0,
        active_at: 0,
        last_seq: 0,
    }
}

/// A sample of every page, with `text` in place of each text from outside.
fn every_page(lang: Lang, text: &str) -> Vec<String> {
    let layout = layout(lang, text);
    let slices = [site::every_page, rooms::every_page, mafia::views::tests::every_page];
    slices.into_iter().flat_map(|pages| pages(&layout, text)).collect()
}

/// A page without the data that it has for its scripts: there, quotes are JSON's.
fn markup(page: &str) -> String {
    let mut parts = page.split("<script type=\"application/json\"");
    let before = parts.next().unwrap_or_default();
    let between = parts.map(|part| part.split_once("</script>").unwrap().1);
    std::iter::once(before).chain(between).collect()
}

#[test]
fn text_from_outside_never_becomes_markup() {
    for page in LANGS.into_iter().flat_map(|lang| every_page(lang, HOSTILE)) {
        assert!(!page.contains("<img src=x"), "{page}");
        assert!(!markup(&page).contains("\"'&"), "{page}");
        assert!(page.contains("&#60;img src=x"), "the text is shown: {page}");
    }
}

#[test]
fn nothing_on_a_page_needs_more_than_the_strict_policy() {
    for page in LANGS.into_iter().flat_map(|lang| every_page(lang, "plain")) {
        for script in page.split("<script").skip(1) {
            let ours =
                script.starts_with(" type=\"module\" src=\"/static/0f/") || script.starts_with(" type=\"application/json\"");
            assert!(ours, "{script}");
        }
        assert!(!page.contains("<style") && !page.contains(" style="), "{page}");
        assert!(!page.contains("://"), "no address of another host: {page}");
        let handler = page.split_whitespace().find(|word| word.starts_with("on") && word.contains('='));
        assert_eq!(handler, None);
    }
}

#[test]
fn the_language_is_named_and_the_other_one_offered() {
    for lang in LANGS {
        for page in every_page(lang, "/rooms/K7QF2M") {
            assert!(page.contains(&format!("<html lang=\"{}\"", lang.tag())));
            for other in lang.others() {
                assert!(page.contains(&format!("name=\"lang\" value=\"{}\"", other.tag())));
            }
            assert!(page.contains("name=\"next\" value=\"/rooms/K7QF2M\""));
        }
    }
}
