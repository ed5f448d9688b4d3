//! The state of a training run between two epochs, and its file.
//!
//! The file is one line of JSON (the [`Header`]) and then the arrays as little-endian `f32`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use drugner::format::writer;
use serde::{Deserialize, Serialize};

use crate::optimiser::Adam;

/// The best epoch so far.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Best {
    /// Epoch, from 0.
    pub epoch: usize,
    /// Its development score.
    pub score: f64,
    pub values: Vec<f32>,
}

/// Everything that training depends on besides its inputs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    /// Finished epochs.
    pub epochs: usize,
    /// State of the random generator.
    pub rng: u64,
    pub values: Vec<f32>,
    pub adam: Adam,
    /// Exponential average of the values, from the middle of training on.
    pub average: Option<Vec<f32>>,
    pub best: Option<Best>,
}

/// First line of the file. Scores are kept as bits, for JSON numbers need not come back exactly.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    /// Identifies options and word vectors: a run goes on only with its own.
    run: String,
    values: usize,
    epochs: usize,
    rng: u64,
    step: u64,
    average: bool,
    best: Option<(usize, u64)>,
}

const FORMAT: &str = "drugner tagger checkpoint 1";

/// Writes `state` so that `path` always holds a whole checkpoint, the former one or this one.
pub(super) fn save(path: &Path, run: &str, state: &State) -> Result<()> {
    let header = Header {
        format: FORMAT.to_owned(),
        run: run.to_owned(),
        values: state.values.len(),
        epochs: state.epochs,
        rng: state.rng,
        step: state.adam.step,
        average: state.average.is_some(),
        best: state.best.as_ref().map(|best| (best.epoch, best.score.to_bits())),
    };
    let mut bytes = serde_json::to_vec(&header)?;
    bytes.push(b'\n');
    let arrays = [&state.values, &state.adam.first, &state.adam.second].into_iter();
    for array in arrays.chain(&state.average).chain(state.best.as_ref().map(|best| &best.values)) {
        bytes.extend(array.iter().flat_map(|value| value.to_le_bytes()));
    }
    writer::save(path, &bytes).with_context(|| format!("cannot write the checkpoint {}", path.display()))
}

/// Reads the checkpoint at `path`; `None` when there is no file. Errors when it belongs to another run or is damaged.
pub(super) fn load(path: &Path, run: &str, values: usize) -> Result<Option<State>> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        read => read.with_context(|| format!("cannot read the checkpoint {}", path.display()))?,
    };
    decode(&bytes, run, values).with_context(|| format!("checkpoint {}", path.display())).map(Some)
}

fn decode(bytes: &[u8], run: &str, values: usize) -> Result<State> {
    let line = bytes.iter().position(|&b| b == b'\n').context("the file has no header")?;
    let header: Header = serde_json::from_slice(&bytes[..line])?;
    ensure!(header.format == FORMAT, "the file has another format");
    ensure!(
        header.run == run && header.values == values,
        "the file belongs to a run with other options or word vectors"
    );
    let count = 3 + usize::from(header.average) + usize::from(header.best.is_some());
    let arrays = &bytes[line + 1..];
    ensure!(arrays.len() == count * values * 4, "the file is cut off or damaged");
    let mut numbers = arrays.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let mut array = || -> Vec<f32> { numbers.by_ref().take(values).collect() };
    Ok(State {
        epochs: header.epochs,
        rng: header.rng,
        values: array(),
        adam: Adam { step: header.step, first: array(), second: array() },
        average: header.average.then(&mut array),
        best: header.best.map(|(epoch, score)| Best { epoch, score: f64::from_bits(score), values: array() }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.checkpoint");
        assert_eq!(load(&path, "a", 2).unwrap(), None);
        let best = Best { epoch: 1, score: 0.1 + 0.2, values: vec![9.0, f32::MIN_POSITIVE] };
        let adam = Adam { step: 5, first: vec![3.0, 4.0], second: vec![5.0, 6.0] };
        let mut state =
            State { epochs: 2, rng: u64::MAX, values: vec![1.0, 2.0], adam, average: None, best: None };
        for (average, best) in [(None, None), (Some(vec![7.0, 8.0]), Some(best))] {
            (state.average, state.best) = (average, best);
            save(&path, "a", &state).unwrap();
            assert_eq!(load(&path, "a", 2).unwrap(), Some(state.clone()));
        }
        assert!(load(&path, "b", 2).is_err());
        assert!(load(&path, "a", 3).is_err());
        let bytes = fs::read(&path).unwrap();
        for cut in [0, 10, bytes.len() - 1] {
            fs::write(&path, &bytes[..cut]).unwrap();
            assert!(load(&path, "a", 2).is_err());
        }
    }
}
