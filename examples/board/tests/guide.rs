//! Checks the guide against the files.

use std::{fs, path::Path};

/// Each excerpt names its file in its first line, as a comment. Commands for a shell have no file.
#[test]
fn every_excerpt_stands_in_its_file() {
    let blocks = include_str!("../README.md").split("\n```").skip(1).step_by(2);
    let excerpts: Vec<_> = blocks.filter_map(|block| block.split_once('\n')).filter(|(language, _)| *language != "sh").collect();
    assert!(excerpts.len() >= 16, "the guide has lost its excerpts");
    for (_, block) in excerpts {
        let (file, excerpt) = block.split_once('\n').expect("a file and an excerpt");
        let file = file.trim_start_matches(['/', '#', ' ']);
        let content = fs::read_to_string(file).unwrap_or_else(|fault| panic!("{file}: {fault}"));
        assert!(content.contains(excerpt), "{file} does not hold:\n{excerpt}");
    }
}

/// The README of the repository says 600.
#[test]
fn the_board_has_at_most_600_lines() {
    let lines = ["src", "src/bin"].map(lines_below).iter().sum::<usize>();
    assert!((100..=600).contains(&lines), "{lines} lines");
}

fn lines_below(folder: &str) -> usize {
    let files = fs::read_dir(Path::new(folder)).unwrap().map(|entry| entry.unwrap().path());
    let rust = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.map(|path| fs::read_to_string(path).unwrap().lines().count()).sum()
}
