//! English.

use super::{ActTexts, BallotTexts, CauseTexts, ChannelTexts, GameTexts, PhaseTexts, RoleText, RoleTexts, WinnerTexts};

pub(crate) const GAME: GameTexts = GameTexts {
    roles: RoleTexts {
        mafia: RoleText {
            name: "Mafia",
            about: "You know the other mafia, and each night you point together at somebody to kill.",
        },
        doctor: RoleText { name: "Doctor", about: "Each night you protect one player from the mafia's attack." },
        detective: RoleText {
            name: "Detective",
            about: "Each night you learn of one player whether they are of the mafia. A spy is not.",
        },
        citizen: RoleText { name: "Citizen", about: "You have no secret power: watch, talk and vote well." },
        joker: RoleText { name: "Joker", about: "You win alone, by getting yourself voted out." },
        soldier: RoleText { name: "Soldier", about: "You survive the mafia's first attack on you." },
        reporter: RoleText {
            name: "Reporter",
            about: "Once in the game you publish a player's role, and everybody reads it at dawn.",
        },
        spy: RoleText {
            name: "Spy",
            about: "You win with the mafia: look for them at night, and join their talk once you have found one.",
        },
    },
    phases: PhaseTexts {
        lobby: "Lobby",
        night: "Night",
        dawn: "Dawn",
        talk: "Discussion",
        vote: "Vote",
        defence: "Defence",
        ballot: "Final ballot",
        dusk: "Dusk",
        over: "Game over",
    },
    acts: ActTexts {
        point: "Attack",
        protect: "Protect",
        investigate: "Investigate",
        report: "Report",
        probe: "Look for the mafia",
        sleep: "Sleep",
        vote: "Vote",
        finish: "End my defence",
        ballot: "Decide",
        shorten: "Less time",
        lengthen: "More time",
    },
    causes: CauseTexts { killed: "Killed by the mafia", executed: "Voted out", gone: "Died in their sleep" },
    winners: WinnerTexts { mafia: "The mafia win", citizens: "The citizens win", joker: "The joker wins" },
    channels: ChannelTexts { public: "Everyone", mafia: "Mafia", dead: "The dead", spectators: "Spectators" },
    ballots: BallotTexts { yes: "Guilty", no: "Not guilty", abstain: "Abstain" },
};
