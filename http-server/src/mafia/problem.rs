//! Refusals of a game as problems, in the caller's language.

use actix_web::http::StatusCode;
use mafia::{MafiaError, texts::texts};
use mafia_rules::Refusal;

use crate::{problem::Problem, site::languages::Lang};

impl Problem {
    /// Of a game's application.
    pub(crate) fn of_game(error: MafiaError, lang: Lang) -> Self {
        match error {
            MafiaError::NotFound => Self::table_not_found(),
            MafiaError::NoSuchPlayer => Self::player_not_found(),
            MafiaError::Refused(refusal) => Self::refused(&refusal, lang),
            MafiaError::BadName(fault) => Self::text("name", &fault),
            MafiaError::TooFast(fault) => Self::too_fast(&fault),
            MafiaError::Broken(_) => Self::internal(error.to_string()),
            MafiaError::Store(error) => error.into(),
        }
    }

    pub(crate) fn table_not_found() -> Self {
        let detail = "there is no table with this code; a code is six letters and digits, without 0, 1, I and O";
        Self::new(StatusCode::NOT_FOUND, "table_not_found", detail)
    }

    pub(crate) fn player_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "player_not_found", "there is no player with this id; expected the id of a user, a UUID")
    }

    fn refused(refusal: &Refusal, lang: Lang) -> Self {
        let problem = Self::new(status(refusal), refusal.code(), texts(lang).refusal(refusal));
        match refusal {
            Refusal::OptionOutOfRange { field } => Self { field: Some(format!("options.{field}").into()), ..problem },
            _ => problem,
        }
    }
}

fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NotSignedIn => StatusCode::UNAUTHORIZED,
        Refusal::NotHost | Refusal::NotSeated | Refusal::SentAway | Refusal::NoSpectators => StatusCode::FORBIDDEN,
        Refusal::OptionOutOfRange { .. } | Refusal::EmptyLine | Refusal::LineTooLong | Refusal::BadCharacter => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        _ => StatusCode::CONFLICT,
    }
}
