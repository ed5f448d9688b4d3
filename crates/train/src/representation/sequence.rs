//! Technique 3: a sentence as a sequence of words, each with its vector and the distance to the word before.

/// How the distance of a word's vector to the one before enters the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distance {
    /// Not at all.
    None,
    /// One number for each dimension: the absolute difference.
    PerDimension,
    /// One number: the Euclidean distance.
    Euclidean,
}

impl Distance {
    /// Inputs of the network for word vectors of `dim` numbers.
    pub fn width(self, dim: usize) -> usize {
        match self {
            Distance::None => dim,
            Distance::PerDimension => 2 * dim,
            Distance::Euclidean => dim + 1,
        }
    }
}

/// The inputs `[words][distance.width(dim)]` of a sentence, given the rows of its words in `table`, `[rows][dim]`. The
/// first word has no word before it: its distances are zero.
pub fn inputs(table: &[f32], dim: usize, rows: &[u32], distance: Distance) -> Vec<f32> {
    let vector = |row: u32| &table[row as usize * dim..][..dim];
    let mut x = Vec::with_capacity(rows.len() * distance.width(dim));
    for (i, &row) in rows.iter().enumerate() {
        let current = vector(row);
        let before = if i == 0 { current } else { vector(rows[i - 1]) };
        let differences = current.iter().zip(before).map(|(a, b)| a - b);
        x.extend_from_slice(current);
        match distance {
            Distance::None => {}
            Distance::PerDimension => x.extend(differences.map(f32::abs)),
            Distance::Euclidean => x.push(differences.map(|d| d * d).sum::<f32>().sqrt()),
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_to_the_word_before() {
        let table = [1.0, 2.0, 4.0, -2.0];
        assert_eq!(inputs(&table, 2, &[0, 1], Distance::None), [1.0, 2.0, 4.0, -2.0]);
        let per_dimension = inputs(&table, 2, &[0, 1], Distance::PerDimension);
        assert_eq!(per_dimension, [1.0, 2.0, 0.0, 0.0, 4.0, -2.0, 3.0, 4.0]);
        assert_eq!(inputs(&table, 2, &[0, 1], Distance::Euclidean), [1.0, 2.0, 0.0, 4.0, -2.0, 5.0]);
    }
}
