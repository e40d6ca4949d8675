//! `check --deploy`: settings that start, but are unsafe or do not work in production. As `manage.py check --deploy` of Django.

use std::{fmt::Display, net::IpAddr, process::ExitCode, time::Duration};

use catamaran_boot::{
    Capacity, Role, SettingsErrors, Task, exit_code,
    findings::{Finding, Section, worst},
    settings::{LayerKind, Listen},
};

use crate::{Platform, Settings, WsUrl};

const OPEN_FILES: &str = "the limit of open files";
/// Fewer sockets than this are a limit of open files that was left as it is.
const FEW_CONNECTIONS: usize = 2_000;
/// A process needs this long beside its drain: it leaves its groups and closes its connections to the backends.
const TIME_TO_CLOSE: Duration = Duration::from_secs(4);
/// Domains below which each name is a site of its own: browsers send no cookie from one name to another.
const PUBLIC_SUFFIXES: [&str; 8] =
    ["herokuapp.com", "fly.dev", "onrender.com", "up.railway.app", "run.app", "azurewebsites.net", "github.io", "vercel.app"];

/// Does `task` with the settings that a start would have: prints what it finds. Opens no port, file or connection.
///
/// The exit code is 0 if nothing is found at the level of `--fail-level`, 1 otherwise, and 2 where a start would refuse the settings.
pub fn check(program: catamaran_boot::Program, settings: Result<Settings, SettingsErrors>, task: Task) -> ExitCode {
    let settings = match settings {
        Ok(settings) => settings,
        Err(faults) => return exit_code(program, &Err(faults.into())),
    };
    let Task::Check { deploy, fail } = task;
    let found = if deploy { findings(&settings, &|name| std::env::var(name).ok()) } else { Vec::new() };
    let sections = if found.is_empty() { Vec::new() } else { vec![Section::new("settings", found)] };
    // Standard output may be closed. So an error is ignored.
    let _ = catamaran_boot::findings::write(&title(&settings), &sections, &mut std::io::stdout().lock());
    fail.exit_code(worst(&sections))
}

fn title(settings: &Settings) -> String {
    let platform = settings.platform.map(|platform| format!(", on {platform}")).unwrap_or_default();
    let server = &settings.server;
    format!(
        "{}: would listen on {} with {} workers, database {}, channel layer {}{platform}",
        server.program.name,
        server.listen,
        server.workers,
        settings.database,
        layer_name(server.channels.layer)
    )
}

/// As in `CHANNEL_LAYER`.
fn layer_name(layer: LayerKind) -> &'static str {
    match layer {
        LayerKind::RedisPubSub => "redis-pubsub",
        LayerKind::RedisCore => "redis-core",
        LayerKind::RedisCluster => "redis-cluster",
        LayerKind::Memory => "memory",
    }
}

/// What should change in `settings` before other users reach the site. `vars` is the environment that they were read from.
pub fn findings(settings: &Settings, vars: &dyn Fn(&str) -> Option<String>) -> Vec<Finding> {
    let environment = Environment(vars);
    let mut found = Vec::new();
    keys_and_hosts(settings, &environment, &mut found);
    proxies(settings, &environment, &mut found);
    cookies(settings, &environment, &mut found);
    backends(settings, &environment, &mut found);
    limits(settings, &environment, &mut found);
    found.extend(settings.server.notes.iter().map(|note| Finding::note("environment", note)));
    found
}

struct Environment<'a>(&'a dyn Fn(&str) -> Option<String>);

impl Environment<'_> {
    /// Empty where the variable is unset.
    fn text(&self, variable: &str) -> String {
        (self.0)(variable).unwrap_or_default().trim().to_ascii_lowercase()
    }

    fn is_unset(&self, variable: &str) -> bool {
        self.text(variable).is_empty()
    }

    fn list(&self, variable: &str) -> Vec<String> {
        let text = self.text(variable);
        text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
    }
}

/// `fault` says what is wrong with the variable, `advice` what to set.
fn warning(variable: &'static str, fault: impl Display, advice: impl Into<String>) -> Finding {
    Finding::warning(variable, format!("{variable} {fault}"), advice)
}

fn error(variable: &'static str, fault: impl Display, advice: impl Into<String>) -> Finding {
    Finding::error(variable, format!("{variable} {fault}"), advice)
}

