//! Flags of Daphne, gunicorn and uvicorn that do not exist here, each with the setting to use.

use std::{ffi::OsString, net::IpAddr};

use crate::{Program, Role};

const LOG: &str =
    "requests are logged on standard error already, under the target access; RUST_LOG=info,access=off leaves them out";
const PROXY: &str = "TRUSTED_PROXIES says whose X-Forwarded-For and X-Forwarded-Proto are believed";
const NO_ACCESS_LOG: &str = "there is no access log: a refused handshake is a line on standard error, an accepted one is none";
const ENDPOINT: &str = "--bind HOST:PORT or --port says where to listen, --uds a Unix socket; the proxy in front ends TLS";
const ENVIRONMENT: &str = "settings are environment variables: --help lists them";
const TLS: &str = "the proxy in front ends TLS: deploy/nginx/nginx.conf shows how";
const PREFIX: &str = "paths have no prefix: give the site a host name of its own, or a port";
const WORKERS: &str = "workers are threads of one process and last as long as it does: --workers says how many";
const PARENT: &str = "the service manager does this: systemd, the container or the platform's Procfile";
const BOUNDS: &str = "bounds of requests and connections are fixed: the program's README lists them";
const SOCKETS: &str = "the WS_ variables set the bounds of sockets (shared/sockets/README.md lists them); --ping-interval and --ping-timeout are flags";
const DRAIN: &str = "SIGTERM gives running requests and sockets some seconds to end: the program's README says how many";
const BUILT_IN: &str = "this program is compiled: there is one event loop and one parser";

/// Flags that share an answer. Short ones stand where a program knows them by no other meaning.
const FOREIGN: [(&[&str], &str); 18] = [
    (&["--access-log", "--no-access-log", "--access-logfile", "--access-logformat", "--disable-redirect-access-to-syslog"], LOG),
    (
        &["--error-logfile", "--log-file", "--errorlog", "--capture-output", "--log-syslog", "--log-syslog-to", "--statsd-host"],
        "the log goes to standard error, for the service manager to keep",
    ),
    (
        &[
            "--log-config",
            "--log-config-dict",
            "--log-config-json",
            "--logger-class",
            "--use-colors",
            "--no-use-colors",
            "--log-fmt",
        ],
        "RUST_LOG says what is logged and LOG_FORMAT in which form (text or json)",
    ),
    (
        &[
            "--proxy-headers",
            "--no-proxy-headers",
            "--proxy-headers-host",
            "--proxy-headers-port",
            "--forwarded-allow-ips",
            "--forwarder-headers",
            "--proxy-allow-from",
        ],
        PROXY,
    ),
    (&["-e", "--endpoint"], ENDPOINT),
    (&["--proxy-protocol"], "the PROXY protocol is not spoken: let the proxy send X-Forwarded-For"),
    (&["--root-path", "--uds-prefix", "--script-name"], PREFIX),
    (
        &[
            "--certfile",
            "--keyfile",
            "--ca-certs",
            "--ciphers",
            "--ssl-version",
            "--cert-reqs",
            "--ssl-keyfile",
            "--ssl-certfile",
            "--ssl-keyfile-password",
            "--ssl-cert-reqs",
            "--ssl-ca-certs",
            "--ssl-ciphers",
            "--insecure-bind",
            "--quic-bind",
        ],
        TLS,
    ),
    (
        &[
            "-k",
            "--worker-class",
            "--threads",
            "--worker-connections",
            "--max-requests",
            "--max-requests-jitter",
            "--limit-max-requests",
            "--limit-max-requests-jitter",
            "--worker-tmp-dir",
            "--preload",
            "--reuse-port",
        ],
        WORKERS,
    ),
    (
        &[
            "-D",
            "--daemon",
            "--pid",
            "--pidfile",
            "-g",
            "--group",
            "--user",
            "-n",
            "--name",
            "--chdir",
            "--app-dir",
            "--initgroups",
        ],
        PARENT,
    ),
    (&["-c", "--config", "--env", "--env-file", "--paste", "--pythonpath"], ENVIRONMENT),
    (
        &["--reload", "--reload-dir", "--reload-include", "--reload-exclude", "--reload-delay", "--reload-engine"],
        "the program is compiled: build it again and start it again",
    ),
    (&["--factory"], "this program takes no application: it is compiled in, so leave the flag out"),
    (
        &["-t", "--timeout", "--http-timeout"],
        "this program serves no pages: http-server has --timeout; sockets have --ping-timeout",
    ),
    (&["--graceful-timeout", "--timeout-graceful-shutdown", "--timeout-worker-healthcheck", "--shutdown-timeout"], DRAIN),
    (
        &[
            "--websocket_timeout",
            "--websocket-timeout",
            "--websocket_connect_timeout",
            "--websocket-connect-timeout",
            "--application-close-timeout",
            "--ws-protocol",
            "--ws-max-size",
            "--ws-max-queue",
            "--ws-per-message-deflate",
            "--websocket-ping-interval",
        ],
        SOCKETS,
    ),
    (
        &[
            "--request-buffer-size",
            "--limit-concurrency",
            "--limit-request-line",
            "--limit-request-fields",
            "--limit-request-field_size",
            "--backlog",
            "--keep-alive",
            "--timeout-keep-alive",
            "--h11-max-incomplete-event-size",
            "--sendfile",
            "--no-sendfile",
        ],
        BOUNDS,
    ),
    (
        &[
            "-s",
            "--server-name",
            "--server-header",
            "--date-header",
            "--no-date-header",
            "--header",
            "--loop",
            "--http",
            "--ws",
            "--lifespan",
            "--interface",
            "--no-interface",
        ],
        BUILT_IN,
    ),
];

