//! What the table's scripts say: they get it as JSON under `game`, so the names here are their names too. The keys of roles, phases,
//! acts and the like are the words of the game's own JSON.

pub(super) mod en;
pub(super) mod ko;

use mafia_rules::{Cause, Phase, Role, Winner};
use serde::Serialize;

/// Everything that the table's and the replay's scripts say beside what all live pages say.
#[derive(Serialize)]
pub(in crate::pages) struct GameTexts {
    pub(in crate::pages) roles: RoleTexts,
    pub(in crate::pages) phases: PhaseTexts,
    pub(in crate::pages) acts: ActTexts,
    pub(in crate::pages) causes: CauseTexts,
    pub(in crate::pages) winners: WinnerTexts,
    pub(in crate::pages) channels: ChannelTexts,
    pub(in crate::pages) ballots: BallotTexts,
}

/// Each role.
#[derive(Serialize)]
pub(in crate::pages) struct RoleTexts {
    pub(in crate::pages) mafia: RoleText,
    pub(in crate::pages) doctor: RoleText,
    pub(in crate::pages) detective: RoleText,
    pub(in crate::pages) citizen: RoleText,
    pub(in crate::pages) joker: RoleText,
    pub(in crate::pages) soldier: RoleText,
    pub(in crate::pages) reporter: RoleText,
    pub(in crate::pages) spy: RoleText,
}

/// A role's name, and what it does in one sentence.
#[derive(Serialize)]
pub(in crate::pages) struct RoleText {
    pub(in crate::pages) name: &'static str,
    pub(in crate::pages) about: &'static str,
}

/// Each phase.
#[derive(Serialize)]
pub(in crate::pages) struct PhaseTexts {
    pub(in crate::pages) lobby: &'static str,
    pub(in crate::pages) night: &'static str,
    pub(in crate::pages) dawn: &'static str,
    pub(in crate::pages) talk: &'static str,
    pub(in crate::pages) vote: &'static str,
    pub(in crate::pages) defence: &'static str,
    pub(in crate::pages) ballot: &'static str,
    pub(in crate::pages) dusk: &'static str,
    pub(in crate::pages) over: &'static str,
}

/// What somebody may do, as a button says it.
#[derive(Serialize)]
pub(in crate::pages) struct ActTexts {
    pub(in crate::pages) point: &'static str,
    pub(in crate::pages) protect: &'static str,
    pub(in crate::pages) investigate: &'static str,
    pub(in crate::pages) report: &'static str,
    pub(in crate::pages) probe: &'static str,
    pub(in crate::pages) sleep: &'static str,
    pub(in crate::pages) vote: &'static str,
    pub(in crate::pages) finish: &'static str,
    pub(in crate::pages) ballot: &'static str,
    pub(in crate::pages) shorten: &'static str,
    pub(in crate::pages) lengthen: &'static str,
}

/// How somebody died.
#[derive(Serialize)]
pub(in crate::pages) struct CauseTexts {
    pub(in crate::pages) killed: &'static str,
    pub(in crate::pages) executed: &'static str,
    pub(in crate::pages) gone: &'static str,
}

/// Who has won.
#[derive(Serialize)]
pub(in crate::pages) struct WinnerTexts {
    pub(in crate::pages) mafia: &'static str,
    pub(in crate::pages) citizens: &'static str,
    pub(in crate::pages) joker: &'static str,
}

/// Where people talk.
#[derive(Serialize)]
pub(in crate::pages) struct ChannelTexts {
    pub(in crate::pages) public: &'static str,
    pub(in crate::pages) mafia: &'static str,
    pub(in crate::pages) dead: &'static str,
    pub(in crate::pages) spectators: &'static str,
}

/// How one may vote on the accused.
#[derive(Serialize)]
pub(in crate::pages) struct BallotTexts {
    pub(in crate::pages) yes: &'static str,
    pub(in crate::pages) no: &'static str,
    pub(in crate::pages) abstain: &'static str,
}

impl GameTexts {
    /// A role's name and what it does.
    pub(in crate::pages) fn role(&self, role: Role) -> &RoleText {
        match role {
            Role::Mafia => &self.roles.mafia,
            Role::Doctor => &self.roles.doctor,
            Role::Detective => &self.roles.detective,
            Role::Citizen => &self.roles.citizen,
            Role::Joker => &self.roles.joker,
            Role::Soldier => &self.roles.soldier,
            Role::Reporter => &self.roles.reporter,
            Role::Spy => &self.roles.spy,
        }
    }

    /// A phase's name.
    pub(in crate::pages) fn phase(&self, phase: Phase) -> &'static str {
        match phase {
            Phase::Lobby => self.phases.lobby,
            Phase::Night => self.phases.night,
            Phase::Dawn => self.phases.dawn,
            Phase::Talk => self.phases.talk,
            Phase::Vote => self.phases.vote,
            Phase::Defence => self.phases.defence,
            Phase::Ballot => self.phases.ballot,
            Phase::Dusk => self.phases.dusk,
            Phase::Over => self.phases.over,
        }
    }

    /// How somebody died.
    pub(in crate::pages) fn cause(&self, cause: Cause) -> &'static str {
        match cause {
            Cause::Killed => self.causes.killed,
            Cause::Executed => self.causes.executed,
            Cause::Gone => self.causes.gone,
        }
    }

    /// Who has won.
    pub(in crate::pages) fn winner(&self, winner: Winner) -> &'static str {
        match winner {
            Winner::Mafia => self.winners.mafia,
            Winner::Citizens => self.winners.citizens,
            Winner::Joker => self.winners.joker,
        }
    }
}
