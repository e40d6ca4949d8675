//! Reads variables one by one and collects every fault, so that one start names all of them.

use std::ffi::OsString;

use catamaran_edge::quoted;

use super::{SettingFault, SettingsErrors};

/// The result of a value's parser: the value, or the expected form.
pub type Parsed<T> = Result<T, String>;

/// How a fault may show the value that it found.
#[derive(Clone, Copy)]
enum Show {
    /// The whole value.
    Plain,
    /// An address: its scheme. The rest may hold a password, since the address could not be read.
    Url,
    /// A file by its path; where the text is none, only its length.
    File,
    /// Only its length.
    Hidden,
}

/// Stands for a required variable without a usable value. The [`Reader`] holds the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing(());

/// Reads a program's variables. A team's own settings are read with it too, so that one start names all faults of an environment.
///
/// ```
/// use catamaran_boot::settings::read_vars;
///
/// let size = |text: &str| text.parse::<u32>().map_err(|_| "a whole number".to_owned());
/// let fault = read_vars(|_| Some("many".to_owned()), |reader| reader.parse("BOARD_SIZE", size)).unwrap_err();
/// assert_eq!(fault.to_string(), "BOARD_SIZE is \"many\"; expected a whole number");
/// ```
///
/// A variable without a default goes through [`required`](Self::required).
pub struct Reader<'a> {
    vars: &'a dyn Fn(&str) -> Option<OsString>,
    faults: Vec<SettingFault>,
    notes: Vec<String>,
}

