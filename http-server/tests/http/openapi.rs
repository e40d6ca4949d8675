//! `/api/v1/openapi.json` describes what the server does.

use std::collections::BTreeSet;

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::TestApp;

async fn document(app: &TestApp) -> Value {
    let reply = app.guest().get("/api/v1/openapi.json").await;
    assert_eq!(reply.header("content-type"), "application/json");
    reply.json()
}

#[actix_web::test]
async fn it_names_exactly_the_methods_that_are_served() {
    let app = TestApp::start().await;
    let document = document(&app).await;
    for (path, item) in document["paths"].as_object().unwrap() {
        let one = path.replace("{code}", "K7QF2M").replace("{n}", "3").replace("{id}", "x");
        let reply = app.guest().send(Method::TRACE, &one, &[], "").await;
        // HEAD is GET without its body, and OPTIONS is for the health checks of proxies: the document names neither.
        let methods = reply.header("allow").split(", ").filter(|method| !["HEAD", "OPTIONS"].contains(method));
        let served: BTreeSet<_> = methods.map(str::to_lowercase).collect();
        let named: BTreeSet<_> = item.as_object().unwrap().keys().cloned().collect();
        assert_eq!(served, named, "{path}");
    }
    assert_eq!(document["paths"].as_object().unwrap().len(), 22);
}

#[actix_web::test]
async fn every_operation_has_its_own_name_and_says_whether_it_needs_a_session() {
    let app = TestApp::start().await;
    let document = document(&app).await;
    let operations: Vec<_> =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values()).collect();
    let names: BTreeSet<_> = operations.iter().map(|operation| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.len());
    let secured = |security: Value| -> BTreeSet<_> {
        let found = operations.iter().filter(|operation| operation["security"] == security);
        found.map(|operation| operation["operationId"].as_str().unwrap()).collect()
    };
    let open =
        ["signIn", "showHealth", "showLiveness", "showReadiness", "showConnection", "showOpenApi", "showReplay", "showPlayer"];
    assert_eq!(secured(json!([{}])), BTreeSet::from(open));
    assert_eq!(secured(json!([{}, {"session": []}])), BTreeSet::from(["listGames", "showGame", "listUpdates"]));
    assert_eq!(document["components"]["securitySchemes"]["session"]["name"], "catamaran_session");
}

#[actix_web::test]
async fn every_operation_names_the_refusals_that_come_before_its_handler() {
    let app = TestApp::start().await;
    let document = document(&app).await;
    for (path, item) in document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(path, _)| !["/healthz", "/livez", "/readyz"].contains(&path.as_str()))
    {
        for (method, operation) in item.as_object().unwrap() {
            let mut expected = vec!["400", "429", "503"];
            if method != "get" {
                expected.push("403");
            }
            if operation["requestBody"].is_object() {
                expected.extend(["413", "415"]);
            }
            for status in expected {
                let content = &operation["responses"][status]["content"]["application/problem+json"];
                assert_eq!(content["schema"]["$ref"], "#/components/schemas/Problem", "{method} {path} {status}");
            }
        }
    }
}

