//! What is compared: networks, representations and the choices around them.

use crate::representation::Classes;
use crate::representation::filter::Filter;
use crate::representation::sequence::Distance;
use serde::{Deserialize, Serialize};

/// A network of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// Multi-layer perceptron.
    Mlp,
    /// Deep belief network: restricted Boltzmann machines, then fine-tuning.
    Dbn,
    /// Stacked denoising auto-encoders, then fine-tuning.
    Sae,
    /// Long short-term memory, one direction.
    Lstm,
}

impl Network {
    /// All networks.
    pub const ALL: [Network; 4] = [Network::Mlp, Network::Dbn, Network::Sae, Network::Lstm];

    /// The abbreviation.
    pub fn name(self) -> &'static str {
        match self {
            Network::Mlp => "MLP",
            Network::Dbn => "DBN",
            Network::Sae => "SAE",
            Network::Lstm => "LSTM",
        }
    }
}

/// A data representation of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Representation {
    /// Technique 1, windows over one stream.
    Stream,
    /// Technique 2, windows of a sentence.
    Windows,
    /// Technique 3, a sentence as a sequence.
    Sequence,
}

/// Text that the word vectors are trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextSet {
    /// The training text alone.
    Train,
    /// Training and test text, as in the paper: the test text is seen, without its labels.
    TrainAndTest,
    /// The training text and added files.
    Added,
}

/// Where the training labels come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelSource {
    /// The offsets of the annotation.
    Offsets,
    /// A list of all annotated names of training and test part, looked up in the text, as in the paper.
    NameList,
}

/// One system: everything but sub-corpus and seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Network.
    pub network: Network,
    /// Representation.
    pub representation: Representation,
    /// Training filter of the windows.
    pub filter: Filter,
    /// Distance feature of the sequences.
    pub distance: Distance,
    /// Text of the word vectors.
    pub text: TextSet,
    /// Source of the training labels.
    pub labels: LabelSource,
    /// Classes told apart.
    pub classes: Classes,
    /// Trained on both sub-corpora together instead of the one it is tested on.
    pub joint: bool,
}

impl Variant {
    fn new(network: Network, representation: Representation) -> Self {
        Self {
            network,
            representation,
            filter: Filter::All,
            distance: if representation == Representation::Sequence {
                Distance::PerDimension
            } else {
                Distance::None
            },
            text: TextSet::Train,
            labels: LabelSource::Offsets,
            classes: Classes::Labelled,
            joint: false,
        }
    }

    /// A short name for files: lower case, digits and hyphens.
    pub fn id(&self) -> String {
        let mut id = match self.representation {
            Representation::Stream => format!("{}-1", self.network.name().to_lowercase()),
            Representation::Windows => format!("{}-2", self.network.name().to_lowercase()),
            Representation::Sequence => format!("{}-3", self.network.name().to_lowercase()),
        };
        let mut add = |part: &str| {
            id.push('-');
            id.push_str(part);
        };
        match self.filter {
            Filter::All => {}
            Filter::Rare => add("rare"),
            Filter::Clusters => add("clusters"),
        }
        match self.distance {
            Distance::None if self.representation == Representation::Sequence => add("nodistance"),
            Distance::Euclidean => add("euclidean"),
            _ => {}
        }
        match self.text {
            TextSet::Train => {}
            TextSet::TrainAndTest => add("testtext"),
            TextSet::Added => add("addedtext"),
        }
        if self.labels == LabelSource::NameList {
            add("namelist");
        }
        if self.classes == Classes::Plain {
            add("plain");
        }
        if self.joint {
            add("joint");
        }
        id
    }

    /// What sets it apart, in words.
    pub fn description(&self) -> String {
        let mut parts = vec![match self.representation {
            Representation::Stream => "technique 1: windows over one stream".to_owned(),
            Representation::Windows => "technique 2: windows of a sentence".to_owned(),
            Representation::Sequence => "technique 3: sentence as a sequence".to_owned(),
        }];
        let mut add = |text: &str| parts.push(text.to_owned());
        match self.filter {
            Filter::All => {}
            Filter::Rare => add("rare words only"),
            Filter::Clusters => add("clusters with names only"),
        }
        match self.distance {
            Distance::None if self.representation == Representation::Sequence => add("no distance"),
            Distance::None => {}
            Distance::PerDimension => add("distance per dimension"),
            Distance::Euclidean => add("one Euclidean distance"),
        }
        match self.text {
            TextSet::Train => add("vectors from the training text"),
            TextSet::TrainAndTest => add("vectors from training and test text"),
            TextSet::Added => add("vectors from training and added text"),
        }
        if self.labels == LabelSource::NameList {
            add("labels by name list");
        }
        if self.classes == Classes::Plain {
            add("the paper's classes, without label");
        }
        if self.joint {
            add("trained on both sub-corpora");
        }
        parts.join(", ")
    }
}

/// The systems of an experiment. `added` says that there are added text files.
pub fn grid(quick: bool, added: bool) -> Vec<Variant> {
    use Network::{Dbn, Lstm, Mlp, Sae};
    use Representation::{Sequence, Stream, Windows};
    let main = [
        Variant::new(Mlp, Stream),
        Variant::new(Mlp, Windows),
        Variant::new(Dbn, Windows),
        Variant::new(Sae, Windows),
        Variant::new(Lstm, Sequence),
    ];
    let mut grid = main.to_vec();
    let with_text = |text| main.iter().map(move |variant| Variant { text, ..variant.clone() });
    grid.extend(with_text(TextSet::TrainAndTest));
    if added {
        grid.extend(with_text(TextSet::Added));
    }
    if quick {
        return grid;
    }
    let [stream, windows, dbn, sae, lstm] = &main;
    grid.extend([Filter::Rare, Filter::Clusters].map(|filter| Variant { filter, ..stream.clone() }));
    grid.extend([Distance::None, Distance::Euclidean].map(|distance| Variant { distance, ..lstm.clone() }));
    grid.extend([windows, lstm].map(|variant| Variant { classes: Classes::Plain, ..variant.clone() }));
    let best_text = if added { TextSet::Added } else { TextSet::TrainAndTest };
    grid.extend([windows, dbn, sae, lstm].map(|variant| Variant {
        joint: true,
        text: best_text,
        ..variant.clone()
    }));
    grid.push(Variant { labels: LabelSource::NameList, text: TextSet::TrainAndTest, ..lstm.clone() });
    grid
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_variant_has_its_own_id_and_every_network_is_there() {
        for (quick, added) in [(false, false), (false, true), (true, false), (true, true)] {
            let grid = grid(quick, added);
            let ids: HashSet<String> = grid.iter().map(Variant::id).collect();
            assert_eq!(ids.len(), grid.len());
            for network in Network::ALL {
                assert!(grid.iter().any(|variant| variant.network == network));
            }
        }
    }
}