/// Reads this process's real environment.
///
/// # Errors
/// Every fault at once, each with the variable, what was found and what is expected.
pub fn read_env<T>(read: impl FnOnce(&mut Reader<'_>) -> T) -> Result<T, SettingsErrors> {
    run(&|name| std::env::var_os(name), read)
}

/// Reads an environment that is given as a function.
///
/// # Errors
/// As [`read_env`].
pub fn read_vars<T>(vars: impl Fn(&str) -> Option<String>, read: impl FnOnce(&mut Reader<'_>) -> T) -> Result<T, SettingsErrors> {
    run(&|name| vars(name).map(OsString::from), read)
}

/// As [`read_env`], where `read` ends early with `?` for a [required](Reader::required) variable that has no value.
///
/// # Errors
/// As [`read_env`].
pub fn try_read_env<T>(read: impl FnOnce(&mut Reader<'_>) -> Result<T, Missing>) -> Result<T, SettingsErrors> {
    complete(&|name| std::env::var_os(name), read)
}

/// As [`try_read_env`], for an environment that is given as a function.
///
/// # Errors
/// As [`read_env`].
pub fn try_read_vars<T>(
    vars: impl Fn(&str) -> Option<String>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, Missing>,
) -> Result<T, SettingsErrors> {
    complete(&|name| vars(name).map(OsString::from), read)
}

fn complete<T>(
    vars: &dyn Fn(&str) -> Option<OsString>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, Missing>,
) -> Result<T, SettingsErrors> {
    let of_another_reader = |_| SettingsErrors(vec![SettingFault::new("a required variable", "missing", "a value")]);
    run(vars, read)?.map_err(of_another_reader)
}

fn run<T>(vars: &dyn Fn(&str) -> Option<OsString>, read: impl FnOnce(&mut Reader<'_>) -> T) -> Result<T, SettingsErrors> {
    let mut reader = Reader::new(vars);
    let value = read(&mut reader);
    reader.finish().map(|()| value)
}

impl<'a> Reader<'a> {
    pub(super) fn new(vars: &'a dyn Fn(&str) -> Option<OsString>) -> Self {
        Self { vars, faults: Vec::new(), notes: Vec::new() }
    }

    /// The variable's value without the space around it. An empty value counts as unset: platforms and `NAME=` lines
    /// have no other way to say it. One that is not UTF-8 is a fault: taken for unset, it would be replaced in silence.
    fn text(&mut self, variable: &'static str) -> Option<String> {
        match (self.vars)(variable)?.into_string() {
            Ok(value) => {
                let value = value.trim();
                (!value.is_empty()).then(|| value.to_owned())
            }
            Err(_) => {
                self.fault(variable, "not UTF-8", "text in UTF-8");
                None
            }
        }
    }

    /// Whether the variable has no value, readable or not.
    pub fn is_unset(&self, variable: &str) -> bool {
        (self.vars)(variable).is_none_or(|value| value.to_string_lossy().trim().is_empty())
    }

    /// Whether the value begins with `prefix`.
    pub fn has_prefix(&self, variable: &str, prefix: &str) -> bool {
        (self.vars)(variable).is_some_and(|value| value.to_string_lossy().trim_start().starts_with(prefix))
    }

    /// Whether one of `parts` stands in the value, in letters of either case.
    pub fn mentions(&self, variable: &str, parts: &[&str]) -> bool {
        let value = (self.vars)(variable).unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        parts.iter().any(|part| value.contains(part))
    }

    /// A variable that a program sets, not a user: any value but a number counts as unset.
    pub fn number(&self, variable: &str) -> Option<u32> {
        (self.vars)(variable)?.to_str()?.trim().parse().ok()
    }

    /// Keeps a sentence for the log about a variable that has another effect than its author may expect.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    pub(super) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// The variable's value, read by `parse`; None where it is unset or wrong, which is then a fault of the environment.
    pub fn parse<T>(&mut self, variable: &'static str, parse: impl FnOnce(&str) -> Parsed<T>) -> Option<T> {
        self.read(variable, Show::Plain, parse)
    }

    /// Takes the value that was read for a variable without a default. A variable that is unset is a fault, which says what is expected.
    ///
    /// ```
    /// use catamaran_boot::settings::{Missing, Reader, try_read_vars};
    ///
    /// fn read(reader: &mut Reader<'_>) -> Result<(String, String), Missing> {
    ///     let key = reader.parse_secret("BOARD_KEY", |text| Ok(text.to_owned()));
    ///     let key = reader.required("BOARD_KEY", "a secret: openssl rand -hex 32 makes one", key);
    ///     let title = reader.parse("BOARD_TITLE", |text| Ok(text.to_owned()));
    ///     // `?` after the last variable, so that one start names every fault.
    ///     Ok((key?, title.unwrap_or_default()))
    /// }
    ///
    /// let fault = try_read_vars(|_| None, read).unwrap_err();
    /// assert_eq!(fault.to_string(), "BOARD_KEY is not set; expected a secret: openssl rand -hex 32 makes one");
    /// ```
    ///
    /// # Errors
    /// [`Missing`]: the variable is unset or wrong. The start fails with the fault that this reader holds.
    pub fn required<T>(&mut self, variable: &'static str, expected: &str, value: Option<T>) -> Result<T, Missing> {
        if value.is_none() && self.is_unset(variable) {
            self.fault(variable, "not set", expected);
        }
        value.ok_or(Missing(()))
    }

    /// As [`parse`](Self::parse), for an address: a fault shows no more of it than its scheme.
    pub fn parse_url<T>(&mut self, variable: &'static str, parse: impl FnOnce(&str) -> Parsed<T>) -> Option<T> {
        self.read(variable, Show::Url, parse)
    }

    /// As [`parse`](Self::parse), for a secret: a fault shows only its length.
    pub fn parse_secret<T>(&mut self, variable: &'static str, parse: impl FnOnce(&str) -> Parsed<T>) -> Option<T> {
        self.read(variable, Show::Hidden, parse)
    }

    /// Each entry of a comma list; empty entries are skipped.
    pub fn parse_list<T>(&mut self, variable: &'static str, parse: impl Fn(&str) -> Parsed<T>) -> Option<Vec<T>> {
        let text = self.text(variable)?;
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
        Some(self.read_list(variable, entries, Show::Plain, parse))
    }

    /// Each entry of a comma list of addresses. A comma that no scheme follows is part of the entry before it: of a password, say.
    pub fn parse_url_list<T>(&mut self, variable: &'static str, parse: impl Fn(&str) -> Parsed<T>) -> Option<Vec<T>> {
        let text = self.text(variable)?;
        Some(self.read_list(variable, addresses(&text), Show::Url, parse))
    }

    /// Reads a file's path, or what the file would hold.
    pub fn parse_file<T>(&mut self, variable: &'static str, parse: impl FnOnce(&str) -> Parsed<T>) -> Option<T> {
        self.read(variable, Show::File, parse)
    }

    fn read_list<T>(
        &mut self,
        variable: &'static str,
        entries: Vec<&str>,
        show: Show,
        parse: impl Fn(&str) -> Parsed<T>,
    ) -> Vec<T> {
        let mut values = Vec::new();
        for entry in entries {
            match parse(entry) {
                Ok(value) => values.push(value),
                Err(expected) => self.fault(variable, shown(entry, show), expected),
            }
        }
        values
    }

    /// Keeps a fault: the start stops with all of them. `found` must hold no secret.
    pub fn fault(&mut self, variable: &'static str, found: impl Into<String>, expected: impl Into<String>) {
        self.faults.push(SettingFault { variable, found: found.into(), expected: expected.into() });
    }

    fn finish(self) -> Result<(), SettingsErrors> {
        if self.faults.is_empty() { Ok(()) } else { Err(SettingsErrors(self.faults)) }
    }

    fn read<T>(&mut self, variable: &'static str, show: Show, parse: impl FnOnce(&str) -> Parsed<T>) -> Option<T> {
        let text = self.text(variable)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(expected) => {
                self.fault(variable, shown(&text, show), expected);
                None
            }
        }
    }
}

fn shown(text: &str, show: Show) -> String {
    match show {
        Show::Plain if may_hold_secret(text) => shown(text, Show::Hidden),
        Show::Plain => quoted(text),
        Show::Url => scheme_of(text),
        Show::File if is_path(text) => quoted(text),
        Show::File | Show::Hidden => format!("a value of {} characters", text.chars().count()),
    }
}

/// Whether `text` can only be a path. A key that was given in place of one must not be shown.
fn is_path(text: &str) -> bool {
    !text.contains("-----") && (text.starts_with(['/', '.']) || std::path::Path::new(text).exists())
}

/// An address that could not be read: its scheme, where that is one. A text without a scheme may be a bare password.
fn scheme_of(text: &str) -> String {
    if text.starts_with(['"', '\'']) {
        return "an address in quotes, which are part of it here: leave them out".to_owned();
    }
    if ["sqlite:", "sqlite3:"].iter().any(|scheme| text.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme))) {
        return "\"sqlite:…\"".to_owned();
    }
    match text.split_once("://") {
        Some((scheme, _)) if SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) => format!("\"{scheme}://…\""),
        Some(_) => "an address with a scheme:// that is not known".to_owned(),
        None => "a text with no scheme://".to_owned(),
    }
}