/// Answers each flag of the table that the command does not have, so that a start is mended in one round. Names flags as the table does.
pub(super) fn refusals(words: &[OsString], command: &clap::Command, program: Program) -> Vec<String> {
    let given = words.iter().skip(1).filter_map(|word| word.to_str());
    let given = given.filter(|word| word.starts_with('-')).map(name).filter(|flag| !knows(command, flag));
    let answers = given.filter_map(|flag| {
        let (_, advice) = FOREIGN.iter().find(|(flags, _)| flags.contains(&flag))?;
        Some(refusal(flag, advice, words, program))
    });
    answers.collect()
}

fn refusal(flag: &str, advice: &'static str, words: &[OsString], program: Program) -> String {
    let advice = match flag {
        "-e" if sets_a_variable(words) => ENVIRONMENT,
        _ if advice == LOG && program.role == Role::Sockets => NO_ACCESS_LOG,
        _ => advice,
    };
    format!("{flag} is not a flag of this program: {advice}")
}

/// The answer to a word that stands behind no flag; `None` for a flag. It may be anything, a password too: only an address is repeated.
pub(super) fn bare(word: &str) -> Option<String> {
    if word.starts_with('-') {
        return None;
    }
    Some(match address(word) {
        Some(advice) => format!("the command line has an address that stands behind no flag; write {advice}"),
        None => "the command line has a word that is no flag; this program takes no application (module:name): \
            it is compiled in, so leave the word out"
            .to_owned(),
    })
}

/// Our flags for `manage.py runserver 8000` and `0.0.0.0:8000`. A name in place of the address may be anything, so it is not repeated.
fn address(word: &str) -> Option<String> {
    if let Ok(port) = word.parse::<u16>() {
        return Some(format!("--port {port}"));
    }
    let (host, port) = word.rsplit_once(':')?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let is_host = host == "localhost" || bare.parse::<IpAddr>().is_ok();
    (is_host && port.parse::<u16>().is_ok()).then(|| format!("--bind {word}"))
}

/// Whether `-e` is gunicorn's (`-e NAME=VALUE`) and not Daphne's (`-e tcp:8000:interface=…`).
fn sets_a_variable(words: &[OsString]) -> bool {
    let mut words = words.iter().filter_map(|word| word.to_str());
    let attached = words.find_map(|word| word.strip_prefix("-e").map(ToOwned::to_owned)).unwrap_or_default();
    let value = if attached.is_empty() { words.next().unwrap_or_default() } else { &attached };
    value.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

fn knows(command: &clap::Command, flag: &str) -> bool {
    command.get_arguments().any(|arg| match flag.strip_prefix("--") {
        Some(long) => arg.get_long_and_visible_aliases().is_some_and(|names| names.contains(&long)) || has_alias(arg, long),
        None => flag.chars().nth(1) == arg.get_short(),
    })
}

fn has_alias(arg: &clap::Arg, long: &str) -> bool {
    arg.get_all_aliases().is_some_and(|names| names.contains(&long))
}

/// The flag without a value that is written to it: `--bind=x`, `-kgevent`.
fn name(word: &str) -> &str {
    let word = word.split('=').next().unwrap_or_default();
    let short = !word.starts_with("--") && word.is_char_boundary(2.min(word.len()));
    if short { &word[..2.min(word.len())] } else { word }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    const SOCKETS: Program = Program::new("sockets", "1", Role::Sockets);
    const PAGES: Program = Program::new("pages", "1", Role::Pages);

    #[derive(clap::Parser)]
    struct NoFlags;

    fn said(program: Program, words: &[&str]) -> String {
        let words: Vec<OsString> = std::iter::once(&"program").chain(words).map(OsString::from).collect();
        refusals(&words, &NoFlags::command(), program).join("; ")
    }

    #[test]
    fn answers_django_s_address_with_the_flag_to_use() {
        for (word, advice) in [
            ("8000", "--port 8000"),
            ("0.0.0.0:8000", "--bind 0.0.0.0:8000"),
            ("[::]:8000", "--bind [::]:8000"),
            ("localhost:80", "--bind localhost:80"),
        ] {
            assert!(bare(word).unwrap().ends_with(advice), "{word}");
        }
        for word in ["shop.asgi:application", "hunter2:8000", "hunter2"] {
            let said = bare(word).unwrap();
            assert!(said.contains("no application") && !said.contains("hunter2"), "{said}");
        }
    }

    #[test]
    fn answers_e_as_gunicorn_s_or_as_daphne_s() {
        for words in [["-e", "tcp:28000:interface=0.0.0.0"], ["-e", "unix:/x"], ["--endpoint", "ssl:443:privateKey=k"]] {
            assert!(said(SOCKETS, &words).contains("--uds"), "{words:?}");
        }
        for words in [["-e", "A=b"], ["-eA=b", ""]] {
            assert!(said(PAGES, &words).contains("--help"), "{words:?}");
        }
    }

    #[test]
    fn the_answer_to_a_flag_depends_on_the_program() {
        assert!(said(SOCKETS, &["--access-log", "-"]).contains("no access log"));
        assert!(said(PAGES, &["--access-log", "-"]).contains("RUST_LOG"));
        assert!(said(PAGES, &["--factory"]).contains("no application"));
    }
}
