//! What a training run shows on standard error.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on a terminal; elsewhere one line per epoch.
pub(super) struct Progress {
    bar: ProgressBar,
    terminal: bool,
    epochs: usize,
    last_score: String,
}

impl Progress {
    /// `done` of `epochs` epochs are already trained.
    pub fn new(epochs: usize, done: usize) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = if terminal { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let template = "{elapsed_precise} [{wide_bar}] {msg} ETA {eta}";
        bar.set_style(ProgressStyle::with_template(template).expect("the template is valid"));
        bar.set_message(format!("epoch {}/{epochs}", done + 1));
        Progress { bar, terminal, epochs, last_score: String::new() }
    }

    /// Epoch `epoch` (from 0) begins and has `steps` steps.
    pub fn epoch(&mut self, epoch: usize, steps: usize) {
        self.bar.set_length((steps * self.epochs) as u64);
        if self.bar.position() < (steps * epoch) as u64 {
            self.bar.set_position((steps * epoch) as u64);
            self.bar.reset_eta();
        }
    }

    /// One step is done; `loss` is the mean of the epoch so far.
    pub fn step(&mut self, epoch: usize, loss: f64) {
        self.bar.inc(1);
        let message = format!("epoch {}/{} loss {loss:.3}{}", epoch + 1, self.epochs, self.last_score);
        self.bar.set_message(message);
    }

    /// An epoch is done.
    pub fn epoch_done(&mut self, epoch: usize, loss: f64, score: Option<f64>) {
        self.last_score = score.map_or(String::new(), |score| format!(" dev {score:.4}"));
        if !self.terminal {
            let seconds = self.bar.elapsed().as_secs();
            let score = &self.last_score;
            eprintln!("epoch {}/{} loss {loss:.3}{score} ({seconds} s)", epoch + 1, self.epochs);
        }
    }

    /// Training is over.
    pub fn finish(&self) {
        self.bar.finish();
    }
}
