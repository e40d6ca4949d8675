//! Helpers for both kinds of address.

use percent_encoding::percent_decode_str;

use super::DatabaseUrlFault;

/// Decodes `%XX`. `+` stays, as in libpq.
pub(super) fn decoded(text: &str) -> Result<String, DatabaseUrlFault> {
    let broken =
        text.split('%').skip(1).any(|code| !code.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)));
    if broken {
        return Err(DatabaseUrlFault::Percent);
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| DatabaseUrlFault::NoText)?;
    if decoded.contains('\0') { Err(DatabaseUrlFault::NoText) } else { Ok(decoded.into_owned()) }
}

/// The decoded parameters after the question mark.
pub(super) fn parameters(query: &str) -> Result<Vec<(String, String)>, DatabaseUrlFault> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(name)?, decoded(value)?))
        })
        .collect()
}

/// The error for a refused parameter. It shows no value, and the name only if it looks like one.
pub(super) fn refused(name: &str, advice: &str) -> DatabaseUrlFault {
    let is_name = name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_-[].".contains(&byte));
    let shown = if is_name && !name.is_empty() { name } else { "(a name that is none)" };
    DatabaseUrlFault::Parameter(format!("another parameter than {shown}: {advice}"))
}
