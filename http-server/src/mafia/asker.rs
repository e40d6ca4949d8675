//! Who asks for something of a game, and in which language they are refused.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use mafia::{MafiaError, Person};
use mafia_rules::Refusal;

use crate::{
    problem::Problem,
    site::{
        languages::{self, Lang},
        sign_in::session::Visitor,
    },
};

/// Somebody and their language.
pub(crate) struct Asker {
    pub(crate) person: Person,
    pub(crate) lang: Lang,
}

/// Whoever looks at a game: somebody who is signed in, or not.
pub(crate) struct Watcher(pub(crate) Asker);

/// Whoever wants to do something in a game: 401 where nobody is signed in.
pub(crate) struct Player(pub(crate) Asker);

/// The language alone, where it does not matter who asks.
pub(crate) struct Language(pub(crate) Lang);

impl Asker {
    /// The refusal of what they wanted.
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
            let person = visitor.await?.0.map_or_else(Person::nobody, |session| Person::of(&session.user));
            Ok(Self(Asker { person, lang }))
        })
    }
}

impl FromRequest for Player {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let watcher = Watcher::from_request(req, payload);
        Box::pin(async move {
            let asker = watcher.await?.0;
            if asker.person.id.is_some() { Ok(Self(asker)) } else { Err(asker.refused(Refusal::NotSignedIn.into())) }
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