fn keys_and_hosts(settings: &Settings, environment: &Environment<'_>, found: &mut Vec<Finding>) {
    if settings.secret_key.is_development() {
        found.push(error(
            "SECRET_KEY",
            "is unset, so the public development key is used and any client can sign in as any user",
            "set the same 32 random characters for all processes (openssl rand -hex 32)",
        ));
    }
    if settings.server.allowed_hosts.only_loopback() {
        found.push(error(
            "ALLOWED_HOSTS",
            "names this machine alone, so requests for any other host are refused",
            "set the site's host",
        ));
    }
    if environment.list("ALLOWED_HOSTS").iter().any(|host| host == "*") {
        found.push(warning("ALLOWED_HOSTS", "is *, so a page of any name that leads here is served", "name the site's hosts"));
    }
    if environment.list("ALLOWED_ORIGINS").iter().any(|origin| origin == "null") {
        found.push(warning(
            "ALLOWED_ORIGINS",
            "has null, so each page that hides its origin can open a user's sockets",
            "remove it",
        ));
    }
}

fn proxies(settings: &Settings, environment: &Environment<'_>, found: &mut Vec<Finding>) {
    let (proxies, outside) = (&settings.server.trusted_proxies, IpAddr::from([8, 8, 8, 8]));
    if proxies.trusts(Some(outside)) {
        found.push(warning(
            "TRUSTED_PROXIES",
            "trusts addresses of the internet, so a client can claim any address",
            "name the proxy's own addresses",
        ));
    }
    if !environment.is_unset("TRUSTED_PROXIES") {
        return;
    }
    match settings.platform {
        Some(platform) => found.push(error(
            "TRUSTED_PROXIES",
            format!(
                "is unset, so {platform}'s proxy is not trusted: all clients count as one address, and the session cookie is not Secure"
            ),
            "set private",
        )),
        None if !listens_on_loopback(&settings.server.listen) => found.push(warning(
            "TRUSTED_PROXIES",
            "is unset, so only a proxy on this machine is trusted: behind another one all clients count as one address, and the session \
             cookie is not Secure",
            "name the proxy",
        )),
        None => {}
    }
}

/// A socket of systemd or a Unix socket is the proxy's alone.
fn listens_on_loopback(listen: &Listen) -> bool {
    match listen {
        Listen::Tcp { host, .. } => host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        _ => true,
    }
}

/// The session cookie must reach both servers.
fn cookies(settings: &Settings, environment: &Environment<'_>, found: &mut Vec<Finding>) {
    let hosts = environment.list("ALLOWED_HOSTS");
    if let Some(domain) = &settings.cookie_domain {
        if PUBLIC_SUFFIXES.contains(&domain.as_str()) {
            found.push(error(
                "COOKIE_DOMAIN",
                format!("is {domain}, a public suffix, for which browsers accept no cookie"),
                "use a domain of your own",
            ));
        } else if !hosts.iter().any(|host| host == "*" || is_below(host.trim_start_matches('.'), domain)) {
            found.push(error(
                "COOKIE_DOMAIN",
                format!("is {domain}, but no host of ALLOWED_HOSTS is that or below it, so browsers refuse the session cookie"),
                "name a domain of ALLOWED_HOSTS",
            ));
        }
    }
    let WsUrl::Base(base) = &settings.ws_url else { return };
    if base.starts_with("ws://") {
        found.push(error("WS_URL", "is ws://, which browsers refuse on a page of https", "set wss://"));
    }
    let sockets = host_of(base);
    // Without COOKIE_DOMAIN pages bring a socket token. With it the operator means the cookie to reach the sockets.
    if settings.cookie_domain.as_ref().is_some_and(|domain| !is_below(&sockets, domain)) {
        let fault = format!(
            "leads to {sockets}, which is not below COOKIE_DOMAIN: browsers send no session cookie to it, and each socket costs a request more"
        );
        found.push(warning("WS_URL", fault, "use a host below COOKIE_DOMAIN, or unset COOKIE_DOMAIN"));
    }
}

/// The host of `wss://HOST[:PORT]`.
fn host_of(base: &str) -> String {
    let authority = base.split_once("://").map_or(base, |(_, rest)| rest);
    catamaran_edge::split_port(authority).map_or(authority, |(name, _)| name).to_ascii_lowercase()
}

