//! Telling everybody: what is announced is what was committed, as often as it takes and never something else.

use std::sync::Arc;

use catamaran::{ChannelLayer, GroupName, LogThrottle, Message};
use mafia_rules::{Stream, my_view, public_view};
use store::{GameUpdate, Timestamp, UserId};

use crate::{
    MafiaError, groups,
    saved::{Loaded, stream},
    wire::{GameEvent, News, Update, View},
};

/// Sends to groups. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Announcer {
    layer: Arc<dyn ChannelLayer>,
}

impl Announcer {
    pub(crate) fn new(layer: Arc<dyn ChannelLayer>) -> Self {
        Self { layer }
    }

    /// Tells every stream its updates; `game` is as the last of them has left it. False where the layer did not take all of it: the
    /// updates stay unannounced, and the next sweep announces them.
    pub(crate) async fn tell(&self, game: &Loaded, updates: &[GameUpdate], now: Timestamp) -> Result<bool, MafiaError> {
        let mut numbers: Vec<_> = updates.iter().map(|update| update.stream).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            let Some(stream) = stream(number) else { continue };
            let mine: Vec<Update> =
                updates.iter().filter(|update| update.stream == number).map(shown).collect::<Result<_, _>>()?;
            let Some((group, frame)) = frame(game, stream, &mine, now)? else { continue };
            if !self.send(&group, &GameEvent::News { frame }).await {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether it is worth trying.
    pub(crate) fn is_up(&self) -> bool {
        self.layer.status().is_up()
    }

    /// False where the layer did not take it.
    pub(crate) async fn send(&self, group: &GroupName, event: &GameEvent) -> bool {
        static THROTTLE: LogThrottle = LogThrottle::new();
        let outcome = match Message::new(event) {
            Ok(message) => self.layer.group_send(group, &message).await.map(drop).map_err(|fault| fault.to_string()),
            Err(fault) => Err(fault.to_string()),
        };
        if let Err(fault) = &outcome
            && let Some(more) = THROTTLE.pass()
        {
            // Not the group: its name would say who acts at night.
            log::warn!("what happens in games is not announced yet: {fault}{more}");
        }
        outcome.is_ok()
    }
}

/// An update, as clients see it.
pub(crate) fn shown(update: &GameUpdate) -> Result<Update, MafiaError> {
    let events = serde_json::from_str(&update.body)?;
    Ok(Update { seq: update.seq, pos: update.pos, at: update.at, events })
}

/// The frame for one stream, and where it goes. `None` for bots: they are asked, not told.
fn frame(game: &Loaded, stream: Stream, updates: &[Update], now: Timestamp) -> Result<Option<(GroupName, String)>, MafiaError> {
    let (Some(first), Some(last)) = (updates.first(), updates.last()) else { return Ok(None) };
    let (name, group, view) = match stream {
        Stream::Public => ("public", groups::everybody(game.id), Some(View::Public(Box::new(public_view(game.game()))))),
        Stream::Spectators => ("spectators", groups::spectators(game.id), None),
        Stream::Seat(seat) => {
            let Some(user) = game.game().seat(seat).and_then(|seat| seat.player.id) else { return Ok(None) };
            let view = my_view(game.game(), seat).map(|view| View::Mine(Box::new(view)));
            ("you", groups::person(game.id, UserId::from(user)), view)
        }
    };
    let news = News { stream: name, first: first.seq, seq: last.seq, updates, view, now };
    Ok(Some((group, serde_json::to_string(&news)?)))
}
