//! Mention swap: a copy of a sentence in which names are exchanged for others of the same label.

use super::labelled::Labelled;
use super::lexicon::{Lists, surface};
use drugner_corpus::Label;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How often names are exchanged, and by what.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwapOptions {
    /// Probability that a sentence is rewritten in an epoch, 0..=1.
    pub sentence: f64,
    /// Probability that a mention of a rewritten sentence is exchanged, 0..=1.
    pub mention: f64,
    /// Lexicon lists that supply half of the new names, by label; the training mentions supply the rest.
    pub lists: BTreeMap<String, Vec<String>>,
    /// Probability, 0..=1, that the name of a drug gives way to that of a substance not approved for people, with its
    /// label, by sub-corpus. In research papers both stand in the same sentences, so that what is known of the name has
    /// to decide.
    #[serde(default)]
    pub unapproved: BTreeMap<String, f64>,
    /// Probability, 0..=1, that a name with their label in a rewritten sentence of these sub-corpora has no lexicon flags:
    /// most substances are in no list.
    #[serde(default)]
    pub unlisted: f64,
}

/// Names to draw from, by label.
pub struct Swap {
    options: SwapOptions,
    seen: [Vec<String>; 4],
    listed: [Vec<String>; 4],
}

impl Swap {
    /// Collects the names of the training sentences and of the lists.
    pub fn new(options: SwapOptions, sentences: &[Labelled], lists: &Lists) -> Self {
        let mut seen: [BTreeSet<String>; 4] = Default::default();
        for sentence in sentences {
            for (range, label) in &sentence.mentions {
                seen[label.index()].insert(sentence.text[range.clone()].to_owned());
            }
        }
        let listed = Label::ALL.map(|label| {
            let wanted = options.lists.get(label.name()).map_or(&[][..], Vec::as_slice);
            let chosen = lists.names.iter().zip(&lists.entries).filter(|(name, _)| wanted.contains(name));
            chosen.flat_map(|(_, entries)| entries).map(|name| in_text(name, label)).collect()
        });
        Self { options, seen: seen.map(|names| names.into_iter().collect()), listed }
    }

    /// The sentence, or a copy with other names.
    pub fn apply(&self, sentence: &Labelled, rng: &mut fastrand::Rng) -> Labelled {
        if sentence.mentions.is_empty() || rng.f64() >= self.options.sentence {
            return sentence.clone();
        }
        let mut mentions = sentence.mentions.clone();
        mentions.sort_by_key(|(range, _)| (range.start, range.end));
        let unapproved = self.options.unapproved.get(&sentence.sub_corpus).copied().unwrap_or(0.0);
        let mut out = Labelled { sub_corpus: sentence.sub_corpus.clone(), ..Labelled::default() };
        let mut copied = 0;
        for (range, label) in mentions {
            if range.start < copied {
                continue;
            }
            out.text.push_str(&sentence.text[copied..range.start]);
            let (name, label) = self.exchange(&sentence.text[range.clone()], label, unapproved, rng);
            let start = out.text.len();
            out.text.push_str(name);
            out.mentions.push((start..out.text.len(), label));
            let unlisted =
                if unapproved > 0.0 && label == Label::DrugN { self.options.unlisted } else { 0.0 };
            if unlisted > 0.0 && rng.f64() < unlisted {
                out.unlisted.push(start..out.text.len());
            }
            copied = range.end;
        }
        out.text.push_str(&sentence.text[copied..]);
        out
    }

    /// The name in the place of `name`: another one, or itself.
    fn exchange<'n>(
        &'n self,
        name: &'n str,
        label: Label,
        unapproved: f64,
        rng: &mut fastrand::Rng,
    ) -> (&'n str, Label) {
        if rng.f64() >= self.options.mention {
            return (name, label);
        }
        let other = if label == Label::Drug && rng.f64() < unapproved { Label::DrugN } else { label };
        self.draw(other, rng).map_or((name, label), |name| (name, other))
    }

    fn draw(&self, label: Label, rng: &mut fastrand::Rng) -> Option<&str> {
        let (seen, listed) = (&self.seen[label.index()], &self.listed[label.index()]);
        let names = if listed.is_empty() || rng.bool() { seen } else { listed };
        (!names.is_empty()).then(|| names[rng.usize(..names.len())].as_str())
    }
}

/// A listed name in running text; brands begin with a capital.
fn in_text(name: &str, label: Label) -> String {
    let surface = surface(name);
    let mut chars = surface.chars();
    match (label, chars.next()) {
        (Label::Brand, Some(first)) => first.to_uppercase().chain(chars).collect(),
        _ => surface,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_mentions_index_the_new_text() {
        let options = SwapOptions {
            sentence: 1.0,
            mention: 1.0,
            lists: BTreeMap::from([("brand".to_owned(), vec!["brand".to_owned()])]),
            unapproved: BTreeMap::new(),
            unlisted: 0.0,
        };
        let lists = Lists { names: vec!["brand".into()], entries: vec![vec!["zovirax".into()]] };
        let sentence = Labelled {
            text: "Take Advil with warfarin.".into(),
            mentions: vec![(16..24, Label::Drug), (5..10, Label::Brand)],
            ..Labelled::default()
        };
        let swap = Swap::new(options, std::slice::from_ref(&sentence), &lists);
        let mut rng = fastrand::Rng::with_seed(3);
        let mut brands = BTreeSet::new();
        for _ in 0..20 {
            let new = swap.apply(&sentence, &mut rng);
            let texts: Vec<&str> = new.mentions.iter().map(|(r, _)| &new.text[r.clone()]).collect();
            assert_eq!(new.text, format!("Take {} with warfarin.", texts[0]));
            assert_eq!(texts[1], "warfarin");
            brands.insert(texts[0].to_owned());
        }
        assert_eq!(brands.into_iter().collect::<Vec<_>>(), ["Advil", "Zovirax"]);
    }

    #[test]
    fn in_some_sub_corpora_a_drug_gives_way_to_an_unapproved_substance() {
        let options = SwapOptions {
            sentence: 1.0,
            mention: 1.0,
            lists: BTreeMap::from([("drug_n".to_owned(), vec!["chemical".to_owned()])]),
            unapproved: BTreeMap::from([("MedLine".to_owned(), 1.0)]),
            unlisted: 1.0,
        };
        let lists = Lists { names: vec!["chemical".into()], entries: vec![vec!["nitric acid".into()]] };
        let mut sentence = Labelled {
            text: "Take warfarin.".into(),
            mentions: vec![(5..13, Label::Drug)],
            sub_corpus: "MedLine".into(),
            ..Labelled::default()
        };
        let swap = Swap::new(options, std::slice::from_ref(&sentence), &lists);
        let mut rng = fastrand::Rng::with_seed(3);
        let mut results = |sentence: &Labelled| -> BTreeSet<(String, &str, usize)> {
            let swapped = (0..30).map(|_| swap.apply(sentence, &mut rng));
            swapped.map(|new| (new.text, new.mentions[0].1.name(), new.unlisted.len())).collect()
        };
        // Names of the list and, half of the time, those seen in training: there are none.
        let unapproved = [("Take nitric acid.", "drug_n", 1), ("Take warfarin.", "drug", 0)];
        assert_eq!(results(&sentence), unapproved.map(|(text, label, n)| (text.to_owned(), label, n)).into());
        sentence.sub_corpus = "DrugBank".into();
        assert_eq!(results(&sentence), [("Take warfarin.".to_owned(), "drug", 0)].into());
    }
}
