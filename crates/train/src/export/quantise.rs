//! The int8 form of a model file.

use super::with_answers;
use anyhow::{Result, bail, ensure};
use drugner::Model;
use drugner::format as file;
use drugner::format::layout::{GATES, INPUTS, PANEL, quantise_lstm};
use drugner::format::reader::Sections;
use drugner::format::section::Section;
use drugner::format::sha256::hex;
use drugner::format::strings::Strings;
use drugner::format::writer::Writer;
use std::collections::BTreeMap;

/// Key of the model card that says which fp16 model an int8 model is made from, as its SHA-256.
pub const FROM: &str = "quantised.from";

/// The bytes of a model file with the LSTM weights of `model` in int8. Everything else stays, but for the model card, which
/// names the model, and the self-test, whose answers are computed anew.
pub fn quantise(model: &Model) -> Result<Vec<u8>> {
    ensure!(
        model.family() == "bilstm-crf",
        "only models of the family bilstm-crf have an int8 form; this one is of the family {}",
        model.family()
    );
    let bytes = model.bytes();
    let sections = Sections::read(bytes, false)?;
    let mut writer = Writer::default();
    writer.set_tokenizer(sections.header.tokenizer);
    writer.set_required(sections.header.required);
    let mut texts = Vec::new();
    for section in sections.iter() {
        let Some(kind) = section.kind else {
            bail!("the model has a section that this program does not know");
        };
        match kind {
            file::META => writer.add_strings(file::META, &card(model)),
            file::LSTM_INPUT => {
                lstm(&mut writer, bytes, section, sections.require(file::LSTM_RECURRENT, section.index)?);
            }
            file::LSTM_RECURRENT | file::TEST_MENTIONS => {}
            file::LSTM_INPUT_INT8 | file::LSTM_RECURRENT_INT8 => bail!("the model is in int8 already"),
            file::TEST_TEXTS => {
                let strings = Strings::check(&bytes[section.range()], section.offset)?;
                texts = (0..strings.len()).filter_map(|i| strings.text(i)).collect();
            }
            _ => {
                let dims = section.dims[..usize::from(kind.rank)].iter().map(|&dim| dim as usize);
                let dims: Vec<usize> = dims.collect();
                writer.add(kind, section.index, &dims, bytes[section.range()].to_vec());
            }
        }
    }
    let architecture = sections.header.architecture;
    Ok(with_answers(writer.clone(), architecture, &texts)?.unwrap_or_else(|| writer.finish(architecture)))
}

/// The card as strings key, value, ... with the name of the model that it describes.
fn card(model: &Model) -> Vec<String> {
    let mut card: BTreeMap<&str, String> =
        model.meta_entries().map(|(key, value)| (key, value.to_owned())).collect();
    let from = format!("fp16 model {}; figures are those of that model", hex(&model.info().sha256));
    card.insert(FROM, from);
    card.into_iter().flat_map(|(key, value)| [key.to_owned(), value]).collect()
}

/// The weights of one direction of a layer.
fn lstm(writer: &mut Writer, bytes: &[u8], input: &Section, recurrent: &Section) {
    let halves = |section: &Section| -> Vec<u16> {
        let pairs = bytes[section.range()].as_chunks::<2>().0;
        pairs.iter().map(|&pair| u16::from_le_bytes(pair)).collect()
    };
    let [panels, inputs, ..] = input.dims.map(|dim| dim as usize);
    let (units, group) = (panels * PANEL, GATES * PANEL * INPUTS);
    let (wx, x_scales) = quantise_lstm(&halves(input), inputs);
    let (wh, h_scales) = quantise_lstm(&halves(recurrent), units);
    let index = input.index;
    writer.add_i8(file::LSTM_INPUT_INT8, index, &[panels, inputs.div_ceil(INPUTS), group], &wx);
    writer.add_i8(file::LSTM_RECURRENT_INT8, index, &[panels, units / INPUTS, group], &wh);
    // An output of the layer is a whole number of 127ths.
    let scales: Vec<f32> = x_scales.into_iter().chain(h_scales.iter().map(|scale| scale / 127.0)).collect();
    writer.add_f32(file::LSTM_SCALES, index, &[2, panels, GATES * PANEL], &scales);
}
