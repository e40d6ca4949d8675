//! The refusals in the OpenAPI document. Their body is declared here, once: a handler's attributes name a status and its meaning.
//! The refusals of the middleware and of the body readers are added to every operation.

use utoipa::{
    Modify,
    openapi::{Content, OpenApi, PathItem, Ref, RefOr, ResponseBuilder, path::Operation, response::Response},
};

use catamaran_edge::PROBLEM_JSON;

const ANY: [(&str, &str); 4] = [
    ("400", "The request cannot be read, or the host is not ours"),
    ("422", "The query is not UTF-8"),
    ("429", "Too many requests from this address, or of this user at one room or table; Retry-After says how long to wait"),
    ("503", "The server cannot answer now, or not in time; try again after Retry-After"),
];
const WITH_BODY: [(&str, &str); 2] = [
    ("413", "The body is over 64 KiB"),
    ("415", "The body's Content-Type is not application/json, or it has a Content-Encoding"),
];
const FORGED: (&str, &str) = ("403", "Not from one of our own pages");

/// Adds them. What a handler says of the same status stands.
pub(super) struct Refusals;

impl Modify for Refusals {
    fn modify(&self, api: &mut OpenApi) {
        // Health is answered whatever the host and the rate.
        let paths = api.paths.paths.iter_mut().filter(|(path, _)| *path != "/healthz");
        for (_, item) in paths {
            let PathItem { get, put, post, delete, .. } = item;
            for operation in [put, post, delete].into_iter().flatten() {
                add(operation, FORGED);
                complete(operation);
            }
            if let Some(operation) = get {
                complete(operation);
            }
        }
    }
}

fn complete(operation: &mut Operation) {
    let body = operation.request_body.is_some();
    ANY.into_iter().chain(WITH_BODY.into_iter().filter(|_| body)).for_each(|refusal| add(operation, refusal));
    operation
        .responses
        .responses
        .iter_mut()
        .filter(|(status, _)| is_refusal(status))
        .for_each(|(_, response)| give_body(response));
}

fn is_refusal(status: &str) -> bool {
    status.starts_with(['4', '5'])
}

fn give_body(response: &mut RefOr<Response>) {
    if let RefOr::T(response) = response
        && response.content.is_empty()
    {
        response.content.insert(PROBLEM_JSON.to_owned(), Content::new(Some(Ref::from_schema_name("Problem"))).into());
    }
}

fn add(operation: &mut Operation, (status, description): (&str, &str)) {
    let response = || ResponseBuilder::new().description(description).build().into();
    operation.responses.responses.entry(status.to_owned()).or_insert_with(response);
}
