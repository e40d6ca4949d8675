//! Keys and topics, taken apart again: what stands in them of the prefix and of whose they are.

/// Between the prefix and a group's name, in a key of the core dialect.
const GROUP_KEY: &str = ":group:";
/// Between the prefix and a group's name, in a topic of the pubsub dialect.
const GROUP_TOPIC: &str = "__group__";
/// In front of the hexadecimal digits by which a process is known.
const PROCESS: &str = "specific.";
/// So many.
const DIGITS: usize = 32;

/// What a key or a topic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trace<'a> {
    Group { prefix: &'a str, group: &'a str },
    Process { prefix: &'a str },
}

impl<'a> Trace<'a> {
    pub(super) fn prefix(self) -> &'a str {
        match self {
            Self::Group { prefix, .. } | Self::Process { prefix } => prefix,
        }
    }
}

pub(super) fn group_key(prefix: &str, group: &str) -> String {
    format!("{prefix}{GROUP_KEY}{group}")
}

pub(super) fn group_topic(prefix: &str, group: &str) -> String {
    format!("{prefix}{GROUP_TOPIC}{group}")
}

/// A process that is none: for questions that change nothing.
pub(super) fn nobody() -> String {
    format!("{PROCESS}{}!", "0".repeat(DIGITS))
}

/// Patterns that all topics fit which [`topic`] can read.
pub(super) fn topic_patterns() -> [String; 2] {
    [format!("*{GROUP_TOPIC}*"), format!("*{PROCESS}*")]
}

/// Reads a key of the core dialect.
pub(super) fn key(key: &str) -> Option<Trace<'_>> {
    match key.split_once(GROUP_KEY) {
        Some((prefix, group)) => Some(Trace::Group { prefix, group }),
        None => process(key).filter(|(_, rest)| *rest == "!").map(|(prefix, _)| Trace::Process { prefix }),
    }
}

/// Reads a topic of the pubsub dialect, with or without a hash tag in front.
pub(super) fn topic(topic: &str) -> Option<Trace<'_>> {
    let name = match topic.strip_prefix('{') {
        Some(tagged) => tagged.split_once('}')?.1,
        None => topic,
    };
    match name.split_once(GROUP_TOPIC) {
        Some((prefix, group)) => Some(Trace::Group { prefix, group }),
        None => process(name).map(|(prefix, _)| Trace::Process { prefix }),
    }
}

/// What stands in front of a process's name, and what after its digits.
fn process(name: &str) -> Option<(&str, &str)> {
    let (prefix, digits) = name.rsplit_once(PROCESS)?;
    let rest = digits.trim_start_matches(|digit: char| digit.is_ascii_hexdigit());
    (digits.len() - rest.len() == DIGITS).then_some((prefix, rest))
}

/// Is `name` one by which a process of this project is a member of a group?
pub(super) fn is_own_member(name: &str) -> bool {
    name.split_once("!g").is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS_OF_ONE: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn keys() {
        let process = |rest: &str| format!("asgispecific.{DIGITS_OF_ONE}{rest}");
        assert_eq!(key("asgi:group:room.7"), Some(Trace::Group { prefix: "asgi", group: "room.7" }));
        assert_eq!(key("a.b-c:group:x"), Some(Trace::Group { prefix: "a.b-c", group: "x" }));
        assert_eq!(key(&process("!")), Some(Trace::Process { prefix: "asgi" }));
        for other in ["asgithumbnails", "asgispecific.0f!", "session:1", &process("!$inflight"), &process("")] {
            assert_eq!(key(other), None, "{other}");
        }
    }

    #[test]
    fn topics() {
        assert_eq!(topic("asgi__group__room"), Some(Trace::Group { prefix: "asgi", group: "room" }));
        assert_eq!(topic("{12}asgi__group__room"), topic("asgi__group__room"));
        assert_eq!(topic(&format!("asgispecific.{DIGITS_OF_ONE}")), Some(Trace::Process { prefix: "asgi" }));
        assert_eq!(topic(&format!("{{0}}asgispecific.{DIGITS_OF_ONE}!")), Some(Trace::Process { prefix: "asgi" }));
        assert_eq!(topic("celery.pidbox"), None);
        assert_eq!(topic("{never ends"), None);
    }

    #[test]
    fn own_members() {
        assert!(is_own_member("specific.0f!g17"));
        for other in ["specific.0f!17", "specific.0f!g", "specific.0f!g1a", "chat"] {
            assert!(!is_own_member(other), "{other}");
        }
    }
}
