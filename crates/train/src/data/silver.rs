//! Silver labels: sentences of the auxiliary task for the tagger's own task.
//!
//! Their names are marked, but not with labels of this task. What is known of a name gives it one: first the training
//! sentences, then the place where its document introduces it as an abbreviation, then the lists; where these are silent,
//! a model. A sentence with a name that even the model does not see is left out. What the auxiliary task does not mark but
//! this one does, such as groups and vaccines, comes from the model's answers.

use super::labelled::{Labelled, words};
use super::lexicon::{Lists, key, label_counts, majority};
use crate::evaluate::{BLANK_LINE, Joined, continuous, segments};
use anyhow::Result;
use drugner::decode::Span;
use drugner::decode::abbreviations::{Abbreviation, Abbreviations, CAPACITY};
use drugner::text::Token;
use drugner_corpus::{Answer, Corpus, Document, Label};
use fastrand::Rng;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// Share of its training mentions, in per cent, that a label must have to be that of a name.
const MAJORITY: usize = 80;

/// Where the labels come from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SilverOptions {
    /// Sentences used, at random.
    pub sentences: usize,
    /// Lists whose names have a label, by label.
    pub lists: BTreeMap<String, Vec<String>>,
    /// What the model's label of a name in none of these lists stands for; itself if not named.
    pub unlisted: BTreeMap<String, Label>,
    /// Labels that the auxiliary task does not mark: the model's answers with them are added.
    pub beside: Vec<Label>,
    /// Sentences without a marked name are used, too: they show what is none. The model's answers with other labels are
    /// added where the training sentences or the lists give the name that label.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unmarked: bool,
}

/// What is known of names.
pub struct Silver<'a> {
    options: &'a SilverOptions,
    trained: HashMap<String, Label>,
    /// For each label whether a list gives it to the name.
    listed: HashMap<&'a str, [bool; 4]>,
}

impl<'a> Silver<'a> {
    /// Collects the names of the training sentences and of the lists.
    pub fn new(options: &'a SilverOptions, sentences: &[Labelled], lists: &'a Lists) -> Self {
        let counts = label_counts(sentences.iter().flat_map(Labelled::names)).into_iter();
        let trained = counts.filter_map(|(name, counts)| Some((name, majority(counts, MAJORITY)?)));
        let mut listed: HashMap<&str, [bool; 4]> = HashMap::new();
        for (list, entries) in lists.names.iter().zip(&lists.entries) {
            for label in Label::ALL {
                if options.lists.get(label.name()).is_some_and(|names| names.contains(list)) {
                    for name in entries {
                        listed.entry(name).or_default()[label.index()] = true;
                    }
                }
            }
        }
        Self { options, trained: trained.collect(), listed }
    }

    /// Sentences of `corpus` with labels, in random order. `answers` gives what a model of the same labels, which was trained
    /// without them, finds in the sentences of a document.
    pub fn label(
        &self,
        corpus: &Corpus,
        mut answers: impl FnMut(&Document) -> Result<Vec<Vec<Answer>>>,
        rng: &mut Rng,
    ) -> Result<Vec<Labelled>> {
        let mut out = Vec::new();
        for document in &corpus.documents {
            let answers = answers(document)?;
            let labelled = self.document(document, &answers);
            for (sentence, answers) in labelled.into_iter().zip(&answers) {
                out.extend(sentence.map(|sentence| self.with_others(sentence, answers)));
            }
        }
        rng.shuffle(&mut out);
        out.truncate(self.options.sentences);
        Ok(out)
    }

