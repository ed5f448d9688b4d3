//! The self-test of a model: texts with the mentions that its trainer saw, compared bit for bit.

use super::Model;
use crate::format::reader::Sections;
use crate::format::strings::Strings;
use crate::format::{self};
use crate::{Context, ContextOptions, Error, Mention, Status};

/// Numbers of one expected mention: text, start, end, label, bits of the score.
pub const FIELDS: usize = 5;

/// Checks the self-test's sections when a model is opened; a model without them is accepted.
pub(super) fn check_sections(model: &Model, sections: &Sections) -> Result<(), Error> {
    let corrupt = |detail: &'static str| Error::new(Status::CorruptModel, detail);
    let Some(texts) = sections.get(format::TEST_TEXTS, 0) else {
        return Ok(());
    };
    Strings::check(&model.bytes()[texts.range()], texts.offset)?;
    match sections.get(format::TEST_MENTIONS, 0) {
        Some(mentions) if mentions.dims[1] as usize == FIELDS => Ok(()),
        _ => Err(corrupt("the self-test has texts but no mentions").at(texts.offset)),
    }
}

pub(super) fn run(model: &Model) -> Result<(), Error> {
    let sections = Sections::read(model.bytes(), false)?;
    let (Some(texts), Some(mentions)) =
        (sections.get(format::TEST_TEXTS, 0), sections.get(format::TEST_MENTIONS, 0))
    else {
        return Err(Error::new(Status::Unsupported, "the model file contains no self-test"));
    };
    let strings = Strings::check(&model.bytes()[texts.range()], texts.offset)?;
    let texts: Vec<&str> = (0..strings.len()).filter_map(|i| strings.text(i)).collect();
    let expected = model.bytes()[mentions.range()].as_chunks::<4>().0.iter().copied();
    if expected.map(u32::from_le_bytes).eq(answers(model, &texts)?) {
        return Ok(());
    }
    let detail = "self-test failed: this machine or this file gives other answers than the trainer's";
    Err(Error::new(Status::Checksum, detail))
}

/// The model's mentions in the texts, [`fields`] after [`fields`]: the content of [`format::TEST_MENTIONS`].
pub fn answers(model: &Model, texts: &[&str]) -> Result<Vec<u32>, Error> {
    let mut context = Context::new(model, &ContextOptions::default())?;
    let mut out = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        for mention in context.find_utf8(text.as_bytes())?.mentions {
            out.extend(fields(i, mention));
        }
    }
    Ok(out)
}

/// One row of [`format::TEST_MENTIONS`].
pub fn fields(text: usize, mention: &Mention) -> [u32; FIELDS] {
    [text as u32, mention.start, mention.end, u32::from(mention.label), mention.score.to_bits()]
}
