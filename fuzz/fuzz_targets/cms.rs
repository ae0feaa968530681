#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kandas_fuzz::server::cms(data));