#[actix_web::test]
async fn its_shapes_are_those_of_real_answers() {
    let app = TestApp::start().await;
    let document = document(&app).await;
    let ada = app.person("Ada").await;
    let room = ada.post("/api/v1/rooms", &json!({"name": "Deck"})).await.json();
    let path = format!("/api/v1/rooms/{}", room["code"].as_str().unwrap());
    let message = ada.post(&format!("{path}/messages"), &json!({"body": "hi"})).await.json();
    let people = ada.get(&path).await.json();
    let table = ada.post("/api/v1/games", &json!({})).await.json();
    let tables = ada.get("/api/v1/games").await.json();
    let missed = ada.get(&format!("/api/v1/games/{}/updates", table["game"]["code"].as_str().unwrap())).await.json();
    let player = format!("/api/v1/players/{}", table["me"]["user"].as_str().unwrap());
    for (schema, real) in [
        ("SessionView", &ada.get("/api/v1/session").await.json()),
        ("SocketTokenView", &ada.post("/api/v1/socket-token", &json!({})).await.json()),
        ("UserRef", &message["user"]),
        ("RoomSummary", &room),
        ("RoomList", &ada.get("/api/v1/rooms").await.json()),
        ("RoomPeople", &people),
        ("Member", &people["members"][0]),
        ("Message", &message),
        ("MessageList", &ada.get(&format!("{path}/messages")).await.json()),
        ("Snapshot", &table),
        ("Table", &table["game"]),
        ("Me", &table["me"]),
        ("TableList", &tables),
        ("Card", &tables["games"][0]),
        ("Missed", &missed),
        ("Update", &missed["public"][0]),
        ("Record", &ada.get(&player).await.json()),
        ("Health", &ada.get("/healthz").await.json()),
        ("Liveness", &ada.get("/livez").await.json()),
        ("Readiness", &ada.get("/readyz").await.json()),
        ("ConnectionView", &ada.get("/api/v1/connection").await.json()),
        ("Problem", &ada.post("/api/v1/rooms", &json!({})).await.json()),
    ] {
        let mut schema_keys = keys(&document["components"]["schemas"][schema]["properties"]);
        if schema == "Health" {
            assert!(schema_keys.remove("lacks"), "only where the database's role lacks a right");
        }
        assert_eq!(schema_keys, keys(real), "{schema}");
    }
}

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[actix_web::test]
async fn every_text_number_and_list_has_bounds() {
    let app = TestApp::start().await;
    let document = document(&app).await;
    // Texts of the server's own, and lists whose length the game or the database bounds.
    let free = ["Missed", "Update", "Replay", "Record"];
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (property, found) in schema["properties"].as_object().into_iter().flatten() {
            assert!(is_bounded(found) || free.contains(&name.as_str()), "{name}.{property}: {found}");
        }
    }
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(is_bounded(&parameter["schema"]), "{path}: {parameter}");
            }
        }
    }
}

fn is_bounded(schema: &Value) -> bool {
    let is = |kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.contains(&json!(kind)));
    let has = |words: &[&str]| words.iter().any(|word| !schema[word].is_null());
    (!is("string") || has(&["minLength", "maxLength", "pattern", "format", "enum"]))
        && (!is("integer") || has(&["minimum"]))
        && (!is("array") || has(&["maxItems"]))
}

#[actix_web::test]
async fn its_bounds_are_those_of_the_code() {
    let app = TestApp::start().await;
    let document = document(&app).await;
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["SignIn"]["properties"]["nickname"]["maxLength"], 320);
    assert_eq!(schemas["NewRoom"]["properties"]["name"]["maxLength"], 640);
    assert_eq!(schemas["NewMessage"]["properties"]["body"]["maxLength"], 8000);
    let capacity = &schemas["NewRoom"]["properties"]["capacity"];
    assert_eq!((&capacity["minimum"], &capacity["maximum"]), (&json!(2), &json!(200)));
    assert_eq!(schemas["Snapshot"]["properties"]["you"]["type"], json!(["object", "null"]));
    let setup = &schemas["Setup"]["properties"];
    assert_eq!(setup["roles"]["properties"]["spy"]["maximum"], 20);
    assert_eq!(setup["options"]["properties"]["talk_seconds"]["maximum"], 1800);
    assert_eq!(setup["options"]["properties"]["bots"]["enum"], json!(["calm", "quick", "instant"]));
}

