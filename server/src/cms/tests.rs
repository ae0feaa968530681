//! The files were made by OpenSSL (`tests/fixtures/cms/make.sh`), so that not the same program writes and reads them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kandas_shared::cms::CmsVerdict::{
    ChainBroken, Expired, Gost, IssuerUnknown, Method as NoMethod, NoAuthorities, NotYetValid, Usage,
    Verified,
};

use super::{Authorities, Checked, Fault, ber, verify};

macro_rules! file {
    ($name:literal) => {
        &include_bytes!(concat!("../../tests/fixtures/cms/", $name, ".pem"))[..]
    };
}

const DOCUMENT: &[u8] = include_bytes!("../../tests/fixtures/cms/document.json");

fn trusted() -> Authorities {
    let mut trusted = Authorities::default();
    trusted.add(file!("root")).unwrap();
    trusted
}

fn read(file: &[u8], trusted: &Authorities) -> Result<Checked, Fault> {
    verify(file, DOCUMENT, trusted, "2026-11-30T12:00:00Z".parse().unwrap())
}

fn der(file: &[u8]) -> Vec<u8> {
    ber::unwrapped(file).unwrap()
}

/// Every place of some bytes, replaced by others of the same length.
fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut out = bytes.to_vec();
    let places: Vec<usize> =
        bytes.windows(old.len()).enumerate().filter(|(_, at)| *at == old).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "they are there");
    for at in places {
        out[at..at + old.len()].copy_from_slice(new);
    }
    out
}

#[test]
fn a_file_is_worth_what_its_signature_and_certificate_are() {
    let table = [
        ("RSA", file!("rsa"), Verified),
        ("RSA with a longer hash", file!("rsa-sha512"), Verified),
        ("RSA, PSS", file!("rsa-pss"), Verified),
        ("PSS with a salt that is not read here", file!("rsa-pss-long-salt"), NoMethod),
        ("P-256", file!("p256"), Verified),
        ("P-384", file!("p384"), Verified),
        ("a hash that is not read with curves", file!("p384-sha512"), NoMethod),
        ("a certificate named by its key", file!("keyid"), Verified),
        ("with the document in it", file!("attached"), Verified),
        ("written while it was read", file!("stream"), Verified),
        ("without attributes", file!("bare"), Verified),
        ("two who signed", file!("two"), Verified),
        ("SHA-1", file!("sha1"), NoMethod),
        ("a short key", file!("weak"), NoMethod),
        ("another curve", file!("brainpool"), NoMethod),
        ("it had run out", file!("expired"), Expired),
        ("not yet", file!("early"), NotYetValid),
        ("a key for something else", file!("usage"), Usage),
        ("an authority that is not known", file!("alien"), IssuerUnknown),
        ("the authority between is not in it", file!("without-chain"), IssuerUnknown),
        ("issued by somebody who is no authority", file!("under-no-authority"), ChainBroken),
        ("issued with a key for something else", file!("under-no-signer"), ChainBroken),
    ];
    for (name, file, expected) in table {
        let found = read(file, &trusted()).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        assert_eq!(found.verdict(), expected, "{name}");
        let bytes = der(file);
        for (form, file) in [("DER", bytes.clone()), ("base64", STANDARD.encode(&bytes).into_bytes())] {
            assert_eq!(read(&file, &trusted()).map(|found| found.verdict()), Ok(expected), "{name}, {form}");
        }
    }
    for file in [file!("rsa"), file!("alien"), file!("under-no-authority")] {
        assert_eq!(read(file, &Authorities::default()).unwrap().verdict(), NoAuthorities);
    }
    assert_eq!(read(file!("expired"), &Authorities::default()).unwrap().verdict(), Expired);
}

#[test]
fn what_signs_something_else_or_is_wrong_is_refused() {
    let signed = der(file!("rsa"));
    let mut forged = signed.clone();
    *forged.last_mut().unwrap() ^= 1;
    let mut claimed = signed.clone();
    // The signing time is among what was signed.
    let at = signed.windows(9).rposition(|at| at == [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x05]);
    claimed[at.unwrap() + 9 + 2 + 2 + 3] ^= 1;
    let bare = der(file!("bare"));
    let mut forged_bare = bare.clone();
    *forged_bare.last_mut().unwrap() ^= 1;
    let trailing = [&signed[..], &[0]].concat();
    let table: [(&str, Vec<u8>, Fault); 16] = [
        ("another document", file!("other").to_vec(), Fault::Differs),
        ("another document, in it", file!("other-attached").to_vec(), Fault::Differs),
        ("another signature", forged, Fault::Wrong),
        ("another time", claimed, Fault::Wrong),
        ("another signature without attributes", forged_bare, Fault::Wrong),
        (
            "another type of content among what was signed",
            // Data becomes signed data, in the attribute and beside it.
            replaced(
                &signed,
                &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01],
                &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x03],
            ),
            Fault::Wrong,
        ),
        (
            "no digest among what was signed",
            replaced(
                &signed,
                &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04],
                &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x14],
            ),
            Fault::Wrong,
        ),
        ("no certificate of who signed", file!("without-certificate").to_vec(), Fault::Unsigned),
        ("encrypted", file!("encrypted").to_vec(), Fault::Unreadable),
        ("more behind it", trailing, Fault::Unreadable),
        ("a certificate", file!("root").to_vec(), Fault::Unreadable),
        ("a scan", b"%PDF-1.7\n%%EOF\n".to_vec(), Fault::Unreadable),
        ("text that was cut", file!("rsa")[..900].to_vec(), Fault::Unreadable),
        ("text that is none", b"-----BEGIN CMS-----\nM*IB\n-----END CMS-----\n".to_vec(), Fault::Unreadable),
        ("lengths without an end", vec![0x30, 0x80, 0x30, 0x80, 0x30, 0x80], Fault::Unreadable),
        ("nothing", Vec::new(), Fault::Unreadable),
    ];
    for (name, file, expected) in table {
        assert_eq!(read(&file, &trusted()).unwrap_err(), expected, "{name}");
    }
    let deep = [0x30, 0x80].repeat(100_000);
    assert_eq!(read(&deep, &trusted()).unwrap_err(), Fault::Unreadable);
}

