//! What the table's scripts say: they get it as JSON under `game`, so the names here are their names too. The keys of roles, phases,
//! acts and the like are the words of the game's own JSON.

pub(crate) mod en;
pub(crate) mod ko;

use mafia_rules::{Cause, Phase, Role, Winner};
use serde::Serialize;

/// Everything that the table's and the replay's scripts say beside what all live pages say.
#[derive(Serialize)]
pub(crate) struct GameTexts {
    pub(super) roles: RoleTexts,
    pub(super) phases: PhaseTexts,
    pub(super) acts: ActTexts,
    pub(super) causes: CauseTexts,
    pub(super) winners: WinnerTexts,
    pub(super) channels: ChannelTexts,
    pub(super) ballots: BallotTexts,
}

/// Each role.
#[derive(Serialize)]
pub(super) struct RoleTexts {
    pub(super) mafia: RoleText,
    pub(super) doctor: RoleText,
    pub(super) detective: RoleText,
    pub(super) citizen: RoleText,
    pub(super) joker: RoleText,
    pub(super) soldier: RoleText,
    pub(super) reporter: RoleText,
    pub(super) spy: RoleText,
}

/// A role's name, and what it does in one sentence.
#[derive(Serialize)]
pub(super) struct RoleText {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
}

/// Each phase.
#[derive(Serialize)]
pub(super) struct PhaseTexts {
    pub(super) lobby: &'static str,
    pub(super) night: &'static str,
    pub(super) dawn: &'static str,
    pub(super) talk: &'static str,
    pub(super) vote: &'static str,
    pub(super) defence: &'static str,
    pub(super) ballot: &'static str,
    pub(super) dusk: &'static str,
    pub(super) over: &'static str,
}

/// What somebody may do, as a button says it.
#[derive(Serialize)]
pub(super) struct ActTexts {
    pub(super) point: &'static str,
    pub(super) protect: &'static str,
    pub(super) investigate: &'static str,
    pub(super) report: &'static str,
    pub(super) probe: &'static str,
    pub(super) sleep: &'static str,
    pub(super) vote: &'static str,
    pub(super) finish: &'static str,
    pub(super) ballot: &'static str,
    pub(super) shorten: &'static str,
    pub(super) lengthen: &'static str,
}

/// How somebody died.
#[derive(Serialize)]
pub(super) struct CauseTexts {
    pub(super) killed: &'static str,
    pub(super) executed: &'static str,
    pub(super) gone: &'static str,
}

/// Who has won.
#[derive(Serialize)]
pub(super) struct WinnerTexts {
    pub(super) mafia: &'static str,
    pub(super) citizens: &'static str,
    pub(super) joker: &'static str,
}

/// Where people talk.
#[derive(Serialize)]
pub(super) struct ChannelTexts {
    pub(super) public: &'static str,
    pub(super) mafia: &'static str,
    pub(super) dead: &'static str,
    pub(super) spectators: &'static str,
}

/// How one may vote on the accused.
#[derive(Serialize)]
pub(super) struct BallotTexts {
    pub(super) yes: &'static str,
    pub(super) no: &'static str,
    pub(super) abstain: &'static str,
}

impl GameTexts {
    /// A role's name and what it does.
    pub(super) fn role(&self, role: Role) -> &RoleText {
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
    pub(super) fn phase(&self, phase: Phase) -> &'static str {
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
    pub(super) fn cause(&self, cause: Cause) -> &'static str {
        match cause {
            Cause::Killed => self.causes.killed,
            Cause::Executed => self.causes.executed,
            Cause::Gone => self.causes.gone,
        }
    }

    /// Who has won.
    pub(super) fn winner(&self, winner: Winner) -> &'static str {
        match winner {
            Winner::Mafia => self.winners.mafia,
            Winner::Citizens => self.winners.citizens,
            Winner::Joker => self.winners.joker,
        }
    }
}