    /// The sentences of a document with labels for the names that are marked; none for a sentence with a name that nothing
    /// is known of, and none for one without names unless they are wanted.
    fn document(&self, document: &Document, answers: &[Vec<Answer>]) -> Vec<Option<Labelled>> {
        let joined = Joined::new(document, BLANK_LINE);
        let mut memory = [Abbreviation::default(); CAPACITY];
        let mut known = Abbreviations::new(joined.text.as_bytes(), &mut memory);
        let mut mentions: Vec<Option<Vec<_>>> = vec![Some(Vec::new()); document.sentences.len()];
        for tokens in segments(&joined.text) {
            let Some(first) = tokens.first() else { continue };
            let (at, begin) = joined.sentence_at(first.start as usize);
            for (range, _) in continuous(&document.sentences[at]) {
                let Some(words) = words(&tokens, &(begin + range.start..begin + range.end)) else { continue };
                let own = answers[at].iter().find(|a| (a.start, a.end) == (range.start, range.end));
                let name = &document.sentences[at].text[range.clone()];
                let Some(label) = self.decide(name, long_form(&known, &tokens, &words), own) else {
                    mentions[at] = None;
                    continue;
                };
                mentions[at].iter_mut().for_each(|mentions| mentions.push((range.clone(), label)));
                known.learn(&tokens, &Span { words, label: label.index(), score: 1.0 });
            }
        }
        let sentences = document.sentences.iter().zip(mentions);
        sentences
            .map(|(sentence, mentions)| {
                let mentions = mentions.filter(|names| self.options.unmarked || !names.is_empty())?;
                Some(Labelled {
                    text: sentence.text.clone(),
                    mentions,
                    sub_corpus: document.sub_corpus.clone(),
                    ..Labelled::default()
                })
            })
            .collect()
    }

    /// Adds the answers beside the names of the sentence that the auxiliary task does not mark.
    fn with_others(&self, mut sentence: Labelled, answers: &[Answer]) -> Labelled {
        for answer in answers {
            let name = &sentence.text[answer.start..answer.end];
            let known = self.options.unmarked && self.knows(name, answer.label);
            if !known && !self.options.beside.contains(&answer.label) {
                continue;
            }
            let apart =
                |(range, _): &(Range<usize>, Label)| answer.end <= range.start || range.end <= answer.start;
            if sentence.mentions.iter().all(apart) {
                sentence.mentions.push((answer.start..answer.end, answer.label));
            }
        }
        sentence
    }

    /// Whether the training sentences or the lists give the name this label.
    fn knows(&self, name: &str, label: Label) -> bool {
        let name = key(name);
        let listed = self.listed.get(name.as_str()).is_some_and(|listed| listed[label.index()]);
        listed || self.trained.get(&name) == Some(&label)
    }

    fn decide(&self, name: &str, long_form: Option<Label>, own: Option<&Answer>) -> Option<Label> {
        let name = key(name);
        if let Some(label) = self.trained.get(&name).copied().or(long_form) {
            return Some(label);
        }
        let own = own.map(|answer| answer.label);
        let singular = || name.strip_suffix('s').and_then(|name| self.listed.get(name));
        match self.listed.get(name.as_str()).or_else(singular) {
            Some(listed) => own
                .filter(|label| listed[label.index()])
                .or_else(|| Label::ALL.into_iter().find(|label| listed[label.index()])),
            None => own.map(|label| self.options.unlisted.get(label.name()).copied().unwrap_or(label)),
        }
    }
}

/// The label of the long form, if the words are a known abbreviation.
fn long_form(known: &Abbreviations<'_, u8>, tokens: &[Token], words: &Range<usize>) -> Option<Label> {
    let mention = Span { words: words.clone(), label: 0, score: 0.0 };
    let mut label = None;
    known.each(tokens, &[mention], |answer| {
        if answer.abbreviation && answer.span.words == *words {
            label = Some(Label::ALL[answer.span.label]);
        }
    });
    label
}

#[cfg(test)]
mod tests {
    use super::*;
    use drugner_corpus::{Entity, Sentence, Span as Place};
    use std::collections::BTreeSet;

    /// A sentence in which `[name]` is marked.
    fn sentence(marked: &str) -> Sentence {
        let (mut text, mut entities) = (String::new(), Vec::new());
        for (i, part) in marked.split(['[', ']']).enumerate() {
            let start = text.len();
            text.push_str(part);
            if i % 2 == 1 {
                let spans = vec![Place::new(start, text.len())];
                entities.push(Entity { id: String::new(), spans, label: Label::Drug, text: part.to_owned() });
            }
        }
        Sentence { id: String::new(), text, entities, unplaced: Vec::new() }
    }

    /// The mentions of each sentence of a document as `name:label`, where the model finds `model`.
    fn labels(marked: &[&str], model: &[(&str, Label)]) -> BTreeSet<Vec<String>> {
        labels_with(false, marked, model)
    }

