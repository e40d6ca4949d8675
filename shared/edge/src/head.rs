//! Bounds the head of a request.

/// The bound in bytes of all header lines, names and values. actix-http itself reads heads of up to 128 KiB and 96 lines, and answers
/// larger ones with 431.
const HEAD_BYTES: usize = 64 << 10;

/// Checks the size of a request's headers.
///
/// # Errors
/// The headers are too large. The text says what to do.
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
    fn accepts_many_cookies_and_refuses_too_many() {
        let cookie = |bytes| vec![b'x'; bytes];
        assert_eq!(check_head([("host", &b"a"[..]), ("cookie", &cookie(9_000)), ("cookie", &cookie(40_000))]), Ok(()));
        let fault = check_head([("cookie", &cookie(40_000)[..]), ("cookie", &cookie(40_000))]).unwrap_err();
        assert!(fault.contains("80012") && fault.contains("65536"), "{fault}");
    }
}
