//! What a training run shows on standard error.

use std::io::IsTerminal;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

const LINE_EVERY: Duration = Duration::from_secs(10);

/// Runs side by side share the terminal: each has its line.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// A bar on a terminal, elsewhere a line now and then, or nothing.
pub(crate) enum Progress {
    Silent,
    Bar(ProgressBar),
    Lines { name: String, start: Instant, last: Instant },
}

impl Progress {
    /// `name` stands before all that is shown; without one nothing is. `epochs` counts those of all phases.
    pub fn new(name: Option<&str>, epochs: usize) -> Self {
        let Some(name) = name else { return Self::Silent };
        if !std::io::stderr().is_terminal() {
            let now = Instant::now();
            return Self::Lines { name: name.to_owned(), start: now, last: now };
        }
        let bar = BARS.add(ProgressBar::new(epochs as u64));
        let template = "{prefix} {elapsed_precise} [{wide_bar}] {msg} ETA {eta}";
        bar.set_style(ProgressStyle::with_template(template).expect("the template is valid"));
        bar.set_prefix(name.to_owned());
        Self::Bar(bar)
    }

    /// `done` epochs are behind a resumed run.
    pub fn resume(&self, done: usize) {
        if let Self::Bar(bar) = self {
            bar.set_position(done as u64);
            bar.reset_eta();
        }
    }

    /// Epoch `epoch` of the `epochs` of a phase is done.
    pub fn epoch(&mut self, phase: &str, epoch: usize, epochs: usize, loss: f64, score: Option<f64>) {
        let score = score.map_or(String::new(), |score| format!(" dev {score:.4}"));
        let message = format!("{phase}epoch {epoch}/{epochs} loss {loss:.4}{score}");
        match self {
            Self::Silent => {}
            Self::Bar(bar) => {
                bar.inc(1);
                bar.set_message(message);
            }
            Self::Lines { name, start, last } => {
                if last.elapsed() >= LINE_EVERY || epoch == epochs {
                    *last = Instant::now();
                    eprintln!("{name}: {message} ({} s)", start.elapsed().as_secs());
                }
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Self::Bar(bar) = self {
            bar.finish();
        }
    }
}
