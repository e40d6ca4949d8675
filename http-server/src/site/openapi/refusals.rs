//! The refusals in the OpenAPI document, declared once: their body, and those that many operations share.
//!
//! A handler declares only statuses of its own. Its description takes precedence over the shared one.

use catamaran_edge::PROBLEM_JSON;
use utoipa::{
    Modify,
    openapi::{
        Content, OpenApi, PathItem, Ref, RefOr, ResponseBuilder,
        path::{Operation, Parameter, ParameterIn},
        response::Response,
    },
};

use crate::site::readiness::is_probe;

type Refusal = (&'static str, &'static str);

const ANY: [Refusal; 3] = [
    ("400", "The request cannot be read, or the host is not ours"),
    ("429", "Too many requests from this address, or of this user at one room or table; Retry-After says how long to wait"),
    ("503", "The server cannot answer now, or not in time; try again after Retry-After"),
];
const WITHOUT_SESSION: Refusal = ("401", "Not signed in");
const FORGED: Refusal = ("403", "Not from one of our own pages");
/// The paths of one thing, and the refusal where there is no such thing.
const OF_A_CODE: [(&str, Refusal); 2] =
    [("/api/v1/rooms/{code}", ("404", "No such room")), ("/api/v1/games/{code}", ("404", "No such table"))];
const WITH_BODY: [Refusal; 3] = [
    ("413", "The body is over 64 KiB"),
    ("415", "The body's Content-Type is not application/json, or it has a Content-Encoding"),
    ("422", "A field breaks a rule"),
];
const WITH_QUERY: Refusal = ("422", "A parameter is wrong");
const OTHERWISE: Refusal = ("422", "The query is not UTF-8");

/// Adds them to every operation.
pub(super) struct Refusals;

impl Modify for Refusals {
    fn modify(&self, api: &mut OpenApi) {
        // Health is answered for every host and at any rate.
        let paths = api.paths.paths.iter_mut().filter(|(path, _)| !is_probe(path));
        for (path, item) in paths {
            let PathItem { get, put, post, delete, .. } = item;
            for operation in [put, post, delete].into_iter().flatten() {
                forbid_forged(operation);
                complete(path, operation);
            }
            if let Some(operation) = get {
                complete(path, operation);
            }
        }
    }
}

fn complete(path: &str, operation: &mut Operation) {
    let of_a_code = OF_A_CODE.into_iter().filter(|(start, _)| path.starts_with(start)).map(|(_, refusal)| refusal);
    let signed_in = operation.security.is_none().then_some(WITHOUT_SESSION);
    let with_body = WITH_BODY.into_iter().filter(|_| operation.request_body.is_some());
    let with_query = has_query(operation).then_some(WITH_QUERY);
    let refusals = ANY.into_iter().chain(signed_in).chain(of_a_code).chain(with_body).chain(with_query).chain([OTHERWISE]);
    refusals.collect::<Vec<_>>().into_iter().for_each(|refusal| add(operation, refusal));
    let responses = operation.responses.responses.iter_mut();
    responses.filter(|(status, _)| is_refusal(status)).for_each(|(_, response)| give_body(response));
}

fn has_query(operation: &Operation) -> bool {
    let is_query = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(one) if one.parameter_in == ParameterIn::Query);
    operation.parameters.iter().flatten().any(is_query)
}

/// A handler that forbids something has two reasons for 403.
fn forbid_forged(operation: &mut Operation) {
    add(operation, FORGED);
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(FORGED.0)
        && response.description != FORGED.1
    {
        response.description.push_str(", or not from one of our own pages");
    }
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

fn add(operation: &mut Operation, (status, description): Refusal) {
    let response = || ResponseBuilder::new().description(description).build().into();
    operation.responses.responses.entry(status.to_owned()).or_insert_with(response);
}
