//! `Accept-Language`.

use crate::Lang;

/// The supported language with the greatest weight; among equals the first one.
pub(crate) fn best_of(accept_language: &str) -> Option<Lang> {
    let mut best = None;
    for entry in accept_language.split(',') {
        let mut parts = entry.split(';');
        let lang = parts.next().and_then(Lang::from_tag);
        let weight = parts.find_map(weight).unwrap_or(1.0);
        if let Some(lang) = lang
            && weight > best.map_or(0.0, |(_, weight)| weight)
        {
            best = Some((lang, weight));
        }
    }
    best.map(|(lang, _)| lang)
}

fn weight(parameter: &str) -> Option<f32> {
    let (name, value) = parameter.split_once('=')?;
    let value = value.trim().parse().ok()?;
    (name.trim().eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&value)).then_some(value)
}

#[cfg(test)]
mod tests {
    use crate::Lang;

    #[test]
    fn weights_order_the_browser_s_languages() {
        assert_eq!(Lang::pick(None, Some("fr, en;q=0.5, ko;q=0.8")), Lang::Ko, "the greater weight wins wherever it stands");
        assert_eq!(Lang::pick(None, Some("ko-KR,en-US")), Lang::Ko, "of equals the first one");
        assert_eq!(Lang::pick(None, Some("ko;q=0, en")), Lang::En, "q=0 means not this one");
    }

    #[test]
    fn invalid_headers_fall_back_to_english() {
        for header in ["", ",,;;=", "ko;q=nan", "ko;q=7x,", "*", "q=1"] {
            let picked = Lang::pick(None, Some(header));
            assert!(matches!(picked, Lang::En | Lang::Ko), "{header}");
        }
        assert_eq!(Lang::pick(None, Some("*")), Lang::En);
        assert_eq!(Lang::pick(None, None), Lang::En);
    }
}
