//! `/mafia`, `/mafia/{code}`, `/mafia/{code}/replay`, `/mafia/rules` and `/players/{id}`

use std::collections::BTreeSet;

use actix_web::http::Method;
use serde_json::json;

use crate::{
    games::kit::{code_of, hasty, open_table, play_on, private, start, with_bots},
    support::{HTML, Person, TestApp},
};

fn page_of(table: &str) -> String {
    format!("/mafia/{}", code_of(table))
}

async fn id_of(person: &Person<'_>) -> String {
    person.get("/api/v1/session").await.json()["user"]["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn the_front_page_and_every_header_link_to_the_tables() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    assert!(ada.open("/").await.page(200).matches("href=\"/mafia\"").count() == 2);
    assert!(app.guest().open("/").await.page(200).contains("href=\"/mafia\""));
    ada.submit("/language", "lang=ko").await;
    assert!(ada.open("/").await.page(200).contains("마피아"));
}

#[actix_web::test]
async fn a_guest_sees_the_tables_and_a_field_for_a_nickname() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let page = guest.open("/mafia").await.page(200);
    assert!(page.contains("action=\"/sign-in\"") && page.contains("name=\"next\" value=\"/mafia\""), "{page}");
    assert!(page.contains("id=\"no-tables\"") && !page.contains("action=\"/mafia\""), "{page}");
    assert_eq!(guest.submit("/sign-in", "nickname=Ada&next=%2Fmafia").await.sees(), "/mafia");
    let page = guest.open("/mafia").await.page(200);
    assert!(page.contains("action=\"/mafia\"") && page.contains("id=\"no-own-tables\""), "{page}");
    assert!(page.contains(&format!("/players/{}", id_of(&guest).await)));
}

#[actix_web::test]
async fn a_table_is_opened_without_scripts() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let quick = ada.submit("/mafia", "name=Tea+%3Cb%3Eat%3C%2Fb%3E+five&pace=quick").await;
    let path = quick.sees().to_owned();
    let options = ada.get(&format!("/api/v1/games/{}", code_of(&path))).await.json()["public"]["options"].clone();
    assert_eq!(
        (&options["talk_seconds"], &options["night_seconds"], &options["bots"]),
        (&json!(20), &json!(15), &json!("quick"))
    );
    let list = ada.open("/mafia").await.page(200);
    assert!(list.contains("Tea &#60;b&#62;at") && !list.contains("<b>at</b>"), "{list}");
    assert_eq!(list.matches(&format!("href=\"{path}\"")).count(), 2, "among the open ones and among one's own");
    let table = ada.open(&path).await.page(200);
    assert!(table.contains("Tea &#60;b&#62;at") && table.contains(&format!("data-code=\"{}\"", code_of(&path))), "{table}");

    let long = ada.submit("/mafia", "name=&pace=long").await;
    let view = ada.get(&format!("/api/v1/games/{}", code_of(long.sees()))).await.json();
    assert_eq!((&view["game"]["name"], &view["public"]["options"]["talk_seconds"]), (&json!("Ada"), &json!(300)));
    assert!(ada.submit("/mafia", "pace=standard").await.sees().starts_with("/mafia/"));
    assert!(ada.submit("/mafia", "").await.sees().starts_with("/mafia/"));
    let fault = ada.submit("/mafia", &format!("name={}&pace=quick", "x".repeat(41))).await.page(422);
    assert!(fault.contains("aria-invalid") && fault.contains("at most 40"), "{fault}");
    ada.submit("/mafia", "pace=forever").await.page(422);
    assert_eq!(app.guest().submit("/mafia", "name=x").await.sees(), "/mafia");
}

#[actix_web::test]
async fn a_table_is_found_by_its_code_without_scripts() {
    let app = TestApp::start().await;
    let (ada, bob, eve) = (app.person("Ada").await, app.person("Bob").await, app.person("Eve").await);
    let table = open_table(&ada, &json!({})).await;
    let form = format!("code=+{}+", code_of(&table).to_lowercase());
    assert_eq!(bob.submit("/mafia/join", &form).await.sees(), page_of(&table));
    assert_eq!(bob.get(&table).await.json()["me"]["seat"], 1, "who is signed in sits down");
    assert_eq!(app.guest().submit("/mafia/join", &form).await.sees(), page_of(&table), "everybody else watches");
    ada.post(&format!("{table}/bots"), &json!({"count": 3})).await;
    start(&ada, &table).await;
    assert_eq!(eve.submit("/mafia/join", &form).await.sees(), page_of(&table), "there is no seat any more, but something to see");
    for person in [&bob, &app.guest()] {
        for code in ["", "ZZZZZZ", "nonsense", "%00"] {
            assert!(person.submit("/mafia/join", &format!("code={code}")).await.page(422).contains("aria-invalid"), "{code}");
        }
    }
}

#[actix_web::test]
async fn opening_a_table_changes_nothing() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person("Ada").await, app.person("Bob").await);
    let table = open_table(&ada, &json!({})).await;
    let before = ada.get(&table).await.json();
    bob.open(&page_of(&table)).await.page(200);
    assert_eq!(bob.send(Method::HEAD, &page_of(&table), &[HTML], "").await.status, 200);
    assert_eq!(ada.get(&table).await.json(), before);
}

