#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| grapevine_fuzz::beacon::run(input));
