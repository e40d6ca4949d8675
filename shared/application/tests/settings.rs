//! Settings from the environment, and their faults.
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use application::{HTTP_SERVER, RUNSERVER, Settings, WS_SERVER, WsUrl};
use catamaran_boot::{
    Flags, Listen, Program, SettingsErrors,
    settings::{LayerKind, LogFormat},
};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn read(vars: &[(&str, &str)], program: Program, flags: &Flags) -> Result<Settings, SettingsErrors> {
    let vars = |name: &str| vars.iter().find(|(found, _)| *found == name).map(|(_, value)| (*value).to_owned());
    Settings::from_vars(vars, program, flags)
}

fn ok(vars: &[(&str, &str)]) -> Settings {
    read(vars, HTTP_SERVER, &Flags::default()).unwrap()
}

/// The only fault of these variables, as one line.
fn fault(vars: &[(&str, &str)]) -> String {
    let errors = read(vars, HTTP_SERVER, &Flags::default()).unwrap_err();
    assert_eq!(errors.0.len(), 1, "{errors}");
    errors.to_string()
}

fn tcp(host: &str, port: u16) -> Listen {
    Listen::Tcp { host: host.to_owned(), port }
}

#[test]
fn an_empty_environment_is_enough_for_a_laptop() {
    let settings = ok(&[]);
    assert_eq!(settings.server.listen, tcp("127.0.0.1", 8000));
    assert_eq!(settings.server.channels.layer, LayerKind::RedisPubSub);
    assert_eq!(settings.server.channels.redis.expose(), ["redis://localhost:6379"]);
    assert_eq!((settings.server.channels.capacity, settings.server.channels.expiry.as_secs()), (100, 60));
    assert_eq!(settings.server.channels.prefix, "asgi");
    assert!(settings.secret_key.is_development());
    assert!((1..=4).contains(&settings.server.workers));
    assert_eq!(settings.ws_url, WsUrl::SameOrigin);
    assert_eq!(settings.server.log.format, LogFormat::Text);
    assert_eq!(settings.server.allowed_hosts.check("localhost:8000"), Ok(()));
}

#[test]
fn an_empty_value_is_an_unset_one() {
    let settings = ok(&[("PORT", ""), ("SECRET_KEY", " "), ("WS_URL", ""), ("ALLOWED_HOSTS", "")]);
    assert_eq!(settings.server.listen, tcp("127.0.0.1", 8000));
    assert!(settings.secret_key.is_development());
}

#[test]
fn a_port_from_the_platform_opens_every_address() {
    let ok = |vars: &[(&str, &str)]| ok(&with_key(vars));
    let ws = |vars: &[(&str, &str)]| read(&with_key(vars), WS_SERVER, &Flags::default()).unwrap().server.listen;
    assert_eq!(ok(&[("PORT", "5000")]).server.listen, tcp("::", 5000));
    assert_eq!(ws(&[]), tcp("127.0.0.1", 8001));
    assert_eq!(ws(&[("PORT", "5000")]), tcp("::", 5000));
    assert_eq!(ws(&[("PORT", "5000"), ("WS_PORT", "5100")]), tcp("::", 5100));
    assert_eq!(ok(&[("PORT", "5000"), ("WS_PORT", "5100")]).server.listen, tcp("::", 5000));
}

fn with_key<'v>(vars: &[(&'v str, &'v str)]) -> Vec<(&'v str, &'v str)> {
    vars.iter().copied().chain([("SECRET_KEY", KEY)]).collect()
}

#[test]
fn listens_on_this_machine_only_with_the_public_key() {
    for process in [HTTP_SERVER, WS_SERVER, RUNSERVER] {
        let listen = |flags: &Flags| read(&[("PORT", "5000")], process, flags).unwrap().server.listen;
        assert_eq!(listen(&Flags::default()), tcp("127.0.0.1", 5000));
        let bind = Some("0.0.0.0".parse().unwrap());
        assert_eq!(listen(&Flags::default().with(|flags| flags.bind = bind)), tcp("0.0.0.0", 5000), "unless --bind says so");
    }
}

