//! Turns errors of Redis and of the connection into texts that say what to do.

use redis::{ErrorKind, RedisError};

/// Parts of a server's errors with their explanations. The first match wins.
const SERVER: [(&str, &str); 13] = [
    ("NOAUTH", "it asks for a password, and none was given: write it into REDIS_URL, redis://:PASSWORD@HOST"),
    ("WRONGPASS", "user or password is wrong, or the user is off: see REDIS_URL, and ACL LIST at the server"),
    ("invalid password", "the password is wrong: see REDIS_URL"),
    ("no password is set", "it has no password, and one was given: leave it out of REDIS_URL"),
    ("without any password configured", "it has no password, and one was given: leave it out of REDIS_URL"),
    (
        "DENIED",
        "it is in protected mode and accepts only its own machine: give it a password (requirepass), or set protected-mode no",
    ),
    ("max number of clients", "it has no free connection: stop programs that are not needed, or raise maxclients"),
    ("LOADING", "it is still loading its data"),
    ("READONLY", "it is a read-only replica, not the master: name the master in REDIS_URL, or set REDIS_SENTINEL_MASTER"),
    ("MISCONF", "it cannot write its snapshot, so it takes no writes: free disk space, and see its log"),
    ("MASTERDOWN", "it is a replica that has lost its master"),
    ("NOPROTO", OLD),
    ("DB index is out of range", "it has no database of that number: see the end of REDIS_URL"),
];

const OLD: &str = "it is older than version 6, or hides HELLO: RESP3 is needed";

/// Parts of the TLS library's errors with their explanations.
const TLS: [(&str, &str); 12] = [
    ("CertificateExpired", "the certificate in REDIS_TLS_CERTIFICATE has expired"),
    (
        "UnknownIssuer",
        "its certificate is of an unknown authority: name the authority in REDIS_TLS_CA, or set REDIS_TLS_INSECURE=true",
    ),
    ("CaUsedAsEndEntity", "its certificate is self-signed: name it in REDIS_TLS_CA, or set REDIS_TLS_INSECURE=true"),
    ("BadSignature", "its certificate was not signed by an authority in REDIS_TLS_CA, but by another one of the same name"),
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

/// Returns the error for people. A refused pipeline repeats its error for each command; only the first is shown.
pub(crate) fn error_text(fault: &RedisError) -> String {
    if fault.is_timeout() {
        return "it does not answer in time".to_owned();
    }
    let text = match fault.clone().into_server_errors().as_deref() {
        Some([(_, first), _, ..]) => first.to_string(),
        _ => fault.to_string(),
    };
    match fault.kind() {
        ErrorKind::Parse => "its answer is not that of a Redis: is another program at this port, or TLS (rediss://)?".to_owned(),
        ErrorKind::RESP3NotSupported => OLD.to_owned(),
        ErrorKind::Io => explain(&text, &TLS, MOST_OF_TLS),
        _ => server_error_text(&text),
    }
}

/// Returns a server's error without secrets. A server repeats the arguments of an unknown command, and HELLO's hold the password.
pub(crate) fn server_error_text(text: &str) -> String {
    let said = text.split(", with args beginning with").next().unwrap_or_default();
    match said.contains("unknown command") && said.contains("HELLO") {
        true => format!("{OLD} ({said})"),
        false => explain(said, &SERVER, MOST_OF_SERVER),
    }
}

/// Prepends the explanation. The server's own words stay, since people search for them.
fn explain(said: &str, known: &[(&str, &str)], most: usize) -> String {
    let found = known.iter().find(|(sign, _)| said.contains(sign) || said.contains(&sign.to_lowercase()));
    match found {
        Some((_, meaning)) => format!("{meaning} ({})", shortened(said, most)),
        None => said.to_owned(),
    }
}

/// A server's error may be a page long. It begins with the important part.
const MOST_OF_SERVER: usize = 100;
/// An error of TLS ends with the important part: the names and dates of a certificate, which may have a hundred names.
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
    fn does_not_repeat_a_password() {
        let said = "unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' 'hunter2' ";
        let words = server_error_text(said);
        assert!(words.contains("version 6") && !words.contains("hunter2"), "{words}");
        assert_eq!(server_error_text("OOM command not allowed"), "OOM command not allowed");
        assert!(
            server_error_text("MISCONF Redis is configured to save RDB snapshots").starts_with("it cannot write its snapshot")
        );
    }

    #[test]
    fn keeps_the_names_and_dates_at_the_end_of_a_tls_error() {
        let name = "invalid peer certificate: certificate not valid for name \"redis-master.production.example\"; certificate is only valid for \
                    DnsName(\"redis-replica.production.example\")";
        assert!(explain(name, &TLS, MOST_OF_TLS).contains("redis-replica"));
        let many = format!("certificate not valid for name {}", "DnsName(\"a.example\") or ".repeat(100));
        let words = explain(&many, &TLS, MOST_OF_TLS);
        assert!(words.ends_with("…)") && words.len() < 600, "{words}");
    }

    #[test]
    fn explains_a_missing_password() {
        let said = "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> \
                    option can be used to authenticate the client and select the RESP protocol version at the same time";
        let words = server_error_text(said);
        assert!(words.starts_with("it asks for a password") && words.contains("NOAUTH") && !words.contains("RESP3"), "{words}");
        assert!(words.len() < 250, "{words}");
    }
}
