//! Writes something valid for each target into `corpus/`, so that a fuzzer need not invent photos and films.

use std::{fs, path::Path};

use kandas_fixtures::{
    district::Outline,
    media::{CameraSet, camera_folder},
};
use kandas_shared::{hash::from_b64, jws::Jws};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let set = CameraSet {
        photos: 3,
        photo_width: 160,
        video_size: 60_000,
        bad_files: false,
        ..CameraSet::default()
    };
    camera_folder(&corpus.join("summary"), &set)?;
    let write_bytes = |target: &str, name: &str, bytes: &[u8]| {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)
    };
    let write = |target: &str, name: &str, text: &str| write_bytes(target, name, text.as_bytes());
    let district = Outline { families: 1, ..Outline::default() }.district();
    write("import_file", "district", &district.to_json())?;
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tests/golden/v1");
    let mut told = String::new();
    for name in ["record-completion.json", "record-consent.json", "record-lost.json"] {
        let statement = fs::read_to_string(golden.join(name))?;
        write("record_batch", name, &format!("{{\"records\":[{statement}]}}"))?;
        let Jws { protected, payload, .. } = serde_json::from_str(&statement)?;
        let header = from_b64(&protected).and_then(|json| String::from_utf8(json).ok()).unwrap_or(protected);
        told = format!("{told}{header}\n{payload}\n");
    }
    let signed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/tests/fixtures/cms");
    for name in ["rsa.pem", "two.pem", "stream.pem", "keyid.pem"] {
        write("cms", name, &fs::read_to_string(signed.join(name))?)?;
    }
    write("packed_batch", "told", &told)?;
    let packed = fs::read_to_string(golden.join("packed-batch.hex"))?;
    write_bytes("packed_batch", "golden", &hex::decode(packed.trim())?)?;
    write("cursor", "golden", &fs::read_to_string(golden.join("cursor.txt"))?)?;
    let id = "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003";
    let head = "upload-offset: 7\ncontent-type: application/offset+octet-stream\ncontent-length: 9\n";
    write("tus_head", "file", &format!("evidence={id}&part=file\n{head}upload-checksum: sha256 AAAA\n"))?;
    write("tus_head", "bundle", &format!("bundle={id}&sha256={}\n{head}", "0".repeat(64)))?;
    println!("{}", corpus.display());
    Ok(())
}
