//! A card on which a chart is drawn: its own ground, so that text is readable on a light page and on a dark one.

use svg::node::{
    Node,
    element::{Circle, Description, Element, Line, Polyline, Rectangle, Style, Text, Title},
};

/// Units of the drawing; at most so many pixels, less on a phone.
pub(super) const WIDTH: f64 = 480.0;
/// The space between the card's edge and the drawing.
pub(super) const MARGIN: f64 = 20.0;
/// The right end of the drawing.
pub(super) const RIGHT: f64 = WIDTH - MARGIN;
const LINE: f64 = 18.0;

/// Colours of GitHub's pages; `ours` and its bright shade stand out, a baseline steps back.
const STYLE: &str = "
text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Helvetica, Arial, sans-serif; font-size: 14px; fill: #1f2328 }
.title { font-size: 18px; font-weight: 600 }
.muted { font-size: 13px; fill: #59636e }
.small { font-size: 11px; fill: #59636e }
.value { font-weight: 600; text-anchor: end }
.middle { text-anchor: middle }
.end { text-anchor: end }
.card { fill: #ffffff; stroke: #d1d9e0 }
.ground, .grid { stroke: #d1d9e0 }
.range { stroke: #1f2328; stroke-width: 1.5; stroke-opacity: 0.6 }
.ours { fill: #0969da }
.peer { fill: #818b98 }
.baseline { fill: #c5ccd5 }
.light { fill-opacity: 0.4 }
.line { fill: none; stroke-width: 2.5 }
.line.ours { stroke: #0969da }
.line.baseline { stroke: #818b98 }
text.ours { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .muted, .small { fill: #9198a1 }
  .card { fill: #0d1117; stroke: #3d444d }
  .ground, .grid { stroke: #3d444d }
  .range { stroke: #f0f6fc }
  .ours, text.ours { fill: #4493f8 }
  .peer { fill: #757d88 }
  .baseline { fill: #434b55 }
  .line.ours { fill: none; stroke: #4493f8 }
  .line.baseline { fill: none; stroke: #757d88 }
}
";

/// A drawing, filled from the top down.
pub(super) struct Canvas {
    title: String,
    nodes: Vec<Element>,
    /// Where the next thing goes.
    pub(super) y: f64,
}

impl Canvas {
    /// A card with a title, and lines below it that say how to read it.
    pub(super) fn new(title: &str, subtitle: &[&str]) -> Self {
        let mut canvas = Self { title: title.to_owned(), nodes: Vec::new(), y: MARGIN + 16.0 };
        canvas.text(MARGIN, canvas.y, "title", title);
        for line in subtitle {
            canvas.y += LINE + 2.0;
            canvas.text(MARGIN, canvas.y, "muted", line);
        }
        canvas.y += 12.0;
        canvas
    }

    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        self.draw(Text::new(text).set("x", short(x)).set("y", short(y)), class);
    }

    pub(super) fn bar(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), class: &str) {
        let bar = Rectangle::new().set("x", short(x)).set("y", short(y)).set("rx", 2);
        self.draw(bar.set("width", short(width)).set("height", short(height)), class);
    }

    pub(super) fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), class: &str) {
        let line = Line::new().set("x1", short(x1)).set("y1", short(y1));
        self.draw(line.set("x2", short(x2)).set("y2", short(y2)), class);
    }

    pub(super) fn lines(&mut self, points: &[(f64, f64)], class: &str) {
        let points: Vec<_> = points.iter().map(|(x, y)| format!("{},{}", short(*x), short(*y))).collect();
        self.draw(Polyline::new().set("points", points), class);
    }

    pub(super) fn dot(&mut self, (x, y): (f64, f64), class: &str) {
        self.draw(Circle::new().set("cx", short(x)).set("cy", short(y)).set("r", 5), class);
    }

    fn draw(&mut self, node: impl Node + Into<Element>, class: &str) {
        let mut element: Element = node.into();
        element.assign("class", class);
        self.nodes.push(element);
    }

    /// The drawing as a file's text: below it the run, and for readers who do not see it all figures.
    pub(super) fn finish(mut self, run: &str, figures: &str) -> String {
        self.y += LINE;
        self.text(MARGIN, self.y, "small", &format!("Run: {run}"));
        let height = self.y + MARGIN - 4.0;
        let card = Rectangle::new().set("class", "card").set("x", 0.5).set("y", 0.5).set("rx", 6);
        let document = svg::Document::new()
            .set("viewBox", (0, 0, WIDTH, height))
            .set("width", WIDTH)
            .set("height", height)
            .set("role", "img")
            .set("aria-labelledby", "title desc")
            .add(Title::new(self.title).set("id", "title"))
            .add(Description::new().set("id", "desc").add(svg::node::Text::new(figures)))
            .add(Style::new(STYLE))
            .add(card.set("width", WIDTH - 1.0).set("height", height - 1.0));
        let document = self.nodes.into_iter().fold(document, svg::Document::add);
        format!("{document}\n")
    }
}

/// A tenth of a unit is finer than any screen.
fn short(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