#[actix_web::test]
async fn whole_numbers_may_have_a_zero_fraction() {
    let app = TestApp::start().await;
    let ada = app.person("Ada").await;
    let body = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(ada.post("/api/v1/rooms", &body(r#"{"name":"Deck","capacity":9.0}"#)).await.json()["capacity"], 9);
    let setup = body(r#"{"setup":{"roles":{"mafia":1.0},"options":{"talk_seconds":1e2}}}"#);
    let table = ada.post("/api/v1/games", &setup).await.json();
    assert_eq!((&table["public"]["roles"]["mafia"], &table["public"]["options"]["talk_seconds"]), (&json!(1), &json!(100)));
    for (capacity, field) in [("9.5", "capacity"), ("1e300", "capacity"), ("-9.0", "capacity"), ("201.0", "capacity")] {
        let bad = body(&format!(r#"{{"name":"Deck","capacity":{capacity}}}"#));
        ada.post("/api/v1/rooms", &bad).await.bad_field(field);
    }
}

#[actix_web::test]
async fn a_body_that_breaks_its_schema_is_refused_with_the_field() {
    let app = TestApp::start().await;
    let document = document(&app).await;
    let ada = app.person("Ada").await;
    let room = ada.create_room("Deck").await;
    let table = ada.post("/api/v1/games", &json!({})).await.json()["game"]["code"].as_str().unwrap().to_owned();
    let mut fields = 0;
    for (operation, path, sound) in [
        ("/api/v1/session", "/api/v1/session".to_owned(), json!({"nickname": "Ada"})),
        ("/api/v1/rooms", "/api/v1/rooms".to_owned(), json!({"name": "Deck"})),
        ("/api/v1/rooms/{code}/messages", format!("/api/v1/rooms/{room}/messages"), json!({"body": "hi"})),
        ("/api/v1/games", "/api/v1/games".to_owned(), json!({})),
        ("/api/v1/games/{code}/bots", format!("/api/v1/games/{table}/bots"), json!({})),
    ] {
        let reference = &document["paths"][operation]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        let schema = document.pointer(reference.as_str().unwrap().trim_start_matches('#')).unwrap();
        for (field, property) in schema["properties"].as_object().unwrap() {
            for wrong in values_outside(property) {
                let mut body = sound.clone();
                body[field] = wrong;
                let detail = ada.post(&path, &body).await.bad_field(field);
                assert!(detail.starts_with(field), "{body}: {detail}");
            }
            fields += 1;
        }
        for required in schema["required"].as_array().into_iter().flatten() {
            let detail = ada.post(&path, &json!({})).await.bad_field(required.as_str().unwrap());
            assert!(detail.ends_with("is missing; expected a text"), "{detail}");
        }
    }
    assert_eq!(fields, 8);
}

/// Values that a schema excludes: of other types, and beyond each bound.
fn values_outside(schema: &Value) -> Vec<Value> {
    let bound = |name: &str| schema[name].as_i64();
    let numbers = bound("minimum").map(|least| json!(least - 1)).into_iter().chain(bound("maximum").map(|most| json!(most + 1)));
    let texts = schema["minLength"].is_u64().then(|| json!("")).into_iter().chain(bound("maxLength").map(|most| {
        let most = usize::try_from(most).unwrap();
        json!("x".repeat(most + 1))
    }));
    let text = if schema["minLength"].is_u64() { json!(7) } else { json!("x") };
    [json!([]), json!(true), text].into_iter().chain(numbers).chain(texts).collect()
}

#[actix_web::test]
async fn a_set_up_that_breaks_its_schema_is_refused_with_the_path_of_the_field() {
    let app = TestApp::start().await;
    let document = document(&app).await;
    let ada = app.person("Ada").await;
    for (part, schema) in document["components"]["schemas"]["Setup"]["properties"].as_object().unwrap() {
        for field in schema["properties"].as_object().unwrap().keys().map(String::as_str).chain(["unknown"]) {
            let path = format!("setup.{part}.{field}");
            let detail = ada.post("/api/v1/games", &json!({"setup": {part: {field: []}}})).await.bad_field(&path);
            assert!(detail.starts_with(&path) && detail.contains("expected"), "{detail}");
        }
        ada.post("/api/v1/games", &json!({"setup": {part: []}})).await.bad_field(&format!("setup.{part}"));
    }
    ada.post("/api/v1/games", &json!({"setup": []})).await.bad_field("setup");
}
