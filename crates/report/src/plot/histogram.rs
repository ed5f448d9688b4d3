//! Heights over bins.

use super::axis::Axis;
use super::canvas::{Canvas, colour, picture};
use super::frame::{self, Frame, Head, MARGIN, WIDTH};
use super::{Bar, Series, drawable};

const HEIGHT: f64 = 320.0;

/// The picture. One series is filled; several are see-through with an outline.
pub fn svg(title: &str, edges: &[f64], series: &[Series], x_label: &str, y_label: &str) -> String {
    let head = Head::new(title, series.iter().map(|series| series.name.as_str()), WIDTH);
    let drawn = |bin: usize, series: &Series| -> Option<(f64, f64, Bar)> {
        let (low, high) = (*edges.get(bin)?, *edges.get(bin + 1)?);
        let bar = *series.values.get(bin)?;
        (drawable(low) && drawable(high) && low < high && drawable(bar.value)).then_some((low, high, bar))
    };
    let bins = edges.len().saturating_sub(1);
    let all = || series.iter().flat_map(|s| (0..bins).filter_map(|bin| drawn(bin, s)));
    let range = |bar: Bar| bar.range.filter(|(low, high)| drawable(*low) && drawable(*high));
    let heights = all().flat_map(|(_, _, bar)| {
        let (low, high) = range(bar).unwrap_or((0.0, bar.value));
        [0.0, bar.value, low, high]
    });
    let y_axis = Axis::holding(heights, false, true);
    let x_axis = Axis::holding(edges.iter().copied(), false, false);
    let left = frame::left_of(&y_axis, y_label, HEIGHT);
    let top = head.height + 8.0;
    let frame = Frame { left, top, right: WIDTH - MARGIN - 14.0, bottom: top + HEIGHT };
    let height = frame.bottom + frame::below(x_label, frame.right - left);
    picture(WIDTH, height, title, |canvas| {
        head.draw(canvas, false);
        frame.lying_axis(canvas, &x_axis, x_label);
        frame.upright_axis(canvas, &y_axis, y_label);
        let base = frame.y(y_axis.at(0.0));
        let alone = series.len() == 1;
        for (i, s) in series.iter().enumerate() {
            let mut outline: Vec<(f64, f64)> = Vec::new();
            for bin in 0..bins {
                let Some((low, high, bar)) = drawn(bin, s) else {
                    finish(canvas, &mut outline, base, i);
                    continue;
                };
                let (low, high) = (frame.x(x_axis.at(low)), frame.x(x_axis.at(high)));
                let end = frame.y(y_axis.at(bar.value));
                // A gap shows where bins end, if they are wide enough to spare a pixel.
                let gap = if alone && high - low > 4.0 { 1.0 } else { 0.0 };
                if bar.value != 0.0 {
                    canvas.rect((low, end), (high - gap, base), colour(i), if alone { 0.9 } else { 0.22 });
                }
                if !alone {
                    if outline.is_empty() {
                        outline.push((low, base));
                    }
                    outline.extend([(low, end), (high, end)]);
                }
                if let Some((a, b)) = range(bar) {
                    let x = ((low + high) / 2.0).round();
                    let half = ((high - low) / 4.0).clamp(1.0, 5.0);
                    frame::whisker(canvas, (x, frame.y(y_axis.at(a))), (x, frame.y(y_axis.at(b))), half);
                }
            }
            finish(canvas, &mut outline, base, i);
        }
        frame.base(canvas, base);
        if all().next().is_none() {
            frame.no_data(canvas);
        }
    })
}

/// Takes an outline down to the base and draws it.
fn finish(canvas: &mut Canvas<'_>, outline: &mut Vec<(f64, f64)>, base: f64, series: usize) {
    if let Some(&(x, _)) = outline.last() {
        outline.push((x, base));
    }
    canvas.path(outline.drain(..), colour(series), 2);
}
