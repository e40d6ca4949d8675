//! Korean.

use super::{ActTexts, BallotTexts, CauseTexts, ChannelTexts, GameTexts, PhaseTexts, RoleText, RoleTexts, WinnerTexts};

pub(crate) const GAME: GameTexts = GameTexts {
    roles: RoleTexts {
        mafia: RoleText {
            name: "마피아", about: "동료 마피아를 알고, 밤마다 함께 한 사람을 골라 없애요."
        },
        doctor: RoleText { name: "의사", about: "밤마다 한 사람을 골라 마피아의 공격에서 지켜요." },
        detective: RoleText {
            name: "경찰", about: "밤마다 한 사람이 마피아인지 알아내요. 스파이는 마피아로 나오지 않아요."
        },
        citizen: RoleText {
            name: "시민", about: "특별한 능력은 없어요. 잘 보고, 이야기하고, 투표하세요."
        },
        joker: RoleText { name: "조커", about: "투표로 쫓겨나면 혼자 이겨요." },
        soldier: RoleText { name: "군인", about: "마피아의 첫 공격을 견뎌 내요." },
        reporter: RoleText {
            name: "기자", about: "게임 중 한 번, 한 사람의 직업을 취재해 새벽에 모두에게 알려요."
        },
        spy: RoleText {
            name: "스파이", about: "마피아 편이에요. 밤에 마피아를 찾아내면 그들의 대화에 끼어요."
        },
    },
    phases: PhaseTexts {
        lobby: "대기실",
        night: "밤",
        dawn: "새벽",
        talk: "토론",
        vote: "투표",
        defence: "최후 변론",
        ballot: "찬반 투표",
        dusk: "해 질 녘",
        over: "게임 종료",
    },
    acts: ActTexts {
        point: "공격하기",
        protect: "지키기",
        investigate: "조사하기",
        report: "취재하기",
        probe: "마피아 찾기",
        sleep: "잠들기",
        vote: "투표하기",
        finish: "변론 끝내기",
        ballot: "결정하기",
        shorten: "시간 줄이기",
        lengthen: "시간 늘리기",
    },
    causes: CauseTexts {
        killed: "마피아에게 당했어요", executed: "투표로 쫓겨났어요", gone: "자다가 세상을 떠났어요"
    },
    winners: WinnerTexts {
        mafia: "마피아가 이겼어요", citizens: "시민이 이겼어요", joker: "조커가 이겼어요"
    },
    channels: ChannelTexts { public: "모두", mafia: "마피아", dead: "죽은 사람들", spectators: "관전자" },
    ballots: BallotTexts { yes: "찬성", no: "반대", abstain: "기권" },
};