    fn labels_with(unmarked: bool, marked: &[&str], model: &[(&str, Label)]) -> BTreeSet<Vec<String>> {
        let options = SilverOptions {
            sentences: 100,
            lists: BTreeMap::from([
                ("drug".to_owned(), vec!["approved".to_owned()]),
                ("brand".to_owned(), vec!["brand".to_owned()]),
            ]),
            unlisted: BTreeMap::from([("drug".to_owned(), Label::DrugN)]),
            beside: vec![Label::Group],
            unmarked,
        };
        let lists = Lists {
            names: vec!["approved".into(), "brand".into(), "chemical".into()],
            entries: vec![vec!["warfarin".into()], vec!["zovirax".into()], vec!["toxin".into()]],
        };
        let trained =
            Labelled { text: "ouabain".into(), mentions: vec![(0..7, Label::DrugN)], ..Labelled::default() };
        let sentences = marked.iter().map(|marked| sentence(marked)).collect();
        let document = Document { id: String::new(), sub_corpus: "x".into(), sentences };
        let answers = |document: &Document| {
            let find = |sentence: &Sentence| {
                let found = model.iter().filter_map(|&(name, label)| {
                    let start = sentence.text.find(name)?;
                    Some(Answer { start, end: start + name.len(), label })
                });
                found.collect()
            };
            Ok(document.sentences.iter().map(find).collect())
        };
        let corpus = Corpus { documents: vec![document], ..Corpus::default() };
        let silver = Silver::new(&options, &[trained], &lists);
        let labelled = silver.label(&corpus, answers, &mut Rng::with_seed(1)).unwrap();
        let show = |sentence: Labelled| {
            let name = |(range, label): &(Range<usize>, Label)| {
                format!("{}:{}", &sentence.text[range.clone()], label.name())
            };
            sentence.mentions.iter().map(name).collect()
        };
        labelled.into_iter().map(show).collect()
    }

    #[test]
    fn what_is_known_of_a_name_decides_on_its_label() {
        use Label::{Brand, Drug, Group};
        let one =
            |mentions: &[&str]| BTreeSet::from([mentions.iter().map(|&m| m.to_owned()).collect::<Vec<_>>()]);
        assert_eq!(
            labels(&["[ouabain] here"], &[("ouabain", Drug)]),
            one(&["ouabain:drug_n"]),
            "training text"
        );
        assert_eq!(labels(&["[warfarins] here"], &[("warfarins", Group)]), one(&["warfarins:drug"]), "lists");
        assert_eq!(labels(&["[Zovirax] here"], &[]), one(&["Zovirax:brand"]), "lists without the model");
        assert_eq!(labels(&["[toxin] here"], &[("toxin", Drug)]), one(&["toxin:drug_n"]), "unlisted");
        assert_eq!(labels(&["[toxin] here"], &[("toxin", Brand)]), one(&["toxin:brand"]), "the model");
        assert_eq!(
            labels(&["[toxin] and [warfarin]"], &[("warfarin", Drug)]),
            BTreeSet::new(),
            "nothing known of one name"
        );
        assert_eq!(labels(&["warfarin"], &[("warfarin", Drug)]), BTreeSet::new(), "no name marked");
    }

    #[test]
    fn unmarked_sentences_have_the_names_that_are_known() {
        use Label::{Brand, Drug, Group};
        let unmarked = |text: &str, label| labels_with(true, &[text], &[(text, label)]);
        let one =
            |mentions: &[&str]| BTreeSet::from([mentions.iter().map(|&m| m.to_owned()).collect::<Vec<_>>()]);
        assert_eq!(unmarked("warfarin", Drug), one(&["warfarin:drug"]));
        assert_eq!(unmarked("ouabain", Label::DrugN), one(&["ouabain:drug_n"]));
        assert_eq!(unmarked("statins", Group), one(&["statins:group"]));
        assert_eq!(unmarked("warfarin", Brand), one(&[]), "another label");
        assert_eq!(unmarked("toxin", Drug), one(&[]), "not known");
    }

    #[test]
    fn abbreviations_are_labelled_as_their_long_forms_and_groups_added() {
        let marked = ["[warfarin] ([WRF]) and statins", "[WRF] helps"];
        let expected = [vec!["warfarin:drug", "WRF:drug", "statins:group"], vec!["WRF:drug"]];
        let expected: BTreeSet<Vec<String>> =
            expected.into_iter().map(|mentions| mentions.into_iter().map(str::to_owned).collect()).collect();
        let model = [("WRF", Label::Brand), ("statins", Label::Group), ("helps", Label::Drug)];
        assert_eq!(labels(&marked, &model), expected);
    }
}
