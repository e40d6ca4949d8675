#![doc = include_str!("../README.md")]

mod accept;

/// A language that the application is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Korean.
    Ko,
    /// English, also for visitors without a supported language.
    #[default]
    En,
}

impl Lang {
    /// All languages, in the order in which pages offer them.
    pub const ALL: [Self; 2] = [Self::Ko, Self::En];

    /// The BCP 47 tag: `ko` or `en`. Also the value of the language cookie.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    /// The language's name in itself.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Ko => "한국어",
            Self::En => "English",
        }
    }

    /// Whether a letter is written in this language and in none of the others.
    fn has_letter(self, c: char) -> bool {
        match self {
            Self::Ko => matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7af}'),
            Self::En => false,
        }
    }

    /// The language of a tag such as `ko`, `ko-KR` or `EN-us`; `None` for any other language.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|lang| lang.tag().eq_ignore_ascii_case(primary))
    }

    /// Chooses by the visitor's own choice (value of the language cookie) first,
    /// then by the best-weighted entry of `Accept-Language`, else English.
    #[must_use]
    pub fn pick(cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        cookie.and_then(Self::from_tag).or_else(|| accept_language.and_then(accept::best_of)).unwrap_or_default()
    }

    /// The language of a text's letters; `None` if they belong to no single language.
    #[must_use]
    pub fn of_letters(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| text.chars().any(|c| lang.has_letter(c)))
    }

    /// The languages that a visitor can switch to.
    pub fn others(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |lang| *lang != self)
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn the_cookie_wins_over_the_browser() {
        assert_eq!(Lang::pick(Some("en"), Some("ko-KR,ko;q=0.9")), Lang::En);
        assert_eq!(Lang::pick(Some("ko"), Some("en")), Lang::Ko);
    }

    #[test]
    fn ignores_a_cookie_with_an_unsupported_language() {
        assert_eq!(Lang::pick(Some("xx"), Some("ko")), Lang::Ko);
        assert_eq!(Lang::pick(Some(""), None), Lang::En);
    }

    #[test]
    fn languages_are_known_by_their_tags() {
        for (tag, lang) in [("ko", Lang::Ko), ("ko-KR", Lang::Ko), ("KO_kr", Lang::Ko), ("en-GB", Lang::En)] {
            assert_eq!(Lang::from_tag(tag), Some(lang), "{tag}");
        }
        for tag in ["", "kok", "k"] {
            assert_eq!(Lang::from_tag(tag), None, "{tag}");
        }
        for lang in Lang::ALL {
            assert_eq!(Lang::from_tag(lang.tag()), Some(lang));
        }
    }

    #[test]
    fn recognises_korean_by_its_letters() {
        assert_eq!(Lang::of_letters("Ada 민수"), Some(Lang::Ko));
        assert_eq!(Lang::of_letters("Ada 12 ü"), None);
    }

    #[test]
    fn every_other_language_is_offered() {
        for lang in Lang::ALL {
            assert_eq!(lang.others().count(), Lang::ALL.len() - 1);
            assert!(lang.others().all(|other| other != lang));
        }
    }
}
