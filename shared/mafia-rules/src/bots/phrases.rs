//! What bots say. A line goes over the wire as its id, so that everybody reads it in their own language.

use crate::Lang;

/// Something that bots say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    /// Its name in [`Words::Phrase`](crate::Words::Phrase).
    pub id: &'static str,
    /// In English; `{name}` is whom it is about.
    pub en: &'static str,
    /// In Korean; `{name}` is whom it is about.
    pub ko: &'static str,
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

const fn p(id: &'static str, kind: Kind, en: &'static str, ko: &'static str) -> Phrase {
    Phrase { id, en, ko, kind }
}

/// Everything that bots say. In Korean every name is followed by 님, so that particles fit whatever the name ends in.
#[rustfmt::skip]
pub static PHRASES: [Phrase; 28] = [
    p("morning", Kind::Morning, "Good morning! I slept like a log. Honestly.", "좋은 아침이에요! 저 진짜 푹 잤어요. 정말로요."),
    p("morning_count", Kind::Morning, "Morning! Let me count who is still here …", "다들 일어났어요? 누가 남았나 세어 볼게요…"),
    p("relief", Kind::Relief, "Nobody died! Doctor, whoever you are: thank you.", "아무도 안 죽었네요! 의사 선생님, 누군지 몰라도 고마워요."),
    p("relief_cake", Kind::Relief, "What a peaceful night. I could get used to this.", "이렇게 평화로운 밤이라니, 매일 이랬으면 좋겠네요."),
    p("wonder", Kind::Chat, "It could be anybody. Well, anybody but me.", "누구든 마피아일 수 있어요. 저만 빼고요."),
    p("wonder_looks", Kind::Chat, "Why is everybody looking at me?", "왜 다들 저만 쳐다봐요?"),
    p("wonder_clue", Kind::Chat, "Does anybody have a clue? I have none at all.", "뭐 아는 사람 없어요? 저는 하나도 모르겠어요."),
    p("joke_snacks", Kind::Chat, "If I were mafia, I would at least bring snacks.", "제가 마피아였으면 간식이라도 돌렸죠."),
    p("joke_dream", Kind::Chat, "I dreamt who it was, and then the alarm rang.", "꿈에서 범인을 봤는데 알람이 울려서 깼어요."),
    p("accuse_gut", Kind::Accuse, "My gut says {name}, and my gut is never wrong. Rarely.", "제 촉은 {name}님이에요. 제 촉은 틀린 적이 없어요. 거의요."),
    p("accuse_eyes", Kind::Accuse, "I don't like the look in {name}'s eyes.", "{name}님 눈빛이 좀 수상한데요?"),
    p("accuse_smile", Kind::Accuse, "Did you see {name} smile just now? I did.", "방금 {name}님 웃은 거 봤어요? 저는 봤어요."),
    p("accuse_vote", Kind::Accuse, "I will vote for {name}. Who is with me?", "저는 {name}님한테 투표할래요. 같이 할 사람?"),
    p("accuse_where", Kind::Accuse, "So, {name}, where were you last night?", "{name}님, 어젯밤에 어디 있었어요?"),
    p("agree", Kind::Agree, "{name}? I was just going to say that.", "{name}님이요? 저도 그 말 하려던 참이었어요."),
    p("agree_odd", Kind::Agree, "Now that you say it, {name} does seem odd.", "듣고 보니 {name}님 좀 이상하긴 하네요."),
    p("agree_yes", Kind::Agree, "{name}. Yes. A hundred times yes.", "{name}님, 인정. 백번 인정이에요."),
    p("vouch", Kind::Vouch, "Leave {name} alone, that one wouldn't hurt a fly.", "{name}님은 그냥 둬요. 파리 한 마리 못 잡을 사람이에요."),
    p("vouch_trust", Kind::Vouch, "I trust {name}. Don't ask me why.", "저는 {name}님 믿어요. 이유는 묻지 마세요."),
    p("found", Kind::Found, "I'm the detective. I looked into {name}: mafia!", "제가 경찰이에요. {name}님 조사해 봤는데 마피아예요!"),
    p("cleared", Kind::Cleared, "I'm the detective, and {name} is not mafia.", "제가 경찰인데요, {name}님은 마피아 아니에요."),
    p("plead_pillow", Kind::Plead, "It wasn't me! I slept all night, ask my pillow.", "저 아니에요! 밤새 잤다니까요. 베개한테 물어보세요."),
    p("plead_sorry", Kind::Plead, "Send me away and you will be sorry tomorrow.", "저 보내면 내일 아침에 후회할걸요."),
    p("plead_honest", Kind::Plead, "I'm as honest as the day is long. And it is a long day.", "저처럼 착한 시민이 또 어디 있다고 그래요."),
    p("plead_mistake", Kind::Plead, "You have the wrong one, and the mafia are laughing.", "사람 잘못 봤어요. 지금 마피아만 웃고 있다고요."),
    p("plead_detective", Kind::PleadDetective, "I'm the detective! Without me you'll never find them.", "저 경찰이에요! 저 없으면 마피아 못 잡아요."),
    p("confess", Kind::Confess, "All right, it was me. What are you going to do about it?", "그래요, 제가 그랬어요. 어쩔 건데요?"),
    p("confess_dare", Kind::Confess, "Vote for me. I bet you don't dare.", "저한테 투표해 봐요. 못 하겠죠?"),
];

/// What a phrase says in a language; `{name}` in it is whom it is about. `None` where there is no such phrase.
pub fn phrase(id: &str, lang: Lang) -> Option<&'static str> {
    let phrase = PHRASES.iter().find(|phrase| phrase.id == id)?;
    Some(match lang {
        Lang::En => phrase.en,
        Lang::Ko => phrase.ko,
    })
}

/// What a phrase is for.
pub(super) fn kind(id: &str) -> Option<Kind> {
    PHRASES.iter().find(|phrase| phrase.id == id).map(|phrase| phrase.kind)
}

/// The ids of the phrases for something.
pub(super) fn ids(kind: Kind) -> impl Iterator<Item = &'static str> {
    PHRASES.iter().filter(move |phrase| phrase.kind == kind).map(|phrase| phrase.id)
}
