//! The caller of a game's API, and the language of refusals.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use mafia::MafiaError;
use mafia_rules::Refusal;

use crate::{
    problem::Problem,
    site::{
        languages::{self, Lang},
        sign_in::session::Visitor,
    },
};

/// The person who sent a request, and their language.
pub(crate) struct Caller {
    pub(crate) person: mafia::Caller,
    pub(crate) lang: Lang,
}

/// A caller with or without a session.
pub(crate) struct Watcher(pub(crate) Caller);

/// A caller with a session: 401 without one.
pub(crate) struct Player(pub(crate) Caller);

/// The language alone, for answers that are the same for every caller.
pub(crate) struct Language(pub(crate) Lang);

impl Caller {
    /// An error of the game as a problem in the caller's language.
    pub(crate) fn refused(&self, error: MafiaError) -> Problem {
        Problem::of_game(error, self.lang)
    }
}

impl FromRequest for Watcher {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = Visitor::from_request(req, payload);
        let lang = languages::of(req);
        Box::pin(async move {
            let person = visitor.await?.0.map_or_else(mafia::Caller::guest, |session| mafia::Caller::of(&session.user));
            Ok(Self(Caller { person, lang }))
        })
    }
}

impl FromRequest for Player {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let watcher = Watcher::from_request(req, payload);
        Box::pin(async move {
            let caller = watcher.await?.0;
            if caller.person.id.is_some() { Ok(Self(caller)) } else { Err(caller.refused(Refusal::NotSignedIn.into())) }
        })
    }
}

impl FromRequest for Language {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(languages::of(req))))
    }
}
