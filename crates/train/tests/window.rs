//! The window classifiers learn what no linear one can, and learn the same thing every time.

use anyhow::{Result, bail};
use drugner_train::window::{
    DenoisingOptions, DenseLayer, OptimiserKind, Pretraining, RbmOptions, WindowOptions, Windows, forward,
    train,
};
use fastrand::Rng;

const DIM: usize = 6;
const LENGTH: usize = 3;
const WORDS: usize = 40;

/// Windows over words of two kinds, with vectors around two opposite points. The class is 1 when the first two words
/// are of the same kind, and 2 when the window's second word is padding.
struct Task {
    table: Vec<f32>,
    rows: Vec<u32>,
    classes: Vec<u8>,
}

impl Task {
    fn new(windows: usize, seed: u64) -> Self {
        let mut words = Rng::with_seed(5);
        let table = (0..WORDS * DIM)
            .map(|at| 0.1 + if (at / DIM).is_multiple_of(2) { 0.3 } else { -0.3 } + (words.f32() - 0.5) * 0.2)
            .collect();
        let mut rng = Rng::with_seed(seed);
        let (mut rows, mut classes) = (Vec::new(), Vec::new());
        for _ in 0..windows {
            let mut window = [0; LENGTH].map(|_: u32| rng.u32(..WORDS as u32));
            let mut class = u8::from(window[0] % 2 == window[1] % 2);
            if rng.u8(..4) == 0 {
                window[1..].fill(u32::MAX);
                class = 2;
            }
            rows.extend(window);
            classes.push(class);
        }
        Task { table, rows, classes }
    }

    fn windows(&self) -> Windows<'_> {
        Windows { table: &self.table, dim: DIM, length: LENGTH, rows: &self.rows, classes: &self.classes }
    }

    /// Share of the windows whose class has the largest score.
    fn accuracy(&self, layers: &[DenseLayer]) -> f64 {
        let word = |&row: &u32| match row {
            u32::MAX => vec![0.0; DIM],
            row => self.table[row as usize * DIM..][..DIM].to_vec(),
        };
        let x: Vec<f32> = self.rows.iter().flat_map(word).collect();
        let scores = forward(layers, &x);
        let rows = scores.chunks_exact(3).zip(&self.classes);
        let right = rows.filter(|(row, class)| row.iter().all(|&score| score <= row[usize::from(**class)]));
        right.count() as f64 / self.classes.len() as f64
    }
}

fn options(pretraining: Pretraining) -> WindowOptions {
    WindowOptions {
        hidden: vec![16, 12],
        classes: 3,
        epochs: 60,
        batch: 20,
        pretraining,
        ..Default::default()
    }
}

fn kinds() -> [Pretraining; 3] {
    [
        Pretraining::None,
        Pretraining::Rbm(RbmOptions { epochs: 3, ..Default::default() }),
        Pretraining::Denoising(DenoisingOptions { epochs: 3, ..Default::default() }),
    ]
}

/// Trains on one set of windows and measures on another.
fn learn(options: &WindowOptions) -> f64 {
    let (task, unseen) = (Task::new(1000, 1), Task::new(500, 2));
    let layers = train(options, &task.windows(), &mut |_| Ok(f64::NAN), None, None).unwrap();
    unseen.accuracy(&layers)
}

#[test]
fn learns_what_a_linear_classifier_cannot() {
    let linear = learn(&WindowOptions { hidden: vec![], ..options(Pretraining::None) });
    assert!(linear < 0.75, "{linear}");
    for pretraining in kinds() {
        let accuracy = learn(&options(pretraining.clone()));
        assert!(accuracy > 0.95, "{pretraining:?} {accuracy}");
    }
    let adam = WindowOptions {
        optimiser: OptimiserKind::Adam,
        learning_rate: 3e-3,
        dropout: 0.1,
        weight_decay: 1e-5,
        ..options(Pretraining::None)
    };
    let accuracy = learn(&adam);
    assert!(accuracy > 0.95, "{accuracy}");
}

#[test]
fn same_bits_again_and_after_interruptions() {
    let task = Task::new(120, 1);
    let windows = task.windows();
    for pretraining in kinds() {
        let options = WindowOptions { epochs: 5, dropout: 0.2, ..options(pretraining) };
        let score = |layers: &[DenseLayer]| -> Result<f64> { Ok(f64::from(layers[0].bias[0].sin())) };
        let whole = train(&options, &windows, &mut { score }, None, None).unwrap();
        assert_eq!(train(&options, &windows, &mut { score }, None, None).unwrap(), whole);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint");
        for stop in 0..3 {
            let mut scored = 0;
            let mut interrupt = |layers: &[DenseLayer]| {
                scored += 1;
                if scored > stop.min(1) { bail!("interrupted") } else { score(layers) }
            };
            assert!(train(&options, &windows, &mut interrupt, Some(&path), None).is_err());
        }
        assert_eq!(train(&options, &windows, &mut { score }, Some(&path), None).unwrap(), whole);
        let finished = train(&options, &windows, &mut |_| bail!("nothing is left"), Some(&path), None);
        assert_eq!(finished.unwrap(), whole);

        let other = WindowOptions { seed: 2, ..options.clone() };
        let error = train(&other, &windows, &mut { score }, Some(&path), None).unwrap_err();
        assert!(format!("{error:#}").contains("other options or data"), "{error:#}");
        let changed = Task::new(121, 1);
        assert!(train(&options, &changed.windows(), &mut { score }, Some(&path), None).is_err());
        assert_ne!(train(&other, &windows, &mut { score }, None, None).unwrap(), whole);
    }
}

