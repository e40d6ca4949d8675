//! What rules say to people, in their language.

use crate::Refusal;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// 한국어.
    Ko,
}

impl Lang {
    /// Of `ko`, `ko-KR`, `en`, …; English for everything else.
    pub fn of(tag: &str) -> Self {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("ko") { Self::Ko } else { Self::En }
    }
}

impl Refusal {
    /// For programs: one word.
    pub fn code(&self) -> &'static str {
        self.parts().0
    }

    /// For people: what is wrong and what to do.
    pub fn text(&self, lang: Lang) -> String {
        let (_, en, ko) = self.parts();
        let text = match lang {
            Lang::En => en,
            Lang::Ko => ko,
        };
        match self {
            Self::OptionOutOfRange { field } => text.replace("{field}", field),
            _ => text.to_owned(),
        }
    }

    /// Its code, in English, in Korean.
    #[rustfmt::skip]
    fn parts(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NotSeated => ("not_seated", "Only who sits at the table can do this: take a seat before the game begins.", "자리에 앉은 사람만 할 수 있어요. 게임이 시작되기 전에 자리에 앉으세요."),
            Self::NotHost => ("not_host", "Only the host can do this.", "방장만 할 수 있어요."),
            Self::HostJustLeft => ("host_just_left", "The host has only just lost the connection: wait a moment, and try again.", "방장의 연결이 방금 끊겼어요. 잠시 기다렸다가 다시 해 보세요."),
            Self::AlreadyStarted => ("already_started", "The game has begun already.", "이미 게임이 시작됐어요."),
            Self::NotStarted => ("not_started", "The game has not begun yet.", "아직 게임이 시작되지 않았어요."),
            Self::GameOver => ("game_over", "The game is over.", "게임이 끝났어요."),
            Self::NotOver => ("not_over", "This is for after the game.", "게임이 끝난 뒤에 할 수 있어요."),
            Self::TableFull => ("table_full", "Every seat is taken: a table has 20.", "자리가 모두 찼어요. 한 판에 20명까지예요."),
            Self::SentAway => ("sent_away", "The host has sent you away from this table.", "방장이 내보낸 테이블이에요."),
            Self::NoSuchSeat => ("no_such_seat", "Nobody sits there: choose somebody at the table.", "그 자리에는 아무도 없어요. 테이블에 있는 사람을 고르세요."),
            Self::SomebodyElse => ("somebody_else", "Somebody else sits there by now: look again.", "그새 자리가 바뀌었어요. 다시 확인해 주세요."),
            Self::TooFewPlayers => ("too_few_players", "A game needs at least 4 players: wait for others, or add bots.", "네 명부터 시작할 수 있어요. 기다리거나 봇을 추가하세요."),
            Self::MoreRolesThanPlayers => ("more_roles_than_players", "There are more roles than players: take some out, or wait for others.", "직업이 사람보다 많아요. 직업을 줄이거나 더 기다리세요."),
            Self::NoMafia => ("no_mafia", "A game needs at least one mafia.", "마피아가 한 명은 있어야 해요."),
            Self::TooManyMafia => ("too_many_mafia", "Too many on the mafia's side: the others could have lost before their first vote. Take out mafia or spies, or wait for others.", "마피아 편이 너무 많아요. 첫 투표 전에 시민이 질 수 있어요. 마피아나 스파이를 줄이거나 더 기다리세요."),
            Self::OptionOutOfRange { .. } => ("option_out_of_range", "{field} is out of its range: lengths are 1 to 1800 seconds, and gone_after 1 to 50 phases.", "{field} 값이 범위를 벗어났어요. 시간은 1~1800초, gone_after는 1~50이에요."),
            Self::Dead => ("dead", "You are dead: you can only talk with the dead.", "죽은 사람은 죽은 사람끼리만 이야기할 수 있어요."),
            Self::WrongTime => ("wrong_time", "Not now: this belongs to another phase.", "지금은 할 수 없어요. 다른 때에 할 수 있는 일이에요."),
            Self::WrongRole => ("wrong_role", "Your role cannot do this.", "당신의 직업으로는 할 수 없어요."),
            Self::TargetDead => ("target_dead", "They are dead already: choose somebody who lives.", "이미 죽은 사람이에요. 살아 있는 사람을 고르세요."),
            Self::NotYourself => ("not_yourself", "Not yourself: choose somebody else.", "자기 자신은 고를 수 없어요. 다른 사람을 고르세요."),
            Self::OwnTeam => ("own_team", "The mafia do not point at each other: choose somebody else.", "같은 마피아는 고를 수 없어요. 다른 사람을 고르세요."),
            Self::PeacefulNight => ("peaceful_night", "Nobody is killed in the first night at this table.", "이 판의 첫날 밤에는 아무도 죽일 수 없어요."),
            Self::AlreadyDone => ("already_done", "You have done this already, and it counts.", "이미 했어요. 그대로 반영돼요."),
            Self::YouAreAccused => ("you_are_accused", "You are the accused: the others vote on you.", "당신은 피고예요. 다른 사람들이 투표해요."),
            Self::NotAccused => ("not_accused", "Only the accused can do this.", "피고만 할 수 있어요."),
            Self::NotYourChannel => ("not_your_channel", "This talk is not for you.", "참여할 수 없는 대화예요."),
            Self::Quiet => ("quiet", "Quiet now: at night and during the ballot nobody speaks, and in the defence only the accused.", "지금은 조용히 해야 해요. 밤과 찬반 투표 중에는 아무도, 변론 중에는 피고만 말할 수 있어요."),
            Self::EmptyLine => ("empty_line", "Nothing in this line can be seen: write something.", "보이는 내용이 없어요. 할 말을 적어 주세요."),
            Self::LineTooLong => ("line_too_long", "That is too long: a line has at most 300 characters (1,200 bytes).", "너무 길어요. 한 번에 300자(1,200바이트)까지예요."),
            Self::BadCharacter => ("bad_character", "The line has a control character, one that reorders text, or too many accents on one letter: remove it.", "쓸 수 없는 문자가 있어요. 제어 문자나 글자 순서를 바꾸는 문자, 너무 많은 결합 부호를 지워 주세요."),
            Self::NoSpectators => ("no_spectators", "The host wants no spectators at this table.", "관전할 수 없는 테이블이에요."),
            Self::NotSignedIn => ("not_signed_in", "Sign in with a nickname first.", "먼저 닉네임으로 들어와 주세요."),
            Self::NotYours => ("not_yours", "Only the server does this.", "서버만 하는 일이에요."),
        }
    }
}
