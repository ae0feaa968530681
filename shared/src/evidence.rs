//! Evidence of a completed activity: photo, video, documents and geolocation (§36).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    hash::Digest,
    ids::{CaptureId, EvidenceId},
    text_enum::text_enum,
    time::ClockReading,
};

text_enum! {
    /// What kind of proof a file is.
    pub enum EvidenceKind {
        /// A photo.
        Photo = "photo",
        /// A video.
        Video = "video",
        /// A page of a document.
        Document = "document",
        /// A signature on the screen.
        Signature = "signature",
    }
}

text_enum! {
    /// Whether the file was made in the app or brought from elsewhere.
    pub enum Source {
        /// Taken with the app's camera.
        Captured = "captured",
        /// Attached from a file.
        Attached = "attached",
    }
}

text_enum! {
    /// Which file of a piece of evidence.
    pub enum Part {
        /// The file that proves, as signed and sent.
        File = "file",
        /// Its small picture.
        Thumbnail = "thumbnail",
        /// The camera's own file, sent only when a supervisor calls for it.
        Original = "original",
    }
}

/// A file of a piece of evidence: what uploads and receipts are about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct FileRef {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Which of its files.
    pub part: Part,
}

impl std::fmt::Display for FileRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.evidence, self.part)
    }
}

/// Size, hash and type of a file, as signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileFacts {
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// Media type by magic bytes, never by extension.
    pub media_type: String,
}

/// One piece of evidence in a record (docs/formats.md §3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evidence {
    /// Its id.
    pub evidence: EvidenceId,
    /// What kind of proof it is.
    pub kind: EvidenceKind,
    /// The press of the shutter that made it.
    pub capture: CaptureId,
    /// Made in the app or attached.
    pub source: Source,
    /// Media type of the file as sent.
    pub media_type: String,
    /// Bytes of the file as sent.
    pub size: u64,
    /// SHA-256 of the file as sent.
    pub sha256: Digest,
    /// When it was taken or attached, by the device's clocks.
    pub taken: ClockReading,
    /// Where the device was when it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Page of a document, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u16>,
    /// In a correction: the piece of the corrected record that this one was taken again for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<EvidenceId>,
    /// The camera's own file, when a smaller copy is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<FileFacts>,
    /// The small picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<FileFacts>,
    /// What the camera wrote into the file.
    #[serde(default, skip_serializing_if = "Summary::is_empty")]
    pub summary: Summary,
}

impl Evidence {
    /// What is signed about one of its files; `None` if there is no such file.
    #[must_use]
    pub fn facts(&self, part: Part) -> Option<FileFacts> {
        match part {
            Part::File => {
                Some(FileFacts { sha256: self.sha256, size: self.size, media_type: self.media_type.clone() })
            }
            Part::Thumbnail => self.thumbnail.clone(),
            Part::Original => self.original.clone(),
        }
    }
}

/// What the camera wrote into its file (EXIF, MP4); a cross-check only, the app's own reading is what counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    /// Local time by the camera, `YYYY-MM-DDTHH:MM:SS`, with an offset only if the file has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<String>,
    /// Degrees north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Degrees east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// Maker of the camera.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    /// Model of the camera.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// EXIF orientation, 1 to 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orientation: Option<u8>,
    /// Pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Length of a video in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Why the metadata could not be read; the file is evidence all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

impl Summary {
    /// Whether nothing could be said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

text_enum! {
    /// Where a position comes from.
    pub enum PositionSource {
        /// Satellites.
        Satellite = "satellite",
        /// Cell towers or Wi-Fi.
        Network = "network",
        /// The system's mix of both.
        Fused = "fused",
        /// Typed in by the worker.
        Entered = "entered",
    }
}

/// Position of the device, WGS 84.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Position {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Radius in metres that holds the true place with 68 %.
    pub accuracy_m: f64,
    /// Time of the fix by the satellites or the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_at: Option<DateTime<Utc>>,
    /// When the fix was made, in milliseconds since boot, sleep included: how old it was needs no wall clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_boot_ms: Option<u64>,
    /// Where it comes from.
    pub source: PositionSource,
    /// Whether the system says that the position is made up.
    #[serde(default)]
    pub mock: bool,
    /// Metres above the ellipsoid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude_m: Option<f64>,
}
