//! The feature tables of a model: which of them a file holds decides what a token's vector is made of.

use super::load::{corrupt, strings};
use super::storage::{Storage, View};
use crate::features::chars::{CHAR_COUNT, CharFilters, FILTER_WIDTH};
use crate::features::lexicon::{Lexicon, MAX_LISTS};
use crate::features::vocabulary::Vocabulary;
use crate::features::{Features, shape};
use crate::format;
use crate::format::reader::Sections;
use crate::format::section::Section;
use crate::format::strings::Strings;
use crate::kernels::Kernels;
use crate::{Error, fallible};

/// What [`Features`] borrows. Tables that the file does not hold are empty.
pub(super) struct Tables {
    word_slots: View<u32>,
    words: View<u8>,
    word_table: View<u16>,
    word_width: usize,
    filters: CharFilters,
    shapes: Vec<f32>,
    shape_width: usize,
    lexicon: Option<(View<u32>, View<u16>)>,
    pub(super) lists: Vec<String>,
}

impl Tables {
    pub(super) fn load(sections: &Sections, storage: &Storage, kernels: &Kernels) -> Result<Self, Error> {
        let words_section = sections.require(format::WORDS, 0)?;
        let words: View<u8> = storage.view(words_section)?;
        let word_count = Strings::check(storage.get(&words), words_section.offset)?.len();
        let slots = sections.require(format::WORD_SLOTS, 0)?;
        if !slots.dims[0].is_power_of_two() {
            return Err(corrupt("the word table's slots are not a power of two").at(slots.offset));
        }
        let word_slots: View<u32> = storage.view(slots)?;
        if storage.get(&word_slots).iter().any(|&row| row as usize > word_count) {
            return Err(corrupt("a slot of the word table names no word").at(slots.offset));
        }
        let filters = char_filters(sections, storage, kernels)?;
        let table = sections.require(format::WORD_TABLE, 0)?;
        let (rows, width) = (table.dims[0] as usize, table.dims[1] as usize);
        if rows != word_count + 1 || width <= filters.count() {
            return Err(corrupt("the word table does not fit the words").at(table.offset));
        }
        let (shapes, shape_width) = match sections.get(format::SHAPES, 0) {
            None => (Vec::new(), 0),
            Some(shapes) if shapes.dims[0] as usize == shape::COUNT => {
                (widened(storage, kernels, shapes)?, shapes.dims[1] as usize)
            }
            Some(shapes) => {
                return Err(corrupt("the model has another number of case shapes").at(shapes.offset));
            }
        };
        let (lexicon, lists) = match sections.get(format::LEXICON_KEYS, 0) {
            None => (None, Vec::new()),
            Some(keys) => {
                let sets = sections.require(format::LEXICON_SETS, 0)?;
                let lists = strings(sections, storage, format::LEXICON_LISTS)?;
                if sets.dims != keys.dims || !keys.dims[0].is_power_of_two() || lists.len() > MAX_LISTS {
                    return Err(corrupt("the lexicon's sections disagree").at(keys.offset));
                }
                (Some((storage.view(keys)?, storage.view(sets)?)), lists)
            }
        };
        Ok(Self {
            word_slots,
            words,
            word_table: storage.view(table)?,
            word_width: width - filters.count(),
            filters,
            shapes,
            shape_width,
            lexicon,
            lists,
        })
    }

    /// The tables as the features use them; `storage` is the one that they were loaded from.
    pub(super) fn features<'m>(&'m self, storage: &'m Storage) -> Features<'m> {
        // The table was checked when the model was opened; should a mapped file have changed since, no word is known.
        let words = Strings::open(storage.get(&self.words)).unwrap_or(Strings::EMPTY);
        Features {
            vocabulary: Vocabulary::new(storage.get(&self.word_slots), words),
            word_table: storage.get(&self.word_table),
            word_width: self.word_width,
            filters: &self.filters,
            shapes: &self.shapes,
            shape_width: self.shape_width,
            lexicon: match &self.lexicon {
                Some((keys, sets)) => Lexicon::new(storage.get(keys), storage.get(sets), self.lists.len()),
                None => Lexicon::EMPTY,
            },
        }
    }
}

/// The character filters; none if the file has none.
fn char_filters(sections: &Sections, storage: &Storage, kernels: &Kernels) -> Result<CharFilters, Error> {
    let (tables, bias) = match (sections.get(format::CHAR_FILTERS, 0), sections.get(format::CHAR_BIAS, 0)) {
        (None, None) => return Ok(CharFilters::default()),
        (Some(tables), Some(bias)) => (tables, bias),
        (Some(lone), None) | (None, Some(lone)) => {
            return Err(corrupt("the character filters or their bias are missing").at(lone.offset));
        }
    };
    let wrong_size = || corrupt("the character filters have the wrong size").at(tables.offset);
    if tables.dims != [FILTER_WIDTH as u32, CHAR_COUNT as u32, bias.dims[0], 1] {
        return Err(wrong_size());
    }
    let view: View<f32> = storage.view(bias)?;
    let bias = fallible::collect(storage.get(&view).iter().copied())?;
    CharFilters::new(widened(storage, kernels, tables)?, bias).ok_or_else(wrong_size)
}

/// A section of halves as `f32`.
fn widened(storage: &Storage, kernels: &Kernels, section: &Section) -> Result<Vec<f32>, Error> {
    let view: View<u16> = storage.view(section)?;
    let halves = storage.get(&view);
    let mut out = fallible::collect(halves.iter().map(|_| 0.0))?;
    kernels.widen(halves, &mut out);
    Ok(out)
}
