//! Data for a page's scripts.

use std::fmt;

use serde::Serialize;

/// A value as JSON, safe inside a `<script type="application/json">` and nowhere else.
pub(crate) struct Json<'a, T>(pub(crate) &'a T);

impl<T: Serialize> fmt::Display for Json<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(self.0).map_err(|_| fmt::Error)?;
        // Without `<` no text can end the element or begin a comment in it. JSON reads the escape as the same sign.
        f.write_str(&json.replace('<', "\\u003c"))
    }
}
