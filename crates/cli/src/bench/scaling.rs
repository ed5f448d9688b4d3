//! Does the cost of a token stay the same in long texts, and do threads disturb each other?

use super::measure::{Workload, context};
use super::{Clock, median};
use anyhow::Result;
use drugner::Model;
use drugner::context::Stage;
use std::sync::Barrier;
use std::time::Instant;

/// Each length is measured over at least this many bytes.
const LEAST_BYTES: usize = 1 << 20;

/// Cost in texts of one length.
pub struct Length {
    /// Bytes of a text, on average.
    pub bytes: usize,
    /// Microseconds per token, median round.
    pub us_per_token: f64,
}

/// Times texts of one sentence each, the documents as they are, and the documents joined and repeated until a text has
/// `longest` bytes and powers of ten below it.
pub fn lengths(model: &Model, workload: &Workload, longest: usize, rounds: usize) -> Result<Vec<Length>> {
    let mut context = context(model)?;
    let joined = workload.documents.join(&b"\n\n"[..]);
    let mut sets: Vec<Vec<Vec<u8>>> =
        vec![workload.sentences().map(<[u8]>::to_vec).collect(), workload.documents.clone()];
    let mut bytes = 100_000;
    while bytes <= longest {
        sets.push(vec![joined.iter().chain(b"\n\n").copied().cycle().take(bytes).collect()]);
        bytes *= 10;
    }
    struct Times {
        bytes: usize,
        tokens: usize,
        seconds: Vec<f64>,
    }
    let mut figures = Vec::new();
    for texts in &sets {
        let bytes = texts.iter().map(Vec::len).sum::<usize>();
        let mut tokens = 0;
        for text in texts {
            tokens += context.run_stages(text, Stage::Text)?.tokens;
        }
        figures.push(Times { bytes, tokens, seconds: Vec::with_capacity(rounds) });
    }
    for _ in 0..rounds {
        for (texts, Times { bytes, tokens, seconds }) in sets.iter().zip(&mut figures) {
            let passes = LEAST_BYTES.div_ceil(*bytes);
            let clock = Clock::start();
            for text in std::iter::repeat_n(texts, passes).flatten() {
                context.find_utf8(text)?;
            }
            seconds.push(clock.seconds() * 1e6 / (passes * *tokens) as f64);
        }
    }
    let length = |(texts, mut times): (&Vec<Vec<u8>>, Times)| Length {
        bytes: times.bytes / texts.len(),
        us_per_token: median(&mut times.seconds),
    };
    Ok(sets.iter().zip(figures).map(length).collect())
}

/// Two threads with one context each against one thread, as ratios of tokens per second: 2 is perfect.
pub struct TwoThreads {
    /// By the processor time of each thread: what they take from each other (cache, memory), without other programs.
    pub processor_time: f64,
    /// By wall time: also locks, the scheduler, and whatever else the machine does.
    pub wall_time: f64,
}

/// Runs the workload on one thread and on two in turn, thread i on the i-th of `cores`; `None` with fewer than two.
pub fn two_threads(
    model: &Model,
    workload: &Workload,
    cores: &[usize],
    rounds: usize,
) -> Result<Option<TwoThreads>> {
    if cores.len() < 2 {
        return Ok(None);
    }
    let passes = LEAST_BYTES.div_ceil(workload.bytes());
    let (mut processor, mut wall) = (Vec::with_capacity(rounds), Vec::with_capacity(rounds));
    for _ in 0..rounds {
        let one = run_threads(model, workload, &cores[..1], passes)?;
        let two = run_threads(model, workload, &cores[..2], passes)?;
        processor.push(two.0 / one.0);
        wall.push(two.1 / one.1);
    }
    Ok(Some(TwoThreads { processor_time: median(&mut processor), wall_time: median(&mut wall) }))
}

/// Passes per second of all threads together: by the processor time of each, and by wall time.
fn run_threads(model: &Model, workload: &Workload, cores: &[usize], passes: usize) -> Result<(f64, f64)> {
    let start = Barrier::new(cores.len() + 1);
    let run = |core: usize| {
        super::pin_to(core);
        // Whatever fails must not keep the others waiting.
        let ready = context(model).and_then(|mut context| workload.find(&mut context).map(|()| context));
        start.wait();
        let mut context = ready?;
        let clock = Clock::start();
        for _ in 0..passes {
            workload.find(&mut context)?;
        }
        anyhow::Ok(passes as f64 / clock.seconds())
    };
    let run = &run;
    std::thread::scope(|scope| {
        let threads: Vec<_> = cores.iter().map(|&core| scope.spawn(move || run(core))).collect();
        start.wait();
        let begin = Instant::now();
        let mut processor = 0.0;
        for thread in threads {
            processor += thread.join().expect("a measuring thread does not panic")?;
        }
        Ok((processor, (cores.len() * passes) as f64 / begin.elapsed().as_secs_f64()))
    })
}