#[test]
fn a_kubernetes_service_called_ws_sets_no_port() {
    let ws = |vars: &[(&str, &str)]| read(&with_key(vars), WS_SERVER, &Flags::default()).unwrap();
    let linked = ("WS_PORT", "tcp://10.0.0.1:8001");
    for (vars, listen) in [(&[linked][..], tcp("127.0.0.1", 8001)), (&[linked, ("PORT", "5000")], tcp("::", 5000))] {
        let settings = ws(vars);
        assert_eq!(settings.server.listen, listen);
        assert!(
            settings.server.notes[0].starts_with("WS_PORT") && settings.server.notes[0].contains("enableServiceLinks"),
            "{:?}",
            settings.server.notes
        );
    }
    assert!(ws(&[("WS_PORT", "8001")]).server.notes.is_empty());
}

#[test]
fn sockets_of_systemd_win_over_the_environment_and_flags_over_both() {
    let process = std::process::id().to_string();
    let listen = |pid: &str, flags: &Flags| {
        let vars = [("PORT", "5000"), ("LISTEN_FDS", "1"), ("LISTEN_PID", pid)];
        read(&vars, HTTP_SERVER, flags).unwrap().server.listen
    };
    assert_eq!(listen(&process, &Flags::default()), Listen::Activated);
    assert_eq!(listen("1", &Flags::default()), tcp("127.0.0.1", 5000), "the sockets were the parent's");
    let port = Flags::default().with(|flags| flags.port = Some(6000));
    assert_eq!(listen(&process, &port), tcp("127.0.0.1", 6000));
    let fd = Flags::default().with(|flags| flags.bind = Some("fd://3".parse().unwrap()));
    assert_eq!(listen(&process, &fd), Listen::Descriptor(3));
}

#[test]
fn a_unix_sockets_mode_leaves_out_the_umask() {
    let mode = |umask| {
        let flags = Flags::default().with(|flags| (flags.bind, flags.umask) = (Some("unix:/run/a.sock".parse().unwrap()), umask));
        read(&[], HTTP_SERVER, &flags).unwrap().server.listen
    };
    for (umask, mode_then) in [(0, 0o666), (0o007, 0o660), (0o077, 0o600)] {
        assert_eq!(mode(umask), Listen::Unix { path: "/run/a.sock".into(), mode: mode_then });
    }
}

#[test]
fn flags_win() {
    let listen = |bind: Option<&str>, port| {
        let flags = Flags::default().with(|flags| (flags.bind, flags.port) = (bind.map(|bind| bind.parse().unwrap()), port));
        read(&[("PORT", "5000")], HTTP_SERVER, &flags).unwrap().server.listen
    };
    assert_eq!(listen(None, Some(6000)), tcp("127.0.0.1", 6000));
    assert_eq!(listen(Some("0.0.0.0"), None), tcp("0.0.0.0", 5000));
    assert_eq!(listen(Some("0.0.0.0"), Some(6000)), tcp("0.0.0.0", 6000));
    assert_eq!(listen(Some("[::1]:7000"), Some(6000)), tcp("::1", 7000));
    assert_eq!(listen(Some("unix:/run/a.sock"), Some(6000)), Listen::unix("/run/a.sock"));
    let flags = Flags::default().with(|flags| flags.workers = std::num::NonZeroUsize::new(3));
    assert_eq!(read(&[("WEB_CONCURRENCY", "2")], HTTP_SERVER, &flags).unwrap().server.workers, 3);
}

