//! The whole experiment of Sadikin, Fanany and Basaruddin (2016): all systems, several seeds, one report.
//!
//! Every run writes its outcome when it is done, so an interrupted experiment goes on where it stopped.

pub mod baselines;
pub mod data;
pub mod familiarity;
pub mod published;
pub mod report;
pub mod run;
pub mod scores;
pub mod settings;
pub mod summary;
pub mod variant;
pub mod vectors;
pub mod verdict;

use crate::evaluate::answers_of_document;
use crate::representation::{WordSentence, words};
use anyhow::{Context as _, Result, bail, ensure};
use data::Data;
use drugner::Model;
use drugner::format::writer::save;
use indicatif::{ProgressBar, ProgressStyle};
use run::{Outcome, Run};
use scores::{SystemScores, Yardstick, answers, score};
use serde::{Deserialize, Serialize};
use settings::Settings;
use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use variant::{TextSet, Variant, grid};
use vectors::WordVectors;

/// What an experiment is made of.
#[derive(Clone, Debug)]
pub struct Options {
    /// DDI corpus 2013, folder or zip.
    pub corpus: PathBuf,
    /// List of the development documents; `None` takes those fixed for the DDI corpus 2013.
    pub development: Option<PathBuf>,
    /// Text files added to the text of the word vectors in some variants.
    pub text: Vec<PathBuf>,
    /// Seeds of each variant.
    pub seeds: u64,
    /// Fewer variants, fewer epochs.
    pub quick: bool,
    /// Only the variants with these [`Variant::id`]s; all when empty.
    pub systems: Vec<String>,
    /// Runs at the same time; 0 takes the processors at hand.
    pub threads: usize,
}

/// Scores of a system that is not trained in the experiment, by sub-corpus.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reference {
    /// What it is.
    pub name: String,
    /// Scores on the test documents of each sub-corpus.
    pub test: BTreeMap<String, SystemScores>,
}

/// All outcomes of an experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Results {
    /// Identity of the experiment.
    pub identity: Identity,
    /// Runs in the order of the grid.
    pub outcomes: Vec<Outcome>,
    /// Baselines and the default model.
    pub references: Vec<Reference>,
}

/// What an interrupted experiment must agree on to be continued.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// SHA-256 of text and annotation of the corpus.
    pub corpus: String,
    /// Names and sizes of the added text files.
    pub text: Vec<(String, u64)>,
    /// Number of seeds.
    pub seeds: u64,
    /// Effort of the training.
    pub settings: Settings,
    /// Systems.
    pub variants: Vec<Variant>,
}

