//! Tables of figures, of one run or of several.

use std::fmt::Write as _;

use crate::charts;

/// A column of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its title.
    pub title: &'static str,
    /// Digits after the point.
    pub digits: usize,
}

/// A figure for each column, or the reason why there is none.
pub type Outcome = Result<Vec<f64>, String>;

/// The figures of one peer.
#[derive(Clone, Debug)]
pub struct Row {
    /// The peer's name.
    pub name: String,
    /// One outcome for each measurement.
    pub outcomes: Vec<Outcome>,
}

/// A table of figures.
#[derive(Clone, Debug)]
pub struct Table {
    /// The measurement.
    pub title: String,
    /// How to read the table.
    pub note: &'static str,
    /// The columns.
    pub columns: &'static [Column],
    /// The rows.
    pub rows: Vec<Row>,
}

impl Table {
    /// An empty table.
    pub fn new(title: impl Into<String>, note: &'static str, columns: &'static [Column]) -> Self {
        Self { title: title.into(), note, columns, rows: Vec::new() }
    }

    /// Adds the outcome of a measurement to the row of `name`.
    pub fn add(&mut self, name: &str, outcome: Outcome) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.name == name) {
            row.outcomes.push(outcome);
        } else {
            self.rows.push(Row { name: name.to_owned(), outcomes: vec![outcome] });
        }
    }

    /// The median of a row's figures in a column. NaN if a measurement failed, since the others alone would flatter it. `None` if there is
    /// no such row or column.
    pub fn figure(&self, name: &str, title: &str) -> Option<f64> {
        let column = self.columns.iter().position(|column| column.title == title)?;
        let row = self.rows.iter().find(|row| row.name == name)?;
        if row.outcomes.iter().any(Result::is_err) {
            return Some(f64::NAN);
        }
        row.spread(column).map(|spread| spread.median)
    }

    /// The table as Markdown. Several measurements give the median and, in parentheses, the least and the most.
    pub fn markdown(&self) -> String {
        let titles: String = self.columns.iter().map(|column| format!(" {} |", column.title)).collect();
        let mut text = format!(
            "### {}\n\n{}\n\n{}| |{titles}\n| --- |{}\n",
            self.title,
            self.note,
            charts::links(&self.title),
            " --- |".repeat(self.columns.len())
        );
        for row in &self.rows {
            let _never_fails = write!(text, "| {} |", row.name);
            for (at, column) in self.columns.iter().enumerate() {
                let cell = match row.spread(at) {
                    Some(spread) if at == 0 => format!("{}{}", spread.text(column.digits), row.failures()),
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

    /// How many measurements failed and why; empty if none did.
    fn failures(&self) -> String {
        match self.outcomes.iter().filter(|outcome| outcome.is_err()).count() {
            0 => String::new(),
            failed => format!(", {failed} of {} {}", self.outcomes.len(), self.fault()),
        }
    }

    fn fault(&self) -> String {
        let fault = self.outcomes.iter().find_map(|outcome| outcome.as_ref().err());
        format!("failed: {}", fault.map_or("not measured", String::as_str).replace(['|', '\n'], " "))
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
        Some(Self { least, median: median_of_sorted(&figures), most, count: figures.len() })
    }

    fn text(&self, digits: usize) -> String {
        let Self { least, median, most, count } = self;
        if *count == 1 || least == most {
            return format!("{median:.digits$}");
        }
        format!("{median:.digits$} ({least:.digits$} to {most:.digits$})")
    }
}

/// The figure in the middle, or the mean of the two in the middle. NaN if there are no figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    median_of_sorted(&figures)
}

fn median_of_sorted(figures: &[f64]) -> f64 {
    let middle = |at: usize| figures.get(at).copied().unwrap_or(f64::NAN);
    let half = figures.len() / 2;
    if figures.len() % 2 == 1 { middle(half) } else { f64::midpoint(middle(half.wrapping_sub(1)), middle(half)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[Column { title: "µs", digits: 1 }, Column { title: "a second", digits: 0 }];

    #[test]
    fn takes_the_median() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn prints_medians_with_ranges_and_reasons_for_failures() {
        let mut table = Table::new("Cost", "Less is better.", COLUMNS);
        for micros in [3.0, 1.0, 2.04] {
            table.add("ours", Ok(vec![micros, f64::NAN]));
        }
        table.add("theirs", Err("too slow".into()));
        let text = table.markdown();
        assert!(text.contains("| ours | 2.0 (1.0 to 3.0) | - |"), "{text}");
        assert!(text.contains("| theirs | failed: too slow | - |"), "{text}");
        assert_eq!(table.figure("ours", "µs"), Some(2.04));
        assert!(table.figure("theirs", "µs").is_some_and(f64::is_nan));
        table.add("ours", Err("it fell over".into()));
        assert!(table.markdown().contains("| ours | 2.0 (1.0 to 3.0), 1 of 4 failed: it fell over | - |"));
        assert!(table.figure("ours", "µs").is_some_and(f64::is_nan));
        assert_eq!(table.figure("unknown", "µs"), None);
    }
}
