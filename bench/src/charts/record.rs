//! A run's record: the tables of `docs/performance.md`, read back.

use anyhow::Context as _;

/// Begins the line that says when, at which commit and on which machine the run was.
pub const RUN: &str = "**Run:** ";

/// A run, as the document has it.
#[derive(Clone, Debug)]
pub struct Record {
    /// Date, commit and machine.
    pub run: String,
    tables: Vec<RecordedTable>,
}

/// A table of a run.
#[derive(Clone, Debug, Default)]
pub struct RecordedTable {
    title: String,
    columns: Vec<String>,
    /// A name, and a cell for each column.
    pub rows: Vec<(String, Vec<Cell>)>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A median with its range.
    Figure(Figure),
    /// No figure, and the reason if the table gives one.
    Missing(String),
}

/// A median with its range; the three are the same if the measurement was taken once.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The median as the table prints it.
    pub text: String,
    /// The median.
    pub median: f64,
    /// The least of all measurements.
    pub least: f64,
    /// The most of all measurements.
    pub most: f64,
}

impl Record {
    /// Reads the tables of a Markdown document.
    ///
    /// # Errors
    /// No line names the run, or no heading stands above a table.
    pub fn read(document: &str) -> anyhow::Result<Self> {
        let run = document.lines().find_map(|line| line.strip_prefix(RUN));
        let run = run.with_context(|| format!("no line begins with {RUN:?}: it names date, commit and machine"))?;
        let mut tables = Vec::new();
        let mut title = None;
        let mut lines = document.lines().peekable();
        while let Some(line) = lines.next() {
            if let Some(heading) = line.strip_prefix("### ") {
                title = Some(heading.to_owned());
            } else if line.starts_with('|') {
                let title = title.take().context("a table stands below a heading of its own")?;
                let rows = std::iter::from_fn(|| lines.next_if(|line| line.starts_with('|')));
                tables.push(RecordedTable::read(title, line, rows));
            } else if line == crate::document::END {
                break;
            }
        }
        Ok(Self { run: run.replace('`', ""), tables })
    }

    /// The table of that title.
    ///
    /// # Errors
    /// The run has no such table.
    pub fn table(&self, title: &str) -> anyhow::Result<&RecordedTable> {
        self.tables.iter().find(|table| table.title == title).with_context(|| format!("the run has no table {title:?}"))
    }
}

impl RecordedTable {
    fn read<'a>(title: String, head: &str, rows: impl Iterator<Item = &'a str>) -> Self {
        let columns = cells(head).skip(1).map(str::to_owned).collect();
        // The first row is Markdown's line between head and rows.
        let rows = rows.skip(1).map(|row| {
            let mut cells = cells(row);
            (cells.next().unwrap_or_default().to_owned(), cells.map(Cell::read).collect())
        });
        Self { title, columns, rows: rows.collect() }
    }

    /// The place of a column among a row's cells.
    ///
    /// # Errors
    /// The table has no such column.
    pub fn column(&self, title: &str) -> anyhow::Result<usize> {
        let found = self.columns.iter().position(|column| column == title);
        found.with_context(|| format!("the table {:?} has no column {title:?}", self.title))
    }

    /// The figure of a row; `None` if the measurement gave none.
    ///
    /// # Errors
    /// The table has no such row or column.
    pub fn figure(&self, row: &str, column: &str) -> anyhow::Result<Option<&Figure>> {
        let cells = self.rows.iter().find(|(name, _)| name == row).map(|(_, cells)| cells);
        let cell = cells.with_context(|| format!("the table {:?} has no row {row:?}", self.title))?.get(self.column(column)?);
        Ok(match cell {
            Some(Cell::Figure(figure)) => Some(figure),
            _ => None,
        })
    }
}

fn cells(line: &str) -> impl Iterator<Item = &str> {
    line.trim().trim_start_matches('|').trim_end_matches('|').split('|').map(str::trim)
}

impl Cell {
    fn read(text: &str) -> Self {
        Figure::read(text).map_or_else(|| Self::Missing(text.to_owned()), Self::Figure)
    }
}

impl Figure {
    /// Reads `7.62`, or `7.62 (6.95 to 10.04)`. A figure with a remark about failed measurements is none.
    fn read(text: &str) -> Option<Self> {
        let (median, range) = text.split_once(" (").map_or((text, None), |(median, range)| (median, Some(range)));
        let (least, most) = range.map_or(Some((median, median)), |range| range.strip_suffix(')')?.split_once(" to "))?;
        Some(Self { text: median.to_owned(), median: median.parse().ok()?, least: least.parse().ok()?, most: most.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "**Run:** 2026-11-23, commit `abc`, 2 cores\n\n### Cost\n\nNote.\n\n| | µs | a second |\n| --- | --- | --- |\n\
                            | a | 7.62 (6.95 to 10.04) | 5 |\n| b | failed: too slow | - |\n| c | 2.0, 1 of 4 failed: it fell | 3 |\n\n\
                            <!-- /tables -->\n| more |\n";

    #[test]
    fn reads_medians_ranges_and_reasons() {
        let record = Record::read(DOCUMENT).unwrap();
        assert_eq!(record.run, "2026-11-23, commit abc, 2 cores");
        let table = record.table("Cost").unwrap();
        let figure = table.figure("a", "µs").unwrap().unwrap();
        assert_eq!((figure.text.as_str(), figure.median, figure.least, figure.most), ("7.62", 7.62, 6.95, 10.04));
        assert_eq!(table.figure("a", "a second").unwrap().unwrap().most, 5.0);
        let missing = |row: usize| &table.rows[row].1[0];
        assert_eq!(missing(1), &Cell::Missing("failed: too slow".to_owned()));
        assert_eq!(missing(2), &Cell::Missing("2.0, 1 of 4 failed: it fell".to_owned()));
    }

    #[test]
    fn names_what_the_record_lacks() {
        let record = Record::read(DOCUMENT).unwrap();
        let text = |outcome: anyhow::Result<Option<&Figure>>| outcome.unwrap_err().to_string();
        assert!(record.table("Speed").unwrap_err().to_string().contains("no table \"Speed\""));
        let table = record.table("Cost").unwrap();
        assert!(text(table.figure("z", "µs")).contains("no row \"z\""));
        assert!(text(table.figure("a", "ms")).contains("no column \"ms\""));
        assert_eq!(table.figure("b", "µs").unwrap(), None);
        assert!(Record::read("no run").unwrap_err().to_string().contains("**Run:**"));
    }
}
