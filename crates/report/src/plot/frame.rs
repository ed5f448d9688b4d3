//! What all plots share: title, legend, the box with its axes.

use super::axis::Axis;
use super::canvas::{AXIS, Canvas, GRID, INK, LABEL, MUTED, PAPER, Place, colour};
use super::text;
use crate::inline;

/// Width of a picture in pixels.
pub const WIDTH: f64 = 960.0;
/// Blank at the edges of a picture.
pub const MARGIN: f64 = 12.0;

const TITLE: f64 = 16.0;
const TITLE_LINE: f64 = 22.0;
const LEGEND_LINE: f64 = 24.0;

/// Title and legend, above the plot.
pub struct Head {
    title: Vec<String>,
    legend: Vec<Vec<(f64, usize, String)>>,
    /// Pixels that they take from the top.
    pub height: f64,
}

impl Head {
    /// Lays out a title and the names of the series. A series alone and without a name needs no legend.
    pub fn new<'a>(title: &str, names: impl IntoIterator<Item = &'a str>, width: f64) -> Self {
        let room = width - 2.0 * MARGIN;
        let title = text::wrap(title, TITLE, room * 0.95, 3).0;
        let mut names: Vec<String> = names.into_iter().map(inline::plain).collect();
        if names.len() == 1 && names[0].is_empty() {
            names.clear();
        }
        let mut legend: Vec<Vec<_>> = Vec::new();
        let mut x = f64::INFINITY;
        for (series, name) in names.iter().enumerate() {
            let name = text::shorten(name, LABEL, room - 60.0);
            let wide = 26.0 + text::width(&name, LABEL) + 22.0;
            if x + wide > room {
                legend.push(Vec::new());
                x = 0.0;
            }
            if let Some(row) = legend.last_mut() {
                row.push((x, series, name));
            }
            x += wide;
        }
        let height = MARGIN + TITLE_LINE * title.len() as f64 + LEGEND_LINE * legend.len() as f64 + 10.0;
        Self { title, legend, height }
    }

    /// Draws both; `lines` shows the marks of lines, otherwise boxes.
    pub fn draw(&self, canvas: &mut Canvas<'_>, lines: bool) {
        let mut y = MARGIN + TITLE_LINE / 2.0 - 2.0;
        for line in &self.title {
            canvas.bold((MARGIN, y), line, TITLE, Place::Right);
            y += TITLE_LINE;
        }
        for row in &self.legend {
            for (x, series, name) in row {
                let x = MARGIN + x;
                if lines {
                    canvas.line((x, y), (x + 20.0, y), colour(*series), 2);
                    canvas.marker((x + 10.0, y), *series);
                } else {
                    canvas.rect((x + 4.0, y - 6.0), (x + 17.0, y + 7.0), colour(*series), 1.0);
                }
                canvas.text((x + 26.0, y), name, LABEL, INK, Place::Right);
            }
            y += LEGEND_LINE;
        }
    }
}

/// The box in which values are drawn.
#[derive(Clone, Copy)]
pub struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// Pixels left of a frame for an upright axis and its name.
pub fn left_of(axis: &Axis, label: &str, height: f64) -> f64 {
    let lines = label_lines(label, height).len() as f64;
    MARGIN + lines * 18.0 + axis.label_width(LABEL) + 12.0
}

/// Pixels below a frame for a lying axis and its name.
pub fn below(label: &str, width: f64) -> f64 {
    26.0 + label_lines(label, width).len() as f64 * 18.0 + MARGIN
}

fn label_lines(label: &str, room: f64) -> Vec<String> {
    text::wrap(&inline::plain(label), LABEL, room, 2).0
}

impl Frame {
    /// Horizontal pixel of a share of the width.
    pub fn x(&self, share: f64) -> f64 {
        self.left + (self.right - self.left) * share
    }

    /// Vertical pixel of a share of the height, from below.
    pub fn y(&self, share: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * share
    }

    /// Grid, numbers and name of an upright axis.
    pub fn upright_axis(&self, canvas: &mut Canvas<'_>, axis: &Axis, label: &str) {
        let mut free = f64::INFINITY;
        for (value, name) in &axis.ticks {
            let y = self.y(axis.at(*value));
            canvas.line((self.left, y), (self.right, y), GRID, 1);
            if y + 8.0 <= free {
                canvas.text((self.left - 8.0, y), name, LABEL, MUTED, Place::Left);
                free = y - 8.0;
            }
        }
        let lines = label_lines(label, self.bottom - self.top);
        for (i, line) in lines.iter().enumerate() {
            let x = MARGIN + 7.0 + 18.0 * i as f64;
            canvas.text((x, (self.top + self.bottom) / 2.0), line, LABEL, INK, Place::Upwards);
        }
    }

    /// Grid, numbers and name of a lying axis.
    pub fn lying_axis(&self, canvas: &mut Canvas<'_>, axis: &Axis, label: &str) {
        let mut free = f64::NEG_INFINITY;
        for (value, name) in &axis.ticks {
            let x = self.x(axis.at(*value));
            canvas.line((x, self.top), (x, self.bottom), GRID, 1);
            let half = text::width(name, LABEL) / 2.0;
            if x - half >= free {
                canvas.text((x, self.bottom + 8.0), name, LABEL, MUTED, Place::Below);
                free = x + half + 6.0;
            }
        }
        self.name_below(canvas, label);
    }

    /// The name of a lying axis, below its numbers.
    pub fn name_below(&self, canvas: &mut Canvas<'_>, label: &str) {
        for (i, line) in label_lines(label, self.right - self.left).iter().enumerate() {
            let y = self.bottom + 29.0 + 18.0 * i as f64;
            canvas.text((self.x(0.5), y), line, LABEL, INK, Place::Below);
        }
    }

    /// The line on which upright bars stand.
    pub fn base(&self, canvas: &mut Canvas<'_>, y: f64) {
        canvas.line((self.left, y), (self.right, y), AXIS, 1);
    }

    /// Says that there is nothing to draw.
    pub fn no_data(&self, canvas: &mut Canvas<'_>) {
        let (x, y) = (self.x(0.5), self.y(0.5));
        canvas.rect((x - 34.0, y - 12.0), (x + 34.0, y + 12.0), PAPER, 1.0);
        canvas.text((x, y), "no data", LABEL, MUTED, Place::Centre);
    }
}

/// An error bar between two points on an upright or lying line, with ends of twice `half`.
pub fn whisker(canvas: &mut Canvas<'_>, a: (f64, f64), b: (f64, f64), half: f64) {
    let (dx, dy) = if a.0 == b.0 { (half, 0.0) } else { (0.0, half) };
    canvas.line(a, b, INK, 1);
    for (x, y) in [a, b] {
        canvas.line((x - dx, y - dy), (x + dx, y + dy), INK, 1);
    }
}