/// Runs what is not done yet and returns all outcomes; `out` holds `runs/`, `models/` (of the first seed) and, while
/// the experiment runs, `work/`. `reference` is compared with the paper's systems.
pub fn experiment(options: &Options, out: &Path, reference: Option<&Model>) -> Result<Results> {
    ensure!(options.seeds > 0, "at least one seed is needed");
    let data = Data::read(&options.corpus, options.development.as_deref())?;
    let identity = identity(options, &data)?;
    let [runs_folder, models, work] = ["runs", "models", "work"].map(|name| out.join(name));
    for folder in [&runs_folder, &models, &work] {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    agree(&identity, &out.join("experiment.json"))?;

    let yardstick = Yardstick::new(&data);
    let runs = runs(&identity, &data);
    let mut outcomes: Vec<Option<Outcome>> = runs.iter().map(|run| read_outcome(run, &runs_folder)).collect();
    let open: Vec<usize> = (0..runs.len()).filter(|&i| outcomes[i].is_none()).collect();
    let vectors = Mutex::new(BTreeMap::new());
    let needed: BTreeSet<(TextSet, u64)> =
        open.iter().map(|&i| (runs[i].variant.text, runs[i].seed)).collect();
    let bar = progress(open.len());
    for (text, seed) in needed {
        bar.set_message(format!("word vectors, seed {seed}"));
        let trained = vectors::train(&data, text, &options.text, seed, &work)?;
        vectors.lock().expect("no thread panicked").insert((text, seed), trained);
    }
    let vectors: BTreeMap<(TextSet, u64), WordVectors> = vectors.into_inner().expect("no thread panicked");
    let finished = parallel(&open, options.threads, |i| {
        let run = &runs[i];
        let vectors = &vectors[&(run.variant.text, run.seed)];
        let checkpoint = work.join(format!("{}.checkpoint", run.id()));
        let (outcome, model) = run::run(run, &data, vectors, &yardstick, &identity.settings, &checkpoint)?;
        if run.seed == 1 {
            let path = models.join(format!("{}.{}.drugner", run.variant.id(), run.sub_corpus.to_lowercase()));
            save(&path, &model).with_context(|| format!("cannot write {}", path.display()))?;
        }
        let path = runs_folder.join(format!("{}.json", run.id()));
        save(&path, serde_json::to_string_pretty(&outcome)?.as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
        let _ = std::fs::remove_file(&checkpoint);
        bar.inc(1);
        let line = format!(
            "{}: word F1 {:.4} (development {:.4}), {:.0} s",
            run.id(),
            outcome.test.words.words.f1,
            outcome.development.words.words.f1,
            outcome.seconds
        );
        if bar.is_hidden() {
            eprintln!("{line}")
        } else {
            bar.println(line)
        }
        Ok((i, outcome))
    })?;
    bar.finish_and_clear();
    for (i, outcome) in finished {
        outcomes[i] = Some(outcome);
    }
    let references = references(&data, &yardstick, reference)?;
    std::fs::remove_dir_all(&work).with_context(|| format!("cannot remove {}", work.display()))?;
    Ok(Results { identity, outcomes: outcomes.into_iter().flatten().collect(), references })
}

fn identity(options: &Options, data: &Data) -> Result<Identity> {
    let text = options.text.iter().map(|path| {
        let size = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?.len();
        Ok((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), size))
    });
    let mut variants = grid(options.quick, !options.text.is_empty());
    if !options.systems.is_empty() {
        let ids: Vec<String> = variants.iter().map(Variant::id).collect();
        if let Some(unknown) = options.systems.iter().find(|id| !ids.contains(id)) {
            bail!("there is no system {unknown}; the systems are {}", ids.join(", "));
        }
        variants.retain(|variant| options.systems.contains(&variant.id()));
    }
    Ok(Identity {
        corpus: data.fingerprint(),
        text: text.collect::<Result<_>>()?,
        seeds: options.seeds,
        settings: if options.quick { Settings::quick() } else { Settings::full() },
        variants,
    })
}

/// Writes the identity into a new folder; refuses a folder of another experiment.
fn agree(identity: &Identity, path: &Path) -> Result<()> {
    match std::fs::read_to_string(path) {
        Ok(text) => ensure!(
            serde_json::from_str::<Identity>(&text).is_ok_and(|found| found == *identity),
            "{} belongs to an experiment with another corpus or other options; choose another --out or remove that folder",
            path.display()
        ),
        Err(_) => save(path, serde_json::to_string_pretty(identity)?.as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?,
    }
    Ok(())
}

fn runs(identity: &Identity, data: &Data) -> Vec<Run> {
    let mut runs = Vec::new();
    for seed in 1..=identity.seeds {
        for variant in &identity.variants {
            for sub_corpus in data.sub_corpora() {
                runs.push(Run { variant: variant.clone(), sub_corpus, seed });
            }
        }
    }
    runs
}

fn read_outcome(run: &Run, folder: &Path) -> Option<Outcome> {
    let text = std::fs::read_to_string(folder.join(format!("{}.json", run.id()))).ok()?;
    serde_json::from_str::<Outcome>(&text).ok().filter(|outcome| outcome.run == *run)
}

fn progress(runs: usize) -> ProgressBar {
    let bar =
        if std::io::stderr().is_terminal() { ProgressBar::new(runs as u64) } else { ProgressBar::hidden() };
    let template = "{elapsed_precise} [{wide_bar}] {pos}/{len} runs, ETA {eta} {msg}";
    bar.set_style(ProgressStyle::with_template(template).expect("the template is valid"));
    bar
}

/// Calls `work` for every item on `threads` threads, each with a thread pool of its own of one thread, so that every run
/// has one processor. The first error ends all.
fn parallel<T: Send>(
    items: &[usize],
    threads: usize,
    work: impl Fn(usize) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let at_hand = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if threads == 0 { at_hand } else { threads };
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let results = Mutex::new(Vec::new());
    let worker = || -> Result<()> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
        while !failed.load(Ordering::Relaxed)
            && let Some(&item) = items.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let result =
                pool.install(|| work(item)).inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
            results.lock().expect("no thread panicked").push(result);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a run does not panic"))
    })?;
    Ok(results.into_inner().expect("no thread panicked"))
}

fn references(data: &Data, yardstick: &Yardstick, reference: Option<&Model>) -> Result<Vec<Reference>> {
    let sub_corpora = data.sub_corpora();
    let test = |find: &dyn Fn(&str) -> Result<SystemScores>| -> Result<BTreeMap<String, SystemScores>> {
        sub_corpora.iter().map(|sub| Ok((sub.clone(), find(sub)?))).collect()
    };
    let own = |sub: Option<&str>| {
        let mut sentences = words::corpus(&data.train, sub);
        sentences.extend(words::corpus(&data.development, sub));
        sentences
    };
    let mut references = Vec::new();
    for (name, joint) in [("of its own sub-corpus", false), ("of both sub-corpora", true)] {
        let train = |sub: &str| own(if joint { None } else { Some(sub) });
        let majority = |sub: &str| {
            let words = baselines::MajorityWord::new(&train(sub));
            score(&data.test, sub, yardstick, |document| {
                Ok(answers(document, |sentence| words.find(sentence)))
            })
        };
        let dictionary = |sub: &str| {
            let names = baselines::dictionary(&train(sub));
            let find = |sentence: &WordSentence| names.find(&sentence.normal);
            score(&data.test, sub, yardstick, |document| Ok(answers(document, find)))
        };
        references.push(Reference { name: format!("majority word {name}"), test: test(&majority)? });
        references.push(Reference { name: format!("training dictionary {name}"), test: test(&dictionary)? });
    }
    if let Some(model) = reference {
        let find = |sub: &str| {
            score(&data.test, sub, yardstick, |document| answers_of_document(model, document, false))
        };
        references.push(Reference { name: "default model of drugner".to_owned(), test: test(&find)? });
    }
    Ok(references)
}
