use super::*;

const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&";
const LANGS: [Lang; 2] = [Lang::Ko, Lang::En];
pub(crate) const FAULTS: [Fault; 9] = [
    Fault::Empty,
    Fault::TooLong { max: 20 },
    Fault::TooManyBytes,
    Fault::ControlCharacter,
    Fault::InvisibleCharacter,
    Fault::StrayMark,
    Fault::NoSuchRoom,
    Fault::NoSuchTable,
    Fault::RoomFull,
];

pub(crate) fn chrome(lang: Lang, text: &str) -> Chrome<'_> {
    Chrome { lang, me: Some(Me { id: text, nickname: text }), assets: "/static/0f", path: text, ws_url: text }
}

fn refusals(text: &str) -> [Refusal<'_>; 14] {
    [
        Refusal::NotFound,
        Refusal::RoomNotFound { code: text },
        Refusal::RoomFull { name: text, capacity: 8 },
        Refusal::TableNotFound { code: text },
        Refusal::NotWatched,
        Refusal::NotOver,
        Refusal::PlayerNotFound,
        Refusal::Forbidden,
        Refusal::NoPage,
        Refusal::BadRequest { status: 415, detail: Some(text) },
        Refusal::TooLarge,
        Refusal::TooMany { retry_after_s: 7 },
        Refusal::Unavailable,
        Refusal::Internal { request_id: text },
    ]
}

fn lobby_with(chrome: &Chrome<'_>, text: &str, fault: Option<Fault>) -> String {
    let room = RoomCard { code: text, name: text, members: 3, online: 2, capacity: 8, active_at: 0 };
    let view = Lobby { rooms: &[room], name: text, name_fault: fault, code: text, code_fault: fault };
    lobby(chrome, &view)
}

fn sign_in_with(chrome: &Chrome<'_>, text: &str, fault: Option<Fault>) -> String {
    sign_in(chrome, &SignIn { next: text, nickname: text, fault, cookies_off: false, room_name: Some(text) })
}

/// Every kind of page, with `text` wherever a text from outside can stand.
fn every_page(lang: Lang, text: &str) -> Vec<String> {
    let chrome = chrome(lang, text);
    let mut pages = vec![room(&chrome, &Room { code: text, name: text, capacity: 8 })];
    for fault in FAULTS.map(Some).into_iter().chain([None]) {
        pages.push(sign_in_with(&chrome, text, fault));
        pages.push(lobby_with(&chrome, text, fault));
    }
    pages.extend(crate::mafia::views::tests::every_page(&chrome, text));
    pages.extend(refusals(text).map(|view| refusal(&chrome, &view)));
    pages
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
            assert!(page.contains(&format!("name=\"lang\" value=\"{}\"", lang.other().tag())));
            assert!(page.contains("name=\"next\" value=\"/rooms/K7QF2M\""));
        }
    }
}

#[test]
fn a_fault_stands_at_its_field() {
    let chrome = chrome(Lang::En, "/");
    let page = sign_in_with(&chrome, "x", Some(Fault::TooLong { max: 20 }));
    assert!(page.contains("aria-describedby=\"nickname-hint nickname-fault\" aria-invalid=\"true\""));
    assert!(page.contains("at most 20 characters"), "{page}");
    let page = sign_in_with(&chrome, "x", None);
    assert!(!page.contains("aria-invalid") && !page.contains("nickname-fault"));
    let page = lobby_with(&chrome, "x", Some(Fault::Empty));
    assert!(page.contains(texts(Lang::En).fault.name_empty));
    assert!(page.contains(texts(Lang::En).fault.code_empty));
}

#[test]
fn who_is_not_signed_in_is_not_offered_to_sign_out() {
    let guest = Chrome { me: None, ..chrome(Lang::En, "/") };
    assert!(!sign_in_with(&guest, "x", None).contains("/sign-out"));
    assert!(sign_in_with(&chrome(Lang::En, "/"), "x", None).contains("/sign-out"));
}

#[test]
fn an_empty_lobby_says_so() {
    let chrome = chrome(Lang::Ko, "/");
    let view = Lobby { rooms: &[], name: "", name_fault: None, code: "", code_fault: None };
    assert!(lobby(&chrome, &view).contains("id=\"no-rooms\">"));
    assert!(lobby_with(&chrome, "x", None).contains("id=\"no-rooms\" hidden>"));
}

#[test]
fn trying_again_is_offered_where_it_can_help() {
    let chrome = chrome(Lang::En, "/rooms/K7QF2M");
    let again = refusals("x").map(|view| refusal(&chrome, &view).contains(texts(Lang::En).refusal.again));
    assert_eq!(again, [false, false, true, false, false, true, false, false, false, false, false, true, true, true]);
}

#[test]
fn a_refusal_shows_its_status_and_leads_to_where_it_is_told() {
    let chrome = chrome(Lang::Ko, "/rooms/K7QF2M");
    let page = refusal(&chrome, &Refusal::BadRequest { status: 415, detail: Some("in English") });
    assert!(page.contains(">415<") && page.contains("lang=\"en\">in English<"), "{page}");
    let page = refusal(&chrome, &Refusal::TooMany { retry_after_s: 7 });
    assert!(page.contains("href=\"/rooms/K7QF2M\"") && !page.contains("href=\"\""), "{page}");
}
