//! Tells how far training is: a bar on a terminal, else a line now and then.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

const LINE_EVERY: Duration = Duration::from_secs(10);

pub(crate) enum Progress {
    Silent,
    Bar(ProgressBar),
    Lines { total: u64, started_at: u64, start: Instant, last: Instant },
}

impl Progress {
    /// `total`: words of all epochs; `done`: those that a resumed run has behind it.
    pub(crate) fn new(show: bool, total: u64, done: u64) -> Self {
        if !show {
            Self::Silent
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(total).with_position(done);
            let template = "{wide_bar} {percent}% {per_sec}, {msg}, {eta} left";
            bar.set_style(
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar.reset_elapsed();
            Self::Bar(bar)
        } else {
            let now = Instant::now();
            Self::Lines { total, started_at: done, start: now, last: now }
        }
    }

    pub(crate) fn update(&mut self, done: u64, loss: f64, rate: f32) {
        match self {
            Self::Silent => {}
            Self::Bar(bar) => {
                bar.set_position(done);
                bar.set_message(format!("loss {loss:.4}, rate {rate:.5}"));
            }
            Self::Lines { total, started_at, start, last } => {
                if last.elapsed() < LINE_EVERY && done < *total {
                    return;
                }
                *last = Instant::now();
                let speed = (done - *started_at) as f64 / start.elapsed().as_secs_f64().max(1e-3);
                eprintln!(
                    "{:.1}% of {total} words, {speed:.0} words/s, loss {loss:.4}, rate {rate:.5}, {:.0} s left",
                    100.0 * done as f64 / *total as f64,
                    (*total - done) as f64 / speed.max(1e-3)
                );
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
