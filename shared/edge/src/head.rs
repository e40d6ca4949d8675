//! How large the head of a request may be.

/// Bytes of all header lines together, names and values. actix-http itself reads heads of up to 128 KiB and 96 lines; what is larger
/// still it answers with a bare 431.
const HEAD_BYTES: usize = 64 << 10;

/// Whether the headers of a request fit.
///
/// # Errors
/// Checks a head's size. The error says what was wrong and what to do.
pub fn check_head<'h>(headers: impl IntoIterator<Item = (&'h str, &'h [u8])>) -> Result<(), String> {
    let bytes: usize = headers.into_iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes <= HEAD_BYTES {
        return Ok(());
    }
    Err(format!("the request's headers have {bytes} bytes, and {HEAD_BYTES} are read: send fewer, or delete this site's cookies"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_cookies_fit_and_a_flood_does_not() {
        let cookie = |bytes| vec![b'x'; bytes];
        assert_eq!(check_head([("host", &b"a"[..]), ("cookie", &cookie(9_000)), ("cookie", &cookie(40_000))]), Ok(()));
        let fault = check_head([("cookie", &cookie(40_000)[..]), ("cookie", &cookie(40_000))]).unwrap_err();
        assert!(fault.contains("80012") && fault.contains("65536"), "{fault}");
    }
}
