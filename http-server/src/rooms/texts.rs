//! The texts of the lobby and of a room. Each language is a constant, so a missing text does not compile.

use serde::Serialize;

use crate::site::{
    languages::Lang,
    texts::{self as site, Notice},
};

/// The texts of rooms in one language.
#[derive(Serialize)]
pub(crate) struct RoomsTexts {
    pub(crate) lobby: LobbyTexts,
    pub(crate) room: RoomTexts,
    pub(crate) fault: FaultTexts,
    pub(crate) refusal: RefusalTexts,
    pub(crate) live: LiveTexts,
}

/// The lobby page.
#[derive(Serialize)]
pub(crate) struct LobbyTexts {
    pub(crate) title: &'static str,
    pub(crate) rooms: &'static str,
    pub(crate) none: &'static str,
    pub(crate) none_hint: &'static str,
    pub(crate) create: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_example: &'static str,
    pub(crate) create_submit: &'static str,
    pub(crate) join: &'static str,
    pub(crate) code: &'static str,
    pub(crate) code_hint: &'static str,
    pub(crate) join_submit: &'static str,
    pub(crate) rename: &'static str,
    pub(crate) rename_submit: &'static str,
    pub(crate) active: &'static str,
}

/// The room page as the server sends it.
#[derive(Serialize)]
pub(crate) struct RoomTexts {
    pub(crate) code: &'static str,
    pub(crate) share: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) leave: &'static str,
    pub(crate) people: &'static str,
    pub(crate) messages: &'static str,
    pub(crate) loading: &'static str,
    pub(crate) load_failed: &'static str,
    pub(crate) load_again: &'static str,
    pub(crate) older: &'static str,
    pub(crate) empty: &'static str,
    pub(crate) empty_hint: &'static str,
    pub(crate) message: &'static str,
    pub(crate) message_hint: &'static str,
    pub(crate) send: &'static str,
    pub(crate) needs_script: &'static str,
}

/// The fault of a name or a code.
#[derive(Serialize)]
pub(crate) struct FaultTexts {
    pub(crate) code_empty: &'static str,
    pub(crate) no_such_room: &'static str,
    pub(crate) room_full: &'static str,
}

/// Pages in place of a room's.
#[derive(Serialize)]
pub(crate) struct RefusalTexts {
    pub(crate) room_not_found: Notice,
    pub(crate) room_full: Notice,
}

/// Texts for the scripts of the lobby and of a room, beside those of all live pages.
#[derive(Serialize)]
pub(crate) struct LiveTexts {
    pub(crate) you: &'static str,
    pub(crate) online: &'static str,
    pub(crate) away: &'static str,
    pub(crate) here_now: &'static str,
    pub(crate) seats: &'static str,
    pub(crate) joined: &'static str,
    pub(crate) left: &'static str,
    pub(crate) renamed: &'static str,
    pub(crate) came: &'static str,
    pub(crate) went: &'static str,
    pub(crate) former_member: &'static str,
    pub(crate) typing_one: &'static str,
    pub(crate) typing_two: &'static str,
    pub(crate) typing_many: &'static str,
    pub(crate) said: &'static str,
    pub(crate) sending: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) retry: &'static str,
    pub(crate) discard: &'static str,
    pub(crate) new_since: &'static str,
    pub(crate) load_failed: &'static str,
    pub(crate) characters_left: &'static str,
    pub(crate) characters_over: &'static str,
    pub(crate) too_long: &'static str,
    pub(crate) bad_field: &'static str,
}

/// The texts of a language.
pub(crate) fn texts(lang: Lang) -> &'static RoomsTexts {
    match lang {
        Lang::Ko => &KO,
        Lang::En => &EN,
    }
}

/// All texts for the scripts of the lobby and of a room.
#[derive(Serialize)]
pub(crate) struct ScriptTexts {
    #[serde(flatten)]
    site: &'static site::LiveTexts,
    #[serde(flatten)]
    rooms: &'static LiveTexts,
}

