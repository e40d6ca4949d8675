//! Checks that the code in the guide is the code that runs: each block names a file and is in it, word by word.

use std::{fs, path::Path};

const GUIDE: &str = include_str!("../../../../docs/from-daphne.md");

struct Block<'a> {
    file: &'a str,
    lines: Vec<&'a str>,
}

/// The fenced blocks; the first line of each is a comment with the file's path.
fn blocks() -> Vec<Block<'static>> {
    let fenced = GUIDE.split("```").skip(1).step_by(2);
    fenced
        .map(|block| {
            let mut lines = block.lines().skip(1);
            let head = lines.next().expect("a block is not empty");
            let file = head.trim_start_matches(['#', '/', ' ']);
            Block { file, lines: lines.collect() }
        })
        .collect()
}

/// The lines without their common indentation.
fn dedented<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
    lines.iter().map(|line| line.get(common..).unwrap_or_default()).collect()
}

#[test]
fn every_block_is_in_its_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("a workspace");
    let blocks = blocks();
    assert!(blocks.len() > 5, "the guide has lost its code");
    for Block { file, lines } in blocks {
        let text = fs::read_to_string(root.join(file)).unwrap_or_else(|fault| panic!("{file}: {fault}"));
        let real: Vec<_> = text.lines().collect();
        let stands = real.windows(lines.len()).any(|window| dedented(window) == lines);
        assert!(stands, "{file} does not hold (any more):\n{}", lines.join("\n"));
    }
}
