use super::Mark;
use drugner::text::{Sentences, Token};
use std::io::{Result, Write};

pub fn write(out: &mut dyn Write, text: &[u8], marks: &[Mark<'_>]) -> Result<()> {
    let mut buffer = [Token::default(); 256];
    let mut sentences = Sentences::new(text);
    let mut marks = marks.iter().peekable();
    while let Some(sentence) = sentences.next_into(&mut buffer) {
        for token in &buffer[..sentence.tokens] {
            let bytes = token.start as usize..token.end as usize;
            while marks.next_if(|mark| mark.bytes.end <= bytes.start).is_some() {}
            out.write_all(&text[bytes.clone()])?;
            match marks.peek().filter(|mark| mark.bytes.start <= bytes.start) {
                Some(mark) if mark.bytes.start == bytes.start => writeln!(out, "\tB-{}", mark.label)?,
                Some(mark) => writeln!(out, "\tI-{}", mark.label)?,
                None => writeln!(out, "\tO")?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
