use super::*;

fn shown(text: &str) -> String {
    DatabaseUrl::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}")).to_string()
}

fn fault(text: &str) -> String {
    match DatabaseUrl::parse(text) {
        Ok(url) => panic!("{text} is taken for {url}"),
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn reads_the_path_of_a_file() {
    for (text, path) in [
        ("sqlite:catamaran.sqlite3", "catamaran.sqlite3"),
        ("sqlite:data/c.db", "data/c.db"),
        ("sqlite:/var/lib/c.db", "/var/lib/c.db"),
        ("sqlite://data/c.db", "data/c.db"),
        // As in Django and SQLAlchemy.
        ("sqlite:///db.sqlite3", "db.sqlite3"),
        ("sqlite:///data/c.db", "data/c.db"),
        ("sqlite:////var/lib/c.db", "/var/lib/c.db"),
        ("sqlite3:///db.sqlite3", "db.sqlite3"),
        ("SQLite:c.db", "c.db"),
        ("sqlite:my%20data/c%3F.db", "my data/c?.db"),
        ("sqlite:my data/c.db", "my data/c.db"),
        ("sqlite:%EB%B0%B0.db", "배.db"),
        ("sqlite:c.db?mode=rwc", "c.db"),
        ("sqlite:c.db?mode=rw&cache=private", "c.db"),
    ] {
        assert_eq!(shown(text), format!("sqlite:{path}"), "{text}");
    }
}

#[test]
fn refuses_a_sqlite_address_without_a_file_to_share() {
    for text in [
        "sqlite::memory:",
        "sqlite://:memory:",
        "sqlite:///:memory:",
        "sqlite:",
        "sqlite://",
        "sqlite:data/",
        "sqlite:c.db?mode=memory",
    ] {
        assert_eq!(DatabaseUrl::parse(text), Err(DatabaseUrlFault::NoFile), "{text}");
    }
    assert!(fault("sqlite:c.db?mode=ro").contains("both servers write"));
    assert!(fault("sqlite:c.db?cache=shared").contains("cache=private"));
    for text in
        ["sqlite:c.db?_pragma=journal_mode(WAL)", "sqlite:c.db?timeout=20", "sqlite:c.db?immutable=1", "sqlite:c.db?vfs=x"]
    {
        assert!(fault(text).contains("another parameter than"), "{text}");
    }
    for text in ["sqlite:100%.db", "sqlite:c%2.db", "sqlite:c%zz.db"] {
        assert_eq!(DatabaseUrl::parse(text), Err(DatabaseUrlFault::Percent), "{text}");
    }
    for text in ["sqlite:c%00.db", "sqlite:%ff.db"] {
        assert_eq!(DatabaseUrl::parse(text), Err(DatabaseUrlFault::NoText), "{text}");
    }
    assert_eq!(DatabaseUrl::parse("sqlite:c#1.db"), Err(DatabaseUrlFault::Raw));
}

#[test]
fn reads_the_schemes_of_other_libraries() {
    for (text, expected) in [
        ("postgres://db.example/c", "postgres://db.example:5432/c"),
        ("postgresql://u@db:5433/c", "postgres://***@db:5433/c"),
        ("POSTGRES://u:p@db/c", "postgres://***@db:5432/c"),
        ("postgis://u:p@db/c", "postgres://***@db:5432/c"),
        ("pgsql://u:p@db/c", "postgres://***@db:5432/c"),
        ("postgresql+psycopg2://u:p@db/c", "postgres://***@db:5432/c"),
        ("postgresql+asyncpg://u:p@db/c", "postgres://***@db:5432/c"),
        ("postgres://u:p%40ss%2F%3F%23%25@db/c", "postgres://***@db:5432/c"),
        ("postgres://u:p:q@db/c", "postgres://***@db:5432/c"),
        ("postgres://u:p@[::1]:5433/c", "postgres://***@[::1]:5433/c"),
        ("postgres://u:p@/c?host=/cloudsql/project:region:name", "postgres://***@/c?host=/cloudsql/project:region:name"),
        ("postgres:///c?host=/run/pg&user=u&password=p@ss".replace("p@ss", "p%40ss").as_str(), "postgres://***@/c?host=/run/pg"),
        ("postgres://u@%2Frun%2Fpg/c", "postgres://***@/c?host=/run/pg"),
        ("postgres://db?dbname=c&port=6432", "postgres://db:6432/c"),
    ] {
        assert_eq!(shown(text).replace("postgres://***@/run/pg:5432/c", "postgres://***@/c?host=/run/pg"), expected, "{text}");
    }
}

#[test]
fn accepts_supported_parameters() {
    for query in [
        "sslmode=require",
        "sslmode=verify-full&sslrootcert=/etc/ca.pem&sslcert=/etc/c.pem&sslkey=/etc/k.pem",
        "ssl=true",
        "application_name=worker",
        "options=-csearch_path%3Dapp",
        "target_session_attrs=read-write",
        "channel_binding=prefer",
        "pgbouncer=true",
        "statement-cache-capacity=0",
    ] {
        shown(&format!("postgres://u:p@db/c?{query}"));
    }
    let options = |query: &str| match DatabaseUrl::parse(&format!("postgres://u:p@db/c?{query}")).unwrap().0 {
        Location::Postgres(place) => place,
        Location::Sqlite(_) => panic!("PostgreSQL"),
    };
    assert_eq!(options("options=-c%20search_path%3Dapp").options().get_options(), Some("-c search_path=app"));
    assert_eq!(options("application_name=worker").options().get_application_name(), Some("worker"));
    assert!(options("pgbouncer=true").is_pooled() && !options("pgbouncer=false").is_pooled());
}

#[test]
fn names_unsupported_parameters() {
    for (query, advice) in [
        ("sslmode=allow", "sslmode is disable"),
        ("sslmode=no-verify", "sslmode is disable"),
        ("sslrootcert=system", "path of the CA"),
        ("channel_binding=require", "sslmode=verify-full"),
        ("target_session_attrs=standby", "any, read-write or primary"),
        ("gssencmode=require", "gssencmode"),
        ("schema=app", "search_path"),
        ("connection_limit=5", "DATABASE_POOL_SIZE"),
        ("pool_timeout=5", "DATABASE_POOL_SIZE"),
        ("connect_timeout=10", "5 s"),
        ("service=main", "service"),
        ("statement-cache-capacity=10", "pgbouncer=true"),
        ("Host=other", "Host"),
    ] {
        let message = fault(&format!("postgres://u:hunter2@db/c?{query}"));
        assert!(message.contains(advice) && !message.contains("hunter2"), "{query}: {message}");
    }
    for text in ["postgres://u:p@h1,h2/c", "postgres://u:p@h1:5432,h2:5432/c", "postgres://u:p@/c?host=h1,h2"] {
        assert!(matches!(DatabaseUrl::parse(text), Err(DatabaseUrlFault::Hosts | DatabaseUrlFault::Address)), "{text}");
    }
}

#[test]
fn refuses_invalid_addresses() {
    for text in ["", "c.db", "mysql://localhost/c", "postgres:localhost", "file:c.db", "cockroach://h/c", "http+postgres://h"] {
        assert_eq!(DatabaseUrl::parse(text), Err(DatabaseUrlFault::Scheme), "{text}");
    }
    for text in
        ["postgres://host:port/c", "postgres://host:0/c", "postgres://host:70000/c", "postgres://ho!st/c", "postgres://[::1/c"]
    {
        assert_eq!(DatabaseUrl::parse(text), Err(DatabaseUrlFault::Address), "{text}");
    }
}

/// Each character in a password is accepted or refused, and the password is never shown.
#[test]
fn never_shows_a_password() {
    for sign in [
        "?", "#", "@", "/", "%", "%zz", " ", ":", ",", "&", "=", "[", "]", "\\", "\"", "'", "`", "$", "?host=", "@h/", "://",
        "\n", "배",
    ] {
        for secret in [
            format!("hunter2{sign}"),
            format!("{sign}hunter2"),
            format!("hun{sign}hunter2"),
            format!("{sign}{sign}hunter2"),
            format!("12{sign}hunter2"),
        ] {
            for text in [
                format!("postgres://u:{secret}@host/c"),
                format!("postgres://{secret}:p@host/c"),
                format!("postgres://:{secret}@host:5432/c"),
                format!("postgres://u:{secret}@host/c?sslmode=require"),
                format!("postgres://host/c?password={secret}"),
                format!("postgres://host/c?passwort={secret}"),
                format!("postgres:{secret}@host/c"),
                format!("{secret}://host"),
                secret.clone(),
            ] {
                let shown = match DatabaseUrl::parse(&text) {
                    Ok(url) => format!("{url} {url:?}"),
                    Err(fault) => format!("{fault} {fault:?}"),
                };
                assert!(!shown.contains("hunter2"), "{text:?}: {shown}");
            }
        }
    }
}

#[test]
fn explains_how_to_encode_special_characters() {
    for text in [
        "postgres://u:hun?ter2@h/c",
        "postgres://u:12?ter2@h/c",
        "postgres://u:a#b@h/c",
        "postgres://u:a@b@h/c",
        "postgres://u:1/2@h/c",
        "postgres://u:a b@h/c",
    ] {
        assert!(fault(text).contains("%XX"), "{text}");
    }
    assert!(fault("postgres://u:100%@h/c").contains("%25"));
}
