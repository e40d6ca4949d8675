//! `/api/v1/rooms/{code}/messages`: reads and posts messages.

use actix_web::{HttpResponse, web};
use rooms::wire::Message;
use serde::{Deserialize, Serialize};
use store::{MessageBody, Page};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::code_of;
use crate::{
    AppState,
    input::{Json, Query, Seq, Text},
    limits::{MESSAGES_DEFAULT, PageSize},
    problem::Problem,
    site::sign_in::session::SignedIn,
};

/// A message to post.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewMessage {
    /// 1 to 2,000 characters as a reader counts them, at least one of them visible.
    #[schema(value_type = String)]
    body: Text<MessageBody>,
    /// A UUID that the client chooses. A message with a known one is not stored again.
    client_id: Option<Uuid>,
}

/// Messages of a room.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageList {
    /// Oldest first.
    messages: Vec<Message>,
    /// Whether there are more messages in the requested direction.
    more: bool,
}

/// Which messages: one of `after` and `before`, or neither for the newest.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessagesQuery {
    /// Messages after this `seq`.
    #[param(value_type = Option<i64>)]
    after: Option<Seq>,
    /// Messages before this `seq`.
    #[param(value_type = Option<i64>)]
    before: Option<Seq>,
    /// How many at most; 50 by default.
    #[param(value_type = Option<u32>)]
    limit: Option<PageSize>,
}

impl MessagesQuery {
    fn page(&self) -> Result<Page, Problem> {
        match (self.after, self.before) {
            (None, None) => Ok(Page::Newest),
            (Some(after), None) => Ok(Page::After(after.0)),
            (None, Some(before)) => Ok(Page::Before(before.0)),
            (Some(_), Some(_)) => {
                Err(Problem::field("before", "after and before are both there; expected one of them, or neither"))
            }
        }
    }
}

/// Lists messages; for members only.
#[utoipa::path(get, path = "/api/v1/rooms/{code}/messages", operation_id = "listMessages", tag = "messages", params(MessagesQuery), responses(
    (status = 200, description = "The messages, oldest first", body = MessageList),
    (status = 403, description = "Not a member"),
))]
pub(crate) async fn list(
    state: web::Data<AppState>,
    signed_in: SignedIn,
    path: web::Path<String>,
    query: Query<MessagesQuery>,
) -> Result<HttpResponse, Problem> {
    let code = code_of(&path)?;
    let query = query.read()?;
    let (page, limit) = (query.page()?, query.limit.map_or(MESSAGES_DEFAULT, |limit| limit.0));
    let (messages, more) = state.rooms.messages(&code, &signed_in.0.user, page, limit).await?;
    Ok(HttpResponse::Ok().json(MessageList { messages: messages.iter().map(Message::from).collect(), more }))
}

/// Posts a message; for members only.
#[utoipa::path(post, path = "/api/v1/rooms/{code}/messages", operation_id = "postMessage", tag = "messages", responses(
    (status = 201, description = "Posted", body = Message),
    (status = 200, description = "Was posted before, under the same client_id", body = Message),
    (status = 403, description = "Not a member"),
))]
pub(crate) async fn post(
    state: web::Data<AppState>,
    signed_in: SignedIn,
    path: web::Path<String>,
    body: Json<NewMessage>,
) -> Result<HttpResponse, Problem> {
    let code = code_of(&path)?;
    let NewMessage { body, client_id } = body.read()?;
    let posted = state.rooms.post(&code, signed_in.0.user.id, &body.0, client_id, state.now()).await?;
    let mut response = if posted.duplicate { HttpResponse::Ok() } else { HttpResponse::Created() };
    Ok(response.json(Message::from(&posted.message)))
}
