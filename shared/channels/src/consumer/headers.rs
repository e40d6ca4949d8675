//! A handshake's headers.

/// A handshake's headers: names and values one after another in one text, since a storm of handshakes makes many of them and most
/// consumers read none.
///
/// ```
/// let headers = catamaran::Headers::from_iter([("host", "example.com"), ("x-ticket", "7"), ("x-ticket", "8")]);
/// assert_eq!(headers.get("x-ticket"), Some("7"));
/// assert_eq!(headers.iter().last(), Some(("x-ticket", "8")));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(
    /// In a box, so that a socket that has let them go keeps no room for them.
    Option<Box<Lines>>,
);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Lines {
    text: String,
    /// Where each name ends in the text, and where its value does.
    ends: Vec<(usize, usize)>,
}

impl Headers {
    /// The first of that name (lower case).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All of them, as name and value, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|lines| lines.iter())
    }
}

impl Lines {
    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        starts.zip(&self.ends).map(|(start, (middle, end))| (&self.text[start..*middle], &self.text[*middle..*end]))
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        // A browser sends about this much: room that is not used is given back with the rest, after the handshake.
        let mut lines = Lines { text: String::with_capacity(1024), ends: Vec::with_capacity(16) };
        for (name, value) in pairs {
            lines.text.push_str(name.as_ref());
            let middle = lines.text.len();
            lines.text.push_str(value.as_ref());
            lines.ends.push((middle, lines.text.len()));
        }
        Self(Some(Box::new(lines)))
    }
}
