//! A finished game as a list, for browsers without scripts: the role of each player, and the main events of each phase.

use mafia::texts::Texts;
use mafia_rules::{Done, Event, NightAction, Phase, SeatNo, Step, Words};

use crate::site::texts::fill;

/// One phase.
pub(super) struct StepLines {
    pub(super) title: String,
    pub(super) lines: Vec<String>,
}

/// Each player's name and role.
pub(super) fn cast(t: &Texts, steps: &[Step]) -> Vec<String> {
    let seats = steps.last().map(|step| step.view.seats.as_slice()).unwrap_or_default();
    seats.iter().filter_map(|seat| Some(format!("{}: {}", seat.name, t.role(seat.role?).name))).collect()
}

/// The phases that have at least one line.
pub(super) fn steps(t: &Texts, steps: &[Step]) -> Vec<StepLines> {
    let lines = steps.iter().map(|step| StepTexts { t, step }.lines());
    lines.filter(|step| !step.lines.is_empty()).collect()
}

struct StepTexts<'a> {
    t: &'a Texts,
    step: &'a Step,
}

impl StepTexts<'_> {
    fn lines(&self) -> StepLines {
        let lines = self.step.events.iter().filter_map(|(_, event)| self.line(event)).collect();
        StepLines { title: self.title(), lines }
    }

    fn title(&self) -> String {
        match self.step.phase {
            Phase::Over => self.t.replay.end.clone(),
            phase => fill(&self.t.replay.step, &[("phase", &self.t.game.phases[phase]), ("day", &self.step.day.to_string())]),
        }
    }

    fn line(&self, event: &Event) -> Option<String> {
        let (r, game) = (&self.t.replay, &self.t.game);
        let line = match event {
            Event::Pointed { seat, target } => self.deed(game.deeds[NightAction::Point].listed.of(None), *seat, *target),
            Event::Done(Done { action, seat, target, mafia }) => self.deed(game.deeds[*action].listed.of(*mafia), *seat, *target),
            Event::Survived { seat } => self.about(&r.survived, *seat, &[]),
            Event::NobodyDied => r.nobody_died.clone(),
            Event::Died { seat, cause, .. } => self.about(&r.died, *seat, &[("cause", &game.causes[*cause])]),
            Event::Published { target, role, .. } => self.about(&r.published, *target, &[("role", &self.t.role(*role).name)]),
            Event::Accused { seat } => self.about(&r.accused, *seat, &[]),
            Event::NobodyAccused => r.nobody_accused.clone(),
            Event::Judged { seat, yes, no, .. } => {
                self.about(&r.judged, *seat, &[("yes", &yes.len().to_string()), ("no", &no.len().to_string())])
            }
            Event::Left { seat } => self.about(&r.left, *seat, &[]),
            Event::Said { by, words, .. } => fill(&r.said, &[("name", &by.name), ("text", &self.words(words)?)]),
            Event::Ended { winner, .. } => game.winners[*winner].clone(),
            Event::Joined { .. }
            | Event::StoodUp { .. }
            | Event::HostIs { .. }
            | Event::SetUp { .. }
            | Event::Started { .. }
            | Event::Dealt { .. }
            | Event::PhaseBegan { .. }
            | Event::Hurried { .. }
            | Event::PhaseEnded { .. }
            | Event::Contacted { .. }
            | Event::Slept { .. }
            | Event::TimeVoted { .. }
            | Event::Voted { .. }
            | Event::Balloted { .. }
            | Event::Again { .. } => return None,
        };
        Some(line)
    }

    fn words(&self, words: &Words) -> Option<String> {
        match words {
            Words::Text(text) => Some(text.clone()),
            Words::Phrase { phrase: id, about } => {
                let about = about.map_or("", |seat| self.name(seat));
                Some(fill(self.t.phrase(id)?, &[("name", about)]))
            }
        }
    }

    fn deed(&self, text: &str, seat: SeatNo, target: SeatNo) -> String {
        self.about(text, seat, &[("target", self.name(target))])
    }

    fn about(&self, text: &str, seat: SeatNo, more: &[(&str, &str)]) -> String {
        let mut values = vec![("name", self.name(seat))];
        values.extend(more);
        fill(text, &values)
    }

    /// The name on a seat: no game has events of other seats.
    fn name(&self, seat: SeatNo) -> &str {
        self.step.view.seats.get(usize::from(seat)).map_or("?", |seat| seat.name.as_str())
    }
}
