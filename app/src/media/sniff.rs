//! Magic bytes: what a file is.

use kandas_shared::evidence::EvidenceKind;

/// A kind of file that can be evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP picture.
    Webp,
    /// HEIF picture: nothing here decodes it.
    Heic,
    /// MP4.
    Mp4,
    /// QuickTime film.
    Mov,
    /// 3GP or 3G2.
    ThreeGp,
    /// Matroska or WebM.
    Matroska,
    /// PDF.
    Pdf,
}

impl Format {
    /// Media type on the wire.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Jpeg => "image/jpeg",
            Format::Png => "image/png",
            Format::Webp => "image/webp",
            Format::Heic => "image/heic",
            Format::Mp4 => "video/mp4",
            Format::Mov => "video/quicktime",
            Format::ThreeGp => "video/3gpp",
            Format::Matroska => "video/x-matroska",
            Format::Pdf => "application/pdf",
        }
    }

    /// What kind of proof it is when nobody says otherwise.
    #[must_use]
    pub fn natural_kind(self) -> EvidenceKind {
        match self {
            Format::Jpeg | Format::Png | Format::Webp | Format::Heic => EvidenceKind::Photo,
            Format::Mp4 | Format::Mov | Format::ThreeGp | Format::Matroska => EvidenceKind::Video,
            Format::Pdf => EvidenceKind::Document,
        }
    }

    /// Whether it can be that kind of proof: a photographed page is a document, a film is never a photo.
    #[must_use]
    pub fn can_be(self, kind: EvidenceKind) -> bool {
        match self.natural_kind() {
            EvidenceKind::Photo => kind != EvidenceKind::Video,
            natural => kind == natural,
        }
    }

    /// As what its pixels are decoded; `None`: not here.
    #[must_use]
    pub fn pixels(self) -> Option<kandas_pixels::Format> {
        match self {
            Format::Jpeg => Some(kandas_pixels::Format::Jpeg),
            Format::Png => Some(kandas_pixels::Format::Png),
            _ => None,
        }
    }
}

/// What a file is, by its first bytes; `None`: no evidence.
#[must_use]
pub fn sniff(head: &[u8]) -> Option<Format> {
    if let Some(format) = iso_media(head) {
        return format;
    }
    match infer::get(head)?.mime_type() {
        "image/jpeg" => Some(Format::Jpeg),
        "image/png" => Some(Format::Png),
        "image/webp" => Some(Format::Webp),
        "video/x-matroska" | "video/webm" => Some(Format::Matroska),
        "application/pdf" => Some(Format::Pdf),
        _ => None,
    }
}

/// The family of ISO media files; the outer `None`: not one of it. Its brands are read here, because cameras write more
/// of them than any list of magic bytes knows.
fn iso_media(head: &[u8]) -> Option<Option<Format>> {
    let box_name = head.get(4..8)?;
    // Films of old phones begin with their index or their data.
    if matches!(box_name, b"moov" | b"mdat" | b"wide") {
        return Some(Some(Format::Mov));
    }
    if box_name != b"ftyp" {
        return None;
    }
    let length = u32::from_be_bytes(head.get(..4)?.try_into().ok()?) as usize;
    // Of a file that was cut there may be less than the one brand which is always there.
    let brands = head.get(8..length.min(head.len()).max(12))?;
    let major = brands.get(..4)?;
    let compatible: Vec<&[u8]> = brands.get(8..).unwrap_or_default().chunks_exact(4).collect();
    const HEIF: [&[u8]; 6] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"];
    if HEIF.contains(&major) || (major == b"mif1" && compatible.iter().any(|b| HEIF.contains(b))) {
        return Some(Some(Format::Heic));
    }
    Some(match major {
        b"qt  " => Some(Format::Mov),
        [b'3', b'g', ..] => Some(Format::ThreeGp),
        // Sound alone and picture formats nobody here knows are no evidence.
        b"M4A " | b"M4B " | b"M4P " | b"F4A " | b"avif" | b"avis" | b"mif1" | b"msf1" => None,
        _ => Some(Format::Mp4),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brands_decide() {
        let file = |major: &[u8; 4], compatible: &[u8; 4]| {
            let mut head = vec![0, 0, 0, 20];
            head.extend_from_slice(b"ftyp");
            head.extend_from_slice(major);
            head.extend_from_slice(&[0; 4]);
            head.extend_from_slice(compatible);
            head
        };
        for (major, compatible, expected) in [
            (b"heic", b"mif1", Some(Format::Heic)),
            (b"mif1", b"heic", Some(Format::Heic)),
            (b"mif1", b"avif", None),
            (b"3gp5", b"isom", Some(Format::ThreeGp)),
            (b"3g2a", b"isom", Some(Format::ThreeGp)),
            (b"qt  ", b"qt  ", Some(Format::Mov)),
            (b"isom", b"mp41", Some(Format::Mp4)),
            (b"XAVC", b"mp42", Some(Format::Mp4)),
            (b"M4A ", b"mp42", None),
        ] {
            assert_eq!(sniff(&file(major, compatible)), expected, "{}", String::from_utf8_lossy(major));
        }
        assert_eq!(sniff(b"PK\x03\x04 and more of an archive"), None);
        assert_eq!(sniff(b"%PDF-1.7\n"), Some(Format::Pdf));
        assert_eq!(sniff(b"\0\0\0\x08wide\0\0\0\0mdat"), Some(Format::Mov));
        assert_eq!(sniff(b"plain text"), None);
        assert_eq!(sniff(b"ab"), None);
        assert_eq!(sniff(b"\0\0\0\x18ftyp\x81"), None);
        assert_eq!(sniff(b"\0\0\0\x04ftypqt  "), Some(Format::Mov));
    }
}