impl ScriptTexts {
    pub(crate) fn of(lang: Lang) -> Self {
        Self { site: &site::texts(lang).live, rooms: &texts(lang).live }
    }
}

static KO: RoomsTexts = RoomsTexts {
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
        code_empty: "방 코드를 입력해 주세요.",
        no_such_room: "이 코드의 방이 없어요. 코드를 다시 확인해 주세요.",
        room_full: "이 방에는 빈자리가 없어요.",
    },
    refusal: RefusalTexts {
        room_not_found: Notice {
            title: "없는 방이에요", text: "코드가 {code}인 방을 찾지 못했어요. 링크를 다시 받아 보세요."
        },
        room_full: Notice {
            title: "자리가 다 찼어요",
            text: "‘{name}’ 방의 {capacity}자리가 모두 찼어요. 누군가 나가면 들어올 수 있어요.",
        },
    },
    live: LiveTexts {
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
        new_since: "여기부터 새 메시지",
        load_failed: "이전 메시지를 불러오지 못했어요.",
        characters_left: "{count}자 남음",
        characters_over: "{count}자 초과",
        too_long: "메시지가 너무 길어요.",
        bad_field: "보이는 내용이 없거나 쓸 수 없는 문자가 있어요.",
    },
};

static EN: RoomsTexts = RoomsTexts {
    lobby: LobbyTexts {
        title: "Lobby",
        rooms: "Open rooms",
        none: "No room is open yet",
        none_hint: "Open the first one and send its link to your friends.",
        create: "Open a room",
        name: "Room name",
        name_example: "Friday game night",
        create_submit: "Open",
        join: "Join with a code",
        code: "Room code",
        code_hint: "Six characters, upper or lower case.",
        join_submit: "Join",
        rename: "Change your nickname",
        rename_submit: "Change",
        active: "Last active",
    },
    room: RoomTexts {
        code: "Room code",
        share: "Share",
        copy: "Copy link",
        leave: "Leave room",
        people: "At the table",
        messages: "Conversation",
        loading: "Loading the conversation…",
        load_failed: "The conversation could not be loaded.",
        load_again: "Load again",
        older: "Earlier messages",
        empty: "It is quiet here",
        empty_hint: "Say hello, or send the link to a friend.",
        message: "Message",
        message_hint: "Enter sends, Shift+Enter starts a new line",
        send: "Send",
        needs_script: "The live conversation needs JavaScript. Please allow it for this page.",
    },
    fault: FaultTexts {
        code_empty: "Please enter a room code.",
        no_such_room: "No room has this code. Please check it and try again.",
        room_full: "This room has no free seat.",
    },
    refusal: RefusalTexts {
        room_not_found: Notice {
            title: "No such room",
            text: "There is no room with the code {code}. Please ask for the link again.",
        },
        room_full: Notice {
            title: "Every seat is taken",
            text: "All {capacity} seats of “{name}” are taken. You can join when someone leaves.",
        },
    },
    live: LiveTexts {
        you: "you",
        online: "here",
        away: "away",
        here_now: "{online} here now",
        seats: "{members} of {capacity} seats taken",
        joined: "{name} took a seat",
        left: "{name} left the room",
        renamed: "{old} is now {new}",
        came: "{name} is here",
        went: "{name} is away",
        former_member: "someone",
        typing_one: "{name} is typing…",
        typing_two: "{a} and {b} are typing…",
        typing_many: "Several people are typing…",
        said: "{name}: {body}",
        sending: "Sending…",
        failed: "Not sent",
        retry: "Send again",
        discard: "Discard",
        new_since: "New",
        load_failed: "Earlier messages could not be loaded.",
        characters_left: "{count} left",
        characters_over: "{count} too many",
        too_long: "This message is too long.",
        bad_field: "The message has no visible text, or a character that is not allowed.",
    },
};