#[test]
fn the_worst_of_two_counts_and_one_that_is_wrong_spoils_it() {
    let found = read(file!("two"), &trusted()).unwrap();
    assert_eq!(found.signers.iter().map(|signer| signer.verdict).collect::<Vec<_>>(), [Verified, Verified]);
    let mut forged = der(file!("two"));
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(read(&forged, &trusted()).unwrap_err(), Fault::Wrong);
    // The one by RSA becomes one by GOST.
    let gost = replaced(
        &der(file!("two")),
        &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00, 0x04],
        &[0x2A, 0x83, 0x0E, 0x03, 0x0A, 0x01, 0x01, 0x02, 0x03, 0x05, 0x00, 0x04],
    );
    let found = read(&gost, &trusted()).unwrap();
    assert_eq!(found.verdict(), Gost);
    assert_eq!(found.signers.iter().filter(|signer| signer.verdict == Verified).count(), 1);
}

#[test]
fn gost_is_kept_and_not_verified() {
    let signed = der(file!("rsa"));
    // The signature's method, and the document's hash, become those of the national authority, or those of Russia.
    let method = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00, 0x04];
    let national =
        replaced(&signed, &method, &[0x2A, 0x83, 0x0E, 0x03, 0x0A, 0x01, 0x01, 0x02, 0x03, 0x05, 0x00, 0x04]);
    let sha256 = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    let russian = replaced(&signed, &sha256, &[0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02, 0x01]);
    for (name, file) in [("national", national), ("Russian", russian)] {
        assert_eq!(read(&file, &trusted()).unwrap().verdict(), Gost, "{name}");
    }
    let attached = replaced(
        &der(file!("other-attached")),
        &sha256,
        &[0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02, 0x01],
    );
    assert_eq!(
        read(&attached, &trusted()).unwrap_err(),
        Fault::Differs,
        "the document in it is compared all the same"
    );
}

#[test]
fn who_signed_is_read_out_of_the_certificate() {
    let found = read(file!("p256"), &trusted()).unwrap();
    let signer = &found.signers[0];
    assert_eq!(signer.name, "ӘБДІҒАЛИЕВА ҚҰНДЫЗ");
    assert_eq!(signer.iin.as_ref().unwrap().reveal(), "850615400026");
    assert_eq!(signer.issuer, "Synthetic authority");
    assert!(signer.serial.len() >= 16 && signer.signed_at.is_some() && !found.attached);
    let nobody = read(file!("p384"), &trusted()).unwrap();
    assert_eq!((nobody.signers[0].name.as_str(), &nobody.signers[0].iin), ("No number", &None));
    assert!(read(file!("attached"), &trusted()).unwrap().attached);
    assert_eq!(read(file!("bare"), &trusted()).unwrap().signers[0].signed_at, None);
}

#[test]
fn no_byte_of_a_file_can_be_changed_or_cut_and_still_pass_unseen() {
    let nobody = Authorities::default();
    for file in [file!("rsa"), file!("p256"), file!("stream")] {
        let signed = der(file);
        let before = read(&signed, &trusted()).unwrap().signers.remove(0);
        for at in 0..signed.len() {
            let _ = read(&signed[..at], &nobody).map(|_| panic!("cut at {at}"));
            let mut changed = signed.clone();
            changed[at] ^= 0x15;
            // What is right after all is right with the same certificate, and says so: the rest of the file is not signed
            // (its version, a certificate that is not needed).
            if let Ok(found) = read(&changed, &trusted())
                && found.verdict() == Verified
            {
                assert_eq!(found.signers[0].certificate, before.certificate, "changed at {at}");
            }
        }
    }
}

#[test]
fn authorities_are_read_from_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert!(Authorities::read(&path.join("missing")).unwrap().is_empty());
    std::fs::write(path.join("README"), "who is trusted, and why").unwrap();
    assert!(Authorities::read(path).unwrap().is_empty());
    std::fs::write(path.join("root.pem"), file!("root")).unwrap();
    let twice = [file!("root"), file!("root")].concat();
    std::fs::write(path.join("two.CRT"), twice).unwrap();
    let trusted = Authorities::read(path).unwrap();
    assert_eq!(trusted.len(), 3);
    assert_eq!(read(file!("rsa"), &trusted).unwrap().verdict(), Verified);
    std::fs::write(path.join("broken.cer"), "nothing of it").unwrap();
    assert!(Authorities::read(path).unwrap_err().to_string().contains("broken.cer"));
}
