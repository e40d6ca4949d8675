//! Checks that each excerpt of the guide is in the file that its first line names.

#[test]
fn every_excerpt_stands_in_its_file() {
    let blocks: Vec<_> = include_str!("../README.md").split("```rust\n// ").skip(1).collect();
    assert!(blocks.len() > 8, "the guide has lost its excerpts");
    for block in blocks {
        let (file, excerpt) = block.split_once("```").unwrap().0.split_once('\n').unwrap();
        assert!(std::fs::read_to_string(file).unwrap().contains(excerpt), "{file} does not hold:\n{excerpt}");
    }
}
