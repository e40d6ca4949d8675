use mafia_rules::{
    Done, Event, NightAction, PHRASES, Phase, Player as Sitter, Role, Setup, Speaker, Step, Winner, Words, replay as steps_of,
};
use serde_json::Value;

use super::*;
use crate::mafia::pages::notice_of;
use crate::site::{languages::Lang, page_tests::layout, refusal::tests::of_slice};

/// A finished game in which every name and every message is `text`.
fn steps(text: &str) -> Vec<Step> {
    let roles = vec![Role::Mafia, Role::Doctor, Role::Detective, Role::Citizen];
    let joined = roles.iter().map(|_| Event::Joined { player: Sitter { id: None, name: text.to_owned() } });
    let by = Speaker { seat: Some(3), name: text.to_owned() };
    let said = |words| Event::Said { by: by.clone(), channel: mafia_rules::Channel::Public, words, id: None };
    let mut events: Vec<_> = joined.collect();
    events.extend([
        Event::Started { roles: roles.clone(), setup: Setup::default() },
        Event::PhaseBegan { phase: Phase::Night, day: 1, ends_at: 2 },
        Event::Pointed { seat: 0, target: 1 },
        Event::Done(Done { action: NightAction::Protect, seat: 1, target: 1, mafia: None }),
        Event::Done(Done { action: NightAction::Investigate, seat: 2, target: 0, mafia: Some(true) }),
        Event::PhaseBegan { phase: Phase::Dawn, day: 1, ends_at: 3 },
        Event::NobodyDied,
        said(Words::Text(text.to_owned())),
        said(Words::Phrase { phrase: PHRASES[0].id.to_owned(), about: Some(0) }),
        Event::Died { seat: 0, cause: mafia_rules::Cause::Executed, role: Some(Role::Mafia) },
        Event::Ended { winner: Winner::Citizens, roles },
    ]);
    steps_of(&events.into_iter().map(|event| (1, event)).collect::<Vec<_>>())
}

fn card(text: &str, stage: Stage) -> TableCard<'_> {
    TableCard { code: text, name: text, host: text, stage, seated: 5, changed_at: 0 }
}

fn tables_with(layout: &Layout, text: &str, fault: Option<&str>) -> String {
    let open = [card(text, Stage::Gathering), card(text, Stage::Playing)];
    let mine = [card(text, Stage::Over)];
    let view = Tables { open: &open, mine: &mine, name: text, name_fault: fault, code: text, code_fault: fault };
    tables(layout, &view)
}

/// Every kind of the game's pages, with `text` wherever a text from outside can stand.
pub(crate) fn every_page(layout: &Layout, text: &str) -> Vec<String> {
    let guest = Layout { me: None, ..layout.clone() };
    let steps = steps(text);
    let roles = Role::ALL.map(|role| RoleCount { role, games: 3, wins: 1 });
    let recent = [card(text, Stage::Over)];
    let mut pages = vec![
        tables_with(&guest, text, None),
        table(layout, &Table { code: text, name: text }),
        table(&guest, &Table { code: text, name: text }),
        replay(layout, &Replay { code: text, name: text, steps: &steps, is_cut: true }),
        player(layout, &Player { nickname: text, games: 24, wins: 8, roles: &roles, recent: &recent }),
        player(layout, &Player { nickname: text, games: 0, wins: 0, roles: &[], recent: &[] }),
        rules(layout),
    ];
    let t = texts(layout.lang);
    pages.extend([t.tables.no_table.as_str(), &t.tables.code_empty, text].map(|fault| tables_with(layout, text, Some(fault))));
    let refused = [
        (404, &t.notices.table_not_found),
        (403, &t.notices.not_watched),
        (409, &t.notices.not_over),
        (404, &t.notices.player_not_found),
    ];
    pages.extend(refused.map(|(status, notice)| of_slice(layout, status, notice_of(notice), &[("code", text)])));
    pages
}

#[test]
fn a_fault_stands_at_its_field() {
    let page = tables_with(&layout(Lang::En, "/mafia"), "x", Some(&texts(Lang::En).tables.no_table));
    assert!(page.contains("aria-describedby=\"code-hint code-fault\" aria-invalid=\"true\""), "{page}");
    assert!(page.contains(&texts(Lang::En).tables.no_table));
    let page = tables_with(&layout(Lang::En, "/mafia"), "x", Some(&texts(Lang::En).tables.code_empty));
    assert!(page.contains(&texts(Lang::En).tables.code_empty));
    assert!(!tables_with(&layout(Lang::En, "/mafia"), "x", None).contains("aria-invalid"));
}

#[test]
fn wins_are_rounded_to_whole_percents() {
    let layout = layout(Lang::Ko, "/");
    let share = |wins, games| {
        let page = player(&layout, &Player { nickname: "x", games, wins, roles: &[], recent: &[] });
        page.split_once("id=\"share\">").map(|(_, rest)| rest.split('<').next().unwrap().to_owned())
    };
    assert_eq!(share(1, 3), Some("33%".to_owned()));
    assert_eq!(share(2, 3), Some("67%".to_owned()));
    assert_eq!(share(3, 3), Some("100%".to_owned()));
    assert_eq!(share(0, 0), None, "no games, no share");
}

#[test]
fn a_replay_is_told_without_scripts_too() {
    let steps = steps("Ada");
    let page = replay(&layout(Lang::En, "/"), &Replay { code: "K7QF2M", name: "Deck", steps: &steps, is_cut: true });
    assert!(page.contains("its end is left out"));
    let list = page.split_once("<noscript>").unwrap().1.split_once("</noscript>").unwrap().0;
    for line in
        ["Night 1", "Ada (mafia) pointed at Ada.", "Dawn 1", "Nobody died", "Ada: Detective", "The end", "The citizens win"]
    {
        assert!(list.contains(line), "{line}: {list}");
    }
    let spoken = texts(Lang::En).phrase(PHRASES[0].id).unwrap();
    assert!(list.contains(spoken.split(['{', '\'', '&']).next().unwrap()), "what bots say: {list}");
}

#[test]
fn scripts_get_every_text_in_the_pages_language() {
    for (lang, name) in [(Lang::En, "Mafia"), (Lang::Ko, "마피아")] {
        let page = table(&layout(lang, "/"), &Table { code: "K7QF2M", name: "Deck" });
        let json = page.split_once("id=\"texts\">").unwrap().1.split_once("</script>").unwrap().0;
        let json: Value = serde_json::from_str(json).unwrap();
        assert_eq!(json["game"]["roles"]["mafia"]["name"], name);
        assert_eq!(json["words"]["sleep"], texts(lang).words["sleep"]);
        assert_eq!(json["catalogue"]["roles"].as_array().unwrap().len(), Role::ALL.len());
        assert_eq!(json["connecting"], site::texts(lang).live.connecting, "those of all live pages stand beside them");
        assert_eq!(json["phrases"].as_object().unwrap().len(), PHRASES.len());
        for said in PHRASES {
            assert_eq!(json["phrases"][said.id], texts(lang).phrase(said.id).unwrap());
        }
    }
}