/// Schemes that may be shown: of those that are set here, and of those that are set in their place by mistake.
const SCHEMES: [&str; 21] = [
    "redis",
    "rediss",
    "valkey",
    "valkeys",
    "unix",
    "redis+unix",
    "valkey+unix",
    "redis-sentinel",
    "redis+sentinel",
    "memcached",
    "postgres",
    "postgresql",
    "sqlite",
    "mysql",
    "mariadb",
    "mongodb",
    "http",
    "https",
    "ws",
    "wss",
    "tcp",
];

/// Splits at commas in front of a scheme.
fn addresses(text: &str) -> Vec<&str> {
    let begins = |rest: &str| {
        let scheme = rest.trim_start().split_once("://").map(|(scheme, _)| scheme);
        scheme.is_some_and(|scheme| {
            !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        })
    };
    let commas = text.match_indices(',').map(|(at, _)| at).filter(|at| begins(&text[at + 1..]));
    let starts = std::iter::once(0).chain(commas.clone().map(|at| at + 1));
    let ends = commas.chain([text.len()]);
    let entries = starts.zip(ends).map(|(start, end)| text[start..end].trim_matches(|c: char| c == ',' || c.is_whitespace()));
    entries.filter(|entry| !entry.is_empty()).collect()
}

/// Whether a value looks like an address with a password, or like a key, that was given to the wrong variable.
fn may_hold_secret(text: &str) -> bool {
    const KEY_CHARACTERS: usize = 32;
    let address = text.split_once("://").is_some_and(|(_, rest)| {
        let mut after_colons = rest.split(':').skip(1);
        rest.contains(['?', '#', '%']) || after_colons.any(|part| !part.starts_with(|c: char| c.is_ascii_digit()))
    });
    address || text.contains('@') || text.chars().count() >= KEY_CHARACTERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_more_of_an_address_than_its_scheme() {
        for url in ["redis://:hunter2@host:1", "postgres://host/db?password=hunter2", "hunter2", "hunter2://host", "://hunter2"] {
            assert!(!shown(url, Show::Url).contains("hunter2"), "{url}");
        }
        assert_eq!(shown("redis://u:p,q@host:1/0", Show::Url), "\"redis://…\"");
        assert_eq!(shown("sqlite:x?mode=ro", Show::Url), "\"sqlite:…\"");
        for text in ["\"postgres://u:hunter2@host/c\"", "'redis://:hunter2@host'", "\"hunter2"] {
            let shown = shown(text, Show::Url);
            assert!(shown.contains("in quotes") && !shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn shows_the_path_of_a_file_and_never_a_key() {
        assert_eq!(shown("/etc/ca.pem", Show::File), "\"/etc/ca.pem\"");
        for key in ["-----BEGIN PRIVATE KEY-----\nhunter2", "MIIhunter2"] {
            assert!(!shown(key, Show::File).contains("hunter2"));
        }
    }

    #[test]
    fn names_a_required_variable_once_and_every_other_fault_with_it() {
        let read = |reader: &mut Reader<'_>| {
            let (key, size) = (reader.parse("KEY", parse_number), reader.parse("SIZE", parse_number));
            let key = reader.required("KEY", "a number", key);
            Ok((key?, reader.required("SIZE", "a number", size)?))
        };
        let faults = |vars: fn(&str) -> Option<String>| try_read_vars(vars, read).map_err(|faults| faults.to_string());
        assert_eq!(faults(|_| None), Err("KEY is not set; expected a number".into()));
        let wrong = faults(|name| (name == "SIZE").then(|| "many".into()));
        assert_eq!(wrong, Err("SIZE is \"many\"; expected a number\nKEY is not set; expected a number".into()));
        assert_eq!(faults(|_| Some("x".into())), Err("KEY is \"x\"; expected a number\nSIZE is \"x\"; expected a number".into()));
        assert_eq!(faults(|_| Some("7".into())), Ok((7, 7)));
    }

    fn parse_number(text: &str) -> Parsed<u32> {
        text.parse().map_err(|_| "a number".to_owned())
    }

    #[test]
    fn splits_addresses_where_another_begins() {
        assert_eq!(addresses("redis://a, redis://b,,rediss://c/1 ,"), ["redis://a", "redis://b", "rediss://c/1"]);
        assert_eq!(addresses("redis://:p,q@a,redis://b"), ["redis://:p,q@a", "redis://b"]);
        assert_eq!(addresses(" , "), [""; 0]);
    }

    #[test]
    fn a_secret_in_the_wrong_variable_is_not_shown() {
        for text in ["redis://:hunter2", "redis://h:1?password=hunter2", "u:hunter2@h", "hunter2-hunter2-hunter2-hunter2-h"] {
            assert!(!shown(text, Show::Plain).contains("hunter2"), "{text}");
        }
        for text in ["http", "http://localhost", "tcp://10.0.0.1:8001", "https://a/b", "10.0.0.0/99", "a?c=0"] {
            assert_eq!(shown(text, Show::Plain), quoted(text));
        }
    }
}
