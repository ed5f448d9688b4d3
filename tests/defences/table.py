"""Every defence that is taken away: its name, the file, the text there, what stands there without it, and the test that fails."""

import typing


class Defence(typing.NamedTuple):
    """One change; `test` are the arguments of `cargo test`."""

    name: str
    file: str
    before: str
    after: str
    test: str
    package: str = "drugner"


DEFENCES = [
    Defence(
        "checksums of sections are compared",
        "src/format/reader.rs",
        "if !skip_checksum && crc32c(bytes) != section.crc {",
        "if false && !skip_checksum && crc32c(bytes) != section.crc {",
        "--test exhaustive every_bit_flip_is_found",
    ),
    Defence(
        "sections end within the file",
        "src/format/reader.rs",
        "if end > file.len() as u64 {",
        "if false && end > file.len() as u64 {",
        "--test exhaustive",
    ),
    Defence(
        "weights are finite",
        "src/format/reader.rs",
        "if let Some(position) = section.kind.and_then(|kind| not_finite(bytes, kind.element)) {",
        "if let Some(position) = section.kind.and_then(|kind| not_finite(&bytes[..0], kind.element)) {",
        "--test attacks",
    ),
    Defence(
        "a pipe is not opened as a model",
        "src/system.rs",
        " | libc::O_NONBLOCK;",
        ";",
        "--test attacks",
    ),
    Defence(
        "copied models are copies",
        "src/model/load.rs",
        "LoadMode::Copy => false,",
        "LoadMode::Copy => true,",
        "--test model_file",
    ),
    Defence(
        "vectors are allocated fallibly",
        "src/fallible.rs",
        "    out.try_reserve_exact(elements.len()).map_err(|_| out_of_memory())?;\n    for",
        "    out.reserve_exact(elements.len());\n    for",
        "--test out_of_memory",
    ),
    Defence(
        "the environment is read without a copy",
        "src/kernels/select.rs",
        "system::with_variable(VARIABLE, from_variable)",
        'from_variable(std::env::var("DRUGNER_ISA").ok().as_deref().map(str::as_bytes))',
        "--test out_of_memory the_environment_is_read_without_memory",
    ),
    Defence(
        "lent memory is released when opening fails",
        "src/model/storage.rs",
        "        if let Some(release) = self.release.take() {\n            release();\n        }",
        "        std::mem::forget(self.release.take());",
        "--test out_of_memory",
    ),
    Defence(
        "panics stop at the boundary",
        "src/capi/guard.rs",
        "    catch_unwind(AssertUnwindSafe(body)).unwrap_or(if_panic)",
        "    let _ = (if_panic, catch_unwind(|| ()));\n    AssertUnwindSafe(body)()",
        "--lib fault_tests",
    ),
    Defence(
        "a panic poisons the context",
        "src/capi/context_state.rs",
        "        guard::value((), || state.context = None);\n",
        "",
        "--lib fault_tests",
    ),
    Defence(
        "a context in use is busy",
        "src/capi/context_state.rs",
        "(!was_busy).then(|| Self(context))",
        "(!was_busy || true).then(|| Self(context))",
        "--lib second_user_is_refused",
    ),
    Defence(
        "contexts are wiped",
        "src/arena.rs",
        "        unsafe { std::ptr::write_bytes(self.base, 0, self.size) };\n",
        "        unsafe { std::ptr::write_bytes(self.base, 0, 0) };\n",
        "--lib nothing_of_the_text_stays_in_memory",
    ),
    Defence(
        "contexts are wiped when they end",
        "src/arena.rs",
        "    fn drop(&mut self) {\n        self.wipe();",
        "    fn drop(&mut self) {",
        "--lib nothing_of_the_text_stays_in_memory",
    ),
    Defence(
        "refusals do not quote the text",
        "src/context.rs",
        'Error::new(Status::InvalidText, "the text is not valid Unicode")',
        "Error::new(Status::InvalidText, (0..at).filter_map(|i| char::from_u32(U::decode(text, i).value)).collect::<String>())",
        "--lib a_refusal_says_nothing_of_the_text",
    ),
    Defence(
        "panics do not print the text",
        "src/context.rs",
        '            fault::point("text");',
        "            let all = (0..text.len()).filter_map(|i| char::from_u32(U::decode(text, i).value));\n"
        '            eprintln!("{}", all.collect::<String>());\n'
        '            fault::point("text");',
        "--lib injected_panics_print_nothing_of_the_text",
    ),
    Defence(
        "models are written beside the old one and renamed",
        "src/format/writer.rs",
        "let temporary = path.with_file_name(name);",
        "let temporary = path.with_file_name(name.clone()).with_file_name(path.file_name().unwrap());",
        "--test writer_faults",
    ),
    Defence(
        "a training that was killed has the optimiser's state",
        "crates/train/src/tagger/checkpoint.rs",
        "adam: Adam { step: header.step,",
        "adam: Adam { step: 0 * header.step,",
        "--test pipeline a_killed_training",
        package="drugner-train",
    ),
    Defence(
        "the floating-point state is set",
        "src/float_state.rs",
        "        write(DEFAULT);\n",
        "        let _ = DEFAULT;\n",
        "--test float_state",
    ),
    Defence(
        "the host's floating-point state is given back",
        "src/float_state.rs",
        "        write(self.host);",
        "        let _ = self.host;",
        "--test float_state",
    ),
    Defence(
        "find allocates nothing",
        "src/context.rs",
        '            fault::point("features");',
        '            std::hint::black_box(Vec::<u8>::with_capacity(1));\n            fault::point("features");',
        "--test allocations",
    ),
    Defence(
        "find makes no system call",
        "src/context.rs",
        '            fault::point("features");',
        '            let _ = std::fs::metadata("/");\n            fault::point("features");',
        "--test system_calls finding_mentions",
    ),
    Defence(
        "the library has no socket",
        "src/capi/version.rs",
        "pub extern \"C\" fn drugner_version_number() -> u32 {\n    NUMBER",
        "pub extern \"C\" fn drugner_version_number() -> u32 {\n"
        '    NUMBER + u32::from(std::net::TcpStream::connect("127.0.0.1:9").is_ok())',
        "--test system_calls the_library_names_no_function_of_a_network",
    ),
    Defence(
        "brackets are searched so far and no farther",
        "src/text/words.rs",
        "tokens.take(MOST_INSIDE)",
        "tokens.take(MOST_INSIDE << 20)",
        "--test time",
    ),
    Defence(
        "every instruction set rounds once in a fused sum",
        "src/kernels/x86_64/avx2.rs",
        "avx2!(Pair(_mm256_fmadd_ps(a.0, b.0, c.0), ",
        "avx2!(Pair(_mm256_add_ps(_mm256_mul_ps(a.0, b.0), c.0), ",
        "--test generated",
    ),
    Defence(
        "sentences side by side do not touch each other",
        "src/context/batch.rs",
        "Sequence { first: self.rows, steps: rows };",
        "Sequence { first: self.rows.saturating_sub(1), steps: rows };",
        "--test reproducible",
    ),
]
