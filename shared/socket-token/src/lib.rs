#![doc = include_str!("../README.md")]

mod keys;
mod offered;

pub use keys::{Claims, SUBJECT_BYTES, TokenFault, TokenId, TokenKeys};
pub use offered::{PREFIX, offered};
