//! Korean.

use super::{FaultTexts, FrameTexts, LiveTexts, LobbyTexts, Notice, RefusalTexts, RoomTexts, SignInTexts, Texts};
use crate::mafia::{game_texts as game, page_texts as mafia};

pub(crate) static KO: Texts = Texts {
    frame: FrameTexts {
        tagline: "두 개의 선체, 하나의 갑판",
        skip: "본문으로 건너뛰기",
        to_lobby: "Catamaran: 로비로 가기",
        signed_in_as: "{nickname} 님으로 접속 중",
        sign_out: "로그아웃",
    },
    sign_in: SignInTexts {
        title: "어서 오세요",
        lead: "닉네임만 정하면 바로 자리에 앉을 수 있어요.",
        invited: "‘{room}’ 방에서 기다리고 있어요.",
        nickname: "닉네임",
        hint: "20자까지 쓸 수 있어요. 친구들에게 보이는 이름이에요.",
        submit: "들어가기",
    },
    lobby: LobbyTexts {
        title: "로비",
        rooms: "열려 있는 방",
        none: "아직 열린 방이 없어요",
        none_hint: "첫 방을 열고 친구에게 링크를 보내 보세요.",
        create: "방 열기",
        name: "방 이름",
        name_example: "금요일 밤 보드게임",
        create_submit: "열기",
        join: "코드로 들어가기",
        code: "방 코드",
        code_hint: "여섯 글자예요. 대소문자는 상관없어요.",
        join_submit: "입장",
        rename: "닉네임 바꾸기",
        rename_submit: "바꾸기",
        active: "마지막 활동",
    },
    room: RoomTexts {
        code: "방 코드",
        share: "공유",
        copy: "링크 복사",
        leave: "방 나가기",
        people: "함께 앉은 사람",
        messages: "대화",
        loading: "대화를 불러오는 중…",
        load_failed: "대화를 불러오지 못했어요.",
        load_again: "다시 불러오기",
        older: "이전 메시지 보기",
        empty: "아직 조용하네요",
        empty_hint: "먼저 인사를 건네거나 친구에게 링크를 보내 보세요.",
        message: "메시지",
        message_hint: "Enter로 보내고 Shift+Enter로 줄을 바꿔요",
        send: "보내기",
        needs_script: "실시간 대화에는 자바스크립트가 필요해요. 이 페이지에서 허용해 주세요.",
    },
    fault: FaultTexts {
        cookies_off: "브라우저가 쿠키를 저장하지 않아 들어올 수 없어요. 이 사이트의 쿠키를 허용하고 다시 시도해 주세요. 시크릿 창도 괜찮아요.",
        nickname_empty: "닉네임을 입력해 주세요.",
        name_empty: "방 이름을 입력해 주세요.",
        code_empty: "방 코드를 입력해 주세요.",
        too_long: "너무 길어요. {max}자까지 쓸 수 있어요.",
        too_many_bytes: "이모지나 결합 부호가 너무 많아요. 조금 줄여 주세요.",
        control_character: "제어 문자나 글자 순서를 바꾸는 문자는 쓸 수 없어요.",
        invisible_character: "보이지 않는 문자가 섞여 있어요. 직접 다시 입력해 주세요.",
        stray_mark: "글자 없이 결합 부호만 있거나, 한 글자에 결합 부호가 너무 많아요.",
        no_such_room: "이 코드의 방이 없어요. 코드를 다시 확인해 주세요.",
        room_full: "이 방에는 빈자리가 없어요.",
    },
    refusal: RefusalTexts {
        not_found: Notice {
            title: "여기에는 아무것도 없어요", text: "주소가 잘못되었거나 사라진 페이지예요."
        },
        room_not_found: Notice {
            title: "없는 방이에요", text: "코드가 {code}인 방을 찾지 못했어요. 링크를 다시 받아 보세요."
        },
        room_full: Notice {
            title: "자리가 다 찼어요",
            text: "‘{name}’ 방의 {capacity}자리가 모두 찼어요. 누군가 나가면 들어올 수 있어요.",
        },
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
        forbidden: Notice {
            title: "허용되지 않은 요청이에요", text: "이전 페이지로 돌아가 다시 시도해 주세요."
        },
        no_page: Notice {
            title: "바로 열 수 없는 주소예요",
            text: "양식을 보낼 때만 쓰는 주소예요. 로비에서 다시 시작해 주세요.",
        },
        bad_request: Notice { title: "요청을 이해하지 못했어요", text: "요청에 잘못된 부분이 있어요." },
        too_large: Notice {
            title: "너무 커요", text: "한 번에 받을 수 있는 크기를 넘었어요. 줄여서 다시 보내 주세요."
        },
        too_many: Notice {
            title: "조금만 천천히요",
            text: "같은 주소에서 요청이 너무 많이 왔어요. {seconds}초 뒤에 다시 시도해 주세요.",
        },
        unavailable: Notice {
            title: "곧 돌아올게요", text: "지금은 응답할 수 없어요. 잠시 뒤에 다시 시도해 주세요."
        },
        internal: Notice {
            title: "저희 쪽 문제예요", text: "처리하다가 문제가 생겼어요. 또 생기면 이 번호를 알려 주세요."
        },
        to_lobby: "로비로 가기",
        again: "다시 시도",
    },
    live: LiveTexts {
        connecting: "연결하는 중…",
        live: "연결됨",
        reconnecting_in: "연결이 끊겼어요. {seconds}초 뒤에 다시 연결해요.",
        reconnecting: "연결이 끊겼어요. 다시 연결하는 중…",
        closed: "연결이 닫혔어요.",
        offline: "인터넷이 끊겼어요. 돌아오면 바로 이어서 할게요.",
        no_security: "실시간 연결을 할 수 없어요. 페이지는 https인데 연결 주소는 암호화되지 않은 ws예요. 운영자: TRUSTED_PROXIES에 프록시를 넣거나 WS_URL을 wss 주소로 설정하세요.",
        no_address: "실시간 연결을 할 수 없어요. {host} 주소를 쓸 수 없어요. 운영자: WS_URL을 확인하세요.",
        no_contact: "실시간 연결을 할 수 없어요. {host}에서 응답하지 않거나 연결을 거절해요. 운영자: ws-server 로그(ALLOWED_ORIGINS, ALLOWED_HOSTS)와 WS_URL을 확인하세요.",
        no_answer: "실시간 연결을 할 수 없어요. {host}에서 응답이 없어요. 운영자: 서버가 실행 중인지 확인하세요.",
        no_server: "실시간 연결을 할 수 없어요. {host}에서 지금은 받을 수 없어요. 운영자: ws-server가 가득 찼거나 프록시가 연결하지 못해요.",
        no_permission: "실시간 연결을 할 수 없어요. {host}에서 연결을 거절해요. 운영자: WS_URL이 ws-server를 가리키는지, 프록시가 Upgrade를 넘기는지, 서버 로그를 확인하세요.",
        connect_now: "지금 연결",
        ended: Notice {
            title: "로그아웃되었어요", text: "세션이 끝났어요. 다시 들어오면 바로 이 방으로 돌아와요."
        },
        sign_in: "다시 들어가기",
        refused: Notice { title: "들어갈 수 없는 방이에요", text: "이 방에 참여할 수 없어요." },
        not_found: Notice {
            title: "없는 방이에요", text: "이 방은 더 이상 없어요. 링크를 다시 받아 보세요."
        },
        to_lobby: "로비로 가기",
        reload: "다시 시도",
        you: "나",
        online: "접속 중",
        away: "자리 비움",
        here_now: "지금 {online}명",
        seats: "자리 {members}/{capacity}",
        joined: "{name} 님이 자리에 앉았어요",
        left: "{name} 님이 방을 나갔어요",
        renamed: "{old} 님의 새 닉네임은 {new}",
        came: "{name} 님이 돌아왔어요",
        went: "{name} 님이 자리를 비웠어요",
        former_member: "누군가",
        typing_one: "{name} 님이 입력하고 있어요…",
        typing_two: "{a} 님과 {b} 님이 입력하고 있어요…",
        typing_many: "여러 명이 입력하고 있어요…",
        said: "{name}: {body}",
        sending: "보내는 중…",
        failed: "보내지 못했어요",
        retry: "다시 보내기",
        discard: "지우기",
        new_messages: "새 메시지 {count}개",
        new_since: "여기부터 새 메시지",
        load_failed: "이전 메시지를 불러오지 못했어요.",
        characters_left: "{count}자 남음",
        characters_over: "{count}자 넘침",
        copied: "링크를 복사했어요",
        copy_failed: "복사하지 못했어요. 링크: {url}",
        too_long: "메시지가 너무 길어요.",
        bad_field: "보이는 내용이 없거나 쓸 수 없는 문자가 있어요.",
        unavailable: "지금은 보낼 수 없어요.",
    },
    mafia: mafia::ko::MAFIA,
    game: game::ko::GAME,
};
