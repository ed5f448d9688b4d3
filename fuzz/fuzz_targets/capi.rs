//! libFuzzer program of the target of the same name.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| drugner_fuzz::capi(data));
