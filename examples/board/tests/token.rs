//! Tokens, beside the clock and the key that they depend on.

#[path = "../src/token.rs"]
#[expect(dead_code, reason = "how long the pages let a token be valid")]
mod token;

use token::{Claims, TokenKey, now};

#[test]
fn opens_its_own_tokens_until_they_expire() {
    let key = TokenKey::parse(&"k".repeat(32)).unwrap();
    let claims = Claims { user: 7, name: "Ann".into(), jti: "s".into(), exp: now() + 60 };
    let token = key.sign(&claims);
    assert_eq!(key.open(&token), Some(claims.clone()));
    assert_eq!(TokenKey::parse(&"l".repeat(32)).unwrap().open(&token), None);
    assert_eq!(key.open(&key.sign(&Claims { exp: now(), ..claims })), None);
    assert!(TokenKey::parse("short").is_err());
}
