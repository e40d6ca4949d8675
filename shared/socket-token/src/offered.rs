//! Finds the token among the subprotocols of a handshake.

use crate::TokenFault;

/// The beginning of each token, by which it differs from the subprotocols of applications.
pub const PREFIX: &str = "catamaran.token.";

/// Returns the token among the offered subprotocols; `None` if there is none.
///
/// # Errors
/// [`TokenFault::Several`] if the client offers more than one: a client that guesses may not try many at once.
pub fn offered<'a>(subprotocols: impl Iterator<Item = &'a str>) -> Result<Option<&'a str>, TokenFault> {
    let mut tokens = subprotocols.filter(|word| word.starts_with(PREFIX));
    let token = tokens.next();
    if tokens.next().is_some() { Err(TokenFault::Several) } else { Ok(token) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_token_beside_other_subprotocols() {
        let found = |words: &[&'static str]| offered(words.iter().copied());
        assert_eq!(found(&["catamaran.v1", "catamaran.token.abc"]), Ok(Some("catamaran.token.abc")));
        assert_eq!(found(&["catamaran.token.abc", "catamaran.v1"]), Ok(Some("catamaran.token.abc")));
        assert_eq!(found(&["catamaran.v1", "token.abc", "Catamaran.Token.abc", ""]), Ok(None));
        assert_eq!(found(&[]), Ok(None));
    }

    #[test]
    fn refuses_several_tokens() {
        let words = ["catamaran.token.a", "catamaran.v1", "catamaran.token.a"];
        assert_eq!(offered(words.into_iter()), Err(TokenFault::Several));
    }
}
