//! Name lists: tab-separated files with a header `category<TAB>name`, names lower case, tokens between blanks.

use anyhow::{Context as _, Result, bail, ensure};
use drugner::features::lexicon::{LexiconBuilder, MAX_LISTS};
use drugner_corpus::Label;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// The names of every list, lists in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    /// Names of the lists.
    pub names: Vec<String>,
    /// The entries of each list, normalised by [`key`].
    pub entries: Vec<Vec<String>>,
}

impl Lists {
    /// Reads the categories in `wanted` (all when it is empty) of a file.
    pub fn read(&mut self, path: &Path, wanted: &[String]) -> Result<()> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the lexicon {}", path.display()))?;
        for (i, line) in text.lines().enumerate() {
            if i == 0 {
                ensure!(
                    line == "category\tname",
                    "{}:1: the first line of a lexicon is `category<TAB>name`",
                    path.display()
                );
                continue;
            }
            let Some((category, name)) = line.split_once('\t') else {
                bail!("{}:{}: expected `category<TAB>name`", path.display(), i + 1);
            };
            if wanted.is_empty() || wanted.iter().any(|w| w == category) {
                let list = self.list(category)?;
                self.entries[list].push(key(name));
            }
        }
        Ok(())
    }

    /// Index of a list; a new one is added.
    pub fn list(&mut self, name: &str) -> Result<usize> {
        if let Some(list) = self.names.iter().position(|n| n == name) {
            return Ok(list);
        }
        ensure!(self.names.len() < MAX_LISTS, "a lexicon has at most {MAX_LISTS} categories");
        self.names.push(name.to_owned());
        self.entries.push(Vec::new());
        Ok(self.names.len() - 1)
    }

    /// Adds mentions of the training text that no list holds: those seen at least `min_count` times, 95 % of them with
    /// one label, each to the list that `lists` names for its label.
    pub fn add_frequent<'t>(
        &mut self,
        mentions: impl Iterator<Item = (&'t str, Label)>,
        lists: &BTreeMap<String, String>,
        min_count: usize,
    ) -> Result<usize> {
        let known: HashSet<&str> = self.entries.iter().flatten().map(String::as_str).collect();
        let mut counts = label_counts(mentions);
        counts.retain(|name, counts| {
            !known.contains(name.as_str()) && counts.iter().sum::<usize>() >= min_count
        });
        let mut added = 0;
        for (name, counts) in counts {
            if let Some(list) = majority(counts, 95).and_then(|label| lists.get(label.name())) {
                let list = self.list(list)?;
                self.entries[list].push(name);
                added += 1;
            }
        }
        Ok(added)
    }

    /// The table of a model file.
    pub fn build(&self) -> (Vec<u32>, Vec<u16>) {
        let mut builder = LexiconBuilder::default();
        for (list, entries) in self.entries.iter().enumerate() {
            for name in entries {
                builder.add(name, list);
            }
        }
        builder.build()
    }
}

/// How often each name, by its [`key`], has which label, by [`Label::index`].
pub fn label_counts<'t>(mentions: impl Iterator<Item = (&'t str, Label)>) -> BTreeMap<String, [usize; 4]> {
    let mut counts: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    for (text, label) in mentions {
        counts.entry(key(text)).or_default()[label.index()] += 1;
    }
    counts
}

/// The label of at least `percent` of the mentions of a name; `percent` is more than 50.
pub fn majority(counts: [usize; 4], percent: usize) -> Option<Label> {
    let all: usize = counts.iter().sum();
    Label::ALL.into_iter().find(|label| counts[label.index()] * 100 >= all * percent)
}

/// Lower-case tokens joined by blanks: one form for a name, however it is spaced.
pub fn key(name: &str) -> String {
    let tokens = crate::evaluate::segments(name).concat();
    let words: Vec<String> =
        tokens.iter().map(|t| name[t.start as usize..t.end as usize].to_lowercase()).collect();
    words.join(" ")
}

/// A listed name as it stands in running text: no blanks around hyphens and the like.
pub fn surface(name: &str) -> String {
    let mut out = String::new();
    let tight_after = |c: char| matches!(c, '-' | '/' | '(' | '[' | '\'' | '.');
    let tight_before = |c: char| matches!(c, '-' | '/' | ')' | ']' | '\'' | ',' | '.');
    for token in name.split(' ').filter(|token| !token.is_empty()) {
        let first = token.chars().next().unwrap_or(' ');
        let after_tight =
            out.chars().last().is_none_or(tight_after) || (out.ends_with(',') && first.is_ascii_digit());
        if !after_tight && !tight_before(first) {
            out.push(' ');
        }
        out.push_str(token);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_surfaces() {
        assert_eq!(key("5-Fluorouracil"), "5 - fluorouracil");
        assert_eq!(surface("5 - fluorouracil"), "5-fluorouracil");
        assert_eq!(surface("1 , 2 - propanediol"), "1,2-propanediol");
        assert_eq!(surface("acetylsalicylic acid"), "acetylsalicylic acid");
    }

    #[test]
    fn errors_name_file_and_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("names.tsv");
        std::fs::write(&path, "category\tname\nbrand\tzovirax\nno tab\n").unwrap();
        let error = Lists::default().read(&path, &[]).unwrap_err().to_string();
        assert!(error.contains("names.tsv:3"), "{error}");
    }

    #[test]
    fn frequent_names_of_one_label_are_added() {
        let mut lists = Lists::default();
        lists.list("approved").unwrap();
        let map = BTreeMap::from([("drug".to_owned(), "approved".to_owned())]);
        let mentions = ["Ethanol", "ethanol", "ethanol", "ETHANOL", "rare"].map(|t| (t, Label::Drug));
        assert_eq!(lists.add_frequent(mentions.into_iter(), &map, 4).unwrap(), 1);
        assert_eq!(lists.entries, [["ethanol"]]);
    }
}
