//! Axes: where values lie and which are marked.

use super::text;

/// An axis from `low` to `high`, with labelled ticks in rising order.
#[derive(Debug)]
pub struct Axis {
    pub low: f64,
    pub high: f64,
    log: bool,
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis that holds the [drawable](super::drawable) `values`; 0 to 1, or 1 to 10, where there are none.
    ///
    /// `snap` moves the ends of a linear axis out to ticks; a logarithmic one always ends at 1, 2 or 5 times a power.
    pub fn holding(values: impl IntoIterator<Item = f64>, log: bool, snap: bool) -> Self {
        let range =
            values.into_iter().filter(|&v| super::drawable_on(v, log)).fold(None, |range, v| match range {
                None => Some((v, v)),
                Some((low, high)) => Some((v.min(low), v.max(high))),
            });
        let (low, high) = range.unwrap_or(if log { (1.0, 10.0) } else { (0.0, 1.0) });
        if log { Self::log(low, high) } else { Self::linear(low, high, snap) }
    }

    fn linear(low: f64, high: f64, snap: bool) -> Self {
        let size = low.abs().max(high.abs());
        let (mut low, mut high) = match high - low {
            _ if size < 1e-100 => (0.0, 1.0),
            // Closer together than ticks can tell apart.
            span if span < size * 1e-6 => (low - size * 0.5, high + size * 0.5),
            _ => (low, high),
        };
        // An axis that ends where the values end is a lying one, with room for more labels.
        let step = nice((high - low) / if snap { 5.0 } else { 10.0 });
        if snap {
            // A tick that rounding moved past the end is no reason for another step.
            low = (low / step + 1e-9).floor() * step;
            high = (high / step - 1e-9).ceil() * step;
        }
        let first = (low / step - 1e-9).ceil();
        let count = ((high / step + 1e-9).floor() - first).clamp(0.0, 20.0);
        let digit = (step.log10() + 1e-9).floor();
        let size = low.abs().max(high.abs());
        let label = |value: f64| {
            if size >= 1e6 || step < 1e-4 {
                text::exponent(value, (size.log10().floor() - digit).clamp(0.0, 8.0) as usize)
            } else {
                text::decimal(value, (-digit).max(0.0) as usize)
            }
        };
        let ticks =
            (0..=count as u32).map(|i| (first + f64::from(i)) * step).map(|v| (v, label(v))).collect();
        Self { low, high, log: false, ticks }
    }

    fn log(low: f64, high: f64) -> Self {
        let (mut low, mut high) = (snapped(low, false), snapped(high, true));
        if low >= high {
            (low, high) = (low / 10.0, high * 10.0);
        }
        let first = (low.log10() + 1e-9).floor() as i32;
        let last = (high.log10() - 1e-9).ceil() as i32;
        let few = last - first <= 2;
        let stride = ((last - first) / 8 + 1) as usize;
        let factors: &[f64] = if few { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let ticks = (first..=last)
            .step_by(stride)
            .flat_map(|power| factors.iter().map(move |&factor| (power, factor)))
            .map(|(power, factor)| (power, factor * 10f64.powi(power)))
            .filter(|&(_, v)| v >= low * (1.0 - 1e-9) && v <= high * (1.0 + 1e-9))
            .map(|(power, v)| {
                let plain = (-4..=5).contains(&power);
                (v, if plain { text::decimal(v, (-power).max(0) as usize) } else { text::exponent(v, 0) })
            })
            .collect();
        Self { low, high, log: true, ticks }
    }

    /// Where the value lies, 0 at the low end to 1 at the high end; values beyond are taken to the end.
    pub fn at(&self, value: f64) -> f64 {
        let share = if self.log {
            (value / self.low).log10() / (self.high / self.low).log10()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
    }

    /// Width of the widest label at a font size, in pixels.
    pub fn label_width(&self, size: f64) -> f64 {
        self.ticks.iter().map(|(_, label)| text::width(label, size)).fold(0.0, f64::max)
    }
}

/// The next of 1, 2, 5 or 10 times a power of ten.
fn nice(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|&s| s >= step * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// The 1, 2 or 5 times a power of ten below or above a positive value.
fn snapped(value: f64, up: bool) -> f64 {
    let power = 10f64.powi(value.log10().floor() as i32);
    let mut steps = [0.5, 1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter();
    if up {
        steps.find(|&s| s >= value * (1.0 - 1e-9)).unwrap_or(value)
    } else {
        steps.rfind(|&s| s <= value * (1.0 + 1e-9)).unwrap_or(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        let of = |low, high, log| Axis::holding([low, high], log, true);
        assert_eq!(labels(&of(0.0, 1.0, false)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&of(-3.0, 41.0, false)), ["−10", "0", "10", "20", "30", "40", "50"]);
        assert_eq!(labels(&of(3.0, 4000.0, true)), ["10", "100", "1,000"]);
        assert_eq!(labels(&of(0.03, 0.4, true)), ["0.02", "0.05", "0.1", "0.2", "0.5"]);
        assert_eq!(labels(&of(0.0, 2.5e7, false)), ["0", "5.0e6", "1.0e7", "1.5e7", "2.0e7", "2.5e7"]);
    }

    proptest! {
        #[test]
        fn any_values_have_an_axis(a in any::<f64>(), b in any::<f64>(), log: bool, snap: bool) {
            let axis = Axis::holding([a, b], log, snap);
            prop_assert!(axis.low < axis.high && axis.low.is_finite() && axis.high.is_finite());
            prop_assert!(axis.ticks.len() <= 21);
            prop_assert!(axis.ticks.windows(2).all(|pair| pair[0].0 < pair[1].0));
            for value in [a, b] {
                prop_assert!((0.0..=1.0).contains(&axis.at(value)));
            }
        }

        #[test]
        fn usual_values_have_labels_of_their_own(low in -1e4..1e4, span in 1e-2..1e4) {
            let axis = Axis::holding([low, low + span], false, true);
            prop_assert!(axis.ticks.len() >= 3);
            prop_assert!(axis.ticks.windows(2).all(|pair| pair[0].1 != pair[1].1));
            prop_assert!(axis.low <= low && axis.high >= low + span);
        }
    }
}
