//! Korean.

use super::{MafiaTexts, PlayerTexts, RefusalTexts, ReplayTexts, RulesTexts, Section, TableTexts, TablesTexts};
use crate::site::texts::Notice;

pub(crate) const MAFIA: MafiaTexts = MafiaTexts {
    to_tables: "모든 테이블",
    tables: TablesTexts {
        open: "열려 있는 테이블",
        none: "아직 열린 테이블이 없어요",
        none_hint: "테이블을 열고 친구에게 링크를 보내거나, 봇과 먼저 해 보세요.",
        mine: "내 테이블",
        none_mine: "아직 앉아 본 테이블이 없어요.",
        create: "테이블 열기",
        name: "테이블 이름",
        name_hint: "비워 두어도 돼요. 40자까지 쓸 수 있어요.",
        pace: "빠르기",
        quick: "빠르게",
        quick_hint: "토론 20초, 봇도 빠르게: 맛보기용",
        standard: "보통",
        standard_hint: "토론 2분",
        long: "느긋하게",
        long_hint: "토론 5분, 밤도 더 길게",
        create_submit: "열기",
        join: "코드로 들어가기",
        code: "테이블 코드",
        code_hint: "여섯 글자예요. 대소문자는 상관없어요.",
        join_submit: "가기",
        rules: "규칙 요약",
        record: "내 전적",
        sign_in: "닉네임만 정하면 앉을 수 있어요",
        host: "방장: {name}",
        seated: "자리 {count}/{max}",
        players: "{count}명",
        gathering: "사람을 기다리는 중",
        playing: "게임 중",
        over: "끝난 게임",
        code_empty: "테이블 코드를 입력해 주세요.",
        no_table: "이 코드의 테이블이 없어요. 코드를 다시 확인해 주세요.",
    },
    table: TableTexts {
        code: "테이블 코드",
        loading: "테이블을 차리는 중…",
        needs_script: "게임에는 자바스크립트가 필요해요. 이 페이지에서 허용해 주세요.",
        watching: "지금은 관전 중이에요. 자리에 앉으려면 닉네임을 정해 주세요.",
        sit_down: "참여하기",
    },
    replay: ReplayTexts {
        cut: "이 테이블은 대화가 너무 길어서, 다시 보기에서는 대화의 뒷부분을 뺐어요.",
        title: "다시 보기",
        roles: "누가 누구였나",
        steps: "무슨 일이 있었나",
        step: "{day}일째 {phase}",
        end: "끝",
        pointed: "{name} 님(마피아)이 {target} 님을 가리켰어요.",
        protected: "{name} 님(의사)이 {target} 님을 지켰어요.",
        found_mafia: "{name} 님이 {target} 님은 마피아라는 걸 알아냈어요.",
        found_other: "{name} 님이 {target} 님은 마피아가 아니라는 걸 알아냈어요.",
        reported: "{name} 님(기자)이 {target} 님을 취재했어요.",
        survived: "{name} 님(군인)이 공격을 견뎌 냈어요.",
        nobody_died: "그날 밤에는 아무도 죽지 않았어요.",
        died: "{name} 님이 죽었어요. {cause}.",
        published: "신문에 났어요. {name} 님의 직업은 {role}!",
        accused: "{name} 님이 피고가 되었어요.",
        nobody_accused: "아무도 피고가 되지 않았어요.",
        judged: "{name} 님에 대한 투표: 찬성 {yes}, 반대 {no}.",
        left: "{name} 님이 게임을 떠났어요.",
        said: "{name} 님: “{text}”",
    },
    player: PlayerTexts {
        title: "{name} 님의 전적",
        games: "게임",
        wins: "승리",
        share: "승률",
        by_role: "직업별",
        role: "직업",
        recent: "최근 테이블",
        none: "아직 끝난 게임이 없어요",
        none_hint: "첫 게임이 끝나면 여기에 숫자가 나타나요.",
        replay: "다시 보기",
    },
    rules: RulesTexts {
        title: "규칙 요약",
        lead: "{min}명에서 {max}명까지, 저마다 비밀 직업을 하나씩 받아요. 빈자리는 봇이 채울 수 있어요.",
        goal: Section {
            title: "누가 이기나",
            text: "마피아가 한 명도 남지 않으면 시민이 이겨요. 마피아가 나머지 사람 수 이상이 되거나, {days}일째가 끝날 때까지 남아 있으면 마피아가 이겨요. 조커는 투표로 쫓겨나면 혼자 이겨요.",
        },
        roles: "직업",
        night: Section {
            title: "밤",
            text: "모두 몰래 행동하거나 잠들어요. 마피아가 가장 많이 가리킨 사람이 공격받고, 수가 같으면 먼저 가리킨 사람이 공격받아요. 모두 마치면 밤이 일찍 끝나요.",
        },
        dawn: Section {
            title: "새벽",
            text: "누가 죽었는지, 아니면 아무도 죽지 않았는지 알려 줘요. 죽은 사람의 직업을 보여 줄지는 방장이 정해요.",
        },
        talk: Section {
            title: "토론",
            text: "살아 있는 사람 모두가 이야기해요. 한 사람이 하루에 한 번, 똑같은 몫만큼 시간을 줄이거나 늘릴 수 있어요.",
        },
        vote: Section {
            title: "투표와 찬반 투표",
            text: "모두 의심스러운 사람을 지목하거나 기권해요. 가장 많이 지목된 사람이 피고가 되고, 동점이면 아무도 피고가 되지 않아요. 피고가 변론한 뒤 나머지가 결정하는데, 찬성이 반대보다 많아야만 피고가 죽어요.",
        },
        end: Section {
            title: "끝난 뒤", text: "모든 직업이 공개되고, 링크가 있으면 누구나 게임 전체를 다시 볼 수 있어요."
        },
        chats: Section {
            title: "누가 어디서 말할 수 있나",
            text: "낮에는 모두, 변론 때는 피고만, 밤과 찬반 투표 때는 아무도 말할 수 없어요. 마피아는 밤에 자기들끼리, 죽은 사람들과 관전자들은 언제나 자기들끼리 이야기해요.",
        },
        away: Section {
            title: "자리를 비우면",
            text: "연결이 끊겨도 자리는 그대로예요. 투표하지 않으면 기권이에요. 여러 번 아무 기척이 없거나 아주 나가면 자다가 세상을 떠나요. 방장이 나가면 다음 사람이 방장이 돼요.",
        },
    },
    refusal: RefusalTexts {
        table_not_found: Notice {
            title: "없는 테이블이에요",
            text: "코드가 {code}인 테이블을 찾지 못했어요. 치워졌을 수도 있어요. 링크를 다시 받아 보세요.",
        },
        not_watched: Notice {
            title: "관전할 수 없는 테이블이에요",
            text: "방장이 관전을 막아 두었어요. 다른 테이블을 구경해 보세요.",
        },
        not_over: Notice {
            title: "아직이에요", text: "게임이 끝나지 않았어요. 끝나면 이 링크로 누구나 다시 볼 수 있어요."
        },
        player_not_found: Notice { title: "아무도 없어요", text: "이 주소에는 플레이어가 없어요." },
    },
};