#[test]
fn each_wrong_value_names_its_variable_the_finding_and_the_remedy() {
    for (variable, value, found, expected) in [
        ("PORT", "http", "\"http\"", "a port number"),
        ("PORT", "70000", "\"70000\"", "a port number"),
        ("PORT", "tcp://10.0.0.1:8000", "tcp://10.0.0.1:8000", "enableServiceLinks: false"),
        ("DATABASE_URL", "mysql://u:hunter2@h/d", "mysql", "sqlite:"),
        ("DATABASE_URL", "postgres://u:hun?hunter2@h/d", "postgres", "%3F"),
        ("DATABASE_URL", "postgres://u:hunter2#x@h/d", "postgres", "%23"),
        ("DATABASE_URL", "postgres://u:hunter2@h/d?schema=x", "postgres", "search_path"),
        ("DATABASE_POOL_SIZE", "0", "\"0\"", "1 to 1000"),
        ("REDIS_URL", "http://h", "\"http://…\"", "redis://["),
        ("REDIS_URL", "localhost", "no scheme", "redis://["),
        ("REDIS_URL", "redis://:hunter2hunter2,x@h", "\"redis://…\"", "%2C"),
        ("REDIS_URL", "redis://:hunter2#x@h", "\"redis://…\"", "%23"),
        ("REDIS_URL", "redis://:hunter2%x@h", "\"redis://…\"", "%25"),
        ("REDIS_URL", "redis://h?max_connections=10", "\"redis://…\"", "\"max_connections\""),
        ("REDIS_URL", "redis://h,hunter2@h2", "\"redis://…\"", "%2C"),
        ("REDIS_URL", "hunter2,redis://h", "no scheme", "redis://["),
        ("REDIS_TLS_INSECURE", "maybe", "\"maybe\"", "true or false"),
        ("CHANNEL_LAYER", "rabbit", "\"rabbit\"", "redis-pubsub, redis-core, redis-cluster or memory"),
        ("CHANNEL_LAYER", "memory", "no other process hears", "--alone"),
        ("REDIS_URL", "redis://:p@ok,http://:hunter2@h", "\"http://…\"", "several with commas"),
        ("REDIS_SENTINEL_MASTER", "my master", "\"my master\"", "the master's name"),
        ("REDIS_CLUSTER_LANES", "0", "\"0\"", "1 to 64"),
        ("CHANNEL_CAPACITY", "none", "\"none\"", "a number of messages"),
        ("CHANNEL_CAPACITIES", "thumbnails.*", "\"thumbnails.*\"", "PATTERN=NUMBER"),
        ("CHANNEL_CAPACITIES", "a[bc]=1", "\"a[bc]=1\"", "no [abc]"),
        ("CHANNEL_EXPIRY", "1.5", "\"1.5\"", "whole seconds"),
        ("CHANNEL_GROUP_EXPIRY", "0", "\"0\"", "whole seconds"),
        ("CHANNEL_SERIALIZER", "pickle", "\"pickle\"", "msgpack or json"),
        ("CHANNEL_PREFIX", "a b", "\"a b\"", "letters, digits"),
        ("SECRET_KEY", "short", "5 characters", "at least 32"),
        ("ALLOWED_HOSTS", "http://localhost", "\"http://localhost\"", "no scheme"),
        ("ALLOWED_ORIGINS", "example.com", "\"example.com\"", "https://HOST"),
        ("ALLOWED_ORIGINS", "https://a/b", "\"https://a/b\"", "without a path"),
        ("ALLOWED_ORIGINS", "*", "\"*\"", "https://*.DOMAIN"),
        ("ALLOWED_ORIGINS", "https://*", "\"https://*\"", "https://*.DOMAIN"),
        ("WS_URL", "https://a", "\"https://a\"", "wss://HOST"),
        ("TRUSTED_PROXIES", "10.0.0.0/99", "\"10.0.0.0/99\"", "a network"),
        ("COOKIE_DOMAIN", "a b", "\"a b\"", "a domain"),
        ("COOKIE_DOMAIN", "..", "\"..\"", "a domain"),
        ("COOKIE_DOMAIN", "a..b", "\"a..b\"", "a domain"),
        ("COOKIE_DOMAIN", "-a.b", "\"-a.b\"", "a domain"),
        ("COOKIE_DOMAIN", "192.0.2.1", "\"192.0.2.1\"", "a domain"),
        ("WEB_CONCURRENCY", "0", "\"0\"", "1 to 256"),
        ("WEB_MAX_CONNECTIONS_PER_ADDRESS", "all", "\"all\"", "a number from 1"),
        ("LOG_FORMAT", "xml", "\"xml\"", "text or json"),
        ("RUST_LOG", "sqlx=loud", "\"sqlx=loud\"", "levels"),
        ("RUST_LOG", "loud", "\"loud\"", "error, warn, info, debug, trace or off"),
    ] {
        let line = fault(&[(variable, value)]);
        let is_named = line.starts_with(variable) && line.contains(found) && line.contains(expected);
        assert!(is_named, "{variable}={value}: {line}");
        assert!(!line.contains("hunter2"), "{line}");
    }
}

