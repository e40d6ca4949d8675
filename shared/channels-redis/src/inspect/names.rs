//! Parses keys and topics into prefix and group or process.

/// Between the prefix and a group's name, in a key of the core dialect.
const GROUP_KEY: &str = ":group:";
/// Between the prefix and a group's name, in a topic of the pubsub dialect.
const GROUP_TOPIC: &str = "__group__";
/// Before the hexadecimal digits that identify a process.
const PROCESS: &str = "specific.";
/// The number of those digits.
const DIGITS: usize = 32;

/// The meaning of a key or a topic.
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

/// Returns the name of a process that does not exist, for queries that change nothing.
pub(super) fn unused_process() -> String {
    format!("{PROCESS}{}!", "0".repeat(DIGITS))
}

/// Patterns that match all topics that [`topic`] can parse.
pub(super) fn topic_patterns() -> [String; 2] {
    [format!("*{GROUP_TOPIC}*"), format!("*{PROCESS}*")]
}

/// Parses a key of the core dialect.
pub(super) fn key(key: &str) -> Option<Trace<'_>> {
    match key.split_once(GROUP_KEY) {
        Some((prefix, group)) => Some(Trace::Group { prefix, group }),
        None => process(key).filter(|(_, rest)| *rest == "!").map(|(prefix, _)| Trace::Process { prefix }),
    }
}

/// Parses a topic of the pubsub dialect, with or without a hash tag.
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

/// Returns the prefix before a process's name, and the rest after its digits.
fn process(name: &str) -> Option<(&str, &str)> {
    let (prefix, digits) = name.rsplit_once(PROCESS)?;
    let rest = digits.trim_start_matches(|digit: char| digit.is_ascii_hexdigit());
    (digits.len() - rest.len() == DIGITS).then_some((prefix, rest))
}

/// Returns whether `name` is a Catamaran process's member of a group.
pub(super) fn is_own_member(name: &str) -> bool {
    name.split_once("!g").is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS_OF_ONE: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn parses_keys_of_groups_and_processes() {
        let process = |rest: &str| format!("asgispecific.{DIGITS_OF_ONE}{rest}");
        assert_eq!(key("asgi:group:room.7"), Some(Trace::Group { prefix: "asgi", group: "room.7" }));
        assert_eq!(key("a.b-c:group:x"), Some(Trace::Group { prefix: "a.b-c", group: "x" }));
        assert_eq!(key(&process("!")), Some(Trace::Process { prefix: "asgi" }));
        for other in ["asgithumbnails", "asgispecific.0f!", "session:1", &process("!$inflight"), &process("")] {
            assert_eq!(key(other), None, "{other}");
        }
    }

    #[test]
    fn parses_topics_of_groups_and_processes() {
        assert_eq!(topic("asgi__group__room"), Some(Trace::Group { prefix: "asgi", group: "room" }));
        assert_eq!(topic("{12}asgi__group__room"), topic("asgi__group__room"));
        assert_eq!(topic(&format!("asgispecific.{DIGITS_OF_ONE}")), Some(Trace::Process { prefix: "asgi" }));
        assert_eq!(topic(&format!("{{0}}asgispecific.{DIGITS_OF_ONE}!")), Some(Trace::Process { prefix: "asgi" }));
        assert_eq!(topic("celery.pidbox"), None);
        assert_eq!(topic("{never ends"), None);
    }

    #[test]
    fn recognizes_the_members_of_this_project() {
        assert!(is_own_member("specific.0f!g17"));
        for other in ["specific.0f!17", "specific.0f!g", "specific.0f!g1a", "chat"] {
            assert!(!is_own_member(other), "{other}");
        }
    }
}
