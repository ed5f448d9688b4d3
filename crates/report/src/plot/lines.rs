//! Lines over a number, with marked positions.

use super::axis::Axis;
use super::canvas::{AXIS, INK, PAPER, Place, SMALL, colour, picture};
use super::frame::{self, Frame, Head, MARGIN, WIDTH};
use super::{Line, drawable_on, text};
use crate::inline;

/// Names and scales of the axes.
pub struct Axes<'a> {
    pub x_label: &'a str,
    pub y_label: &'a str,
    pub x_log: bool,
    pub y_log: bool,
}

const HEIGHT: f64 = 350.0;
const NOTE_LINE: f64 = 17.0;
/// Longer lines are drawn without a mark on each point.
const MARKED: usize = 40;

/// The picture.
pub fn svg(title: &str, series: &[Line], axes: &Axes<'_>, vertical: &[(f64, String)]) -> String {
    let head = Head::new(title, series.iter().map(|line| line.name.as_str()), WIDTH);
    let fits = |&(x, y): &(f64, f64)| drawable_on(x, axes.x_log) && drawable_on(y, axes.y_log);
    let points = || series.iter().flat_map(|line| &line.points).filter(|point| fits(point));
    let marks: Vec<_> = vertical.iter().filter(|(x, _)| drawable_on(*x, axes.x_log)).collect();
    let xs = points().map(|point| point.0).chain(marks.iter().map(|mark| mark.0));
    let x_axis = Axis::holding(xs, axes.x_log, false);
    let y_axis = Axis::holding(points().map(|point| point.1), axes.y_log, true);
    let left = frame::left_of(&y_axis, axes.y_label, HEIGHT);
    let right = WIDTH - MARGIN - 14.0;
    let at = |x: f64| left + (right - left) * x_axis.at(x);
    let notes = notes(marks.iter().map(|(x, name)| (at(*x), inline::plain(name))), left, right);
    let rows = notes.iter().map(|note| note.row + 1).max().unwrap_or(0);
    let top = head.height + NOTE_LINE * rows as f64 + 6.0;
    let frame = Frame { left, top, right, bottom: top + HEIGHT };
    let height = frame.bottom + frame::below(axes.x_label, right - left);
    picture(WIDTH, height, title, |canvas| {
        head.draw(canvas, true);
        frame.lying_axis(canvas, &x_axis, axes.x_label);
        frame.upright_axis(canvas, &y_axis, axes.y_label);
        frame.base(canvas, frame.bottom);
        for note in &notes {
            let y = head.height + 8.0 + NOTE_LINE * note.row as f64;
            canvas.dashes((note.x, y + 9.0), (note.x, frame.bottom), AXIS);
        }
        for note in &notes {
            // The name covers the dashes of marks in the rows above it.
            let y = head.height + 8.0 + NOTE_LINE * note.row as f64;
            let half = text::width(&note.name, SMALL) / 2.0;
            if half > 0.0 {
                canvas.rect((note.middle - half, y - 8.0), (note.middle + half, y + 8.0), PAPER, 1.0);
            }
            canvas.text((note.middle, y), &note.name, SMALL, INK, Place::Centre);
        }
        for (i, line) in series.iter().enumerate() {
            let place = |&(x, y): &(f64, f64)| (at(x), frame.y(y_axis.at(y)));
            for run in line.points.split(|point| !fits(point)) {
                canvas.path(run.iter().map(place), colour(i), 2);
            }
            let alone = |run: &[(f64, f64)]| run.len() == 1 || line.points.len() <= MARKED;
            for run in line.points.split(|point| !fits(point)).filter(|run| alone(run)) {
                for point in run {
                    canvas.marker(place(point), i);
                }
            }
        }
        if points().next().is_none() {
            frame.no_data(canvas);
        }
    })
}

/// The name of a marked position, in a row above the plot.
struct Note {
    x: f64,
    middle: f64,
    row: usize,
    name: String,
}

/// Gives each name the first row in which it touches no other.
fn notes(marks: impl Iterator<Item = (f64, String)>, left: f64, right: f64) -> Vec<Note> {
    let mut marks: Vec<_> = marks.collect();
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free: Vec<f64> = Vec::new();
    let mut notes = Vec::new();
    for (x, name) in marks {
        let name = text::shorten(&name, SMALL, 260.0);
        let half = text::width(&name, SMALL) / 2.0;
        let middle = x.clamp(left + half, (right - half).max(left + half));
        let row = free.iter().position(|&end| middle - half >= end).unwrap_or(free.len());
        if row == free.len() {
            free.push(0.0);
        }
        free[row] = middle + half + 10.0;
        notes.push(Note { x, middle, row, name });
    }
    notes
}
