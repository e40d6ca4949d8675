//! The committed charts are those of the committed run.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use bench::charts::{CHARTS, FOLDER, Record, draw_all};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/performance.md");

fn document() -> String {
    fs::read_to_string(DOCUMENT).expect("docs/performance.md is committed")
}

fn committed() -> PathBuf {
    Path::new(DOCUMENT).with_file_name(FOLDER)
}

#[test]
fn committed_charts_match_the_committed_run() {
    let record = Record::read(&document()).unwrap();
    for chart in CHARTS {
        let file = committed().join(chart.file);
        let drawn = fs::read_to_string(&file).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
        assert!(drawn == chart.draw(&record).unwrap(), "{} is of another run: draw it with `bench charts`", file.display());
    }
}

#[test]
fn the_folder_has_no_chart_that_is_not_drawn() {
    let files = fs::read_dir(committed()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let drawn: BTreeSet<String> = CHARTS.iter().map(|chart| chart.file.to_owned()).collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), drawn);
}

#[test]
fn the_document_shows_each_chart_once() {
    let document = document();
    for chart in CHARTS {
        assert_eq!(document.matches(&chart.link()).count(), 1, "{}", chart.link());
    }
}

#[test]
fn draws_another_figure_for_another_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("performance.md");
    fs::write(&file, document().replace("| 7.62 (6.95 to 10.04) |", "| 4.56 (4.50 to 4.60) |")).unwrap();
    assert_eq!(draw_all(&file).unwrap(), CHARTS.len());
    let drawn = fs::read_to_string(folder.path().join(FOLDER).join("delivery-cost.svg")).unwrap();
    assert!(drawn.contains("4.56 µs") && !drawn.contains("7.62 µs"), "{drawn}");
}

#[test]
fn leaves_out_a_failed_measurement() {
    let failed = document().replace("| 9.02 (8.80 to 9.39) |", "| failed: only 47000 of 50000 deliveries a second |");
    let record = Record::read(&failed).unwrap();
    let chart = CHARTS.iter().find(|chart| chart.file == "growth.svg").expect("the chart of growth");
    let drawn = chart.draw(&record).unwrap();
    assert!(!drawn.contains("9.02") && drawn.contains("6.44") && drawn.contains("11.34"), "{drawn}");
}

#[test]
fn names_the_row_that_a_run_lacks() {
    let without = document().replace("19500 sockets |", "20000 sockets |");
    let record = Record::read(&without).unwrap();
    let faults = CHARTS.iter().filter_map(|chart| chart.draw(&record).err()).map(|fault| format!("{fault:#}"));
    let faults: Vec<String> = faults.collect();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains("growth.svg") && faults[0].contains("19500 sockets"), "{faults:?}");
}
