//! From annotated text to training examples.

pub mod examples;
pub mod labelled;
pub mod lexicon;
pub mod noise;
pub mod silver;
pub mod swap;
pub mod teachers;
pub mod unlabelled;