#[test]
fn pretraining_goes_on_where_it_stopped() {
    let task = Task::new(120, 1);
    for pretraining in &kinds()[1..] {
        let options = WindowOptions { epochs: 1, ..options(pretraining.clone()) };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint");
        let stop = train(&options, &task.windows(), &mut |_| bail!("stop"), Some(&path), None);
        assert!(stop.is_err());
        // What was saved last is the end of the second layer's pre-training.
        let bytes = std::fs::read(&path).unwrap();
        let header = bytes.split(|&b| b == b'\n').next().unwrap();
        let header: serde_json::Value = serde_json::from_slice(header).unwrap();
        assert_eq!((&header["phase"], &header["epochs"]), (&1.into(), &3.into()));
        let resumed = train(&options, &task.windows(), &mut |_| Ok(0.0), Some(&path), None).unwrap();
        assert_eq!(resumed, train(&options, &task.windows(), &mut |_| Ok(0.0), None, None).unwrap());
    }
}

#[test]
fn returns_the_best_epoch_and_stops_when_patience_is_over() {
    let task = Task::new(50, 1);
    let options = WindowOptions { patience: 2, ..options(Pretraining::None) };
    let mut seen = Vec::new();
    let mut score = |layers: &[DenseLayer]| {
        seen.push(layers.to_vec());
        Ok([1.0, f64::NAN, 3.0, 3.0, f64::INFINITY, 4.0][seen.len() - 1])
    };
    let best = train(&options, &task.windows(), &mut score, None, None).unwrap();
    assert_eq!(seen.len(), 5);
    assert!(best == seen[2] && best != seen[3]);
}

#[test]
fn refuses_the_impossible() {
    let task = Task::new(50, 1);
    let good = task.windows();
    let run =
        |options: &WindowOptions, windows: Windows| train(options, &windows, &mut |_| Ok(0.0), None, None);
    let fine = WindowOptions { epochs: 1, ..options(Pretraining::None) };
    assert!(run(&fine, good).is_ok());
    let changes: [fn(&mut WindowOptions); 8] = [
        |o| o.hidden[0] = 0,
        |o| o.classes = 1,
        |o| o.classes = 2,
        |o| o.epochs = 0,
        |o| o.batch = 0,
        |o| o.learning_rate = f32::NAN,
        |o| o.dropout = 1.0,
        |o| o.pretraining = Pretraining::Rbm(RbmOptions { steps: 0, ..Default::default() }),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut options = fine.clone();
        change(&mut options);
        assert!(run(&options, good).is_err(), "change {at}");
    }
    let mut rows = task.rows.clone();
    rows[3] = WORDS as u32;
    let not_a_number = vec![f32::NAN; task.table.len()];
    for (at, windows) in [
        Windows { dim: 0, ..good },
        Windows { length: 0, ..good },
        Windows { dim: DIM + 1, ..good },
        Windows { length: LENGTH + 1, ..good },
        Windows { rows: &[], classes: &[], ..good },
        Windows { rows: &rows, ..good },
        Windows { table: &not_a_number, ..good },
    ]
    .into_iter()
    .enumerate()
    {
        assert!(run(&fine, windows).is_err(), "windows {at}");
    }
    let hot = WindowOptions { learning_rate: 1e38, epochs: 30, ..fine };
    let error = run(&hot, good).unwrap_err().to_string();
    assert!(error.contains("set learning_rate below"), "{error}");
}

#[test]
fn options_are_read_and_unknown_keys_refused() {
    let text = "hidden = [50]\nepochs = 3\n[pretraining.denoising]\nnoise = 0.25\n";
    let read: WindowOptions = toml::from_str(text).unwrap();
    let denoising = Pretraining::Denoising(DenoisingOptions { noise: 0.25, ..Default::default() });
    assert_eq!((read.hidden, read.epochs, read.pretraining), (vec![50], 3, denoising));
    assert!(toml::from_str::<WindowOptions>("pretraining = \"none\"").is_ok());
    assert!(toml::from_str::<WindowOptions>("[pretraining.rbm]\nsize = 1").is_err());
    assert!(toml::from_str::<WindowOptions>("layers = 1").is_err());
}
