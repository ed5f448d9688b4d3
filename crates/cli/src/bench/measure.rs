//! The measurements. Variants of one question take turns within each round, so that a drift of the machine hits them
//! alike.

use super::{Clock, median, percentile, private_bytes};
use anyhow::Result;
use drugner::context::{Stage, Work};
use drugner::text::{Sentences, Token};
use drugner::{Context, ContextOptions, Isa, Model};
use std::ops::Range;

/// Mentions of one document beyond which a call ends early: more than a document in a benchmark has.
const MAX_SPANS: u32 = 1 << 20;

/// Texts to run over.
pub struct Workload {
    pub(super) documents: Vec<Vec<u8>>,
    /// Document and place of every sentence.
    sentences: Vec<(usize, Range<usize>)>,
    /// Sentences and tokens as the model sees them.
    pub work: Work,
}

impl Workload {
    /// The documents as `model` cuts them.
    pub fn new(model: &Model, documents: Vec<Vec<u8>>) -> Result<Self> {
        let mut context = context(model)?;
        let mut work = Work::default();
        let mut sentences = Vec::new();
        let mut tokens = vec![Token::default(); 256];
        for (i, text) in documents.iter().enumerate() {
            let of_text = context.run_stages(text, Stage::Text)?;
            work.sentences += of_text.sentences;
            work.tokens += of_text.tokens;
            let mut walk = Sentences::new(text);
            while let Some(sentence) = walk.next_into(&mut tokens) {
                sentences.push((i, sentence.start as usize..sentence.end as usize));
            }
        }
        Ok(Self { documents, sentences, work })
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> usize {
        self.documents.iter().map(Vec::len).sum()
    }

    /// The sentences, as they stand in the documents.
    pub(super) fn sentences(&self) -> impl Iterator<Item = &[u8]> {
        self.sentences.iter().map(|(document, range)| &self.documents[*document][range.clone()])
    }

    pub(super) fn find(&self, context: &mut Context) -> Result<()> {
        for text in &self.documents {
            context.find_utf8(text)?;
        }
        Ok(())
    }
}

/// Figures of one instruction set.
pub struct InstructionSet {
    /// The instruction set.
    pub isa: Isa,
    /// Whole documents, median round.
    pub tokens_per_second: f64,
    /// Microseconds for sentences given one by one: median and 99th percentile over the sentences, each with the median
    /// of its rounds.
    pub sentence_us: (f64, f64),
}

/// Runs each model over the workload.
pub fn instruction_sets(models: &[Model], workload: &Workload, rounds: usize) -> Result<Vec<InstructionSet>> {
    let mut contexts = models.iter().map(context).collect::<Result<Vec<_>>>()?;
    let mut documents = vec![Vec::with_capacity(rounds); models.len()];
    let mut sentences = vec![vec![Vec::with_capacity(rounds); workload.sentences.len()]; models.len()];
    for context in &mut contexts {
        workload.find(context)?;
    }
    for _ in 0..rounds {
        for (m, context) in contexts.iter_mut().enumerate() {
            let clock = Clock::start();
            workload.find(context)?;
            documents[m].push(clock.seconds());
            for (times, text) in sentences[m].iter_mut().zip(workload.sentences()) {
                let clock = Clock::start();
                context.find_utf8(text)?;
                times.push(clock.seconds());
            }
        }
    }
    let figures =
        models.iter().zip(&mut documents).zip(&mut sentences).map(|((model, documents), sentences)| {
            let mut each: Vec<f64> = sentences.iter_mut().map(|times| median(times) * 1e6).collect();
            InstructionSet {
                isa: model.isa(),
                tokens_per_second: workload.work.tokens as f64 / median(documents),
                sentence_us: (percentile(&mut each, 0.5), percentile(&mut each, 0.99)),
            }
        });
    Ok(figures.collect())
}

/// Microseconds per token of each stage.
pub struct StagesUs {
    /// Decoding the text, sentences, tokens.
    pub text: f64,
    /// Vocabulary, lexicon, characters, shapes.
    pub features: f64,
    /// Layers.
    pub network: f64,
    /// Best path, scores, mentions.
    pub decode: f64,
}

impl StagesUs {
    /// Share of the network in the whole time, 0..=1.
    pub fn network_share(&self) -> f64 {
        self.network / (self.text + self.features + self.network + self.decode)
    }
}

/// Times the walk up to each stage; a stage is the difference to the one before.
pub fn stages(model: &Model, workload: &Workload, rounds: usize) -> Result<StagesUs> {
    const ENDS: [Option<Stage>; 4] = [Some(Stage::Text), Some(Stage::Features), Some(Stage::Network), None];
    let mut context = context(model)?;
    let mut times = ENDS.map(|_| Vec::with_capacity(rounds));
    for _ in 0..rounds {
        for (times, end) in times.iter_mut().zip(ENDS) {
            let clock = Clock::start();
            match end {
                None => workload.find(&mut context)?,
                Some(stage) => {
                    for text in &workload.documents {
                        context.run_stages(text, stage)?;
                    }
                }
            }
            times.push(clock.seconds());
        }
    }
    let [text, features, network, all] =
        times.map(|mut times| median(&mut times) * 1e6 / workload.work.tokens.max(1) as f64);
    let over = |later: f64, earlier: f64| (later - earlier).max(0.0);
    Ok(StagesUs {
        text,
        features: over(features, text),
        network: over(network, features),
        decode: over(all, network),
    })
}

/// Milliseconds until a model is usable.
pub struct OpeningMs {
    /// With the checksums verified.
    pub verified: f64,
    /// With `skip_checksum`.
    pub unverified: f64,
}

/// Times `open`, which is told whether to skip the checksums.
pub fn opening(rounds: usize, open: impl Fn(bool) -> Result<Model>) -> Result<OpeningMs> {
    let mut times = [false, true].map(|_| Vec::with_capacity(rounds));
    for _ in 0..rounds {
        for (times, skip) in times.iter_mut().zip([false, true]) {
            let clock = Clock::start();
            let model = open(skip)?;
            times.push(clock.seconds() * 1e3);
            drop(model);
        }
    }
    let [verified, unverified] = times.map(|mut times| median(&mut times));
    Ok(OpeningMs { verified, unverified })
}

/// Bytes of private memory that opening a model and using it on `texts` leaves, the context gone; `None` where the
/// system does not say. Pages of the model that no other process maps count as well.
pub fn private_of_model(open: impl Fn() -> Result<Model>, texts: &[&str]) -> Result<Option<u64>> {
    let Some(before) = private_bytes() else { return Ok(None) };
    let model = open()?;
    let mut context = context(&model)?;
    for text in texts {
        context.find_utf8(text.as_bytes())?;
    }
    drop(context);
    Ok(private_bytes().map(|after| after.saturating_sub(before)))
}

/// A context that no document of a benchmark fills.
pub(super) fn context(model: &Model) -> Result<Context> {
    Ok(Context::new(model, &ContextOptions { max_spans: MAX_SPANS, ..ContextOptions::default() })?)
}
