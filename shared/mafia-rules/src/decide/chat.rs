//! Chat.

use uuid::Uuid;
use visible_text::TextFault;

use super::turn::Turn;
use crate::{Channel, Event, Player, Refusal, SeatNo, Speaker, Words, may_write};

pub(super) fn say(turn: &mut Turn, seat: SeatNo, channel: Channel, words: &Words, id: Option<Uuid>) -> Result<(), Refusal> {
    let game = turn.game();
    let sitting = game.seat(seat).ok_or(Refusal::NotSeated)?;
    if id.is_some() && sitting.last_line == id {
        return Ok(()); // a repeated message
    }
    may_write(game, Some(seat), channel)?;
    let words = checked(words, sitting.is_bot())?;
    let by = Speaker { seat: Some(seat), name: sitting.player.name.clone() };
    turn.emit(Event::Said { by, channel, words, id });
    Ok(())
}

/// Sends a spectator's message.
pub(super) fn say_as_spectator(
    turn: &mut Turn,
    player: &Player,
    channel: Channel,
    words: &Words,
    id: Option<Uuid>,
) -> Result<(), Refusal> {
    may_write(turn.game(), None, channel)?;
    // A guest has no name to show, and no session that could be blocked.
    player.id.ok_or(Refusal::NotSignedIn)?;
    let by = Speaker { seat: None, name: player.name.clone() };
    let words = checked(words, false)?;
    turn.emit(Event::Said { by, channel, words, id });
    Ok(())
}

/// Only bots use phrases.
fn checked(words: &Words, is_bot: bool) -> Result<Words, Refusal> {
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
