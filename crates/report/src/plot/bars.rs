//! Grouped bars, upright where the names of the groups have room below them, lying otherwise.

use super::axis::Axis;
use super::canvas::{AXIS, Canvas, INK, LABEL, Place, SMALL, colour, picture};
use super::frame::{self, Frame, Head, MARGIN, WIDTH};
use super::{Bar, Series, drawable_on, text};
use crate::inline;

/// What is drawn.
pub struct Bars<'a> {
    pub groups: &'a [String],
    pub series: &'a [Series],
    pub label: &'a str,
    pub end: Option<f64>,
    pub log: bool,
}

/// Height of the box of upright bars.
const HEIGHT: f64 = 330.0;
const NAME_LINE: f64 = 17.0;
/// Widest bar.
const WIDEST: f64 = 64.0;

impl Bars<'_> {
    /// The bar of a group, where there is one to draw.
    fn bar(&self, series: usize, group: usize) -> Option<Bar> {
        let bar = *self.series.get(series)?.values.get(group)?;
        drawable_on(bar.value, self.log).then_some(bar)
    }

    fn bars(&self) -> impl Iterator<Item = Bar> + '_ {
        (0..self.series.len()).flat_map(move |s| (0..self.groups.len()).filter_map(move |g| self.bar(s, g)))
    }

    /// The range of a bar, low end first, where both ends can be drawn.
    fn range(&self, bar: Bar) -> Option<(f64, f64)> {
        let (a, b) = bar.range?;
        (drawable_on(a, self.log) && drawable_on(b, self.log)).then_some((a.min(b), a.max(b)))
    }

    fn axis(&self) -> Axis {
        let mut values: Vec<f64> = self.bars().map(|bar| bar.value).collect();
        let ranges = self.bars().filter_map(|bar| self.range(bar)).flat_map(|(low, high)| [low, high]);
        match self.end.filter(|&end| drawable_on(end, self.log)) {
            Some(end) => {
                values.extend(ranges.filter(|&v| v < end));
                values.push(end);
            }
            None => values.extend(ranges),
        }
        if self.log {
            // The lowest bar is to be seen.
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            values.push(low / 1.5);
        } else {
            values.push(0.0);
        }
        Axis::holding(values, self.log, true)
    }

    fn base(&self, axis: &Axis) -> f64 {
        if self.log { 0.0 } else { axis.at(0.0) }
    }

    /// Widest number at the end of a bar.
    fn widest_value(&self) -> f64 {
        self.bars().map(|bar| text::width(&text::short(bar.value), SMALL)).fold(0.0, f64::max)
    }
}

/// The picture.
pub fn svg(title: &str, bars: &Bars<'_>) -> String {
    let head = Head::new(title, bars.series.iter().map(|series| series.name.as_str()), WIDTH);
    let axis = bars.axis();
    let names: Vec<String> = bars.groups.iter().map(|name| inline::plain(name)).collect();
    let left = frame::left_of(&axis, bars.label, HEIGHT);
    let slot = (WIDTH - left - MARGIN) / names.len().max(1) as f64;
    let wrapped: Vec<_> = names.iter().map(|name| text::wrap(name, LABEL, slot - 10.0, 3)).collect();
    let bar_width = (slot * 0.8 / bars.series.len().max(1) as f64).min(WIDEST);
    if wrapped.iter().all(|(_, whole)| *whole) && bar_width >= 5.0 {
        let names: Vec<_> = wrapped.into_iter().map(|(lines, _)| lines).collect();
        upright(title, bars, &head, &axis, &names, (left, slot, bar_width))
    } else {
        lying(title, bars, &head, &axis, &names)
    }
}

