//! Hostile texts, on the tiny models of all families.

use super::Attack;
use crate::hostile::{check_mentions, tiny_models};
use drugner::{Context, ContextOptions, InvalidText, Model, ModelOptions, Status};

pub const ATTACKS: &[Attack] = &[
    Attack { number: 48, what: "NUL between and inside words", run: || text(b"aspirin\0warfarin\0\0mg") },
    Attack {
        number: 49,
        what: "overlong forms, surrogates and code points behind the last in UTF-8",
        run: || text(b"\xC0\x80 \xE0\x80\xAF \xED\xA0\x80 \xF4\x90\x80\x80 \xF8\x88\x80\x80\x80 aspirin"),
    },
    Attack {
        number: 50,
        what: "a character cut off by the end of the text",
        run: || text(b"aspirin \xF0\x9F\x92"),
    },
    Attack { number: 51, what: "malformed text for a context that rejects it", run: rejected },
    Attack {
        number: 52,
        what: "surrogates without partner in UTF-16",
        run: || units(&[0xD800, 0x61, 0xDC00, 0xDC00, 0xD800, 0xD83D, 0xDC8A]),
    },
    Attack {
        number: 53,
        what: "byte order marks in every place",
        run: || text("\u{FEFF}aspirin\u{FEFF} \u{FEFF}of".as_bytes()),
    },
    Attack { number: 54, what: "one word of a million letters", run: || repeated("a", 1_000_000) },
    Attack { number: 55, what: "one number of a million digits", run: || repeated("9", 1_000_000) },
    Attack {
        number: 56,
        what: "a hundred thousand accents on one letter",
        run: || repeated("\u{301}", 100_000),
    },
    Attack { number: 57, what: "only blanks", run: || repeated(" ", 1_000_000) },
    Attack { number: 58, what: "only line ends", run: || repeated("\r\n", 100_000) },
    Attack { number: 59, what: "only full stops", run: || repeated(".", 20_000) },
    Attack { number: 60, what: "brackets that never close", run: || repeated("([{", 10_000) },
    Attack { number: 61, what: "brackets in pairs around nothing", run: || repeated("()", 10_000) },
    Attack { number: 62, what: "an abbreviation behind the other", run: || repeated("Dr. ", 10_000) },
    Attack {
        number: 63,
        what: "lines as wide as a page, each ending in a comma",
        run: || repeated("the patient of the warfarin of the aspirin of the mg of the patient,\n", 300),
    },
    Attack {
        number: 64,
        what: "marks that turn the direction of writing",
        run: || text("\u{202E}niripsa\u{202C} \u{2067}warfarin\u{2069}".as_bytes()),
    },
    Attack {
        number: 65, what: "emoji of many code points", run: || repeated("👩🏽\u{200D}⚕\u{FE0F}", 5_000)
    },
    Attack { number: 66, what: "more mentions than fit, one at a time", run: portions },
];

fn contexts(options: &ContextOptions) -> Vec<(Model, Context)> {
    let open = |(_, bytes): (_, Vec<u8>)| {
        let model = Model::open_copy(&bytes, &ModelOptions::default()).unwrap();
        let context = Context::new(&model, options).unwrap();
        (model, context)
    };
    tiny_models().into_iter().map(open).collect()
}

fn text(text: &[u8]) -> String {
    for (model, mut context) in contexts(&ContextOptions::default()) {
        let found = context.find_utf8(text).unwrap();
        assert_eq!(found.invalid_text_seen, std::str::from_utf8(text).is_err());
        let (mentions, complete) = (found.mentions.to_vec(), found.complete);
        check_mentions(&model, &mentions, text.len());
        // The same places in UTF-16, where both are the same text.
        let Ok(valid) = std::str::from_utf8(text) else { continue };
        let units: Vec<u16> = valid.encode_utf16().collect();
        let found = context.find_utf16(&units).unwrap();
        assert_eq!((found.mentions.len(), found.complete), (mentions.len(), complete));
        for (utf16, utf8) in found.mentions.iter().zip(&mentions) {
            let slice = &units[utf16.start as usize..utf16.end as usize];
            assert_eq!(String::from_utf16(slice).unwrap(), valid[utf8.start as usize..utf8.end as usize]);
        }
    }
    "harmless".to_owned()
}

fn units(units: &[u16]) -> String {
    for (model, mut context) in contexts(&ContextOptions::default()) {
        let found = context.find_utf16(units).unwrap();
        assert!(found.invalid_text_seen && found.complete);
        let mentions = found.mentions.to_vec();
        check_mentions(&model, &mentions, units.len());
    }
    "harmless".to_owned()
}

fn repeated(piece: &str, count: usize) -> String {
    text(format!("aspirin {}", piece.repeat(count)).as_bytes())
}

fn rejected() -> String {
    let options = ContextOptions { invalid_text: InvalidText::Reject, ..ContextOptions::default() };
    for (_, mut context) in contexts(&options) {
        let error = context.find_utf8(b"aspirin \xFF warfarin").unwrap_err();
        assert_eq!((error.status, error.position), (Status::InvalidText, Some(8)));
        assert!(!error.to_string().contains("aspirin"));
    }
    format!("{:?}", Status::InvalidText)
}

fn portions() -> String {
    let text = "aspirin of warfarin, the aspirin mg - patient. ".repeat(50);
    for ((model, mut whole), (_, mut single)) in contexts(&ContextOptions::default())
        .into_iter()
        .zip(contexts(&ContextOptions { max_spans: 1, ..Default::default() }))
    {
        let expected = whole.find_utf8(text.as_bytes()).unwrap().mentions.len();
        let (mut base, mut count) = (0, 0);
        while base < text.len() {
            let found = single.find_utf8(&text.as_bytes()[base..]).unwrap();
            let (mentions, consumed, complete) = (found.mentions.to_vec(), found.consumed, found.complete);
            assert!(consumed > 0 && mentions.len() <= 1);
            check_mentions(&model, &mentions, consumed);
            count += mentions.len();
            base += consumed;
            assert_eq!(complete, base == text.len());
        }
        assert!(count > 0 && expected > 0);
    }
    "harmless".to_owned()
}
