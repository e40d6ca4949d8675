//! The phrases of bots. Events carry a phrase's id, so that each client shows it in its own language.

/// A phrase of bots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    /// Its id in [`Words::Phrase`](crate::Words::Phrase).
    pub id: &'static str,
    /// The meaning that other bots read in it.
    pub(super) kind: Kind,
}

/// The purpose of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Greeting.
    Morning,
    /// Relief that no player died.
    Relief,
    /// Small talk.
    Chat,
    /// Accusation.
    Accuse,
    /// Support of an accusation.
    Agree,
    /// Defence of another player.
    Vouch,
    /// "I am the detective, and this player is mafia."
    Found,
    /// "I am the detective, and this player is not mafia."
    Cleared,
    /// Own defence.
    Plead,
    /// Own defence with the claim to be the detective.
    PleadDetective,
    /// Claim to be mafia, or a request to be voted out.
    Confess,
}

impl Kind {
    /// Whether the phrase names a player.
    pub(super) fn is_about(self) -> bool {
        matches!(self, Self::Accuse | Self::Agree | Self::Vouch | Self::Found | Self::Cleared)
    }
}

const fn p(id: &'static str, kind: Kind) -> Phrase {
    Phrase { id, kind }
}

/// All phrases of bots.
pub static PHRASES: [Phrase; 28] = [
    p("morning", Kind::Morning),
    p("morning_count", Kind::Morning),
    p("relief", Kind::Relief),
    p("relief_cake", Kind::Relief),
    p("wonder", Kind::Chat),
    p("wonder_looks", Kind::Chat),
    p("wonder_clue", Kind::Chat),
    p("joke_snacks", Kind::Chat),
    p("joke_dream", Kind::Chat),
    p("accuse_gut", Kind::Accuse),
    p("accuse_eyes", Kind::Accuse),
    p("accuse_smile", Kind::Accuse),
    p("accuse_vote", Kind::Accuse),
    p("accuse_where", Kind::Accuse),
    p("agree", Kind::Agree),
    p("agree_odd", Kind::Agree),
    p("agree_yes", Kind::Agree),
    p("vouch", Kind::Vouch),
    p("vouch_trust", Kind::Vouch),
    p("found", Kind::Found),
    p("cleared", Kind::Cleared),
    p("plead_pillow", Kind::Plead),
    p("plead_sorry", Kind::Plead),
    p("plead_honest", Kind::Plead),
    p("plead_mistake", Kind::Plead),
    p("plead_detective", Kind::PleadDetective),
    p("confess", Kind::Confess),
    p("confess_dare", Kind::Confess),
];

impl Phrase {
    /// Whether the phrase names a player, whose name replaces `{name}` in the text.
    pub fn is_about(&self) -> bool {
        self.kind.is_about()
    }
}

/// The purpose of the phrase with this id.
pub(super) fn kind(id: &str) -> Option<Kind> {
    PHRASES.iter().find(|phrase| phrase.id == id).map(|phrase| phrase.kind)
}

/// The ids of all phrases with this purpose.
pub(super) fn ids(kind: Kind) -> impl Iterator<Item = &'static str> {
    PHRASES.iter().filter(move |phrase| phrase.kind == kind).map(|phrase| phrase.id)
}