#[test]
fn names_the_variable_and_the_file_of_a_certificate() {
    let tls = ("REDIS_URL", "rediss://h");
    let (certificate, key) = (("REDIS_TLS_CERTIFICATE", "/no/such.pem"), ("REDIS_TLS_KEY", "/dev/null"));
    for (vars, variable, found, expected) in [
        (vec![tls, ("REDIS_TLS_CA", "/no/such/ca.pem")], "REDIS_TLS_CA", "\"/no/such/ca.pem\"", "cannot be read"),
        (vec![tls, ("REDIS_TLS_CA", "/dev/null")], "REDIS_TLS_CA", "\"/dev/null\"", "no certificate in it"),
        (vec![tls, ("REDIS_TLS_CA", "-----BEGIN hunter2")], "REDIS_TLS_CA", "18 characters", "no certificate in it"),
        (vec![tls, ("SSL_CERT_FILE", "/no/such/bundle.pem")], "SSL_CERT_FILE", "\"/no/such/bundle.pem\"", "cannot be read"),
        (vec![tls, certificate, key], "REDIS_TLS_CERTIFICATE", "\"/no/such.pem\"", "cannot be read"),
        (vec![("REDIS_TLS_CA", "/dev/null"), ("REDIS_URL", "redis://h")], "REDIS_TLS_CA", "set", "rediss://"),
    ] {
        let errors = read(&vars, HTTP_SERVER, &Flags::default()).unwrap_err().to_string();
        let line = errors.lines().find(|line| line.starts_with(variable) && line.contains(found)).unwrap_or_default();
        assert!(line.contains(expected) && !errors.contains("hunter2"), "{errors}");
    }
    for url in ["", "redis://h", "unix:///run/redis.sock"] {
        ok(&[("REDIS_URL", url), ("SSL_CERT_FILE", "/no/such/bundle.pem")]);
    }
    assert!(fault(&[("REDIS_URL", "REDISS://h"), ("SSL_CERT_FILE", "/no/such/bundle.pem")]).starts_with("SSL_CERT_FILE"));
    assert!(fault(&[tls, key]).starts_with("REDIS_TLS_CERTIFICATE is unset"));
    let half = read(&[tls, ("REDIS_TLS_CERTIFICATE", "MIIhunter2")], HTTP_SERVER, &Flags::default());
    let half = half.unwrap_err().to_string();
    assert!(half.contains("REDIS_TLS_KEY is unset") && !half.contains("hunter2"), "{half}");
}

#[test]
fn reports_all_faults_at_once() {
    let errors = read(
        &[("PORT", "x"), ("LOG_FORMAT", "y"), ("ALLOWED_ORIGINS", "a,b"), ("SECRET_KEY", "z")],
        HTTP_SERVER,
        &Flags::default(),
    )
    .unwrap_err();
    let variables: Vec<_> = errors.0.iter().map(|fault| fault.variable).collect();
    assert_eq!(variables, ["SECRET_KEY", "PORT", "ALLOWED_ORIGINS", "ALLOWED_ORIGINS", "LOG_FORMAT"]);
}

#[test]
fn requires_a_secret_key_if_other_machines_can_reach_the_server() {
    assert!(fault(&[("ALLOWED_HOSTS", "localhost,example.com")]).starts_with("SECRET_KEY is unset"));
    assert!(fault(&[("ALLOWED_HOSTS", "*")]).starts_with("SECRET_KEY is unset"));
    assert!(ok(&[("ALLOWED_HOSTS", "a.localhost,127.0.0.2,[::1]")]).secret_key.is_development());
    assert!(!ok(&[("ALLOWED_HOSTS", "*"), ("SECRET_KEY", KEY)]).secret_key.is_development());
}

#[test]
fn allows_the_memory_layer_for_one_process_only() {
    let layer = |process, vars: &[(&str, &str)], alone| {
        let flags = Flags::default().with(|flags| flags.alone = alone);
        read(vars, process, &flags).map(|settings| settings.server.channels.layer)
    };
    let memory = [("CHANNEL_LAYER", "memory")];
    assert_eq!(layer(RUNSERVER, &[], false), Ok(LayerKind::Memory));
    assert_eq!(layer(WS_SERVER, &memory, true), Ok(LayerKind::Memory));
    assert!(layer(WS_SERVER, &memory, false).is_err());
}

