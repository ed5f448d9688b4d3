//! How far a word's vector lies from the vector of the word before it (Sadikin et al. 2016), in plain `f32` and a
//! fixed order, so that the bits are the same everywhere.

/// The distance that follows a word's vector in the input of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// Nothing follows.
    None,
    /// |x_t - x_(t-1)| of each dimension.
    PerDimension,
    /// The Euclidean distance, one number.
    Euclidean,
}

impl Distance {
    /// The kind that turns vectors of `width` into inputs of `input` numbers. In one dimension both kinds are the same.
    pub fn from_widths(width: usize, input: usize) -> Option<Self> {
        match input.checked_sub(width)? {
            0 => Some(Self::None),
            extra if extra == width => Some(Self::PerDimension),
            1 => Some(Self::Euclidean),
            _ => None,
        }
    }

    /// Numbers that follow a vector of `width`.
    pub fn width(self, width: usize) -> usize {
        match self {
            Self::None => 0,
            Self::PerDimension => width,
            Self::Euclidean => 1,
        }
    }

    /// Spreads the vectors at the front of `x`, `[rows][width]`, to `[rows][width + extra]` in place and writes the
    /// distances behind each; those of the first row are 0.
    pub fn append(self, x: &mut [f32], width: usize, rows: usize) {
        if self == Self::None {
            return;
        }
        let input = width + self.width(width);
        // From the last row to the first: a row moves back, over the places of later rows only.
        for row in (0..rows).rev() {
            x.copy_within(row * width..(row + 1) * width, row * input);
            let (before, current) = x.split_at_mut(row * input);
            let (vector, distance) = current[..input].split_at_mut(width);
            match row.checked_sub(1) {
                None => distance.fill(0.0),
                Some(previous) => self.measure(&before[previous * width..][..width], vector, distance),
            }
        }
    }

    fn measure(self, previous: &[f32], vector: &[f32], out: &mut [f32]) {
        let differences = vector.iter().zip(previous).map(|(a, b)| a - b);
        match self {
            Self::None => {}
            Self::PerDimension => {
                for (out, difference) in out.iter_mut().zip(differences) {
                    *out = difference.abs();
                }
            }
            Self::Euclidean => out[0] = differences.fold(0f32, |sum, d| sum + d * d).sqrt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_stand_behind_each_vector() {
        let vectors = [1.0, 2.0, 4.0, -2.0, 4.0, -2.0];
        let append = |distance: Distance| {
            let mut x = [9.0; 12];
            x[..6].copy_from_slice(&vectors);
            distance.append(&mut x, 2, 3);
            x
        };
        assert_eq!(append(Distance::None)[..7], [1.0, 2.0, 4.0, -2.0, 4.0, -2.0, 9.0]);
        assert_eq!(append(Distance::Euclidean)[..10], [1.0, 2.0, 0.0, 4.0, -2.0, 5.0, 4.0, -2.0, 0.0, 9.0]);
        assert_eq!(
            append(Distance::PerDimension),
            [1.0, 2.0, 0.0, 0.0, 4.0, -2.0, 3.0, 4.0, 4.0, -2.0, 0.0, 0.0]
        );
    }

    #[test]
    fn widths_tell_the_kind() {
        let kinds =
            [(5, 5), (5, 10), (5, 6), (1, 2), (5, 4), (5, 7)].map(|(w, i)| Distance::from_widths(w, i));
        let expected = [
            Some(Distance::None),
            Some(Distance::PerDimension),
            Some(Distance::Euclidean),
            Some(Distance::PerDimension),
            None,
            None,
        ];
        assert_eq!(kinds, expected);
    }
}
