//! The exit code of a command that looks for faults, as `manage.py check --fail-level` of Django has it.

use std::process::ExitCode;

use clap::ValueEnum;

use super::Level;

/// The flag of every command that writes findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
#[group(skip)]
#[non_exhaustive]
pub struct FailFlag {
    /// The lowest level that makes the exit code 1
    #[arg(long, value_name = "LEVEL", default_value = "error", ignore_case = true)]
    pub fail_level: FailLevel,
}

/// The lowest level of a finding that makes a command fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum FailLevel {
    /// Warnings and errors
    Warning,
    /// Errors alone
    Error,
}

impl FailFlag {
    /// Whether findings of which `worst` is the most severe level pass.
    pub fn passes(self, worst: Level) -> bool {
        let least = match self.fail_level {
            FailLevel::Warning => Level::Warning,
            FailLevel::Error => Level::Error,
        };
        worst < least
    }

    /// The exit code for findings of which `worst` is the most severe level: 0 or 1. Where nothing could be examined, a command ends with 2.
    pub fn exit_code(self, worst: Level) -> ExitCode {
        if self.passes(worst) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        fail: FailFlag,
    }

    #[test]
    fn fails_at_the_level_of_the_flag() {
        for (words, least) in [
            (&["check"][..], Level::Error),
            (&["check", "--fail-level", "ERROR"], Level::Error),
            (&["check", "--fail-level", "WARNING"], Level::Warning),
            (&["check", "--fail-level=warning"], Level::Warning),
        ] {
            let fail = Command::try_parse_from(words).unwrap().fail;
            for level in [Level::Ok, Level::Note, Level::Unknown, Level::Warning, Level::Error] {
                assert_eq!(fail.passes(level), level < least, "{words:?} {level:?}");
            }
        }
        assert!(Command::try_parse_from(["check", "--fail-level", "note"]).is_err());
    }
}
