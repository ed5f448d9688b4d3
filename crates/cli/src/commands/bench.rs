//! `drugner bench`

use super::ModelArguments;
use super::corpus::{Part, read_corpus};
use crate::bench::{self, Clock, InstructionSet, Length, OpeningMs, StagesUs, TwoThreads, Workload};
use anyhow::{Context as _, Result, bail};
use drugner::format::sha256::hex;
use drugner::kernels::Kernels;
use drugner::{Context, ContextOptions, Isa, LoadMode, Model, ModelOptions};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Notes that are measured without --text.
const NOTES: [&str; 3] = [
    include_str!("../../../../examples/notes/discharge_summary.txt"),
    include_str!("../../../../examples/notes/medication_list.txt"),
    include_str!("../../../../examples/notes/progress_note.txt"),
];

/// Measure how fast a model is here
///
/// Everything runs on one core. Instruction sets take turns in each round, a figure is the median over the rounds, and
/// time is the processor time of the thread, so that other programs disturb little. The time of a stage is the difference
/// between walks that end at it and before it. Texts of one sentence up to --longest bytes and two threads against one
/// are measured once, or --scaling-rounds times. Opening is measured on a file that lies in the system's cache. What a
/// second process needs for the model is measured in one (on Linux): its private memory after use less that before
/// opening, without the context. No text is printed.
///
/// Examples:
///   drugner bench
///   drugner bench --corpus ddi2013.zip
///   drugner bench --text note.txt --isa avx2 --json -
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// Documents to run over; without it three example notes.
    #[arg(long, value_name = "FILE")]
    text: Vec<PathBuf>,
    /// DDI-2013 corpus (a folder of XML files or the zip archive): its NER test sentences, each a text of its own, are
    /// added.
    #[arg(long, value_name = "PATH")]
    corpus: Option<PathBuf>,
    /// Rounds.
    #[arg(long, default_value_t = 11, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rounds: u32,
    /// Rounds over texts of growing length and over threads; 0 leaves them out.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=1000))]
    scaling_rounds: u32,
    /// Bytes of the longest text.
    #[arg(long, default_value_t = 10_000_000, value_parser = clap::value_parser!(u32).range(100_000..=1_000_000_000))]
    longest: u32,
    /// Only this instruction set: scalar, avx2, avx512 or neon; without it all of this machine.
    #[arg(long, value_name = "ISA", value_parser = isa)]
    isa: Option<Isa>,
    /// Write the figures as JSON to FILE, `-` for standard output instead of the table.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Be the second process: print the bytes of private memory that using the model takes, and nothing else.
    #[arg(long, hide = true)]
    second_process: bool,
}

fn isa(name: &str) -> Result<Isa, String> {
    Isa::from_name(name).ok_or_else(|| "choose scalar, avx2, avx512 or neon".to_owned())
}

