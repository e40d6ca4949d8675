//! The public statements and actions that bots remember and the views do not keep.

use std::collections::{BTreeMap, BTreeSet};

use super::phrases::{Kind, kind};
use crate::{Channel, Event, Phase, SeatNo, Words};

/// The public statements and actions of a table; the same for all its bots. Build it from the public events, in order.
/// Events since the last night's `phase_began` are the minimum: with fewer, a bot repeats itself. With all events, bots also remember
/// liars.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicRecord {
    /// The number of lines of each player in this phase.
    pub(super) lines: BTreeMap<SeatNo, u8>,
    /// The phrases used in this phase.
    pub(super) phrases: BTreeSet<String>,
    /// The accusations of the last talk as (accuser, accused), in order.
    pub(super) accusations: Vec<(SeatNo, SeatNo)>,
    /// The defences of the last talk as (defender, defended).
    pub(super) vouches: BTreeSet<(SeatNo, SeatNo)>,
    /// The findings that self-declared detectives have published.
    pub(super) claims: Vec<Claim>,
    /// The players who claimed to be mafia.
    pub(super) confessed: BTreeSet<SeatNo>,
    /// The players who voted for a shorter talk today.
    pub(super) shorter: BTreeSet<SeatNo>,
    /// No player died in the last night.
    pub(super) quiet_night: bool,
    /// The results of all ballots.
    pub(super) ballots: Vec<Outcome>,
}

/// A player claims to have investigated another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) by: SeatNo,
    pub(super) about: SeatNo,
    pub(super) mafia: bool,
}

/// The result of a ballot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) accused: SeatNo,
    pub(super) yes: Vec<SeatNo>,
    pub(super) no: Vec<SeatNo>,
}

impl PublicRecord {
    /// Builds the memory from public events.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut record = Self::default();
        for event in events {
            record.add(event);
        }
        record
    }

    /// Adds one event. Events that are not public statements or actions are ignored.
    pub fn add(&mut self, event: &Event) {
        match event {
            Event::PhaseBegan { phase, .. } => self.turn_to(*phase),
            Event::NobodyDied => self.quiet_night = true,
            Event::TimeVoted { seat, longer: false, .. } => {
                self.shorter.insert(*seat);
            }
            Event::Judged { seat, yes, no, .. } => {
                self.ballots.push(Outcome { accused: *seat, yes: yes.clone(), no: no.clone() });
            }
            Event::Said { by, channel: Channel::Public, words, .. } => {
                if let Some(by) = by.seat {
                    self.add_message(by, words);
                }
            }
            _ => {}
        }
    }

    /// The number of a player's lines in this phase.
    pub(super) fn lines_of(&self, seat: SeatNo) -> u8 {
        self.lines.get(&seat).copied().unwrap_or(0)
    }

    /// Whether `by` has already claimed a finding about `about`.
    pub(super) fn has_claimed(&self, by: SeatNo, about: SeatNo) -> bool {
        self.claims.iter().any(|claim| (claim.by, claim.about) == (by, about))
    }

    fn turn_to(&mut self, phase: Phase) {
        self.lines.clear();
        self.phrases.clear();
        match phase {
            Phase::Night => self.quiet_night = false,
            Phase::Talk => {
                self.accusations.clear();
                self.vouches.clear();
                self.shorter.clear();
            }
            _ => {}
        }
    }

    /// Bots understand phrases only; they ignore free text.
    fn add_message(&mut self, by: SeatNo, words: &Words) {
        let lines = self.lines.entry(by).or_default();
        *lines = lines.saturating_add(1);
        let Words::Phrase { phrase, about } = words else { return };
        self.phrases.insert(phrase.clone());
        match (kind(phrase), *about) {
            (Some(Kind::Accuse | Kind::Agree), Some(about)) => self.accusations.push((by, about)),
            (Some(Kind::Vouch), Some(about)) => {
                self.vouches.insert((by, about));
            }
            (Some(Kind::Found), Some(about)) => self.claim(Claim { by, about, mafia: true }),
            (Some(Kind::Cleared), Some(about)) => self.claim(Claim { by, about, mafia: false }),
            (Some(Kind::Confess), _) => {
                self.confessed.insert(by);
            }
            _ => {}
        }
    }

    fn claim(&mut self, claim: Claim) {
        if !self.claims.contains(&claim) {
            self.claims.push(claim);
        }
    }
}