fn is_below(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

fn backends(settings: &Settings, environment: &Environment<'_>, found: &mut Vec<Finding>) {
    if settings.database.is_sqlite() {
        let more = match settings.platform {
            Some(platform) => format!(", and on {platform} the file is lost at each release unless it lies on a volume"),
            None => String::new(),
        };
        found.push(warning(
            "DATABASE_URL",
            format!("is a SQLite file: all processes must run on one machine and share the file{more}"),
            "use PostgreSQL (postgres://)",
        ));
    }
    let layer = settings.server.channels.layer;
    if layer == LayerKind::Memory {
        found.push(match settings.server.program.role {
            Role::Both => warning(
                "CHANNEL_LAYER",
                "is memory, so a second process would hear nothing of this one",
                "set redis-pubsub for two processes",
            ),
            _ => error("CHANNEL_LAYER", "is memory, so the other server hears nothing of this one", "set redis-pubsub"),
        });
        return;
    }
    if environment.is_unset("REDIS_URL") {
        found.push(warning("REDIS_URL", "is unset, so Redis is expected on port 6379 of this machine", "name it"));
    }
    redis_tls(settings.platform, environment, found);
}

fn redis_tls(platform: Option<Platform>, environment: &Environment<'_>, found: &mut Vec<Finding>) {
    let accepts_any = environment.text("REDIS_TLS_INSECURE") == "true";
    let over_tls = environment.text("REDIS_URL").starts_with("rediss:");
    if platform == Some(Platform::Heroku) {
        if over_tls && !accepts_any && environment.is_unset("REDIS_TLS_CA") {
            found.push(error(
                "REDIS_TLS_INSECURE",
                "is unset, but the certificates of Heroku's Redis are self-signed",
                "set true",
            ));
        }
    } else if accepts_any {
        found.push(warning(
            "REDIS_TLS_INSECURE",
            "is true, so any server can pose as Redis",
            "set REDIS_TLS_CA to the authority instead",
        ));
    }
}

fn limits(settings: &Settings, environment: &Environment<'_>, found: &mut Vec<Finding>) {
    let connections = Capacity::after_start(settings.server.workers).busy;
    if connections < FEW_CONNECTIONS {
        found.push(warning(
            OPEN_FILES,
            format!("leaves room for {connections} connections"),
            "raise it (LimitNOFILE= of systemd, ulimits of a container, ulimit -n)",
        ));
    }
    let pool = settings.database_pool.get();
    if let Some(fits) = settings.platform.and_then(Platform::pool_size).filter(|fits| pool > fits.get()) {
        found.push(warning(
            "DATABASE_POOL_SIZE",
            format!(
                "is {pool} for each process, while the smallest databases of Heroku take 20 connections, and a release can run two of each"
            ),
            format!("set {fits}"),
        ));
    }
    drains(settings, environment, found);
    if ["debug", "trace"].iter().any(|level| environment.text("RUST_LOG").split([',', '=']).any(|part| part.trim() == *level)) {
        found.push(warning("RUST_LOG", "logs what is for debugging, which costs time and may show users' data", "set info"));
    }
}

/// A process that is killed while it drains loses requests and cuts sockets.
fn drains(settings: &Settings, environment: &Environment<'_>, found: &mut Vec<Finding>) {
    let Some((platform, limit)) = settings.platform.and_then(|platform| Some((platform, platform.time_to_live()?))) else {
        return;
    };
    // A wrong value has stopped the check before.
    let sockets = |variable: &str, default: u64| Duration::from_secs(environment.text(variable).parse().unwrap_or(default));
    let (delay, drain) = (sockets("WS_DRAIN_DELAY", 0), sockets("WS_DRAIN", 4));
    let (variable, needed) = match settings.server.program.role {
        Role::Pages => ("HTTP_DRAIN", settings.http_drain_delay + settings.http_drain),
        Role::Sockets => ("WS_DRAIN", delay + drain),
        Role::Both => ("WS_DRAIN", delay.max(settings.http_drain_delay) + drain + settings.http_drain),
    };
    let needed = needed + TIME_TO_CLOSE;
    if needed > limit {
        let fault = format!("and its delay need {needed:?}, but {platform} kills the process {limit:?} after SIGTERM");
        found.push(warning(variable, fault, "lower the drains and delays"));
    }
}

#[cfg(test)]
mod tests {
    use catamaran_boot::{Flags, findings::Level};

    use super::*;
    use crate::{HTTP_SERVER, RUNSERVER, WS_SERVER};

    const KEY: &str = "0123456789abcdef0123456789abcdef";
    /// A site without a finding.
    const SOUND: [(&str, &str); 5] = [
        ("SECRET_KEY", KEY),
        ("ALLOWED_HOSTS", "shop.example"),
        ("DATABASE_URL", "postgres://u:p@db/shop"),
        ("REDIS_URL", "redis://cache"),
        ("TRUSTED_PROXIES", "10.0.0.1"),
    ];

    /// The findings of a sound site with these variables changed. An empty value unsets one.
    fn found_of(program: catamaran_boot::Program, changes: &[(&str, &str)]) -> Vec<(Level, &'static str)> {
        let vars = |name: &str| {
            let variable = changes.iter().chain(&SOUND).find(|(found, _)| *found == name);
            variable.map(|(_, value)| (*value).to_owned()).filter(|value| !value.is_empty())
        };
        let settings = Settings::from_vars(vars, program, &Flags::default().with(|flags| flags.alone = true)).unwrap();
        let found = findings(&settings, &vars).into_iter().map(|finding| (finding.level, finding.topic));
        // It depends on the machine of the test.
        found.filter(|(_, topic)| *topic != OPEN_FILES).collect()
    }

    #[test]
    fn finds_nothing_in_a_sound_site() {
        for program in [HTTP_SERVER, WS_SERVER, RUNSERVER] {
            let changes: &[_] = if program == RUNSERVER { &[("CHANNEL_LAYER", "redis-pubsub")] } else { &[] };
            assert_eq!(found_of(program, changes), []);
        }
        assert_eq!(found_of(RUNSERVER, &[("DYNO", "web.1"), ("CHANNEL_LAYER", "redis-pubsub")]), []);
    }

    #[test]
    fn names_the_variable_of_each_error() {
        for (changes, variable) in [
            (&[("ALLOWED_HOSTS", "localhost")][..], "ALLOWED_HOSTS"),
            (&[("CHANNEL_LAYER", "memory")], "CHANNEL_LAYER"),
            (&[("DYNO", "web.1"), ("TRUSTED_PROXIES", "")], "TRUSTED_PROXIES"),
            (&[("DYNO", "web.1"), ("REDIS_URL", "rediss://h")], "REDIS_TLS_INSECURE"),
            (&[("COOKIE_DOMAIN", "herokuapp.com"), ("ALLOWED_HOSTS", "a.herokuapp.com")], "COOKIE_DOMAIN"),
            (&[("COOKIE_DOMAIN", "other.example")], "COOKIE_DOMAIN"),
            (&[("WS_URL", "ws://shop.example")], "WS_URL"),
        ] {
            assert_eq!(found_of(HTTP_SERVER, changes), [(Level::Error, variable)], "{changes:?}");
        }
        let unset = found_of(HTTP_SERVER, &[("SECRET_KEY", ""), ("ALLOWED_HOSTS", "")]);
        assert_eq!(unset, [(Level::Error, "SECRET_KEY"), (Level::Error, "ALLOWED_HOSTS")]);
    }

    #[test]
    fn names_the_variable_of_each_warning() {
        for (changes, variable) in [
            (&[("ALLOWED_HOSTS", "*")][..], "ALLOWED_HOSTS"),
            (&[("ALLOWED_ORIGINS", "null")], "ALLOWED_ORIGINS"),
            (&[("TRUSTED_PROXIES", "0.0.0.0/0")], "TRUSTED_PROXIES"),
            (&[("TRUSTED_PROXIES", ""), ("PORT", "8000")], "TRUSTED_PROXIES"),
            (&[("DATABASE_URL", "sqlite:a.sqlite3")], "DATABASE_URL"),
            (&[("DATABASE_URL", "sqlite:a.sqlite3"), ("FLY_APP_NAME", "a")], "DATABASE_URL"),
            (&[("WS_URL", "wss://ws.other.example"), ("COOKIE_DOMAIN", "shop.example")], "WS_URL"),
            (&[("REDIS_URL", "")], "REDIS_URL"),
            (&[("REDIS_TLS_INSECURE", "true")], "REDIS_TLS_INSECURE"),
            (&[("DYNO", "web.1"), ("DATABASE_POOL_SIZE", "6")], "DATABASE_POOL_SIZE"),
            (&[("DYNO", "web.1"), ("HTTP_DRAIN", "27")], "HTTP_DRAIN"),
            (&[("K_SERVICE", "a"), ("HTTP_DRAIN", "5"), ("HTTP_DRAIN_DELAY", "2")], "HTTP_DRAIN"),
            (&[("RUST_LOG", "info,sqlx=debug")], "RUST_LOG"),
        ] {
            assert_eq!(found_of(HTTP_SERVER, changes), [(Level::Warning, variable)], "{changes:?}");
        }
        assert_eq!(found_of(RUNSERVER, &[]), [(Level::Warning, "CHANNEL_LAYER")]);
        for program in [WS_SERVER, RUNSERVER] {
            let changes = [("DYNO", "web.1"), ("CHANNEL_LAYER", "redis-pubsub"), ("WS_DRAIN_DELAY", "24")];
            assert_eq!(found_of(program, &changes), [(Level::Warning, "WS_DRAIN")]);
        }
        assert_eq!(found_of(WS_SERVER, &[("WS_PORT", "tcp://10.0.0.1:80")]), [(Level::Note, "environment")]);
    }

    #[test]
    fn accepts_sockets_on_a_host_without_the_cookie() {
        assert_eq!(found_of(HTTP_SERVER, &[("WS_URL", "wss://ws.shop.example")]), []);
    }

    #[test]
    fn accepts_pages_and_sockets_below_one_domain() {
        let changes =
            [("ALLOWED_HOSTS", "www.shop.example"), ("COOKIE_DOMAIN", "shop.example"), ("WS_URL", "wss://ws.shop.example:8443")];
        assert_eq!(found_of(HTTP_SERVER, &changes), []);
    }
}
