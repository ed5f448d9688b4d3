//! Figures of Sadikin, Fanany and Basaruddin (2016), DOI 10.1155/2016/3483528, for the column beside the measured ones.
//!
//! Only the average F-score of the LSTM could be read in the paper's abstract; the other figures are carried over from
//! notes on the paper and could not be checked against its text. All are per sample (words of two classes or tuples
//! of six), whatever the label.

use super::variant::{Network, Representation};

/// Precision, recall and F1 of a network on a sub-corpus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// Precision.
    pub p: f64,
    /// Recall.
    pub r: f64,
    /// F1.
    pub f1: f64,
}

/// The mean of the F-scores on MedLine and DrugBank, and whether it stands in the abstract.
pub fn mean_f1(network: Network) -> (f64, bool) {
    match network {
        Network::Mlp => (0.6580, false),
        Network::Dbn => (0.6430, false),
        Network::Sae => (0.6480, false),
        Network::Lstm => (0.8645, true),
    }
}

/// The figures of a network and representation on a sub-corpus; of several scenarios the first one.
pub fn figures(network: Network, representation: Representation, sub_corpus: &str) -> Option<Published> {
    let figures = |p, r, f1| Some(Published { p, r, f1 });
    match (network, representation, sub_corpus) {
        (Network::Mlp, Representation::Stream, "MedLine") => figures(0.3564, 0.5450, 0.4310),
        (Network::Mlp, Representation::Stream, "DrugBank") => figures(0.6312, 0.5372, 0.5805),
        (Network::Mlp, Representation::Windows, "MedLine") => figures(0.6515, 0.6220, 0.6364),
        (Network::Dbn, Representation::Windows, "MedLine") => figures(0.5464, 0.6866, 0.6085),
        (Network::Sae, Representation::Windows, "MedLine") => figures(0.6728, 0.6214, 0.6461),
        (Network::Lstm, Representation::Sequence, "MedLine") => figures(1.0, 0.6474, 0.7859),
        (Network::Lstm, Representation::Sequence, "DrugBank") => figures(1.0, 0.8921, 0.9430),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F1 follows from P and R to the digits given, and the LSTM's mean from its two figures.
    #[test]
    fn the_figures_agree_with_each_other() {
        for network in Network::ALL {
            for representation in [Representation::Stream, Representation::Windows, Representation::Sequence]
            {
                for sub_corpus in ["MedLine", "DrugBank"] {
                    if let Some(Published { p, r, f1 }) = figures(network, representation, sub_corpus) {
                        assert!((2.0 * p * r / (p + r) - f1).abs() < 2e-4, "{network:?} {sub_corpus}");
                    }
                }
            }
        }
        assert!((mean_f1(Network::Lstm).0 - (0.7859 + 0.9430) / 2.0).abs() < 1e-4);
    }
}
