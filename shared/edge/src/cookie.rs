//! Cookies of a request.

/// The values of the cookie `name` in the `Cookie` header's lines, in their order. The lines are bytes: a cookie that is no text,
/// which any other application on the domain may have set, hides none of the others.
pub fn cookie_values<'h>(lines: impl IntoIterator<Item = &'h [u8]>, name: &str) -> impl Iterator<Item = &'h str> {
    let pairs = lines.into_iter().flat_map(|line| line.split(|&byte| byte == b';'));
    pairs.filter_map(move |pair| {
        let at = pair.iter().position(|&byte| byte == b'=')?;
        let (found, value) = (&pair[..at], &pair[at + 1..]);
        let value = (found.trim_ascii() == name.as_bytes()).then_some(value)?;
        Some(std::str::from_utf8(value).ok()?.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_is_no_text_hides_no_other() {
        let lines = [&b"a=\xff; b=1"[..], b"b = \"2\"; xb=3; b"];
        assert_eq!(cookie_values(lines, "b").collect::<Vec<_>>(), ["1", "2"]);
    }
}
