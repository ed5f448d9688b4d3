//! Settings of the networks, chosen on the development documents; `docs/paper.md` says which the paper leaves open.

use super::run::Run;
use super::variant::Network;
use crate::sequence::SequenceOptions;
use crate::window::{DenoisingOptions, Pretraining, RbmOptions, WindowOptions};
use serde::{Deserialize, Serialize};

/// Training settings of each network; classes and seed are those of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// MLP, 500-100-100-classes.
    pub mlp: WindowOptions,
    /// DBN of the same sizes.
    pub dbn: WindowOptions,
    /// SAE of the same sizes.
    pub sae: WindowOptions,
    /// LSTM of 100 units.
    pub lstm: SequenceOptions,
}

impl Settings {
    /// Of the whole experiment.
    pub fn full() -> Self {
        Self::new(60, 15, 25, 6)
    }

    /// Of a first look.
    pub fn quick() -> Self {
        Self::new(12, 3, 8, 3)
    }

    fn new(window_epochs: usize, pretraining_epochs: usize, sequence_epochs: usize, patience: usize) -> Self {
        let mlp = WindowOptions {
            hidden: vec![100, 100],
            epochs: window_epochs,
            patience,
            ..WindowOptions::default()
        };
        let rbm = RbmOptions { epochs: pretraining_epochs, ..RbmOptions::default() };
        let denoising = DenoisingOptions { epochs: pretraining_epochs, ..DenoisingOptions::default() };
        Self {
            dbn: WindowOptions { pretraining: Pretraining::Rbm(rbm), ..mlp.clone() },
            sae: WindowOptions { pretraining: Pretraining::Denoising(denoising), ..mlp.clone() },
            mlp,
            lstm: SequenceOptions {
                hidden: 100,
                epochs: sequence_epochs,
                patience,
                dropout: 0.3,
                learning_rate: 3e-3,
                ..SequenceOptions::default()
            },
        }
    }

    /// Options of an MLP, DBN or SAE; an LSTM has none.
    pub fn window(&self, run: &Run) -> Option<WindowOptions> {
        let options = match run.variant.network {
            Network::Mlp => &self.mlp,
            Network::Dbn => &self.dbn,
            Network::Sae => &self.sae,
            Network::Lstm => return None,
        };
        let classes = run.variant.classes.window_count();
        Some(WindowOptions { classes, seed: run.seed, ..options.clone() })
    }

    /// Options of an LSTM.
    pub fn sequence(&self, run: &Run) -> SequenceOptions {
        SequenceOptions { classes: run.variant.classes.word_count(), seed: run.seed, ..self.lstm.clone() }
    }
}
