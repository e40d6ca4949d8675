//! A bar for each peer, in the order of their figures.

use clap::ValueEnum as _;

use super::{
    canvas::{Canvas, MARGIN, RIGHT},
    record::{Cell, Figure, Record, RecordedTable},
};
use crate::peers::Peer;

const ROW: f64 = 42.0;
const BAR: f64 = 12.0;

/// How figures are mapped to the width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Bars from zero.
    FromZero,
    /// Dots between powers of ten: for figures of different orders of magnitude, of which bars would hide the small ones.
    PowersOfTen,
}

/// A chart of bars or dots, from columns of one table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bars {
    pub(super) title: &'static str,
    /// Lines on how to read it.
    pub(super) subtitle: &'static [&'static str],
    pub(super) table: &'static str,
    /// One, or two of which the second is at least as large as the first.
    pub(super) columns: &'static [&'static str],
    pub(super) unit: &'static str,
    pub(super) scale: Scale,
}

struct Row<'a> {
    name: &'a str,
    cells: Vec<&'a Cell>,
    /// The table's words for a row without figures.
    reason: &'a str,
}

impl Row<'_> {
    fn figures(&self) -> impl DoubleEndedIterator<Item = &Figure> {
        self.cells.iter().filter_map(|cell| match cell {
            Cell::Figure(figure) => Some(figure),
            Cell::Missing(_) => None,
        })
    }

    /// The last figure decides on the order; rows without one come last.
    fn rank(&self) -> f64 {
        self.figures().next_back().map_or(f64::INFINITY, |figure| figure.median)
    }

    fn value(&self, unit: &str) -> String {
        let texts: Vec<&str> = self.figures().map(|figure| figure.text.as_str()).collect();
        if texts.is_empty() { self.reason.to_owned() } else { format!("{} {unit}", texts.join(" / ")) }
    }

    fn class(&self) -> &'static str {
        class(self.name)
    }

    fn text_class(&self) -> &'static str {
        if self.class() == "ours" { "ours" } else { "plain" }
    }
}

/// The style class of a peer: ours, another server, or a bare loop.
pub(super) fn class(name: &str) -> &'static str {
    let is = |peer: &Peer| name.starts_with(peer.name());
    if Peer::value_variants().iter().filter(|peer| peer.is_ours()).any(is) {
        "ours"
    } else if [Peer::BareTcp, Peer::BareActixWs].iter().any(is) {
        "baseline"
    } else {
        "peer"
    }
}

impl Bars {
    pub(super) fn draw(&self, record: &Record) -> anyhow::Result<String> {
        let rows = self.rows(record.table(self.table)?)?;
        let mut canvas = Canvas::new(self.title, self.subtitle);
        let axis = Axis::of(self.scale, &rows);
        axis.title(&mut canvas);
        for row in &rows {
            self.row(&mut canvas, &axis, row);
        }
        let figures: Vec<_> = rows.iter().map(|row| format!("{}: {}", row.name, row.value(self.unit))).collect();
        Ok(canvas.finish(&record.run, &format!("{} {}.", self.subtitle.join(" "), figures.join("; "))))
    }

    fn rows<'a>(&self, table: &'a RecordedTable) -> anyhow::Result<Vec<Row<'a>>> {
        let columns = self.columns.iter().map(|title| table.column(title)).collect::<anyhow::Result<Vec<_>>>()?;
        let rows = table.rows.iter().map(|(name, cells)| {
            let reason = cells.iter().find_map(|cell| match cell {
                Cell::Missing(reason) => Some(reason.as_str()),
                Cell::Figure(_) => None,
            });
            Row { name, cells: columns.iter().filter_map(|&at| cells.get(at)).collect(), reason: reason.unwrap_or_default() }
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by(|one, other| one.rank().total_cmp(&other.rank()));
        Ok(rows)
    }

    fn row(&self, canvas: &mut Canvas, axis: &Axis, row: &Row<'_>) {
        let baseline = canvas.y + 18.0;
        canvas.y += ROW;
        canvas.text(MARGIN, baseline, row.text_class(), row.name);
        let value = row.value(self.unit);
        if row.figures().next().is_none() {
            canvas.text(MARGIN, baseline + 17.0, "small", &value);
            return;
        }
        canvas.text(RIGHT, baseline, &format!("value {}", row.text_class()), &value);
        let y = baseline + 7.0;
        axis.grid(canvas, y);
        for (at, figure) in row.figures().enumerate().collect::<Vec<_>>().into_iter().rev() {
            let is_second = if at == 1 { " light" } else { "" };
            axis.mark(canvas, y, figure, &format!("{}{is_second}", row.class()));
        }
        if row.cells.len() == 1 {
            row.figures().for_each(|figure| axis.range(canvas, y + BAR / 2.0, figure));
        }
    }
}

struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
}

impl Axis {
    fn of(scale: Scale, rows: &[Row<'_>]) -> Self {
        let figures = || rows.iter().flat_map(Row::figures);
        // Ranges are drawn only for a single column.
        let high = |figure: &Figure| if rows.iter().any(|row| row.cells.len() > 1) { figure.median } else { figure.most };
        let most = figures().map(high).fold(f64::EPSILON, f64::max);
        let least = figures().map(|figure| figure.least).filter(|least| *least > 0.0).fold(most, f64::min);
        match scale {
            Scale::FromZero => Self { scale, low: 0.0, high: most },
            Scale::PowersOfTen => {
                let low = least.log10().floor();
                Self { scale, low, high: most.log10().ceil().max(low + 1.0) }
            }
        }
    }

    fn x(&self, figure: f64) -> f64 {
        let figure = if self.scale == Scale::PowersOfTen { figure.log10() } else { figure };
        MARGIN + (RIGHT - MARGIN) * ((figure - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The powers of ten that the scale marks; a scale from zero has none.
    fn marks(&self) -> impl Iterator<Item = f64> {
        let last = if self.scale == Scale::PowersOfTen { self.high as i32 } else { self.low as i32 - 1 };
        (self.low as i32..=last).map(|power| 10f64.powi(power))
    }

    fn title(&self, canvas: &mut Canvas) {
        let top = canvas.y;
        for mark in self.marks() {
            let x = self.x(mark);
            let class = match x {
                x if x >= RIGHT => "small end",
                x if x <= MARGIN => "small",
                _ => "small middle",
            };
            canvas.text(x, top + 12.0, class, &mark.to_string());
            canvas.y = top + 18.0;
        }
    }

    fn grid(&self, canvas: &mut Canvas, y: f64) {
        for mark in self.marks() {
            let x = self.x(mark);
            canvas.line((x, y - 1.0), (x, y + BAR + 1.0), "grid");
        }
        if self.scale == Scale::PowersOfTen {
            canvas.line((MARGIN, y + BAR / 2.0), (RIGHT, y + BAR / 2.0), "grid");
        }
    }

    fn mark(&self, canvas: &mut Canvas, y: f64, figure: &Figure, class: &str) {
        let x = self.x(figure.median);
        match self.scale {
            Scale::FromZero => canvas.bar((MARGIN, y), (x - MARGIN, BAR), class),
            Scale::PowersOfTen => canvas.dot((x, y + BAR / 2.0), class),
        }
    }

    fn range(&self, canvas: &mut Canvas, y: f64, figure: &Figure) {
        if figure.least < figure.most {
            canvas.line((self.x(figure.least), y), (self.x(figure.most), y), "range");
        }
    }
}
