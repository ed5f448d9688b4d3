//! Tags a note with the model that is linked into the library: `cargo run --release --example tag_note -- FILE`.

use drugner::{Context, ContextOptions, Model, ModelOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: tag_note FILE")?;
    let note = std::fs::read(path)?;

    // One model serves all threads; each thread has a context of its own.
    let model = Model::open_default(&ModelOptions::default())?;
    let mut context = Context::new(&model, &ContextOptions::default())?;

    let found = context.find_utf8(&note)?;
    for mention in found.mentions {
        let text = &note[mention.start as usize..mention.end as usize];
        let label = model.label(u32::from(mention.label)).unwrap_or("?");
        println!(
            "{}\t{}\t{label}\t{:.3}\t{}",
            mention.start,
            mention.end,
            mention.score,
            String::from_utf8_lossy(text)
        );
    }
    if !found.complete {
        eprintln!("more mentions follow from byte {}", found.consumed);
    }
    Ok(())
}
