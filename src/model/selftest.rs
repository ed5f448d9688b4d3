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
    let texts = Strings::check(&model.bytes()[texts.range()], texts.offset)?;
    let expected = &model.bytes()[mentions.range()];
    let mut expected = expected.as_chunks::<{ 4 * FIELDS }>().0.iter();
    let mut context = Context::new(model, &ContextOptions::default())?;
    let failed = || {
        let detail = "self-test failed: this machine or this file gives other answers than the trainer's";
        Error::new(Status::Internal, detail)
    };
    for i in 0..texts.len() {
        let text = texts.get(i).ok_or_else(failed)?;
        for mention in context.find_utf8(text)?.mentions {
            if expected.next() != Some(&record(i, mention)) {
                return Err(failed());
            }
        }
    }
    if expected.next().is_some() { Err(failed()) } else { Ok(()) }
}

/// One row of [`format::TEST_MENTIONS`].
pub fn fields(text: usize, mention: &Mention) -> [u32; FIELDS] {
    [text as u32, mention.start, mention.end, u32::from(mention.label), mention.score.to_bits()]
}

fn record(text: usize, mention: &Mention) -> [u8; 4 * FIELDS] {
    let mut out = [0; 4 * FIELDS];
    for (bytes, value) in out.as_chunks_mut::<4>().0.iter_mut().zip(fields(text, mention)) {
        *bytes = value.to_le_bytes();
    }
    out
}
