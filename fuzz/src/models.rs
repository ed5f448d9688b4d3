//! Targets that open model files.

use crate::hostile::generator::valid_model;
use crate::hostile::{TEXTS, check_mentions, repair_checksums, use_it};
use crate::input::Input;
use drugner::format::HEADER_SIZE;
use drugner::kernels::Kernels;
use drugner::{Context, ContextOptions, Model, ModelOptions};

/// The bytes are a model file.
pub fn model(data: &[u8]) {
    for skip_checksum in [false, true] {
        let _ = use_it(data, &ModelOptions { skip_checksum, ..ModelOptions::default() });
    }
}

/// The bytes are a model file whose size and checksums are made right, so that the checks behind them are reached.
pub fn model_repaired(data: &[u8]) {
    let mut file = data.to_vec();
    file.resize(file.len().next_multiple_of(64), 0);
    if file.len() >= HEADER_SIZE {
        let size = file.len() as u64;
        file[16..24].copy_from_slice(&size.to_le_bytes());
        repair_checksums(&mut file);
    }
    if use_it(&file, &ModelOptions::default()).is_err() {
        return;
    }
    let model = Model::open_copy(&file, &ModelOptions::default()).expect("it opened before");
    let _ = (model.selftest(), model.verify_sha256(), model.info(), model.calibration());
    assert!(model.labels().chain(model.lexicon_lists()).all(|name| name.len() <= file.len()));
    assert!(model.meta_entries().all(|(key, value)| model.meta(key) == Some(value)));
    nbest(&model);
}

/// The best paths of a CRF obey their rules whatever the weights are.
fn nbest(model: &Model) {
    let options = ContextOptions { max_paths: 8, max_window_tokens: 32, ..ContextOptions::default() };
    let Ok(mut context) = Context::new(model, &options) else { return };
    for text in TEXTS {
        let mut at = 0;
        while at < text.len() {
            let found = context.nbest_utf8(text, at, 8).expect("valid arguments");
            assert!(found.end > at);
            at = found.end;
            let sum: f32 = found.paths.iter().map(|path| path.probability).sum();
            assert!(found.paths.iter().all(|path| (0.0..=1.0).contains(&path.probability)) && sum < 1.001);
            let paths: Vec<Vec<_>> =
                found.paths.iter().map(|path| found.mentions_of(path).to_vec()).collect();
            for mentions in paths {
                check_mentions(model, &mentions, text.len());
            }
        }
    }
}

/// The bytes name a valid model and a text: every instruction set gives the bits of scalar.
pub fn generated(data: &[u8]) {
    let mut input = Input(data);
    let bytes = valid_model(input.u64());
    let window = 16 + input.u32() % 64;
    let text = input.take(400);
    let mut expected: Option<Vec<[u32; 4]>> = None;
    for kernels in Kernels::available() {
        let options = ModelOptions { isa: Some(kernels.isa()), ..ModelOptions::default() };
        let model = Model::open_copy(&bytes, &options).expect("the generator makes valid models");
        let options = ContextOptions { max_window_tokens: window, ..ContextOptions::default() };
        let mut context = Context::new(&model, &options).expect("valid options");
        let mentions = context.find_utf8(text).expect("any text").mentions.to_vec();
        check_mentions(&model, &mentions, text.len());
        let bits = mentions.iter().map(|m| [m.start, m.end, u32::from(m.label), m.score.to_bits()]).collect();
        assert!(expected.is_none() || expected.as_ref() == Some(&bits), "{} differs", kernels.isa().name());
        expected = Some(bits);
    }
}
