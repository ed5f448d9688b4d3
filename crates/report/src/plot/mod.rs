//! Plots as SVG.

mod axis;
mod bars;
mod canvas;
mod frame;
mod histogram;
mod lines;
mod reliability;
mod text;

/// A figure; the caption is numbered by the document.
#[derive(Clone, Debug)]
pub struct Plot {
    /// Stem of the file, `a-z0-9-`; other characters become hyphens.
    pub name: String,
    /// Title, drawn at the top of the figure.
    pub title: String,
    /// What the figure shows; the title stands in for an empty one.
    pub caption: String,
    /// What is drawn.
    pub kind: PlotKind,
}

/// The kinds of plots.
///
/// Values that are not finite, larger than 1e100, or not positive on a logarithmic axis are left out. A plot that
/// has nothing to draw says "no data".
#[derive(Clone, Debug)]
pub enum PlotKind {
    /// Grouped bars, with error bars where a range is given. They lie on their side where the names of the groups
    /// need the room.
    Bars {
        /// Names of the groups.
        groups: Vec<String>,
        /// Each with one value a group.
        series: Vec<Series>,
        /// What the values are.
        y_label: String,
        /// Where the axis ends, unless a bar reaches further; ranges are cut off there.
        y_max: Option<f64>,
        /// Logarithmic values.
        log: bool,
    },
    /// Lines over a number.
    Lines {
        /// The lines.
        series: Vec<Line>,
        /// What the positions are.
        x_label: String,
        /// What the values are.
        y_label: String,
        /// Logarithmic positions.
        x_log: bool,
        /// Logarithmic values.
        y_log: bool,
        /// Marked positions and their names.
        vertical: Vec<(f64, String)>,
    },
    /// Heights over bins, the series over one another.
    Histogram {
        /// Edges of the bins, rising: one more than there are bins.
        bins: Vec<f64>,
        /// Each with one height a bin.
        series: Vec<Series>,
        /// What the bins are.
        x_label: String,
        /// What the heights are.
        y_label: String,
    },
    /// Mean confidence against the share that is right, with the diagonal, above the counts.
    Reliability {
        /// The series.
        series: Vec<ReliabilitySeries>,
    },
}

/// A named sequence of bars.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// One a group or bin.
    pub values: Vec<Bar>,
}

/// A value and its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Height of the bar.
    pub value: f64,
    /// Low and high end of the error bar.
    pub range: Option<(f64, f64)>,
}

/// A named line.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Name in the legend.
    pub name: String,
    /// Positions and values, in the order in which they are joined.
    pub points: Vec<(f64, f64)>,
}

/// The bins of a reliability diagram.
#[derive(Clone, Debug, Default)]
pub struct ReliabilitySeries {
    /// Name in the legend.
    pub name: String,
    /// The bins that are not empty.
    pub points: Vec<ReliabilityPoint>,
}

/// A bin of a reliability diagram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityPoint {
    /// Mean confidence, 0 to 1.
    pub confidence: f64,
    /// Share that is right, 0 to 1.
    pub accuracy: f64,
    /// How many there are; not negative.
    pub count: f64,
}

impl Plot {
    /// A plot.
    pub fn new(name: &str, title: &str, caption: &str, kind: PlotKind) -> Self {
        Self { name: name.to_owned(), title: title.to_owned(), caption: caption.to_owned(), kind }
    }

    pub(crate) fn caption_or_title(&self) -> &str {
        if self.caption.trim().is_empty() { &self.title } else { &self.caption }
    }

    /// The figure as an SVG element with its size, a `viewBox`, a title and a label for screen readers.
    pub fn svg(&self) -> String {
        let title = crate::inline::plain(&self.title);
        match &self.kind {
            PlotKind::Bars { groups, series, y_label, y_max, log } => {
                bars::svg(&title, &bars::Bars { groups, series, label: y_label, end: *y_max, log: *log })
            }
            PlotKind::Lines { series, x_label, y_label, x_log, y_log, vertical } => {
                let axes = lines::Axes { x_label, y_label, x_log: *x_log, y_log: *y_log };
                lines::svg(&title, series, &axes, vertical)
            }
            PlotKind::Histogram { bins, series, x_label, y_label } => {
                histogram::svg(&title, bins, series, x_label, y_label)
            }
            PlotKind::Reliability { series } => reliability::svg(&title, series),
        }
    }
}

impl Series {
    /// A series.
    pub fn new(name: &str, values: Vec<Bar>) -> Self {
        Self { name: name.to_owned(), values }
    }
}

impl Bar {
    /// A value without a range.
    pub fn new(value: f64) -> Self {
        Self { value, range: None }
    }

    /// A value and the range that it may have.
    pub fn with_range(value: f64, low: f64, high: f64) -> Self {
        Self { value, range: Some((low, high)) }
    }
}

/// Whether axes can hold the value: larger ones overflow in the arithmetic of ticks.
fn drawable(value: f64) -> bool {
    value.is_finite() && value.abs() <= 1e100
}

/// [`drawable`], on a linear or logarithmic axis.
fn drawable_on(value: f64, log: bool) -> bool {
    drawable(value) && (!log || value >= 1e-100)
}
