//! The faults of an environment, all of them at once.

use std::fmt;

/// One wrong setting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingFault {
    /// The variable or flag, for example `PORT` or `--bind`.
    pub variable: &'static str,
    /// The value that was found, in words that hold no secret.
    pub found: String,
    /// The expected form.
    pub expected: String,
}

impl SettingFault {
    /// Returns the fault of `variable`: what was found, in words that hold no secret, and what would be right.
    pub fn new(variable: &'static str, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { variable, found: found.into(), expected: expected.into() }
    }
}

impl fmt::Display for SettingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}; expected {}", self.variable, self.found, self.expected)
    }
}

/// Every wrong setting of one start. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsErrors(pub Vec<SettingFault>);

impl fmt::Display for SettingsErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsErrors {}
