//! Abbreviations that end in a period without ending a sentence, lower case, sorted.

/// Longest entry of the list in bytes.
pub const LONGEST: usize = 8;

const LIST: [&str; 94] = [
    "abs", "adj", "al", "amp", "amps", "approx", "appt", "apr", "aug", "ave", "ca", "cap", "caps", "cf",
    "cm", "co", "conc", "corp", "cp", "dec", "dept", "dil", "dr", "drs", "ed", "eds", "eg", "eq", "esp",
    "est", "etc", "feb", "fig", "figs", "gm", "gtt", "hosp", "hr", "hrs", "hx", "ie", "inc", "inj", "jan",
    "jr", "jul", "jun", "kg", "lb", "lbs", "liq", "ltd", "mar", "max", "mcg", "med", "meds", "mg", "mgs",
    "min", "mins", "ml", "mm", "mr", "mrs", "ms", "nos", "nov", "oct", "oz", "pkg", "pp", "pres", "prof",
    "pt", "pts", "ref", "refs", "resp", "rx", "sep", "sept", "soln", "sp", "spp", "sr", "st", "supp", "susp",
    "syr", "tab", "tabs", "viz", "vs",
];

/// Whether the lower-case word is in the list.
pub fn contains(word: &[u8]) -> bool {
    LIST.binary_search_by(|entry| entry.as_bytes().cmp(word)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_its_words_are_short_and_lower_case() {
        assert!(LIST.is_sorted());
        assert!(LIST.iter().all(|w| w.len() <= LONGEST && w.bytes().all(|b| b.is_ascii_lowercase())));
    }
}
