//! A line chart of the CPU time for a delivery as the number of sockets grows.

use super::{
    bars::class,
    canvas::{Canvas, MARGIN, RIGHT},
    record::{Figure, Record},
};
use crate::suite::titles::{GROWTH_PEERS, GROWTH_TITLE, SERVER, size_name, sizes};

pub(super) const TITLE: &str = "CPU per delivery as sockets grow";
const SUBTITLE: &[&str] = &[
    "Server µs for each of 50,000 deliveries a second in one room,",
    "by number of sockets. Thin lines: least to most measured.",
];
const HEIGHT: f64 = 210.0;
/// Room for a value's label beside the outermost points.
const INSET: f64 = 24.0;
/// Each line is shifted by so much, so that the ranges of two lines do not overlap.
const ASIDE: f64 = 4.0;

/// The sizes at which a peer was measured, with their figures. A failed measurement leaves its size out.
type Series<'a> = Vec<(usize, &'a Figure)>;

pub(super) fn draw(record: &Record, most: usize) -> anyhow::Result<String> {
    let table = record.table(GROWTH_TITLE)?;
    let sizes = sizes(most);
    let mut series = Vec::new();
    for peer in GROWTH_PEERS {
        let mut figures = Vec::new();
        for size in sizes {
            figures.extend(table.figure(&size_name(peer, size), SERVER)?.map(|figure| (size, figure)));
        }
        series.push((peer.name(), figures));
    }
    let mut canvas = Canvas::new(TITLE, SUBTITLE);
    for (at, (name, _)) in series.iter().rev().enumerate() {
        let x = MARGIN + (RIGHT - MARGIN) / 2.0 * at as f64;
        canvas.dot((x + 5.0, canvas.y + 13.0), class(name));
        canvas.text(x + 16.0, canvas.y + 18.0, "plain", name);
    }
    canvas.y += 26.0;
    let plot = Plot::of(&canvas, &sizes, &series);
    plot.axis(&mut canvas, &sizes);
    let mut said = Vec::new();
    for (name, figures) in &series {
        plot.series(&mut canvas, name, figures);
        let figures = figures.iter().map(|(size, figure)| format!("{size} sockets {} µs", figure.text));
        said.push(format!("{name}: {}", figures.collect::<Vec<_>>().join(", ")));
    }
    canvas.y += HEIGHT + 44.0;
    Ok(canvas.finish(&record.run, &format!("{} {}.", SUBTITLE.join(" "), said.join("; "))))
}

struct Plot {
    top: f64,
    high: f64,
    few: f64,
    many: f64,
}

impl Plot {
    fn of(canvas: &Canvas, sizes: &[usize], series: &[(&str, Series<'_>)]) -> Self {
        let high = series.iter().flat_map(|(_, figures)| figures).map(|(_, figure)| figure.most).fold(1.0, f64::max);
        let end = |size: Option<&usize>| size.map_or(1.0, |size| *size as f64).log10();
        Self { top: canvas.y + 16.0, high, few: end(sizes.first()), many: end(sizes.last()) }
    }

    fn x(&self, size: usize) -> f64 {
        let share = ((size as f64).log10() - self.few) / (self.many - self.few);
        MARGIN + INSET + (RIGHT - MARGIN - 2.0 * INSET) * share
    }

    fn y(&self, figure: f64) -> f64 {
        self.top + HEIGHT * (1.0 - figure / self.high)
    }

    fn axis(&self, canvas: &mut Canvas, sizes: &[usize]) {
        let ground = self.y(0.0);
        canvas.line((MARGIN, ground), (RIGHT, ground), "ground");
        for &size in sizes {
            canvas.text(self.x(size), ground + 18.0, "small middle", &size.to_string());
        }
    }

    fn series(&self, canvas: &mut Canvas, name: &str, figures: &Series<'_>) {
        let class = class(name);
        let is_ours = class == "ours";
        let (aside, text_class) = if is_ours { (-ASIDE, "middle ours") } else { (ASIDE, "middle") };
        let points: Vec<_> = figures.iter().map(|(size, figure)| (self.x(*size) + aside, self.y(figure.median))).collect();
        canvas.lines(&points, &format!("line {class}"));
        for (&(x, y), (_, figure)) in points.iter().zip(figures) {
            let (least, most) = (self.y(figure.least), self.y(figure.most));
            canvas.line((x, least), (x, most), "range");
            canvas.dot((x, y), class);
            // Above ours, and below the bare write, which costs less.
            canvas.text(x, if is_ours { most - 8.0 } else { least + 18.0 }, text_class, &figure.text);
        }
    }
}
