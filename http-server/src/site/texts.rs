//! The texts of the layout of all pages, of sign-in and of errors. Each language is a constant, so a missing text does
//! not compile.
//!
//! `{word}` in a text is a place for a value, see [`fill`].

use serde::Serialize;

use super::languages::Lang;

/// The site's texts in one language.
#[derive(Serialize)]
pub(crate) struct SiteTexts {
    pub(crate) layout: LayoutTexts,
    pub(crate) sign_in: SignInTexts,
    pub(crate) fault: FaultTexts,
    pub(crate) refusal: RefusalTexts,
    pub(crate) live: LiveTexts,
}

/// Around every page.
#[derive(Serialize)]
pub(crate) struct LayoutTexts {
    pub(crate) tagline: &'static str,
    pub(crate) skip: &'static str,
    pub(crate) to_lobby: &'static str,
    pub(crate) signed_in_as: &'static str,
    pub(crate) sign_out: &'static str,
    /// The name of the game, on the link to its tables.
    pub(crate) mafia: &'static str,
    /// The subject of the game.
    pub(crate) mafia_lead: &'static str,
    pub(crate) to_mafia: &'static str,
}

/// The nickname form.
#[derive(Serialize)]
pub(crate) struct SignInTexts {
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) invited: &'static str,
    pub(crate) nickname: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) submit: &'static str,
}

/// The fault of a field.
#[derive(Serialize)]
pub(crate) struct FaultTexts {
    pub(crate) cookies_off: &'static str,
    pub(crate) nickname_empty: &'static str,
    pub(crate) name_empty: &'static str,
    pub(crate) too_long: &'static str,
    pub(crate) too_many_bytes: &'static str,
    pub(crate) control_character: &'static str,
    pub(crate) invisible_character: &'static str,
    pub(crate) stray_mark: &'static str,
}

/// Pages in place of a page.
#[derive(Serialize)]
pub(crate) struct RefusalTexts {
    pub(crate) not_found: Notice,
    pub(crate) forbidden: Notice,
    pub(crate) no_page: Notice,
    pub(crate) bad_request: Notice,
    pub(crate) too_large: Notice,
    pub(crate) too_many: Notice,
    pub(crate) unavailable: Notice,
    pub(crate) internal: Notice,
    pub(crate) to_lobby: &'static str,
    pub(crate) again: &'static str,
}

/// A heading and what to do about it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Notice {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

/// Texts for the scripts of every live page. Scripts get them as JSON, so the names here are their names too.
#[derive(Serialize)]
pub(crate) struct LiveTexts {
    pub(crate) connecting: &'static str,
    pub(crate) live: &'static str,
    pub(crate) reconnecting_in: &'static str,
    pub(crate) reconnecting: &'static str,
    pub(crate) closed: &'static str,
    pub(crate) offline: &'static str,
    pub(crate) no_security: &'static str,
    pub(crate) no_address: &'static str,
    pub(crate) no_contact: &'static str,
    pub(crate) no_answer: &'static str,
    pub(crate) no_server: &'static str,
    pub(crate) no_permission: &'static str,
    pub(crate) no_route: &'static str,
    pub(crate) no_session: &'static str,
    pub(crate) no_token: &'static str,
    pub(crate) connect_now: &'static str,
    pub(crate) ended: Notice,
    pub(crate) sign_in: &'static str,
    pub(crate) refused: Notice,
    pub(crate) not_found: Notice,
    pub(crate) to_lobby: &'static str,
    pub(crate) reload: &'static str,
    pub(crate) new_messages: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) copy_failed: &'static str,
    pub(crate) unavailable: &'static str,
}

/// The texts of a language.
pub(crate) fn texts(lang: Lang) -> &'static SiteTexts {
    match lang {
        Lang::Ko => &KO,
        Lang::En => &EN,
    }
}

/// Puts values into a text's places: `{name}` becomes the value named `name`.
/// One pass, so a value that itself looks like a place stays as it is.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, place)) = rest.split_once('{') {
        out.push_str(before);
        let found = place.split_once('}').and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*value, after))
        });
        if let Some((value, after)) = found {
            out.push_str(value);
            rest = after;
        } else {
            out.push('{');
            rest = place;
        }
    }
    out.push_str(rest);
    out
}

