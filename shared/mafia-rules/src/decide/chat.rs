//! What people say.

use uuid::Uuid;
use visible_text::TextFault;

use super::turn::Turn;
use crate::{Channel, Event, Player, Refusal, SeatNo, Speaker, Words, may_write};

pub(super) fn say(turn: &mut Turn, seat: SeatNo, channel: Channel, words: &Words, id: Option<Uuid>) -> Result<(), Refusal> {
    let game = turn.game();
    let sitting = game.seat(seat).ok_or(Refusal::NotSeated)?;
    if id.is_some() && sitting.last_line == id {
        return Ok(()); // said already
    }
    may_write(game, Some(seat), channel)?;
    let words = spoken(words, sitting.is_bot())?;
    let by = Speaker { seat: Some(seat), name: sitting.player.name.clone() };
    turn.happens(Event::Said { by, channel, words, id });
    Ok(())
}

/// Somebody without a seat says something.
pub(super) fn say_beside(
    turn: &mut Turn,
    player: &Player,
    channel: Channel,
    words: &Words,
    id: Option<Uuid>,
) -> Result<(), Refusal> {
    may_write(turn.game(), None, channel)?;
    // Who is nobody can be told nothing by a name, and cannot be stopped by a session.
    player.id.ok_or(Refusal::NotSignedIn)?;
    let by = Speaker { seat: None, name: player.name.clone() };
    let words = spoken(words, false)?;
    turn.happens(Event::Said { by, channel, words, id });
    Ok(())
}

/// Phrases are the bots': people speak for themselves.
fn spoken(words: &Words, is_bot: bool) -> Result<Words, Refusal> {
    match words {
        Words::Phrase { .. } if !is_bot => Err(Refusal::NotYours),
        Words::Phrase { .. } => Ok(words.clone()),
        Words::Text(text) => visible_text::lines(text, Words::LIMITS).map(Words::Text).map_err(refusal),
    }
}

fn refusal(fault: TextFault) -> Refusal {
    match fault {
        TextFault::Empty => Refusal::EmptyLine,
        TextFault::TooLong { .. } | TextFault::TooManyBytes { .. } => Refusal::LineTooLong,
        _ => Refusal::BadCharacter,
    }
}