#[test]
fn a_layer_is_set_as_in_django() {
    let channels = ok(&[
        ("CHANNEL_LAYER", "redis-core"),
        ("REDIS_URL", "redis://one, redis://two"),
        ("CHANNEL_CAPACITY", "7"),
        ("CHANNEL_CAPACITIES", "thumbnails.*=20, specific.*!* = 3"),
        ("CHANNEL_EXPIRY", "30"),
        ("CHANNEL_SERIALIZER", "json"),
        ("CHANNEL_LAYER_KEYS", "new, old"),
    ])
    .server
    .channels;
    assert_eq!((channels.layer, channels.redis.expose().len()), (LayerKind::RedisCore, 2));
    let config = channels.config();
    assert_eq!((config.capacity, config.expiry.as_secs(), config.group_expiry.as_secs()), (7, 30, 86_400));
    assert_eq!(config.channel_capacity, [("thumbnails.*".to_owned(), 20), ("specific.*!*".to_owned(), 3)]);
    assert_eq!(format!("{:?}", channels.wire.keys), "EncryptionKeys(2 hidden)");
}

#[test]
fn reports_settings_that_exclude_each_other() {
    let unix = "unix:///run/redis.sock";
    assert!(fault(&[("REDIS_URL", unix), ("REDIS_SENTINEL_MASTER", "m")]).contains("host and port of each Sentinel"));
    assert!(fault(&[("REDIS_URL", unix), ("CHANNEL_LAYER", "redis-cluster")]).contains("host and port of a node"));
    assert!(fault(&[("CHANNEL_LAYER", "redis-cluster"), ("REDIS_SENTINEL_MASTER", "m")]).contains("has no Sentinels"));
}

#[test]
fn secrets_are_hidden_in_debug() {
    let settings = ok(&[
        ("SECRET_KEY", KEY),
        ("REDIS_URL", "rediss://user:hunter2@redis.example:6380, redis://:hunter2@second.example"),
        ("REDIS_SENTINEL_PASSWORD", "hunter2"),
        ("CHANNEL_LAYER_KEYS", "hunter2,hunter22"),
        ("DATABASE_URL", "postgres://user:hunter2@db.example/cat"),
    ]);
    let text = format!("{settings:?}");
    assert!(!text.contains(KEY) && !text.contains("hunter2"), "{text}");
    assert!(text.contains("redis.example:6380") && text.contains("db.example"), "{text}");
    assert_eq!(
        settings.server.channels.redis.expose(),
        ["rediss://user:hunter2@redis.example:6380", "redis://:hunter2@second.example"]
    );
}

#[test]
fn refuses_a_sqlite_file_where_the_platform_deletes_files() {
    for (platform, name) in [("DYNO", "Heroku"), ("K_SERVICE", "Cloud Run")] {
        for database in ["", "sqlite:catamaran.sqlite3"] {
            let fault = read(&[(platform, "web.1"), ("DATABASE_URL", database)], HTTP_SERVER, &Flags::default()).unwrap_err();
            let text = fault.to_string();
            assert!(text.starts_with("DATABASE_URL ") && text.contains(name) && text.contains("postgres://"), "{text}");
        }
        ok(&[(platform, "web.1"), ("DATABASE_URL", "postgres://u:p@h/d")]);
    }
    // A volume keeps the file there.
    for platform in ["RENDER", "FLY_APP_NAME", "KUBERNETES_SERVICE_HOST"] {
        ok(&[(platform, "x"), ("DATABASE_URL", "sqlite:/data/catamaran.sqlite3")]);
    }
}

#[test]
fn the_life_of_a_socket_token_is_bounded() {
    let seconds = |text: &str| ok(&[("SOCKET_TOKEN_SECONDS", text)]).socket_token_lifetime.as_secs();
    assert_eq!((seconds(""), seconds("5"), seconds("600")), (60, 5, 600));
    for text in ["4", "601", "-1", "60s", "1.5"] {
        let fault = fault(&[("SOCKET_TOKEN_SECONDS", text)]);
        assert!(fault.contains("SOCKET_TOKEN_SECONDS") && fault.contains("5 to 600 seconds"), "{fault}");
    }
}

#[test]
fn opens_fewer_connections_by_default_where_the_database_takes_few() {
    let size = |vars: &[(&str, &str)]| ok(&[vars, &[("DATABASE_URL", "postgres://u:p@h/d")]].concat()).database_pool.get();
    assert_eq!((size(&[]), size(&[("DYNO", "web.1")])), (8, 5));
    assert_eq!(size(&[("DYNO", "web.1"), ("DATABASE_POOL_SIZE", "12")]), 12);
}
