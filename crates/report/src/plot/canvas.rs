//! Drawing on an SVG picture, in pixels from its upper left corner.

use crate::inline::escape_html;
use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, IntoFont, RGBColor, TextStyle};

/// Text and axes.
pub const INK: RGBColor = RGBColor(34, 40, 49);
/// Labels that stand back.
pub const MUTED: RGBColor = RGBColor(86, 97, 115);
/// Lines of the grid.
pub const GRID: RGBColor = RGBColor(226, 230, 236);
/// Ends of axes, reference lines.
pub const AXIS: RGBColor = RGBColor(120, 130, 145);

/// The ground of a picture.
pub const PAPER: RGBColor = RGBColor(255, 255, 255);

/// Font size of labels.
pub const LABEL: f64 = 13.0;
/// Font size of values and marks.
pub const SMALL: f64 = 12.0;

/// Colours after Okabe and Ito, told apart with any kind of colour vision; yellow is left out for want of contrast.
const PALETTE: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 85, 0),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(90, 90, 90),
];

/// Colour of a series.
pub fn colour(series: usize) -> RGBColor {
    PALETTE[series % PALETTE.len()]
}

/// Where text stands relative to its point.
#[derive(Clone, Copy)]
pub enum Place {
    /// To the right, at mid-height.
    Right,
    /// To the left, at mid-height.
    Left,
    /// Centred below.
    Below,
    /// Centred above.
    Above,
    /// Centred on the point.
    Centre,
    /// Centred on the point and read upwards.
    Upwards,
}

/// A picture that is being drawn.
pub struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

/// The picture that `draw` draws, `width` by `height` pixels, with a title for screen readers.
pub fn picture(width: f64, height: f64, title: &str, draw: impl FnOnce(&mut Canvas<'_>)) -> String {
    let mut svg = String::new();
    let mut canvas =
        Canvas { backend: SVGBackend::with_string(&mut svg, (pixel(width) as u32, pixel(height) as u32)) };
    canvas.rect((0.0, 0.0), (width, height), PAPER, 1.0);
    draw(&mut canvas);
    done(canvas.backend.present());
    drop(canvas);
    let title = escape_html(if title.is_empty() { "Plot" } else { title });
    let inside = svg.split_once('>').map_or("", |(_, inside)| inside);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
         aria-label=\"{title}\">\n<title>{title}</title>{inside}",
        w = pixel(width),
        h = pixel(height),
    )
}

/// Drawing into a string cannot fail.
fn done<T, E>(result: Result<T, E>) {
    debug_assert!(result.is_ok());
}

/// The nearest pixel, in a range in which differences do not overflow.
fn pixel(position: f64) -> i32 {
    position.round().clamp(-1e8, 1e8) as i32
}

fn point((x, y): (f64, f64)) -> (i32, i32) {
    (pixel(x), pixel(y))
}

impl Canvas<'_> {
    /// A filled rectangle, at least a pixel wide and high.
    pub fn rect(&mut self, a: (f64, f64), b: (f64, f64), colour: RGBColor, opacity: f64) {
        let ((ax, ay), (bx, by)) = (point(a), point(b));
        let low = (ax.min(bx), ay.min(by));
        let high = (ax.max(bx).max(low.0 + 1), ay.max(by).max(low.1 + 1));
        done(self.backend.draw_rect(low, high, &colour.mix(opacity).filled(), true));
    }

    /// A straight line.
    pub fn line(&mut self, a: (f64, f64), b: (f64, f64), colour: RGBColor, width: u32) {
        done(self.backend.draw_line(point(a), point(b), &colour.stroke_width(width)));
    }

    /// A straight line of dashes.
    pub fn dashes(&mut self, a: (f64, f64), b: (f64, f64), colour: RGBColor) {
        let length = (b.0 - a.0).hypot(b.1 - a.1).clamp(0.0, 1e4);
        let at = |way: f64| (a.0 + (b.0 - a.0) * way / length, a.1 + (b.1 - a.1) * way / length);
        let mut way = 0.0;
        while way < length {
            self.line(at(way), at((way + 6.0).min(length)), colour, 1);
            way += 10.0;
        }
    }

    /// Joined lines.
    pub fn path(&mut self, points: impl IntoIterator<Item = (f64, f64)>, colour: RGBColor, width: u32) {
        let mut points: Vec<_> = points.into_iter().map(point).collect();
        points.dedup();
        if points.len() > 1 {
            done(self.backend.draw_path(points, &colour.stroke_width(width)));
        }
    }

    /// The mark of a series: its shape goes with the colour, for those who see no difference in colours.
    pub fn marker(&mut self, (x, y): (f64, f64), series: usize) {
        let (style, r) = (colour(series).filled(), 5.0);
        let shape = |corners: &[(f64, f64)]| {
            corners.iter().map(|(dx, dy)| point((x + dx, y + dy))).collect::<Vec<_>>()
        };
        let corners = match series % 4 {
            0 => return done(self.backend.draw_circle(point((x, y)), 4, &style, true)),
            1 => shape(&[(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0)]),
            2 => shape(&[(0.0, -r), (r, r - 1.0), (-r, r - 1.0)]),
            _ => shape(&[(0.0, -r - 1.0), (r + 1.0, 0.0), (0.0, r + 1.0), (-r - 1.0, 0.0)]),
        };
        done(self.backend.fill_polygon(corners, &style));
    }

    /// A line of text.
    pub fn text(&mut self, at: (f64, f64), text: &str, size: f64, colour: RGBColor, place: Place) {
        self.write(at, text, size, colour, place, false);
    }

    /// A line of bold text.
    pub fn bold(&mut self, at: (f64, f64), text: &str, size: f64, place: Place) {
        self.write(at, text, size, INK, place, true);
    }

    fn write(&mut self, at: (f64, f64), text: &str, size: f64, colour: RGBColor, place: Place, bold: bool) {
        let (h, v) = match place {
            Place::Right => (HPos::Left, VPos::Center),
            Place::Left => (HPos::Right, VPos::Center),
            Place::Below => (HPos::Center, VPos::Top),
            Place::Above => (HPos::Center, VPos::Bottom),
            Place::Centre | Place::Upwards => (HPos::Center, VPos::Center),
        };
        // The backend divides font sizes by 1.24.
        let mut font = ("sans-serif", size * 1.24).into_font();
        if bold {
            font = font.style(plotters::style::FontStyle::Bold);
        }
        if matches!(place, Place::Upwards) {
            font = font.transform(FontTransform::Rotate270);
        }
        let style = TextStyle::from(font).color(&colour).pos(Pos::new(h, v));
        done(self.backend.draw_text(text, &style, point(at)));
    }
}
