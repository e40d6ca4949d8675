//! The variables of a program, as `--help` shows them: from the text of a file like `.env.sample`.

/// The longest line of the help.
const WIDTH: usize = 100;

/// Some variables and what is said about all of them.
#[derive(Default)]
struct Block<'a> {
    section: Option<&'a str>,
    about: Vec<&'a str>,
    /// `NAME=DEFAULT`
    variables: Vec<&'a str>,
}

/// Lists the variables of `sample` for which `reads` is true, each with its default and the comment above it.
///
/// `sample` has lines `#NAME=DEFAULT` behind comments, and sections of the form `# --- Title ---`. The text before the first section is for
/// readers of the file alone.
pub fn variables_help(sample: &str, reads: impl Fn(&str) -> bool) -> String {
    let mut help = "Environment variables. Each has its default behind the =, or nothing if it is unset by default:\n".to_owned();
    for block in blocks(sample) {
        if let Some(section) = block.section {
            help += &format!("\n{section}:\n");
        }
        let name = |variable: &&str| variable.split('=').next().unwrap_or_default().to_owned();
        let read: Vec<&str> = block.variables.into_iter().filter(|variable| reads(&name(variable))).collect();
        if read.is_empty() {
            continue;
        }
        wrap(&block.about.join(" "), &mut help);
        read.iter().for_each(|variable| help += &format!("      {variable}\n"));
    }
    help
}

fn blocks(sample: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for line in sample.lines().skip_while(|line| title(line).is_none()) {
        if title(line).is_some() {
            blocks.push(Block { section: title(line), ..Block::default() });
        } else if let Some(about) = line.strip_prefix("# ") {
            if blocks.last().is_some_and(|block| !block.variables.is_empty() || block.section.is_some()) {
                blocks.push(Block::default());
            }
            blocks.last_mut().into_iter().for_each(|block| block.about.push(about));
        } else if let Some(variable) = line.strip_prefix('#') {
            blocks.last_mut().into_iter().for_each(|block| block.variables.push(variable));
        }
    }
    blocks
}

/// The title of `# --- Title ---`.
fn title(line: &str) -> Option<&str> {
    line.strip_prefix("# ---").map(|title| title.trim_matches(['-', ' ']))
}

/// Adds `text` in indented lines.
fn wrap(text: &str, help: &mut String) {
    let mut column = WIDTH;
    for word in text.split(' ') {
        if column + word.len() >= WIDTH {
            let begun = if help.is_empty() || help.ends_with('\n') { "" } else { "\n" };
            *help += &format!("{begun}  ");
            column = 2;
        } else {
            help.push(' ');
            column += 1;
        }
        *help += word;
        column += word.len();
    }
    help.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "# For readers of the file.\n\n# --- First ----\n# The port\n# to use.\n#PORT=8000\n#OTHER=\n\n# --- Second ---\n\
                          # One.\n#ONE=1\n# Two.\n#TWO=2\n";

    #[test]
    fn lists_what_the_program_reads() {
        let help = variables_help(SAMPLE, |name| name != "OTHER" && name != "ONE");
        let (_, list) = help.split_once("\n\n").unwrap_or_default();
        assert_eq!(list, "First:\n  The port to use.\n      PORT=8000\n\nSecond:\n  Two.\n      TWO=2\n");
    }

    #[test]
    fn breaks_lines_between_words() {
        let mut help = String::new();
        wrap(&["word"; 50].join(" "), &mut help);
        assert!(
            help.lines().count() == 3 && help.lines().all(|line| line.len() <= WIDTH && line.starts_with("  word")),
            "{help}"
        );
    }
}
