//! Figures in rows and columns, of one run or of several.

use std::fmt::Write as _;

/// A column of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub title: &'static str,
    /// Digits behind the point.
    pub digits: usize,
}

/// What a peer's run gave: a figure for each column, or why there is none.
pub type Outcome = Result<Vec<f64>, String>;

/// A row: who, and what each run gave.
#[derive(Clone, Debug)]
pub struct Row {
    /// Who was measured.
    pub name: String,
    /// One for each run.
    pub outcomes: Vec<Outcome>,
}

/// Figures side by side.
#[derive(Clone, Debug)]
pub struct Table {
    /// What was measured.
    pub title: String,
    /// How to read it.
    pub note: &'static str,
    /// What the figures are.
    pub columns: &'static [Column],
    /// Who was measured.
    pub rows: Vec<Row>,
}

impl Table {
    /// An empty one.
    pub fn new(title: impl Into<String>, note: &'static str, columns: &'static [Column]) -> Self {
        Self { title: title.into(), note, columns, rows: Vec::new() }
    }

    /// Adds the outcome of a run to the row of `name`.
    pub fn add(&mut self, name: &str, outcome: Outcome) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.name == name) {
            row.outcomes.push(outcome);
        } else {
            self.rows.push(Row { name: name.to_owned(), outcomes: vec![outcome] });
        }
    }

    /// The median of a row's figures in the column of that title.
    pub fn figure(&self, name: &str, title: &str) -> Option<f64> {
        let column = self.columns.iter().position(|column| column.title == title)?;
        self.rows.iter().find(|row| row.name == name)?.spread(column).map(|spread| spread.median)
    }

    /// As Markdown; of several runs the median and, in parentheses, the least and the most.
    pub fn markdown(&self) -> String {
        let titles: String = self.columns.iter().map(|column| format!(" {} |", column.title)).collect();
        let mut text =
            format!("### {}\n\n{}\n\n| |{titles}\n| --- |{}\n", self.title, self.note, " --- |".repeat(self.columns.len()));
        for row in &self.rows {
            let _never_fails = write!(text, "| {} |", row.name);
            for (at, column) in self.columns.iter().enumerate() {
                let cell = match row.spread(at) {
                    Some(spread) => spread.text(column.digits),
                    None if at == 0 => row.fault(),
                    None => "-".to_owned(),
                };
                let _never_fails = write!(text, " {cell} |");
            }
            text.push('\n');
        }
        text
    }
}

impl Row {
    fn spread(&self, column: usize) -> Option<Spread> {
        let figures = self.outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()?.get(column).copied());
        Spread::of(figures.collect())
    }

    fn fault(&self) -> String {
        let fault = self.outcomes.iter().find_map(|outcome| outcome.as_ref().err());
        format!("cannot: {}", fault.map_or("not measured", String::as_str).replace(['|', '\n'], " "))
    }
}

struct Spread {
    least: f64,
    median: f64,
    most: f64,
    count: usize,
}

impl Spread {
    fn of(mut figures: Vec<f64>) -> Option<Self> {
        figures.retain(|figure| !figure.is_nan());
        figures.sort_by(f64::total_cmp);
        let (least, most) = (*figures.first()?, *figures.last()?);
        Some(Self { least, median: figures[figures.len() / 2], most, count: figures.len() })
    }

    fn text(&self, digits: usize) -> String {
        let Self { least, median, most, count } = self;
        if *count == 1 || least == most {
            return format!("{median:.digits$}");
        }
        format!("{median:.digits$} ({least:.digits$} to {most:.digits$})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[Column { title: "µs", digits: 1 }, Column { title: "a second", digits: 0 }];

    #[test]
    fn several_runs_are_a_median_with_its_range_and_what_cannot_says_why() {
        let mut table = Table::new("Cost", "Less is better.", COLUMNS);
        for micros in [3.0, 1.0, 2.04] {
            table.add("ours", Ok(vec![micros, f64::NAN]));
        }
        table.add("theirs", Err("too slow".into()));
        let text = table.markdown();
        assert!(text.contains("| ours | 2.0 (1.0 to 3.0) | - |"), "{text}");
        assert!(text.contains("| theirs | cannot: too slow | - |"), "{text}");
        assert_eq!(table.figure("ours", "µs"), Some(2.04));
        assert_eq!(table.figure("theirs", "µs"), None);
    }
}