static KO: SiteTexts = SiteTexts {
    layout: LayoutTexts {
        tagline: "두 개의 선체, 하나의 갑판",
        skip: "본문으로 건너뛰기",
        to_lobby: "Catamaran: 로비로 가기",
        signed_in_as: "{nickname} 님으로 접속 중",
        sign_out: "로그아웃",
        mafia: "마피아",
        mafia_lead: "우리 중에 마피아가 있어요. 친구와 앉거나, 빈자리를 봇으로 채우거나, 구경해 보세요.",
        to_mafia: "게임하러 가기",
    },
    sign_in: SignInTexts {
        title: "어서 오세요",
        lead: "닉네임만 정하면 바로 자리에 앉을 수 있어요.",
        invited: "‘{room}’ 방에서 기다리고 있어요.",
        nickname: "닉네임",
        hint: "20자까지 쓸 수 있어요. 친구들에게 보이는 이름이에요.",
        submit: "들어가기",
    },
    fault: FaultTexts {
        cookies_off: "브라우저가 쿠키를 저장하지 않아 들어올 수 없어요. 이 사이트의 쿠키를 허용하고 다시 시도해 주세요. 시크릿 창도 괜찮아요.",
        nickname_empty: "닉네임을 입력해 주세요.",
        name_empty: "방 이름을 입력해 주세요.",
        too_long: "너무 길어요. {max}자까지 쓸 수 있어요.",
        too_many_bytes: "이모지나 결합 부호가 너무 많아요. 조금 줄여 주세요.",
        control_character: "제어 문자나 글자 순서를 바꾸는 문자는 쓸 수 없어요.",
        invisible_character: "보이지 않는 문자가 섞여 있어요. 직접 다시 입력해 주세요.",
        stray_mark: "글자 없이 결합 부호만 있거나, 한 글자에 결합 부호가 너무 많아요.",
    },
    refusal: RefusalTexts {
        not_found: Notice {
            title: "페이지를 찾을 수 없어요", text: "주소가 잘못되었거나 사라진 페이지예요."
        },
        forbidden: Notice {
            title: "허용되지 않은 요청이에요", text: "이전 페이지로 돌아가 다시 시도해 주세요."
        },
        no_page: Notice {
            title: "바로 열 수 없는 주소예요",
            text: "양식을 보낼 때만 쓰는 주소예요. 로비에서 다시 시작해 주세요.",
        },
        bad_request: Notice { title: "요청을 이해하지 못했어요", text: "요청에 잘못된 부분이 있어요." },
        too_large: Notice {
            title: "내용이 너무 길어요", text: "한 번에 받을 수 있는 크기를 넘었어요. 줄여서 다시 보내 주세요."
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
        offline: "인터넷 연결이 끊겼어요. 다시 연결되면 바로 이어 갈게요.",
        no_security: "실시간 연결을 할 수 없어요. 페이지는 https인데 연결 주소는 암호화되지 않은 ws예요. 운영자: TRUSTED_PROXIES에 프록시를 넣거나 WS_URL을 wss 주소로 설정하세요.",
        no_address: "실시간 연결을 할 수 없어요. {host} 주소를 쓸 수 없어요. 운영자: WS_URL을 확인하세요.",
        no_contact: "실시간 연결을 할 수 없어요. {host}에서 응답하지 않거나 연결을 거절해요. 운영자: ws-server 로그(ALLOWED_ORIGINS, ALLOWED_HOSTS)와 WS_URL을 확인하세요.",
        no_answer: "실시간 연결을 할 수 없어요. {host}에서 응답이 없어요. 운영자: 서버가 실행 중인지 확인하세요.",
        no_server: "실시간 연결을 할 수 없어요. {host}에서 지금은 연결을 받지 못해요. 운영자: ws-server가 가득 찼거나 프록시가 연결하지 못해요.",
        no_permission: "실시간 연결을 할 수 없어요. {host}에서 연결을 거절해요. 운영자: WS_URL이 ws-server를 가리키는지, 프록시가 Upgrade를 넘기는지, 서버 로그를 확인하세요.",
        no_route: "실시간 연결을 할 수 없어요. {host}의 연결 요청을 ws-server 대신 http-server가 받았어요. 운영자: /ws/로 시작하는 경로를 ws-server로 보내거나 WS_URL을 ws-server 주소로 설정하세요.",
        no_session: "실시간 연결을 할 수 없어요. 로그인되어 있지만 {host}에서 세션을 찾지 못해요. 운영자: http-server와 ws-server의 DATABASE_URL이 같은지 확인하세요.",
        no_token: "실시간 연결을 할 수 없어요. {host}에서 이 사이트의 토큰을 받지 않아요. 운영자: http-server와 ws-server의 SECRET_KEY와 시계를 확인하세요.",
        connect_now: "지금 연결",
        ended: Notice {
            title: "로그아웃되었어요", text: "세션이 끝났어요. 다시 들어오면 바로 이 방으로 돌아와요."
        },
        sign_in: "다시 들어가기",
        refused: Notice { title: "들어갈 수 없는 방이에요", text: "이 방에 참여할 수 없어요." },
        not_found: Notice {
            title: "없는 방이에요", text: "이 방은 더 이상 없어요. 링크를 다시 확인해 주세요."
        },
        to_lobby: "로비로 가기",
        reload: "다시 시도",
        new_messages: "새 메시지 {count}개",
        copied: "링크를 복사했어요",
        copy_failed: "복사하지 못했어요. 링크: {url}",
        unavailable: "지금은 보낼 수 없어요.",
    },
};

static EN: SiteTexts = SiteTexts {
    layout: LayoutTexts {
        tagline: "Two hulls, one deck",
        skip: "Skip to content",
        to_lobby: "Catamaran: to the lobby",
        signed_in_as: "Signed in as {nickname}",
        sign_out: "Sign out",
        mafia: "Mafia",
        mafia_lead: "Some of you are not who they say they are. Sit down with friends, fill the seats with bots, or watch.",
        to_mafia: "Play",
    },
    sign_in: SignInTexts {
        title: "Come aboard",
        lead: "Pick a nickname and take a seat. That is all.",
        invited: "You are invited to “{room}”.",
        nickname: "Nickname",
        hint: "Up to 20 characters. This is the name your friends will see.",
        submit: "Come aboard",
    },
    fault: FaultTexts {
        cookies_off: "Your browser did not keep our cookie, so we cannot sign you in. Allow cookies for this site and try again; a private window works too.",
        nickname_empty: "Please enter a nickname.",
        name_empty: "Please give the room a name.",
        too_long: "That is too long: at most {max} characters, please.",
        too_many_bytes: "There are too many emoji or accents. Please use fewer of them.",
        control_character: "Control characters and characters that reorder text are not allowed.",
        invisible_character: "The text contains an invisible character. Please type it again.",
        stray_mark: "There is an accent without a letter, or a letter with too many accents.",
    },
    refusal: RefusalTexts {
        not_found: Notice { title: "Nothing here", text: "There is no page at this address. It may be mistyped or out of date." },
        forbidden: Notice {
            title: "Not allowed",
            text: "This request was not accepted. Please go back to the page and try again.",
        },
        no_page: Notice {
            title: "Nothing to open here",
            text: "This address only accepts a form. Please start again from the lobby.",
        },
        bad_request: Notice { title: "We did not understand that", text: "The request was not valid." },
        too_large: Notice {
            title: "That was too much",
            text: "That is more than we accept at once. Please shorten it and try again.",
        },
        too_many: Notice {
            title: "A little slower, please",
            text: "Too many requests came from your address. Please try again in {seconds} s.",
        },
        unavailable: Notice { title: "Back in a moment", text: "We cannot answer just now. Please try again shortly." },
        internal: Notice {
            title: "Our fault",
            text: "Something went wrong on our side. If it happens again, tell us this number:",
        },
        to_lobby: "To the lobby",
        again: "Try again",
    },
    live: LiveTexts {
        connecting: "Connecting…",
        live: "Connected",
        reconnecting_in: "Connection lost. Trying again in {seconds} s.",
        reconnecting: "Connection lost. Trying again…",
        closed: "The connection was closed.",
        offline: "You are offline. We will reconnect as soon as the network is back.",
        no_security: "No live connection: this page came over https, but its live address is plain ws. For the operator: list the proxy in TRUSTED_PROXIES, or set WS_URL to a wss address.",
        no_address: "No live connection: the address {host} cannot be used. For the operator: check WS_URL.",
        no_contact: "No live connection: {host} does not answer, or refuses it. For the operator: check WS_URL, and look for the reason in ws-server’s log (ALLOWED_ORIGINS, ALLOWED_HOSTS).",
        no_answer: "No live connection: {host} does not answer. For the operator: check that the server is running.",
        no_server: "No live connection: {host} cannot accept it now. For the operator: ws-server is full, or the proxy cannot reach it.",
        no_permission: "No live connection: {host} answers, but refuses it. For the operator: check that WS_URL leads to ws-server and that the proxy passes Upgrade on. The servers’ logs have the reason.",
        no_route: "No live connection: at {host}, http-server answers instead of ws-server. For the operator: route every path below /ws/ to ws-server, or set WS_URL to its address.",
        no_session: "No live connection: you are signed in, but {host} does not find your session. For the operator: check that http-server and ws-server have the same DATABASE_URL.",
        no_token: "No live connection: {host} refuses this site’s tokens. For the operator: check that http-server and ws-server have the same SECRET_KEY, and their clocks.",
        connect_now: "Try now",
        ended: Notice { title: "You are signed out", text: "Your session has ended. Sign in again to come straight back here." },
        sign_in: "Sign in",
        refused: Notice { title: "Not allowed", text: "You cannot take part in this room." },
        not_found: Notice { title: "No such room", text: "This room does not exist any more. Please ask for the link again." },
        to_lobby: "To the lobby",
        reload: "Try again",
        new_messages: "New messages ({count})",
        copied: "Link copied",
        copy_failed: "Could not copy. The link is {url}",
        unavailable: "We cannot take this just now.",
    },
};