#[actix_web::test]
async fn a_guest_watches_and_can_take_part() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let made = ada.post("/api/v1/games", &json!({"name": "Tandem"})).await;
    let path = page_of(made.header("location"));
    let guest = app.guest();
    let page = guest.open(&path).await.page(200);
    assert!(page.contains("action=\"/sign-in\"") && page.contains(&format!("name=\"next\" value=\"{path}\"")), "{page}");
    assert!(!page.contains("data-user"), "{page}");
    let fault = guest.submit("/sign-in", &format!("nickname=&next={path}")).await.page(422);
    assert!(fault.contains("Tandem") && fault.contains(&format!("value=\"{path}\"")), "{fault}");
    assert_eq!(guest.submit("/sign-in", &format!("nickname=Bob&next={path}")).await.sees(), path);
    let page = guest.open(&path).await.page(200);
    assert!(page.contains(&format!("data-user=\"{}\"", id_of(&guest).await)), "{page}");
}

/// Secrets come over the socket alone, so for two users of one name the pages differ in the users' ids only.
#[actix_web::test]
async fn the_page_of_a_running_game_has_no_secret_in_it() {
    let app = TestApp::start().await;
    let mut people = Vec::new();
    for _ in 0..4 {
        people.push(app.person("Ada").await);
    }
    let table = open_table(&people[0], &json!({})).await;
    for person in &people[1..] {
        person.put(&format!("{table}/seat")).await;
    }
    start(&people[0], &table).await;
    let mut pages = BTreeSet::new();
    for person in &people {
        let id = id_of(person).await;
        let page = person.open(&page_of(&table)).await.page(200);
        assert!(page.contains(&id));
        pages.insert(page.replace(&id, "ID"));
    }
    assert_eq!(pages.len(), 1, "{pages:#?}");
}

#[actix_web::test]
async fn says_that_a_table_is_missing_or_takes_no_spectators() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.person("Ada").await, app.person("Eve").await);
    for code in ["ZZZZZZ", "nonsense", "%3Cscript%3E"] {
        for path in [format!("/mafia/{code}"), format!("/mafia/{code}/replay")] {
            let page = ada.open(&path).await.page(404);
            assert!(!page.contains("<script>"), "{page}");
            app.guest().open(&path).await.page(404);
        }
    }
    let table = with_bots(&ada, &private(), 4).await;
    ada.open(&page_of(&table)).await.page(200);
    let closed = eve.open(&page_of(&table)).await.page(403);
    assert!(closed.contains("no spectators"), "{closed}");
    app.guest().open(&page_of(&table)).await.page(403);
    ada.open(&format!("{}/replay", page_of(&table))).await.page(409);
}

#[actix_web::test]
async fn shows_a_replay_to_every_visitor_with_the_link() {
    let app = TestApp::start().await;
    let ada = app.person("</script><i>Ada").await;
    let table = with_bots(&ada, &hasty(), 5).await;
    play_on(&app, &table).await;
    let path = format!("{}/replay", page_of(&table));
    let guest = app.guest();
    for (lang, winner, role) in [("en", "win", "Mafia"), ("ko", "이겼어요", "마피아")] {
        guest.submit("/language", &format!("lang={lang}")).await;
        let page = guest.open(&path).await.page(200);
        let (before, list) = page.split_once("<noscript>").unwrap();
        let list = list.split_once("</noscript>").unwrap().0;
        assert!(list.contains(winner) && list.contains(role), "{list}");
        assert!(list.contains("&#60;i&#62;Ada") && !page.contains("<i>Ada"), "{before}{list}");
        let steps = page.split_once("id=\"steps\">").unwrap().1.split_once("</script>").unwrap().0;
        let steps: serde_json::Value = serde_json::from_str(steps).unwrap();
        assert_eq!(steps, guest.get(&format!("{table}/replay")).await.json()["steps"]);
    }
}

#[actix_web::test]
async fn a_players_page_counts_games_and_links_to_replays() {
    let app = TestApp::start().await;
    let ada = app.person("<b>Ada</b>").await;
    let path = format!("/players/{}", id_of(&ada).await);
    let empty = app.guest().open(&path).await.page(200);
    assert!(empty.contains("id=\"no-games\"") && empty.contains("&#60;b&#62;Ada") && !empty.contains("<b>Ada"), "{empty}");
    let table = with_bots(&ada, &hasty(), 5).await;
    let role = ada.get(&table).await.json()["you"]["role"].as_str().unwrap().to_owned();
    play_on(&app, &table).await;
    let page = app.guest().open(&path).await.page(200);
    assert!(page.contains("id=\"games\">1<"), "{page}");
    assert!(page.contains(&format!("href=\"{}/replay\"", page_of(&table))), "{page}");
    let named = page.split_once("by-role").unwrap().1.to_lowercase();
    assert!(named.contains(&format!(">{role}<")), "{role}: {named}");
    for unknown in ["x", "019a0000-0000-7000-8000-000000000000", "%3Cscript%3E"] {
        app.guest().open(&format!("/players/{unknown}")).await.page(404);
    }
}

#[actix_web::test]
async fn shows_the_rules_in_both_languages() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let english = guest.open("/mafia/rules").await.page(200);
    assert!(english.contains("4 to 20 players") && english.contains("Detective") && !english.contains('{'), "{english}");
    guest.submit("/language", "lang=ko").await;
    let korean = guest.open("/mafia/rules").await.page(200);
    assert!(korean.contains("4명에서 20명") && korean.contains("경찰"), "{korean}");
    assert_eq!(guest.send(Method::HEAD, "/mafia/rules", &[HTML], "").await.status, 200);
    guest.send(Method::POST, "/mafia/rules", &[HTML, ("sec-fetch-site", "same-origin")], "").await.page(405);
}
