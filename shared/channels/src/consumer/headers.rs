//! The headers of a handshake.

/// The headers of a handshake. Names and values share one text, since many clients may connect at once and most consumers read no
/// header.
///
/// ```
/// let headers = catamaran::Headers::from_iter([("host", "example.com"), ("x-ticket", "7"), ("x-ticket", "8")]);
/// assert_eq!(headers.get("x-ticket"), Some("7"));
/// assert_eq!(headers.iter().last(), Some(("x-ticket", "8")));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(
    /// Boxed, so that a socket without headers uses little memory.
    Option<Box<Lines>>,
);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Lines {
    text: String,
    /// The positions in the text where each name and its value end.
    ends: Vec<(usize, usize)>,
}

impl Headers {
    /// The first header of that name (lower case).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All headers as name and value, in their order.
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
        // A browser sends about this much. Unused capacity is freed with the headers after the handshake.
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
