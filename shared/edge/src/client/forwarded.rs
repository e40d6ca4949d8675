//! The `Forwarded` header (RFC 7239).

/// One proxy's entry. Parameters that are not used here (`by`, extensions) are left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// `for`: the client of that proxy.
    pub(super) client: Option<String>,
    /// `proto`
    pub(super) proto: Option<String>,
    /// `host`
    pub(super) host: Option<String>,
}

/// The elements of one header line, the farthest proxy first.
pub(super) fn parse(line: &[u8]) -> Vec<Element> {
    let line = String::from_utf8_lossy(line);
    split(&line, ',').iter().map(|element| parse_element(element)).collect()
}

fn parse_element(text: &str) -> Element {
    let mut element = Element::default();
    for pair in split(text, ';') {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let value = Some(unquote(value.trim()));
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => element.client = value,
            "proto" => element.proto = value,
            "host" => element.host = value,
            _ => {}
        }
    }
    element
}

/// Splits at `separator` outside of quoted strings.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(move |c: char| {
        let inside = quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        c == separator && !inside
    });
    parts.collect()
}

fn unquote(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut escaped = false;
    let kept = inner.chars().filter(|&c| {
        escaped = c == '\\' && !escaped;
        !escaped
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(client: &str, proto: &str, host: &str) -> Element {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Element { client: some(client), proto: some(proto), host: some(host) }
    }

    #[test]
    fn reads_each_proxys_parameters() {
        for (line, elements) in [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", vec![element("192.0.2.60", "http", "")]),
            (r#"For="[2001:db8::17]:4711""#, vec![element("[2001:db8::17]:4711", "", "")]),
            ("for=192.0.2.43, for=198.51.100.17", vec![element("192.0.2.43", "", ""), element("198.51.100.17", "", "")]),
            (
                r#"for="_a,b;c\"d" ; HOST = "example.com:8443";proto=https"#,
                vec![element("_a,b;c\"d", "https", "example.com:8443")],
            ),
            ("for=unknown;secret=x", vec![element("unknown", "", "")]),
            ("nonsense", vec![Element::default()]),
            (r#"for="open"#, vec![element("\"open", "", "")]),
        ] {
            assert_eq!(parse(line.as_bytes()), elements, "{line}");
        }
    }
}
