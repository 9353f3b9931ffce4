#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| mmspec_fuzz::check("kannel", input));
