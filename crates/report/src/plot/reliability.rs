//! Reliability diagrams.

use super::axis::Axis;
use super::canvas::{AXIS, GRID, colour, picture};
use super::frame::{self, Frame, Head, MARGIN};
use super::{ReliabilityPoint, ReliabilitySeries, drawable};

const WIDTH: f64 = 680.0;
/// Height of the diagram and of the counts below it.
const HEIGHT: f64 = 420.0;
const COUNTS: f64 = 90.0;
const GAP: f64 = 18.0;
const BAR: f64 = 7.0;
/// Counts that lie further apart are drawn on a logarithmic axis, so that the small ones are to be seen.
const FAR_APART: f64 = 30.0;

/// The picture.
pub fn svg(title: &str, series: &[ReliabilitySeries]) -> String {
    let head = Head::new(title, series.iter().map(|series| series.name.as_str()), WIDTH);
    let fits =
        |p: &ReliabilityPoint| (0.0..=1.0).contains(&p.confidence) && (0.0..=1.0).contains(&p.accuracy);
    let points: Vec<Vec<ReliabilityPoint>> = series
        .iter()
        .map(|series| {
            let mut points: Vec<_> = series.points.iter().copied().filter(fits).collect();
            points.sort_by(|a, b| a.confidence.total_cmp(&b.confidence));
            points
        })
        .collect();
    let counts: Vec<f64> =
        points.iter().flatten().map(|p| p.count).filter(|&c| drawable(c) && c > 0.0).collect();
    let (least, most) =
        counts.iter().fold((f64::INFINITY, 0.0f64), |(low, high), &c| (low.min(c), high.max(c)));
    let log = most > least * FAR_APART;
    let count_axis = if log {
        Axis::holding([least / 2.0, most], true, true)
    } else {
        Axis::holding([0.0, most], false, true)
    };
    let share_axis = Axis::holding([0.0, 1.0], false, true);
    let count_label = if log { "count (log)" } else { "count" };
    let left = frame::left_of(&share_axis, "share right", HEIGHT).max(frame::left_of(
        &count_axis,
        count_label,
        COUNTS,
    ));
    let top = head.height + 8.0;
    let upper = Frame { left, top, right: WIDTH - MARGIN - 14.0, bottom: top + HEIGHT };
    let lower = Frame { top: upper.bottom + GAP, bottom: upper.bottom + GAP + COUNTS, ..upper };
    let height = lower.bottom + frame::below("mean confidence", lower.right - left);
    picture(WIDTH, height, title, |canvas| {
        head.draw(canvas, true);
        for (value, _) in &share_axis.ticks {
            let x = upper.x(share_axis.at(*value));
            canvas.line((x, upper.top), (x, upper.bottom), GRID, 1);
        }
        upper.upright_axis(canvas, &share_axis, "share right");
        upper.base(canvas, upper.bottom);
        canvas.dashes((upper.left, upper.bottom), (upper.right, upper.top), AXIS);
        lower.lying_axis(canvas, &share_axis, "mean confidence");
        lower.upright_axis(canvas, &count_axis, count_label);
        for (i, points) in points.iter().enumerate() {
            let aside = BAR * (i as f64 - series.len() as f64 / 2.0);
            for point in points.iter().filter(|p| drawable(p.count) && p.count > 0.0) {
                let x = (lower.x(point.confidence) + aside).clamp(lower.left, lower.right - BAR);
                let end = lower.y(count_axis.at(point.count));
                canvas.rect((x, end), (x + BAR - 1.0, lower.bottom), colour(i), 1.0);
            }
            let place = |p: &ReliabilityPoint| (upper.x(p.confidence), upper.y(p.accuracy));
            canvas.path(points.iter().map(place), colour(i), 2);
            for point in points {
                canvas.marker(place(point), i);
            }
        }
        lower.base(canvas, lower.bottom);
        if points.iter().all(Vec::is_empty) {
            upper.no_data(canvas);
        }
    })
}
