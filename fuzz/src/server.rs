//! What the server alone reads from strangers: heads of uploads, import files, electronic signatures.

use std::str::FromStr as _;

use axum::{
    extract::Query,
    http::{HeaderMap, HeaderName, HeaderValue, Uri},
};
use kandas_server::{
    api::media::{Creation, arriving},
    cms::{self, Authorities},
    import::{ImportErrors, document::Document},
    media::Aim,
};
use kandas_shared::{cms::CmsVerdict, evidence::FileRef};

/// The head of a tus request: query of a creation in the first line, then `name: value`.
pub fn tus_head(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let query = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    if let Ok(uri) = Uri::from_str(&format!("/v1/media?{query}"))
        && let Ok(Query(creation)) = Query::<Creation>::try_from_uri(&uri)
        && let Ok(aim) = creation.aim()
    {
        let (Aim::File(FileRef { evidence, .. }) | Aim::Salvage { file: FileRef { evidence, .. }, .. }) = aim
        else {
            return;
        };
        assert!(!evidence.to_string().is_empty());
    }
    let mut headers = HeaderMap::new();
    for line in lines {
        let mut cells = line.splitn(2, |byte| *byte == b':');
        let (Some(name), Some(value)) = (cells.next(), cells.next()) else { continue };
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name), HeaderValue::from_bytes(value.trim_ascii()))
        {
            headers.append(name, value);
        }
    }
    if let Ok(piece) = arriving(&headers) {
        let most = i64::MAX as u64;
        assert!(piece.offset <= most, "a place that no column can hold");
        assert!(piece.announced.is_none_or(|length| length <= most));
    }
}

/// An import file. Whatever is wrong is said with a line of the document.
pub fn import_file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut errors = ImportErrors::default();
    let document = Document::read(text, &mut errors);
    let lines = text.lines().count().max(1);
    for error in &errors.errors {
        assert!((1..=lines + 1).contains(&error.line), "line {} of {lines}: {error:?}", error.line);
    }
    if !errors.is_empty() {
        return;
    }
    let again = document.len();
    let mut errors = ImportErrors::default();
    assert_eq!(Document::read(text, &mut errors).len(), again);
}

/// A file with an electronic signature. Nobody is trusted, so nothing is ever more than right.
pub fn cms(data: &[u8]) {
    const DOCUMENT: &[u8] = br#"{"v":1,"document":"what was to be signed"}"#;
    let at = "2026-11-30T12:00:00Z".parse().unwrap_or_default();
    if let Ok(found) = cms::verify(data, DOCUMENT, &Authorities::default(), at) {
        assert!(!found.signers.is_empty());
        assert_ne!(found.verdict(), CmsVerdict::Verified);
    }
}
