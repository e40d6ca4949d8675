//! `/api/v1/rooms/{code}/messages`: what was said, and saying something.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use rooms::wire::Message;
use serde::Serialize;
use store::{MessageBody, Page};
use utoipa::{IntoParams, ToSchema};

use super::code_of;
use crate::{
    AppState,
    fields::Fields,
    limits::{MESSAGES, MESSAGES_DEFAULT},
    problem::Problem,
    site::sign_in::session::SignedIn,
};

/// Something to say.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body for the OpenAPI document; fields are read one by one, for better faults")]
pub(crate) struct NewMessage {
    /// 1 to 2,000 characters as a reader counts them, at least one of them visible.
    body: String,
    /// A UUID of the client's: the same one again is stored once.
    client_id: Option<uuid::Uuid>,
}

/// What was said.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageList {
    /// Oldest first.
    messages: Vec<Message>,
    /// Whether there is more in the direction that was asked for.
    more: bool,
}

/// Which messages: one of `after` and `before`, or neither for the newest.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query for the OpenAPI document; parameters are read one by one, for better faults")]
pub(crate) struct MessagesQuery {
    /// Those after this `seq`.
    after: Option<i64>,
    /// Those before this `seq`.
    before: Option<i64>,
    /// How many at most; 50 where it is not said.
    limit: Option<u32>,
}

type Query = web::Query<HashMap<String, String>>;

/// Lists messages; for members only.
#[utoipa::path(get, path = "/api/v1/rooms/{code}/messages", operation_id = "listMessages", tag = "messages",
    params(("code" = String, Path, description = "Six letters and digits, case does not matter"), MessagesQuery), responses(
    (status = 200, description = "The messages, oldest first", body = MessageList),
    (status = 401, description = "Not signed in"),
    (status = 403, description = "Not a member"),
    (status = 404, description = "No such room"),
    (status = 422, description = "A parameter is wrong"),
))]
pub(crate) async fn list(
    state: web::Data<AppState>,
    signed_in: SignedIn,
    path: web::Path<String>,
    query: Query,
) -> Result<HttpResponse, Problem> {
    let code = code_of(&path)?;
    let (page, limit) = (page_of(&query)?, limit_of(&query)?);
    let (messages, more) = state.rooms.messages(&code, &signed_in.0.user, page, limit).await?;
    Ok(HttpResponse::Ok().json(MessageList { messages: messages.iter().map(Message::from).collect(), more }))
}

/// Says something; for members only.
#[utoipa::path(post, path = "/api/v1/rooms/{code}/messages", operation_id = "postMessage", tag = "messages", request_body = NewMessage,
    params(("code" = String, Path, description = "Six letters and digits, case does not matter")), responses(
    (status = 201, description = "Said", body = Message),
    (status = 200, description = "Had been said before, under the same client_id", body = Message),
    (status = 401, description = "Not signed in"),
    (status = 403, description = "Not a member, or not from one of our own pages"),
    (status = 404, description = "No such room"),
    (status = 422, description = "A field breaks a rule"),
))]
pub(crate) async fn post(
    state: web::Data<AppState>,
    signed_in: SignedIn,
    path: web::Path<String>,
    fields: Fields,
) -> Result<HttpResponse, Problem> {
    let code = code_of(&path)?;
    let body = MessageBody::parse(fields.text("body")?).map_err(|fault| Problem::text("body", &fault))?;
    let client_id = fields.uuid("client_id")?;
    let posted = state.rooms.post(&code, signed_in.0.user.id, &body, client_id, state.now()).await?;
    let mut response = if posted.duplicate { HttpResponse::Ok() } else { HttpResponse::Created() };
    Ok(response.json(Message::from(&posted.message)))
}

fn page_of(query: &Query) -> Result<Page, Problem> {
    match (query.get("after"), query.get("before")) {
        (None, None) => Ok(Page::Newest),
        (Some(after), None) => seq("after", after).map(Page::After),
        (None, Some(before)) => seq("before", before).map(Page::Before),
        (Some(_), Some(_)) => Err(Problem::field("before", "after and before are both there; expected one of them, or neither")),
    }
}

fn seq(field: &'static str, text: &str) -> Result<i64, Problem> {
    let seq = text.parse().ok().filter(|seq| *seq >= 0);
    seq.ok_or_else(|| Problem::field(field, format!("{field} is not the seq of a message; expected a whole number from 0")))
}

fn limit_of(query: &Query) -> Result<u32, Problem> {
    let Some(text) = query.get("limit") else {
        return Ok(MESSAGES_DEFAULT);
    };
    let limit = text.parse().ok().filter(|limit| MESSAGES.contains(limit));
    limit.ok_or_else(|| {
        let detail = format!("limit is out of range; expected a whole number from {} to {}", MESSAGES.start(), MESSAGES.end());
        Problem::field("limit", detail)
    })
}