fn upright(
    title: &str,
    bars: &Bars<'_>,
    head: &Head,
    axis: &Axis,
    names: &[Vec<String>],
    (left, slot, width): (f64, f64, f64),
) -> String {
    // A number stands above the highest bar.
    let top = head.height + 20.0;
    let frame = Frame { left, top, right: WIDTH - MARGIN, bottom: top + HEIGHT };
    let lines = names.iter().map(Vec::len).max().unwrap_or(0).max(1) as f64;
    let height = frame.bottom + 10.0 + lines * NAME_LINE + MARGIN;
    picture(WIDTH, height, title, |canvas| {
        head.draw(canvas, false);
        frame.upright_axis(canvas, axis, bars.label);
        let base = frame.y(bars.base(axis));
        let numbers = bars.widest_value() + 4.0 <= width;
        for (group, name) in names.iter().enumerate() {
            let middle = left + slot * (group as f64 + 0.5);
            for (i, line) in name.iter().enumerate() {
                canvas.text(
                    (middle, frame.bottom + 8.0 + NAME_LINE * i as f64),
                    line,
                    LABEL,
                    INK,
                    Place::Below,
                );
            }
            let start = middle - width * bars.series.len() as f64 / 2.0;
            for series in 0..bars.series.len() {
                let Some(bar) = bars.bar(series, group) else { continue };
                let x = start + width * series as f64;
                let end = frame.y(axis.at(bar.value));
                canvas.rect((x + 1.0, end), (x + width - 1.0, base), colour(series), 1.0);
                let (mut lowest, mut highest) = (end.max(base), end.min(base));
                let centre = (x + width / 2.0).round();
                if let Some((low, high)) = bars.range(bar) {
                    let (low, high) = (frame.y(axis.at(low)), frame.y(axis.at(high)));
                    frame::whisker(canvas, (centre, low), (centre, high), (width / 4.0).clamp(2.0, 5.0));
                    (lowest, highest) = (lowest.max(low), highest.min(high));
                }
                if numbers {
                    let number = text::short(bar.value);
                    if bar.value < 0.0 {
                        canvas.text((centre, lowest + 4.0), &number, SMALL, INK, Place::Below);
                    } else {
                        canvas.text((centre, highest - 1.0), &number, SMALL, INK, Place::Above);
                    }
                }
            }
        }
        finish(canvas, bars, &frame, (left, base), (frame.right, base));
    })
}

fn lying(title: &str, bars: &Bars<'_>, head: &Head, axis: &Axis, names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| text::wrap(name, LABEL, 270.0, 3).0).collect();
    let widest = names.iter().flatten().map(|line| text::width(line, LABEL)).fold(0.0, f64::max);
    let numbers = bars.widest_value() + 8.0;
    // Numbers of negative bars stand left of them, inside the plot.
    let left = MARGIN + widest + 12.0 + if axis.low < 0.0 && !bars.log { numbers } else { 0.0 };
    let thickness = if bars.series.len() == 1 { 17.0 } else { 14.0 };
    let block = thickness * bars.series.len() as f64;
    let rows: Vec<f64> =
        names.iter().map(|lines| (block + 10.0).max(NAME_LINE * lines.len() as f64 + 6.0)).collect();
    let top = head.height + 4.0;
    let bottom = top + rows.iter().sum::<f64>().max(60.0);
    let frame = Frame { left, top, right: WIDTH - MARGIN - numbers, bottom };
    picture(WIDTH, bottom + frame::below(bars.label, frame.right - left), title, |canvas| {
        head.draw(canvas, false);
        frame.lying_axis(canvas, axis, bars.label);
        let base = frame.x(bars.base(axis));
        let mut y = top;
        for (group, (name, row)) in names.iter().zip(&rows).enumerate() {
            let middle = y + row / 2.0;
            for (i, line) in name.iter().enumerate() {
                let y = middle + NAME_LINE * (i as f64 - (name.len() as f64 - 1.0) / 2.0);
                canvas.text((MARGIN + widest, y), line, LABEL, INK, Place::Left);
            }
            for series in 0..bars.series.len() {
                let Some(bar) = bars.bar(series, group) else { continue };
                let upper = middle - block / 2.0 + thickness * series as f64;
                let end = frame.x(axis.at(bar.value));
                canvas.rect((base, upper + 1.0), (end, upper + thickness - 1.0), colour(series), 1.0);
                let (mut leftmost, mut rightmost) = (end.min(base), end.max(base));
                let centre = (upper + thickness / 2.0).round();
                if let Some((low, high)) = bars.range(bar) {
                    let (low, high) = (frame.x(axis.at(low)), frame.x(axis.at(high)));
                    frame::whisker(canvas, (low, centre), (high, centre), 3.0);
                    (leftmost, rightmost) = (leftmost.min(low), rightmost.max(high));
                }
                let number = text::short(bar.value);
                if bar.value < 0.0 {
                    canvas.text((leftmost - 5.0, centre), &number, SMALL, INK, Place::Left);
                } else {
                    canvas.text((rightmost + 5.0, centre), &number, SMALL, INK, Place::Right);
                }
            }
            y += row;
        }
        finish(canvas, bars, &frame, (base, top), (base, bottom));
    })
}

/// The line on which the bars stand, or the word that there are none.
fn finish(canvas: &mut Canvas<'_>, bars: &Bars<'_>, frame: &Frame, from: (f64, f64), to: (f64, f64)) {
    canvas.line(from, to, AXIS, 1);
    if bars.bars().next().is_none() {
        frame.no_data(canvas);
    }
}
