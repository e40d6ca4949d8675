//! Charts of a committed run, drawn from the tables in `docs/performance.md`.
//!
//! The tables are the only record: a chart cannot show another run than the document, and a test fails when it does.

mod bars;
mod canvas;
mod growth;
mod record;

use std::{fs, path::Path};

use anyhow::Context as _;

use self::bars::{Bars, Scale};
pub use self::record::{RUN, Record};
use crate::suite::{
    MAX_SOCKETS,
    titles::{AT_A_RATE, GROWTH_TITLE, IDLE_TITLE, IN_FLIGHT, KIB, P50, P99, SERVER},
};

/// The folder of the charts, beside the document.
pub const FOLDER: &str = "charts";

/// A chart: its file, and the table beside which it stands.
#[derive(Clone, Copy, Debug)]
pub struct Chart {
    /// The file's name in [`FOLDER`].
    pub file: &'static str,
    drawing: Drawing,
}

#[derive(Clone, Copy, Debug)]
enum Drawing {
    Bars(Bars),
    Growth,
}

const LESS_IS_BETTER: &str = "Less is better. Thin lines: least to most of all measurements.";
const PALE: &str = "Pale: bare loops without layer, limits or sessions.";

/// All charts.
pub const CHARTS: [Chart; 5] = [
    Chart {
        file: "delivery-cost.svg",
        drawing: Drawing::Bars(Bars {
            title: "CPU per delivery at a fixed rate",
            subtitle: &["Server µs for each of 50,000 deliveries a second, 1,000 sockets.", LESS_IS_BETTER, PALE],
            table: AT_A_RATE,
            columns: &[SERVER],
            unit: "µs",
            scale: Scale::FromZero,
        }),
    },
    Chart {
        file: "latency.svg",
        drawing: Drawing::Bars(Bars {
            title: "Latency at 50,000 deliveries a second",
            subtitle: &[
                "Milliseconds from when a message is due until it reaches one",
                "of 1,000 sockets. Median, then 99th percentile (translucent).",
                PALE,
            ],
            table: AT_A_RATE,
            columns: &[P50, P99],
            unit: "ms",
            scale: Scale::FromZero,
        }),
    },
    Chart {
        file: "delivery-cost-closed-loop.svg",
        drawing: Drawing::Bars(Bars {
            title: "CPU per delivery at full speed",
            subtitle: &[
                "Server µs a delivery, 1,000 sockets, 4 messages under way.",
                "Each mark of the scale is ten times the one before.",
                LESS_IS_BETTER,
                PALE,
            ],
            table: IN_FLIGHT,
            columns: &[SERVER],
            unit: "µs",
            scale: Scale::PowersOfTen,
        }),
    },
    Chart {
        file: "idle-memory.svg",
        drawing: Drawing::Bars(Bars {
            title: "Memory of an idle socket",
            subtitle: &["KiB of the server (PSS) for each of 5,000 idle sockets.", LESS_IS_BETTER, PALE],
            table: IDLE_TITLE,
            columns: &[KIB],
            unit: "KiB",
            scale: Scale::FromZero,
        }),
    },
    Chart { file: "growth.svg", drawing: Drawing::Growth },
];

impl Chart {
    fn title(&self) -> &'static str {
        match &self.drawing {
            Drawing::Bars(bars) => bars.title,
            Drawing::Growth => growth::TITLE,
        }
    }

    fn table(&self) -> &'static str {
        match &self.drawing {
            Drawing::Bars(bars) => bars.table,
            Drawing::Growth => GROWTH_TITLE,
        }
    }

    /// The chart of a run as SVG.
    ///
    /// # Errors
    /// The run lacks a figure that the chart needs.
    pub fn draw(&self, record: &Record) -> anyhow::Result<String> {
        match &self.drawing {
            Drawing::Bars(bars) => bars.draw(record),
            Drawing::Growth => growth::draw(record, MAX_SOCKETS),
        }
        .with_context(|| format!("{} cannot be drawn", self.file))
    }

    /// The image in a Markdown document.
    pub fn link(&self) -> String {
        format!("![{}]({FOLDER}/{})", self.title(), self.file)
    }
}

/// The charts that stand beside a table, as Markdown; empty if it has none.
pub(crate) fn links(table: &str) -> String {
    CHARTS.iter().filter(|chart| chart.table() == table).map(|chart| chart.link() + "\n\n").collect()
}

/// Draws all charts of a document's run into [`FOLDER`] beside it. Returns how many.
///
/// # Errors
/// The document has no run, its run lacks a figure, or a file cannot be written.
pub fn draw_all(document: &Path) -> anyhow::Result<usize> {
    let text = fs::read_to_string(document).with_context(|| format!("{} cannot be read", document.display()))?;
    let record = Record::read(&text).with_context(|| document.display().to_string())?;
    let folder = document.with_file_name(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for chart in &CHARTS {
        let file = folder.join(chart.file);
        fs::write(&file, chart.draw(&record)?).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(CHARTS.len())
}