/// All figures.
struct Report {
    cpu: String,
    core: Option<usize>,
    rounds: usize,
    model: String,
    workload: Workload,
    /// Best first.
    sets: Vec<InstructionSet>,
    stages: StagesUs,
    /// Shortest texts first.
    lengths: Vec<Length>,
    two_threads: Option<TwoThreads>,
    opening: OpeningMs,
    model_bytes: u64,
    context_bytes: usize,
    private_bytes: Option<u64>,
    second_process_bytes: Option<u64>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.second_process {
        return print_private_of_model(arguments);
    }
    let report = measure(arguments)?;
    let mut out = std::io::stdout().lock();
    let to_stdout = arguments.json.as_deref().is_some_and(|path| path.as_os_str() == "-");
    if let Some(path) = &arguments.json {
        let text = format!("{}\n", report.to_json());
        if to_stdout {
            out.write_all(text.as_bytes())?;
        } else {
            drugner::format::writer::save(path, text.as_bytes())
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    if !to_stdout {
        report.write_table(&mut out)?;
    }
    Ok(())
}

fn measure(arguments: &Arguments) -> Result<Report> {
    let cores = bench::cores();
    let core = cores.first().copied().filter(|&core| bench::pin_to(core));
    let rounds = arguments.rounds as usize;
    let open = |isa, skip_checksum| open(arguments, isa, skip_checksum);
    let isas: Vec<Isa> = match arguments.isa {
        Some(isa) => vec![isa],
        None => Kernels::available().map(Kernels::isa).collect(),
    };
    let models = isas.iter().map(|&isa| open(Some(isa), false)).collect::<Result<Vec<Model>>>()?;
    let best = &models[0];
    let context_bytes = Context::arena_size(best, &ContextOptions::default())?;
    let workload = Workload::new(best, documents(arguments)?)?;
    if workload.work.tokens == 0 {
        bail!("the text has no token to measure with");
    }
    let sets = bench::instruction_sets(&models, &workload, rounds)?;
    let stages = bench::stages(best, &workload, rounds)?;
    let (mut lengths, mut two_threads) = (Vec::new(), None);
    if arguments.scaling_rounds > 0 {
        let rounds = arguments.scaling_rounds as usize;
        lengths = bench::lengths(best, &workload, arguments.longest as usize, rounds)?;
        two_threads = bench::two_threads(best, &workload, &cores, rounds.max(3))?;
    }
    let opening = bench::opening(rounds.max(5), |skip| open(arguments.isa, skip))?;
    Ok(Report {
        cpu: bench::cpu_name(),
        core,
        rounds,
        model: hex(&best.info().sha256),
        sets,
        stages,
        lengths,
        two_threads,
        opening,
        model_bytes: best.info().file_size,
        context_bytes,
        private_bytes: bench::private_bytes(),
        second_process_bytes: second_process_bytes(arguments)?,
        workload,
    })
}

fn open(arguments: &Arguments, isa: Option<Isa>, skip_checksum: bool) -> Result<Model> {
    let options = ModelOptions { load_mode: LoadMode::Map, isa, skip_checksum, ..ModelOptions::default() };
    arguments.model.open(&options)
}

/// Bytes of private memory that a second process needs for the model while this one has it open; `None` where the
/// system does not say.
fn second_process_bytes(arguments: &Arguments) -> Result<Option<u64>> {
    if bench::private_bytes().is_none() {
        return Ok(None);
    }
    let mut second = Command::new(std::env::current_exe().context("cannot find this program")?);
    second.args(["bench", "--second-process"]);
    if let Some(isa) = arguments.isa {
        second.args(["--isa", isa.name()]);
    }
    if let Some(path) = &arguments.model.model {
        second.arg("--model").arg(path);
    }
    let output = second.stderr(Stdio::inherit()).output().context("cannot run a second process")?;
    let bytes = std::str::from_utf8(&output.stdout)?.trim().parse();
    Ok(Some(bytes.context("the second process did not say what it needs")?))
}

fn print_private_of_model(arguments: &Arguments) -> Result<()> {
    let bytes = bench::private_of_model(|| open(arguments, arguments.isa, false), &NOTES)?;
    writeln!(std::io::stdout(), "{}", bytes.context("the system does not say what memory is private")?)?;
    Ok(())
}

fn documents(arguments: &Arguments) -> Result<Vec<Vec<u8>>> {
    let mut documents = Vec::new();
    for path in &arguments.text {
        documents.push(std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?);
    }
    if arguments.text.is_empty() {
        documents.extend(NOTES.map(|note| note.as_bytes().to_vec()));
    }
    if let Some(path) = &arguments.corpus {
        let corpus = read_corpus(path, Part::NerTest)?;
        let sentences = corpus.documents.into_iter().flat_map(|document| document.sentences);
        documents.extend(sentences.map(|sentence| sentence.text.into_bytes()));
    }
    Ok(documents)
}

impl Report {
    fn to_json(&self) -> Value {
        let figures = |set: &InstructionSet| {
            let (p50, p99) = set.sentence_us;
            json!({
                "tokens_per_second": set.tokens_per_second.round(),
                "sentence_us": {"p50": p50, "p99": p99},
                "isa": set.isa.name(),
            })
        };
        let StagesUs { text, features, network, decode } = self.stages;
        let mut value = figures(&self.sets[0]);
        value["model"] = json!(self.model);
        value["cpu"] = json!(self.cpu);
        value["core"] = json!(self.core);
        value["clock"] = json!(Clock::NAME);
        value["rounds"] = json!(self.rounds);
        value["text"] = json!({
            "bytes": self.workload.bytes(),
            "sentences": self.workload.work.sentences,
            "tokens": self.workload.work.tokens,
        });
        value["instruction_sets"] = self.sets.iter().map(figures).collect();
        value["stage_us_per_token"] =
            json!({"text": text, "features": features, "network": network, "decode": decode});
        value["network_share"] = json!(self.stages.network_share());
        let length = |length: &Length| json!({"bytes": length.bytes, "us_per_token": length.us_per_token});
        value["lengths"] = self.lengths.iter().map(length).collect();
        if let Some(TwoThreads { processor_time, wall_time }) = self.two_threads {
            value["two_threads_over_one"] = json!({"processor_time": processor_time, "wall_time": wall_time});
        }
        value["open_ms"] = json!({"verified": self.opening.verified, "unverified": self.opening.unverified});
        value["memory_bytes"] = json!({
            "model": self.model_bytes,
            "context": self.context_bytes,
            "private": self.private_bytes,
            "second_process": self.second_process_bytes,
        });
        value
    }

    fn write_table(&self, out: &mut dyn Write) -> Result<()> {
        let StagesUs { text, features, network, decode } = self.stages;
        writeln!(out, "processor     {}", self.cpu)?;
        match self.core {
            Some(core) => writeln!(out, "pinned to     core {core}")?,
            None => writeln!(out, "pinned to     no core: not possible on this system")?,
        }
        writeln!(out, "model         {}", self.model)?;
        let work = self.workload.work;
        writeln!(
            out,
            "text          {} bytes, {} sentences, {} tokens; {} rounds",
            self.workload.bytes(),
            work.sentences,
            work.tokens,
            self.rounds
        )?;
        writeln!(out, "time          {}", Clock::NAME)?;
        writeln!(out, "\ninstructions   tokens/s   sentence us p50        p99")?;
        for InstructionSet { isa, tokens_per_second, sentence_us: (p50, p99) } in &self.sets {
            writeln!(out, "{:12} {tokens_per_second:>10.0} {p50:>17.1} {p99:>10.1}", isa.name())?;
        }
        writeln!(out, "\nstage ({})  us per token", self.sets[0].isa.name())?;
        for (stage, us) in [("text", text), ("features", features), ("network", network), ("decode", decode)]
        {
            writeln!(out, "{stage:12} {us:>12.3}")?;
        }
        writeln!(out, "network share {:.1} %", 100.0 * self.stages.network_share())?;
        if !self.lengths.is_empty() {
            writeln!(out, "\nbytes of a text  us per token")?;
        }
        for Length { bytes, us_per_token } in &self.lengths {
            writeln!(out, "{bytes:>15} {us_per_token:>13.3}")?;
        }
        if let Some(TwoThreads { processor_time, wall_time }) = self.two_threads {
            writeln!(
                out,
                "two threads   {processor_time:.2} times one by processor time, {wall_time:.2} by wall time"
            )?;
        }
        let OpeningMs { verified, unverified } = self.opening;
        writeln!(out, "\nopening       {verified:.2} ms, without checksums {unverified:.2} ms")?;
        writeln!(out, "model         {} bytes, read where they lie", self.model_bytes)?;
        writeln!(out, "context       {} bytes", self.context_bytes)?;
        if let Some(bytes) = self.private_bytes {
            writeln!(out, "this process  {bytes} bytes of its own")?;
        }
        match self.second_process_bytes {
            Some(bytes) => {
                writeln!(out, "second one    {bytes} bytes of its own for the model, without its context")?
            }
            None => writeln!(out, "second one    unknown: the system does not say")?,
        }
        Ok(())
    }
}
