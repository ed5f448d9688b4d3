//! Which published figures are confirmed, decided from the measured ones.

use super::Results;
use super::published;
use super::summary::System;
use super::variant::{LabelSource, Network, TextSet, Variant};

/// A published figure counts as confirmed when a system of the paper's design comes this close or goes above it.
const TOLERANCE: f64 = 0.01;

/// One sentence for each claim.
pub fn verdicts(results: &Results) -> Vec<String> {
    let systems = System::all(results);
    let mut verdicts: Vec<String> =
        Network::ALL.iter().filter_map(|&network| mean(&systems, network)).collect();
    verdicts.extend(order(&systems));
    verdicts.extend(precision(&systems));
    verdicts.extend(limit(results, &systems));
    verdicts.extend(baseline(results, &systems));
    verdicts
}

/// Of the paper's own design: no text but that of the corpus, one sub-corpus.
fn as_in_the_paper(variant: &Variant) -> bool {
    variant.text != TextSet::Added && !variant.joint && variant.labels == LabelSource::Offsets
}

/// The system with the best figure on the development documents.
fn best<'s, 'r>(
    systems: &'s [System<'r>],
    network: Network,
    wanted: impl Fn(&Variant) -> bool,
) -> Option<&'s System<'r>> {
    systems
        .iter()
        .filter(|system| system.variant.network == network && wanted(system.variant))
        .max_by(|a, b| a.development_f1().mean.total_cmp(&b.development_f1().mean))
}

fn mean(systems: &[System], network: Network) -> Option<String> {
    let own = best(systems, network, as_in_the_paper)?;
    let any = best(systems, network, |_| true)?;
    let (published, in_abstract) = published::mean_f1(network);
    let measured = own.word_f1();
    let mut text = format!(
        "**{}**: published mean F {published:.4}{}; measured {} with the paper's means ({}). ",
        network.name(),
        if in_abstract { "" } else { " (unverified)" },
        measured.text(),
        own.variant.description(),
    );
    text.push_str(&if measured.mean >= published - TOLERANCE {
        "**Confirmed** as a level that false positives included can be reached.".to_owned()
    } else {
        format!("**Not confirmed**: {:.4} below.", published - measured.mean)
    });
    if any.variant != own.variant {
        text.push_str(&format!(
            " Best of all variants: {} ({}).",
            any.word_f1().text(),
            any.variant.description()
        ));
    }
    Some(text)
}

fn order(systems: &[System]) -> Option<String> {
    let lstm = best(systems, Network::Lstm, as_in_the_paper)?.word_f1().mean;
    let others = [Network::Mlp, Network::Dbn, Network::Sae];
    let other = others
        .iter()
        .filter_map(|&network| Some((network, best(systems, network, as_in_the_paper)?.word_f1().mean)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(format!(
        "**The sequence with an LSTM is the best technique**: {} ({lstm:.4}; best other network {} with {:.4}).",
        if lstm > other.1 { "confirmed" } else { "not confirmed" },
        other.0.name(),
        other.1,
    ))
}

fn precision(systems: &[System]) -> Option<String> {
    let lstm = best(systems, Network::Lstm, as_in_the_paper)?;
    let parts = lstm.sub_corpora().into_iter().map(|sub| {
        let p = lstm.figure(sub, |outcome| outcome.test.words.words.p);
        let wrong = lstm.figure(sub, |outcome| outcome.test.words.words.fp as f64);
        format!("{} on {sub} ({:.0} words wrongly marked)", p.text(), wrong.mean)
    });
    Some(format!(
        "**A precision of exactly 1.0000**: refuted for words counted over the whole test text: {}. Precision is 1 for \
         every system, by construction, when only the words of gold names are counted (column \"masked\" below); a \
         metric of that kind, or a loss mask used in the metric, explains the published value with its incomplete recall.",
        parts.collect::<Vec<_>>().join(", ")
    ))
}

/// Why the level of the paper's LSTM is out of reach: the gold words that the training text never shows.
fn limit(results: &Results, systems: &[System]) -> Option<String> {
    let lstm = best(systems, Network::Lstm, |_| true)?;
    let default = results.references.iter().find(|reference| reference.name.contains("default model"));
    let parts = lstm.sub_corpora().into_iter().map(|sub| {
        let reach = lstm.on(sub)[0].test.reach;
        let all: usize = reach.iter().map(|kind| kind.words).sum();
        let recall = |kind: usize| lstm.figure(sub, |o| o.test.reach[kind].recall()).mean;
        let default = default.and_then(|reference| reference.test.get(sub)).map_or(String::new(), |scores| {
            format!("; the default model, which also reads letters, case and lists, {:.3}", scores.reach[2].recall())
        });
        format!(
            "{:.1} % of the gold words on {sub}, of which it finds {:.3} (of words in training names {:.3}{default})",
            100.0 * reach[2].words as f64 / all.max(1) as f64,
            recall(2),
            recall(0),
        )
    });
    Some(format!(
        "**What the best LSTM ({}, mean word F {}) misses**: words that no training document contains are {}.",
        lstm.variant.id(),
        lstm.word_f1().text(),
        parts.collect::<Vec<_>>().join(" and ")
    ))
}

fn baseline(results: &Results, systems: &[System]) -> Option<String> {
    let (name, f1) = results
        .references
        .iter()
        .filter(|reference| reference.name.starts_with("majority"))
        .map(|reference| {
            let sum: f64 = reference.test.values().map(|scores| scores.words.words.f1).sum();
            (&reference.name, sum / reference.test.len().max(1) as f64)
        })
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    let parts = Network::ALL.iter().filter_map(|&network| {
        let any = best(systems, network, |_| true)?.word_f1().mean - f1;
        let own = best(systems, network, as_in_the_paper);
        let own = own.map_or(String::new(), |own| format!("{:+.4}, ", own.word_f1().mean - f1));
        Some(format!("{} {own}best variant {any:+.4}", network.name()))
    });
    Some(format!(
        "**Against a look-up table**: {name} reaches a mean word F of {f1:.4}; the networks differ from it by {}.",
        parts.collect::<Vec<_>>().join(", ")
    ))
}
