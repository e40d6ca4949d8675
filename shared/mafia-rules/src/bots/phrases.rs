//! What bots say. A line goes over the wire as its id, so that everybody reads it in their own language.

/// Something that bots say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    /// Its name in [`Words::Phrase`](crate::Words::Phrase).
    pub id: &'static str,
    /// What bots understand by it.
    pub(super) kind: Kind,
}

/// What a phrase is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Greets the others.
    Morning,
    /// Is glad that nobody died.
    Relief,
    /// Passes the time.
    Chat,
    /// Accuses somebody.
    Accuse,
    /// Joins in accusing somebody.
    Agree,
    /// Puts in a good word for somebody.
    Vouch,
    /// Says to be a detective who has found a mafia.
    Found,
    /// Says to be a detective who knows that somebody is no mafia.
    Cleared,
    /// Defends oneself.
    Plead,
    /// Defends oneself as the detective.
    PleadDetective,
    /// Says to be the mafia, or asks to be voted out.
    Confess,
}

impl Kind {
    /// Is it about somebody?
    pub(super) fn is_about(self) -> bool {
        matches!(self, Self::Accuse | Self::Agree | Self::Vouch | Self::Found | Self::Cleared)
    }
}

const fn p(id: &'static str, kind: Kind) -> Phrase {
    Phrase { id, kind }
}

/// Everything that bots say.
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
    /// Is it about somebody, whose name the text then has at `{name}`?
    pub fn is_about(&self) -> bool {
        self.kind.is_about()
    }
}

/// What a phrase is for.
pub(super) fn kind(id: &str) -> Option<Kind> {
    PHRASES.iter().find(|phrase| phrase.id == id).map(|phrase| phrase.kind)
}

/// The ids of the phrases for something.
pub(super) fn ids(kind: Kind) -> impl Iterator<Item = &'static str> {
    PHRASES.iter().filter(move |phrase| phrase.kind == kind).map(|phrase| phrase.id)
}
