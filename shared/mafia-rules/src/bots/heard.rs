//! What bots remember of what was said and done aloud, where the views do not keep it.

use std::collections::{BTreeMap, BTreeSet};

use super::phrases::{Kind, kind};
use crate::{Channel, Event, Phase, SeatNo, Words};

/// What was said and done aloud: the same for all bots of a table. Make it of what everybody was told, in order: at the least from the last
/// `phase_began` of a night on, else a bot says the same twice; from the start of the game on, and bots also remember who lied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// How many lines each has said in this phase.
    pub(super) lines: BTreeMap<SeatNo, u8>,
    /// The phrases that were said in this phase.
    pub(super) phrases: BTreeSet<String>,
    /// Who accused whom in the last talk, in their order.
    pub(super) accusations: Vec<(SeatNo, SeatNo)>,
    /// Who said a good word for whom in the last talk.
    pub(super) vouches: BTreeSet<(SeatNo, SeatNo)>,
    /// What those found out who say that they are detectives.
    pub(super) claims: Vec<Claim>,
    /// Who said that they are the mafia.
    pub(super) confessed: BTreeSet<SeatNo>,
    /// Who voted for a shorter talk in this one.
    pub(super) shorter: BTreeSet<SeatNo>,
    /// Nobody died in the last night.
    pub(super) quiet_night: bool,
    /// The ballots, with who was for and against a death.
    pub(super) ballots: Vec<Outcome>,
}

/// Somebody says that they looked into somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) by: SeatNo,
    pub(super) about: SeatNo,
    pub(super) mafia: bool,
}

/// How a ballot went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) accused: SeatNo,
    pub(super) yes: Vec<SeatNo>,
    pub(super) no: Vec<SeatNo>,
}

impl Heard {
    /// What these events, as everybody was told of them, leave in mind.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut heard = Self::default();
        for event in events {
            heard.hear(event);
        }
        heard
    }

    /// One event more. What was not said or done aloud goes by unheard.
    pub fn hear(&mut self, event: &Event) {
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
                    self.listen(by, words);
                }
            }
            _ => {}
        }
    }

    /// How many lines somebody has said in this phase.
    pub(super) fn lines_of(&self, seat: SeatNo) -> u8 {
        self.lines.get(&seat).copied().unwrap_or(0)
    }

    /// Has somebody said that they found this out?
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

    /// Bots understand each other's phrases; what people write is beyond them.
    fn listen(&mut self, by: SeatNo, words: &Words) {
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
