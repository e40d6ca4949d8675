//! Announces committed changes, repeatedly if necessary, and nothing else.

use std::sync::Arc;

use catamaran::{ChannelLayer, GroupName, LogThrottle, Message};
use mafia_rules::{Stream, my_view, public_view};
use store::{GameUpdate, Timestamp, UserId};

use crate::{
    MafiaError, groups,
    saved::{Loaded, stream},
    wire::{GameEvent, Update, UpdateFrame, View},
};

/// Sends to the groups of tables. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Announcer {
    layer: Arc<dyn ChannelLayer>,
}

impl Announcer {
    pub(crate) fn new(layer: Arc<dyn ChannelLayer>) -> Self {
        Self { layer }
    }

    /// Sends each stream its updates; `game` is the state after the last of them. Returns false if the layer did not accept all: the
    /// updates then stay unannounced until the next sweep.
    pub(crate) async fn announce(&self, game: &Loaded, updates: &[GameUpdate], now: Timestamp) -> Result<bool, MafiaError> {
        let mut numbers: Vec<_> = updates.iter().map(|update| update.stream).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            let Some(stream) = stream(number) else { continue };
            let mine: Vec<Update> =
                updates.iter().filter(|update| update.stream == number).map(shown).collect::<Result<_, _>>()?;
            let Some((group, frame)) = frame(game, stream, &mine, now)? else { continue };
            if !self.send(&group, &GameEvent::Update { frame }).await {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the layer is up.
    pub(crate) fn is_up(&self) -> bool {
        self.layer.status().is_up()
    }

    /// Returns false if the layer did not accept it.
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
            log::warn!("changes of games are not announced yet, trying again: {fault}{more}");
        }
        outcome.is_ok()
    }
}

/// The update in its wire shape.
pub(crate) fn shown(update: &GameUpdate) -> Result<Update, MafiaError> {
    let events = serde_json::from_str(&update.body)?;
    Ok(Update { seq: update.seq, pos: update.pos, at: update.at, events })
}

/// The frame of one stream, and its group. `None` for bots: they read the views directly.
fn frame(game: &Loaded, stream: Stream, updates: &[Update], now: Timestamp) -> Result<Option<(GroupName, String)>, MafiaError> {
    let (Some(first), Some(last)) = (updates.first(), updates.last()) else { return Ok(None) };
    let (name, group, view) = match stream {
        Stream::Public => ("public", groups::public(game.id), Some(View::Public(Box::new(public_view(game.game()))))),
        Stream::Spectators => ("spectators", groups::spectators(game.id), None),
        Stream::Seat(seat) => {
            let Some(user) = game.game().seat(seat).and_then(|seat| seat.player.id) else { return Ok(None) };
            let view = my_view(game.game(), seat).map(|view| View::Mine(Box::new(view)));
            ("you", groups::player(game.id, UserId::from(user)), view)
        }
    };
    let update = UpdateFrame { stream: name, first: first.seq, seq: last.seq, updates, view, now };
    Ok(Some((group, serde_json::to_string(&update)?)))
}
