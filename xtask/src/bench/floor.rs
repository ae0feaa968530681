//! The floor: what the bare work costs on this machine just now, with nothing of ours around it.

use std::{fs::File, io::Write, path::Path, time::Duration};

use anyhow::{Context, Result};
use bytes::Bytes;
use image::{ExtendedColorType, codecs::jpeg::JpegEncoder, imageops::FilterType};
use sha2::{Digest, Sha256};

use super::timed;

/// Writes each file, makes it durable, hashes it.
pub(crate) fn write_and_hash(folder: &Path, files: &[Bytes]) -> Result<Duration> {
    timed(|| {
        for (number, bytes) in files.iter().enumerate() {
            let mut file = File::create(folder.join(format!("floor-{number}")))?;
            file.write_all(bytes)?;
            file.sync_data()?;
            std::hint::black_box(Sha256::digest(bytes));
        }
        Ok(())
    })
}

/// Decodes a photo, makes it smaller, encodes it, hashes and stores original and copy.
pub(crate) fn copy_photo(folder: &Path, photo: &Path) -> Result<()> {
    let original = std::fs::read(photo)?;
    let picture = image::load_from_memory(&original).context("decoder")?.into_rgb8();
    let height = 1_920 * picture.height() / picture.width();
    let small = image::imageops::resize(&picture, 1_920, height, FilterType::Triangle);
    let mut copy = Vec::new();
    JpegEncoder::new_with_quality(&mut copy, 80)
        .encode(&small, small.width(), small.height(), ExtendedColorType::Rgb8)
        .context("encoder")?;
    for (name, bytes) in [("floor-original", &original), ("floor-copy", &copy)] {
        std::hint::black_box(Sha256::digest(bytes));
        let mut file = File::create(folder.join(name))?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kandas_fixtures::media::Photo;

    use super::*;

    #[test]
    fn a_photo_is_made_smaller() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("photo.jpg");
        std::fs::write(&photo, Photo::new(1, 2_400).jpeg().unwrap()).unwrap();
        copy_photo(folder.path(), &photo).unwrap();
        let copy = image::open(folder.path().join("floor-copy").with_extension(""))
            .or_else(|_| image::load_from_memory(&std::fs::read(folder.path().join("floor-copy")).unwrap()));
        assert_eq!(copy.unwrap().width(), 1_920);
    }
}
