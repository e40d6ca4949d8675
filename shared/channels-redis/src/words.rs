//! Turns errors of Redis and of the line to it into sentences that say what to do.

use redis::{ErrorKind, RedisError};

/// Parts of a server's errors, each with its meaning. The first match wins.
const SAID: [(&str, &str); 13] = [
    ("NOAUTH", "it asks for a password, and none was given: write it into REDIS_URL, redis://:PASSWORD@HOST"),
    ("WRONGPASS", "user or password is wrong, or the user is off: see REDIS_URL, and ACL LIST at the server"),
    ("invalid password", "the password is wrong: see REDIS_URL"),
    ("no password is set", "it has no password, and one was given: leave it out of REDIS_URL"),
    ("without any password configured", "it has no password, and one was given: leave it out of REDIS_URL"),
    (
        "DENIED",
        "it is in protected mode and talks to its own machine alone: give it a password (requirepass), or protected-mode no",
    ),
    ("max number of clients", "it has no connection left: end what need not run, or raise maxclients"),
    ("LOADING", "it still loads its data"),
    ("READONLY", "it is a read-only replica, not the master: name the master in REDIS_URL, or set REDIS_SENTINEL_MASTER"),
    ("MISCONF", "it cannot write its snapshot, and so takes no writes: give its disk room, and see its own log"),
    ("MASTERDOWN", "it is a replica that has lost its master"),
    ("NOPROTO", OLD),
    ("DB index is out of range", "it has no database of that number: see the end of REDIS_URL"),
];

const OLD: &str = "it is older than version 6, or hides HELLO: RESP3 is needed";

/// Parts of the TLS library's errors, each with its meaning.
const TLS: [(&str, &str); 12] = [
    ("CertificateExpired", "the certificate in REDIS_TLS_CERTIFICATE has expired"),
    (
        "UnknownIssuer",
        "its certificate is of an authority that is not known here: name that in REDIS_TLS_CA, or set REDIS_TLS_INSECURE=true",
    ),
    ("CaUsedAsEndEntity", "its certificate is self-signed: name it in REDIS_TLS_CA, or set REDIS_TLS_INSECURE=true"),
    ("BadSignature", "its certificate is not of the authority that it names: that is another one than REDIS_TLS_CA has"),
    ("not valid for name", "its certificate is for another host name than the one in REDIS_URL"),
    ("Expired", "its certificate has expired"),
    ("not valid yet", "its certificate is not valid yet: compare the clocks of the machines"),
    ("CertificateRequired", CLIENT),
    ("UnknownCA", CLIENT),
    ("BadCertificate", CLIENT),
    ("CertificateUnknown", CLIENT),
    ("InvalidContentType", "it does not speak TLS at this port: redis:// in REDIS_URL, or the port for TLS"),
];

const CLIENT: &str = "it asks for another certificate of this client: set REDIS_TLS_CERTIFICATE and REDIS_TLS_KEY";

/// For people. A pipeline that was refused says so for each of its commands, and one of a thousand is enough.
pub(crate) fn in_words(fault: &RedisError) -> String {
    if fault.is_timeout() {
        return "it does not answer in time".to_owned();
    }
    let text = match fault.clone().into_server_errors().as_deref() {
        Some([(_, first), _, ..]) => first.to_string(),
        _ => fault.to_string(),
    };
    match fault.kind() {
        ErrorKind::Parse => "it answers, and not as Redis does: is another program at this port, or TLS (rediss://)?".to_owned(),
        ErrorKind::RESP3NotSupported => OLD.to_owned(),
        ErrorKind::Io => explained(&text, &TLS, MOST_OF_TLS),
        _ => of_server(&text),
    }
}

/// A server's error without secrets. A server that does not know a command repeats its arguments: HELLO's hold the password.
pub(crate) fn of_server(text: &str) -> String {
    let said = text.split(", with args beginning with").next().unwrap_or_default();
    match said.contains("unknown command") && said.contains("HELLO") {
        true => format!("{OLD} ({said})"),
        false => explained(said, &SAID, MOST_OF_SERVER),
    }
}

/// The server's own words stay: they are what is found elsewhere.
fn explained(said: &str, known: &[(&str, &str)], most: usize) -> String {
    let found = known.iter().find(|(sign, _)| said.contains(sign) || said.contains(&sign.to_lowercase()));
    match found {
        Some((_, meaning)) => format!("{meaning} ({})", shortened(said, most)),
        None => said.to_owned(),
    }
}

/// A server's errors may be a page long, and begin with what matters.
const MOST_OF_SERVER: usize = 100;
/// Errors of TLS end with what matters: the names and the dates of a certificate. One may have a hundred names.
const MOST_OF_TLS: usize = 400;

fn shortened(said: &str, most: usize) -> String {
    let sentence = said.find(". ").map_or(said.len(), |at| at + 1);
    let said = &said[..sentence];
    match said.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &said[..end]),
        None => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn does_not_repeat_what_a_server_repeats() {
        let said = "unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' 'hunter2' ";
        let words = of_server(said);
        assert!(words.contains("version 6") && !words.contains("hunter2"), "{words}");
        assert_eq!(of_server("OOM command not allowed"), "OOM command not allowed");
        assert!(of_server("MISCONF Redis is configured to save RDB snapshots").starts_with("it cannot write its snapshot"));
    }

    #[test]
    fn keeps_the_names_and_dates_at_the_end_of_an_error_of_tls() {
        let name = "invalid peer certificate: certificate not valid for name \"redis-master.production.example\"; certificate is only valid for \
                    DnsName(\"redis-replica.production.example\")";
        assert!(explained(name, &TLS, MOST_OF_TLS).contains("redis-replica"));
        let many = format!("certificate not valid for name {}", "DnsName(\"a.example\") or ".repeat(100));
        let words = explained(&many, &TLS, MOST_OF_TLS);
        assert!(words.ends_with("…)") && words.len() < 600, "{words}");
    }

    #[test]
    fn calls_a_missing_password_a_missing_password() {
        let said = "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> \
                    option can be used to authenticate the client and select the RESP protocol version at the same time";
        let words = of_server(said);
        assert!(words.starts_with("it asks for a password") && words.contains("NOAUTH") && !words.contains("RESP3"), "{words}");
        assert!(words.len() < 250, "{words}");
    }
}
