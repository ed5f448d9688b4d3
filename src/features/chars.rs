//! Character features: filters of width three over a word's characters, maximum over positions, rectified.
//!
//! The character embedding is multiplied into the filters when the model is exported, so a position costs three
//! table rows and additions (Ma and Hovy 2016 describe the convolution; the folding is exact algebra).

/// Characters kept of each end of a long word.
pub const HALF_CHARS: usize = 12;
/// Most characters of a word that the filters see.
pub const MAX_CHARS: usize = 2 * HALF_CHARS;
/// Positions that a filter sees: previous, current and next character.
pub const FILTER_WIDTH: usize = 3;
/// Mark before the first character.
pub const BEGIN: u8 = 0;
/// Mark after the last character.
pub const END: u8 = 1;
/// Any character without an id of its own.
pub const UNKNOWN: u8 = 2;
/// Number of character ids: the three marks and printable ASCII.
pub const CHAR_COUNT: usize = 3 + 94;

/// Id of a lower-case code point.
pub fn char_id(point: u32) -> u8 {
    match point {
        33..=126 => (point - 33) as u8 + 3,
        _ => UNKNOWN,
    }
}

/// Folded filters; the default is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CharFilters {
    /// `[FILTER_WIDTH][CHAR_COUNT][count]`
    tables: Vec<f32>,
    /// `[count]`
    bias: Vec<f32>,
}

impl CharFilters {
    /// Filters from their tables, `[FILTER_WIDTH][CHAR_COUNT][count]`, and bias, `[count]`; `None` when the sizes
    /// do not agree.
    pub fn new(tables: Vec<f32>, bias: Vec<f32>) -> Option<Self> {
        (tables.len() == FILTER_WIDTH * CHAR_COUNT * bias.len()).then_some(Self { tables, bias })
    }

    /// Number of filters.
    pub fn count(&self) -> usize {
        self.bias.len()
    }

    /// Writes the features of a word's character ids to `out`, `[count]`. For each filter the sum is bias,
    /// previous, current, next, in this order.
    pub fn apply(&self, chars: &[u8], out: &mut [f32]) {
        out.fill(0.0);
        let last = chars.len().saturating_sub(1);
        for (p, &current) in chars.iter().enumerate() {
            let previous = if p == 0 { BEGIN } else { chars[p - 1] };
            let next = if p == last { END } else { chars[p + 1] };
            let rows = self.row(0, previous).iter().zip(self.row(1, current)).zip(self.row(2, next));
            for ((out, bias), ((a, b), c)) in out.iter_mut().zip(&self.bias).zip(rows) {
                let sum = bias + a + b + c;
                *out = if sum > *out { sum } else { *out };
            }
        }
    }

    fn row(&self, position: usize, char: u8) -> &[f32] {
        let id = usize::from(char).min(CHAR_COUNT - 1);
        let start = (position * CHAR_COUNT + id) * self.count();
        &self.tables[start..start + self.count()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_sees_neighbours_and_marks() {
        let mut tables = vec![0.0; FILTER_WIDTH * CHAR_COUNT];
        let (a, b) = (char_id(u32::from('a')), char_id(u32::from('b')));
        tables[usize::from(a)] = 1.0;
        tables[CHAR_COUNT + usize::from(b)] = 2.0;
        tables[2 * CHAR_COUNT + usize::from(END)] = 4.0;
        let filters = CharFilters::new(tables, vec![-0.5]).unwrap();
        let mut out = [9.0];
        for (chars, expected) in [(&[a, b][..], 6.5), (&[b, a], 3.5), (&[b, b], 5.5), (&[], 0.0)] {
            filters.apply(chars, &mut out);
            assert_eq!(out[0], expected);
        }
    }
}
