//! The vault: encrypted, durable, readable from any offset, and honest about damage.

use std::{fs, io::Read as _, str::FromStr as _};

use age::x25519::Identity;
use kandas_app::vault::{Condition, Entry, Vault, VaultError};
use kandas_shared::{
    evidence::{FileRef, Part},
    hash::Digest,
    ids::EvidenceId,
};
use proptest::prelude::*;
use rand::{SeedableRng as _, rngs::StdRng};
use tempfile::TempDir;

use crate::support::uuid;

fn vault() -> (TempDir, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(&folder.path().join("vault"), Identity::generate()).unwrap();
    (folder, vault)
}

fn name(number: u128) -> FileRef {
    FileRef { evidence: EvidenceId(uuid(number)), part: Part::File }
}

fn bytes(seed: u64, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_goes_on_at_any_offset(seed in any::<u64>(), size in 1_usize..400_000, part in 0.0_f64..1.0) {
        let (_folder, vault) = vault();
        let plain = bytes(seed, size);
        let kept = vault.put(name(1), &mut plain.as_slice()).unwrap();
        prop_assert_eq!((kept.size as usize, kept.sha256), (size, Digest::of(&plain)));
        for offset in [0, (size as f64 * part) as usize, 65_536.min(size), size] {
            let mut rest = Vec::new();
            vault.open_at(name(1), offset as u64).unwrap().read_to_end(&mut rest).unwrap();
            prop_assert_eq!(&rest[..], &plain[offset..]);
        }
        prop_assert_eq!(vault.check(name(1), kept.size, kept.sha256).unwrap(), Condition::Whole);
    }
}

#[test]
fn reading_from_the_middle_does_not_look_at_what_lies_before() {
    let (_folder, vault) = vault();
    let plain = bytes(3, 5_000_000);
    vault.put(name(1), &mut plain.as_slice()).unwrap();
    // Every piece before the fourth million is broken: who would decrypt from the start could not get past it.
    let mut raw = fs::read(vault.path(name(1))).unwrap();
    for at in (10_000..3_900_000).step_by(30_000) {
        raw[at] ^= 1;
    }
    fs::write(vault.path(name(1)), raw).unwrap();
    assert_eq!(vault.check(name(1), 5_000_000, Digest::of(&plain)).unwrap(), Condition::Damaged);
    for offset in [4_000_000, 4_194_304, 4_999_999] {
        let mut rest = Vec::new();
        vault.open_at(name(1), offset as u64).unwrap().read_to_end(&mut rest).unwrap();
        assert_eq!(rest, &plain[offset..]);
    }
}

#[test]
fn what_lies_on_the_disk_is_not_the_picture() {
    let (_folder, vault) = vault();
    let plain = b"the family in front of the house ".repeat(1_000);
    vault.put(name(1), &mut plain.as_slice()).unwrap();
    let raw = fs::read(vault.path(name(1))).unwrap();
    assert!(raw.starts_with(b"age-encryption.org/v1"));
    assert!(!raw.windows(12).any(|window| window == b"the family i"));
    // Another key opens nothing.
    let stranger = Vault::open(vault.folder(), Identity::generate()).unwrap();
    assert!(matches!(stranger.open_at(name(1), 0), Err(VaultError::Decrypt(..))));
}

#[test]
fn damage_is_found_and_the_rest_can_still_be_sent() {
    let (_folder, vault) = vault();
    let plain = bytes(7, 300_000);
    let kept = vault.put(name(1), &mut plain.as_slice()).unwrap();
    let path = vault.path(name(1));
    let mut raw = fs::read(&path).unwrap();
    let at = raw.len() - 100_000;
    raw[at] ^= 1;
    fs::write(&path, &raw).unwrap();
    assert_eq!(vault.check(name(1), kept.size, kept.sha256).unwrap(), Condition::Damaged);
    let salvage = vault.salvage(name(1)).unwrap().unwrap();
    assert!(!salvage.encrypted);
    assert_eq!(salvage.size % 65_536, 0, "whole pieces up to the damage");
    assert!(salvage.size > 0);
    assert_eq!(salvage.sha256, Digest::of(&plain[..salvage.size as usize]));
    for offset in [0, 1, 70_000] {
        let mut rest = Vec::new();
        vault.open_salvage(name(1), &salvage, offset).unwrap().read_to_end(&mut rest).unwrap();
        assert_eq!(rest, plain[offset as usize..salvage.size as usize]);
    }
    // Cut short: what is before the cut is left.
    fs::write(&path, &raw[..raw.len() - 200_000]).unwrap();
    assert_eq!(vault.check(name(1), kept.size, kept.sha256).unwrap(), Condition::Damaged);
    // The head gone: the encrypted bytes go as they are, whoever has the key may look.
    raw[30] ^= 1;
    fs::write(&path, &raw).unwrap();
    let salvage = vault.salvage(name(1)).unwrap().unwrap();
    assert_eq!(
        (salvage.encrypted, salvage.size as usize, salvage.sha256),
        (true, raw.len(), Digest::of(&raw))
    );
    let mut rest = Vec::new();
    vault.open_salvage(name(1), &salvage, 5).unwrap().read_to_end(&mut rest).unwrap();
    assert_eq!(rest, raw[5..]);
    fs::remove_file(&path).unwrap();
    assert_eq!(vault.check(name(1), kept.size, kept.sha256).unwrap(), Condition::Missing);
    assert_eq!(vault.salvage(name(1)).unwrap(), None);
}

#[test]
fn a_name_is_never_written_twice_and_a_failed_source_leaves_nothing() {
    let (_folder, vault) = vault();
    vault.put(name(1), &mut &b"one"[..]).unwrap();
    assert!(matches!(vault.put(name(1), &mut &b"two"[..]), Err(VaultError::Exists(_))));
    struct Torn(usize);
    impl std::io::Read for Torn {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            if self.0 > 3 { Err(std::io::Error::other("card pulled out")) } else { Ok(buf.len()) }
        }
    }
    assert!(matches!(vault.put(name(2), &mut Torn(0)), Err(VaultError::Source(_))));
    let found = vault.contents().unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].what, Entry::File(name(1)));
}

#[test]
fn a_stranger_with_the_identity_reads_it_with_plain_age() {
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::generate();
    let text = {
        use age::secrecy::ExposeSecret as _;
        identity.to_string().expose_secret().to_owned()
    };
    let vault = Vault::open(folder.path(), identity).unwrap();
    vault.put(name(1), &mut &b"plain"[..]).unwrap();
    let raw = fs::read(vault.path(name(1))).unwrap();
    let plain = age::decrypt(&Identity::from_str(&text).unwrap(), &raw).unwrap();
    assert_eq!(plain, b"plain");
}
