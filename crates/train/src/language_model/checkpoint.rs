//! The file of a [`State`].

use std::path::Path;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::trainer::State;
use crate::embeddings::container;

/// Scores are kept as bits, for JSON numbers need not come back exactly.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    /// Options, words and text: a run goes on only with its own.
    run: String,
    steps: usize,
    rng: u64,
    adam_step: u64,
    last: [u64; 3],
}

const MARK: &[u8; 8] = b"drugrlc\n";

/// Writes `state` so that `path` always holds a whole checkpoint, the former one or this one.
pub(super) fn save(path: &Path, run: &str, state: &State) -> Result<()> {
    let header = Header {
        run: run.to_owned(),
        steps: state.steps,
        rng: state.rng,
        adam_step: state.adam.step,
        last: state.last.map(f64::to_bits),
    };
    container::write(path, MARK, &header, |sink| {
        for values in [&state.values, &state.adam.first, &state.adam.second] {
            sink.floats(values)?;
        }
        state.outputs.iter().try_for_each(|output| {
            sink.floats(&output.rows)?;
            sink.floats(&output.squares)
        })
    })
}

/// Replaces a fresh `state` by that of the checkpoint at `path`, if there is one. Errors when it belongs to another run or is
/// damaged.
pub(super) fn load(path: &Path, run: &str, state: &mut State) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let (header, mut source) = container::read::<Header>(path, MARK)?;
    ensure!(
        header.run == run,
        "the checkpoint {} belongs to a run with other options, words or text: delete it to start anew",
        path.display()
    );
    state.steps = header.steps;
    state.rng = header.rng;
    state.adam.step = header.adam_step;
    state.last = header.last.map(f64::from_bits);
    for values in [&mut state.values, &mut state.adam.first, &mut state.adam.second] {
        *values = source.floats(1, values.len())?;
    }
    for output in &mut state.outputs {
        output.rows = source.floats(1, output.rows.len())?;
        output.squares = source.floats(1, output.squares.len())?;
    }
    source.end()
}
