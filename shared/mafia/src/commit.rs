//! The result of a decision: the new state, its events, and the updates of each stream.

use std::collections::BTreeMap;

use mafia_rules::{Event, Game, SeatNo, Stream, disclose, evolve, my_view, public_view};
use store::{GameEvent, GamePlayer, GameUpdate, Timestamp, UserId};

use crate::{
    MafiaError,
    saved::{Saved, number},
};

/// All that one decision writes, in one transaction.
#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) saved: Saved,
    pub(crate) events: Vec<GameEvent>,
    pub(crate) updates: Vec<GameUpdate>,
    pub(crate) players: Option<Vec<GamePlayer>>,
}

impl Commit {
    /// Applies events to a game.
    pub(crate) fn of(before: &Saved, events: &[Event], now: Timestamp) -> Result<Self, MafiaError> {
        let mut saved = before.clone();
        let mut stored = Vec::with_capacity(events.len());
        let mut streams: BTreeMap<Stream, Vec<Event>> = BTreeMap::new();
        for event in events {
            evolve(&mut saved.game, event);
            saved.events += 1;
            stored.push(GameEvent { n: saved.events, at: now, event: serde_json::to_string(event)? });
            for (stream, shown) in disclose(&saved.game, event) {
                if stream == Stream::Public {
                    saved.remember(&shown);
                }
                streams.entry(stream).or_default().push(shown);
            }
        }
        for stream in changed_views(&before.game, &saved.game) {
            streams.entry(stream).or_default();
        }
        let updates = number_updates(&mut saved, &streams, now)?;
        let players = sitting(events, &saved.game);
        Ok(Self { saved, events: stored, updates, players })
    }
}

/// The streams whose view has changed, with or without an event.
fn changed_views(before: &Game, after: &Game) -> Vec<Stream> {
    let seats = (0..).take(after.seats.len());
    let changed = |&seat: &SeatNo| my_view(before, seat) != my_view(after, seat);
    let mut streams: Vec<_> = seats.filter(changed).map(Stream::Seat).collect();
    if public_view(before) != public_view(after) {
        streams.push(Stream::Public);
    }
    streams
}

/// The public stream comes first, since the positions of the others refer to it.
fn number_updates(
    saved: &mut Saved,
    streams: &BTreeMap<Stream, Vec<Event>>,
    now: Timestamp,
) -> Result<Vec<GameUpdate>, MafiaError> {
    let mut updates = Vec::with_capacity(streams.len());
    for (&stream, events) in streams {
        let seq = saved.seqs.entry(number(stream)).or_insert(0);
        *seq += 1;
        let seq = *seq;
        let pos = saved.seq(Stream::Public);
        updates.push(GameUpdate { stream: number(stream), seq, pos, at: now, body: serde_json::to_string(events)? });
    }
    Ok(updates)
}

/// The seated players, if they or their results have changed.
fn sitting(events: &[Event], game: &Game) -> Option<Vec<GamePlayer>> {
    let changes = |event: &Event| {
        matches!(event, Event::Joined { .. } | Event::StoodUp { .. } | Event::Started { .. } | Event::Ended { .. })
    };
    if !events.iter().any(changes) {
        return None;
    }
    let people = game.numbered().filter_map(|(number, seat)| {
        let outcome = game.winner.zip(seat.role);
        Some(GamePlayer {
            user: UserId::from(seat.player.id?),
            seat: i64::from(number),
            role: outcome.map(|(_, role)| role.as_str().to_owned()),
            won: outcome.map(|(winner, role)| winner.includes(role)),
        })
    });
    Some(people.collect())
}
