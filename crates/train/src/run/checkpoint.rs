//! The file of a [`State`]: one line of JSON (the [`Header`]) and then the arrays as little-endian `f32`.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use drugner::format::writer;
use serde::{Deserialize, Serialize};

use super::{Best, State};
use crate::optimiser::{Adam, Optimiser};

/// First line of the file. Scores are kept as bits.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    identity: String,
    phase: usize,
    epochs: usize,
    rng: u64,
    /// Steps of Adam; none for gradient descent.
    step: Option<u64>,
    best: Option<(usize, u64)>,
}

const FORMAT: &str = "drugner training checkpoint 1";

/// Writes `state` so that `path` always holds a whole checkpoint, the former one or this one.
pub(super) fn save(path: &Path, identity: &str, state: &State) -> Result<()> {
    let (step, moments) = match &state.optimiser {
        Optimiser::Sgd(last) => (None, vec![last]),
        Optimiser::Adam(adam) => (Some(adam.step), vec![&adam.first, &adam.second]),
    };
    let header = Header {
        format: FORMAT.to_owned(),
        identity: identity.to_owned(),
        phase: state.phase,
        epochs: state.epochs,
        rng: state.rng,
        step,
        best: state.best.as_ref().map(|best| (best.epoch, best.score.to_bits())),
    };
    let mut bytes = serde_json::to_vec(&header)?;
    bytes.push(b'\n');
    let arrays = [&state.finished, &state.values].into_iter().chain(moments);
    for array in arrays.chain(state.best.as_ref().map(|best| &best.values)) {
        bytes.extend(array.iter().flat_map(|value| value.to_le_bytes()));
    }
    writer::save(path, &bytes).with_context(|| format!("cannot write the checkpoint {}", path.display()))
}

/// Reads the checkpoint at `path`; `None` when there is no file. Errors when it belongs to another run or is damaged.
/// `sizes`: see [`super::Run::load`].
pub(super) fn load(
    path: &Path,
    identity: &str,
    sizes: impl Fn(usize) -> Option<[usize; 2]>,
) -> Result<Option<State>> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.with_context(|| format!("cannot read the checkpoint {}", path.display()))?,
    };
    decode(&bytes, identity, sizes).with_context(|| format!("checkpoint {}", path.display())).map(Some)
}

fn decode(bytes: &[u8], identity: &str, sizes: impl Fn(usize) -> Option<[usize; 2]>) -> Result<State> {
    let line = bytes.iter().position(|&b| b == b'\n').context("the file has no header")?;
    let header: Header = serde_json::from_slice(&bytes[..line])?;
    ensure!(header.format == FORMAT, "the file has another format");
    ensure!(
        header.identity == identity,
        "the file belongs to a training with other options or data: delete it to start anew"
    );
    let [finished, values] = sizes(header.phase).context("the file is damaged")?;
    let arrays = 2 + usize::from(header.step.is_some()) + usize::from(header.best.is_some());
    ensure!(bytes.len() - line - 1 == (finished + arrays * values) * 4, "the file is cut off or damaged");
    let mut numbers = bytes[line + 1..].chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let mut array = |len: usize| -> Vec<f32> { numbers.by_ref().take(len).collect() };
    Ok(State {
        phase: header.phase,
        epochs: header.epochs,
        rng: header.rng,
        finished: array(finished),
        values: array(values),
        optimiser: match header.step {
            None => Optimiser::Sgd(array(values)),
            Some(step) => Optimiser::Adam(Adam { step, first: array(values), second: array(values) }),
        },
        best: header.best.map(|(epoch, score)| Best {
            epoch,
            score: f64::from_bits(score),
            values: array(values),
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.checkpoint");
        let sizes = |phase| (phase == 3).then_some([1, 2]);
        assert_eq!(load(&path, "a", sizes).unwrap(), None);
        let best = Best { epoch: 1, score: 0.1 + 0.2, values: vec![9.0, f32::MIN_POSITIVE] };
        for (adam, best) in [(false, None), (true, Some(best))] {
            let mut state = State::new(3, u64::MAX, vec![7.0], vec![1.0, 2.0], adam);
            state.optimiser.update(&mut state.values, &[0.5, 0.25], 0.1, 0.5);
            (state.epochs, state.best) = (2, best);
            save(&path, "a", &state).unwrap();
            assert_eq!(load(&path, "a", sizes).unwrap(), Some(state));
        }
        assert!(load(&path, "b", sizes).is_err());
        assert!(load(&path, "a", |_| None).is_err());
        assert!(load(&path, "a", |_| Some([1, 3])).is_err());
        let bytes = fs::read(&path).unwrap();
        for cut in [0, 10, bytes.len() - 1] {
            fs::write(&path, &bytes[..cut]).unwrap();
            assert!(load(&path, "a", sizes).is_err());
        }
    }
}
