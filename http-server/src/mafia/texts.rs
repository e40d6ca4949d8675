//! The game's texts.

use serde::Serialize;

use super::{
    game_texts::{self, GameTexts},
    page_texts::{self, MafiaTexts},
};
use crate::site::languages::Lang;

/// The game's texts in one language.
#[derive(Serialize)]
pub(crate) struct Texts {
    pub(super) mafia: MafiaTexts,
    pub(super) game: GameTexts,
}

/// The texts of a language.
pub(crate) fn texts(lang: Lang) -> &'static Texts {
    match lang {
        Lang::Ko => &KO,
        Lang::En => &EN,
    }
}

static KO: Texts = Texts { mafia: page_texts::ko::MAFIA, game: game_texts::ko::GAME };
static EN: Texts = Texts { mafia: page_texts::en::MAFIA, game: game_texts::en::GAME };
