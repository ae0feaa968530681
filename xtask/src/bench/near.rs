//! Photos that look alike: searched for among as many as a country makes in years, beside a plain scan of the same marks.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use image::{DynamicImage, codecs::jpeg::JpegEncoder, imageops::FilterType};
use kandas_fixtures::media::Photo;
use serde::Deserialize;

use super::{Bench, figures::Figures};

/// Pixels across of a photo as it is sent, and of its thumbnail.
const WIDTH: u32 = 1_920;
const THUMBNAIL: u32 = 320;
const THUMBNAIL_QUALITY: u8 = 75;

/// What the server says of itself.
#[derive(Deserialize)]
struct Measured {
    index_mb: f64,
    search_ms_p95: f64,
    floor_ms_p95: f64,
    recall: std::collections::BTreeMap<String, f64>,
    false_pairs: f64,
    mixed_hits: f64,
    second_recall: f64,
    second_false: f64,
}

impl Bench {
    /// Searching similar photos.
    pub(crate) fn near(&self, figures: &mut Figures) -> Result<()> {
        let folder = self.folder.join("near");
        if !folder.exists() {
            fs::create_dir_all(&folder)?;
            for seed in 0..self.scale.scenes {
                write(&folder, seed)?;
            }
        }
        let hashes = self.scale.looks.to_string();
        let out = Command::new(&self.server)
            .args(["findings", "measure", "--hashes", &hashes])
            .arg(&folder)
            .output()
            .context("the server could not be started")?;
        ensure!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let measured: Measured = serde_json::from_slice(&out.stdout)?;
        figures.add("near_search_ms_p95", measured.search_ms_p95);
        figures.add("near_floor_ms_p95", measured.floor_ms_p95);
        figures.add("near_index_mb", measured.index_mb);
        for (how, share) in &measured.recall {
            figures.add(&format!("near_recall_{how}"), *share);
        }
        figures.add("near_false_pairs", measured.false_pairs);
        figures.add("near_mixed_hits", measured.mixed_hits);
        figures.add("near_second_recall", measured.second_recall);
        figures.add("near_second_false", measured.second_false);
        Ok(())
    }
}

/// A photo, and what somebody does to it before he sends it again; all as thumbnails, as the phone makes them.
fn write(folder: &Path, seed: u64) -> Result<()> {
    let picture = image::load_from_memory(&Photo::new(seed, WIDTH).jpeg()?)?;
    let (wide, tall) = (picture.width(), picture.height());
    let all = [
        ("original", picture.clone()),
        ("resave_q40", image::load_from_memory(&jpeg(&picture, 40)?)?),
        ("crop_10", picture.crop_imm(wide / 20, tall / 20, wide * 9 / 10, tall * 9 / 10)),
        ("resize", picture.resize(wide / 2, tall / 2, FilterType::Triangle)),
        ("brighter_20", brightened(&picture, 1.2)),
        ("darker_20", brightened(&picture, 0.8)),
    ];
    for (how, picture) in all {
        let small = picture.resize(THUMBNAIL, THUMBNAIL, FilterType::Triangle);
        fs::write(folder.join(format!("{seed}.{how}.jpg")), jpeg(&small, THUMBNAIL_QUALITY)?)?;
    }
    Ok(())
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&picture.to_rgb8()).context("encoder")?;
    Ok(bytes)
}

fn brightened(picture: &DynamicImage, share: f32) -> DynamicImage {
    let mut rgb = picture.to_rgb8();
    for pixel in rgb.pixels_mut() {
        pixel.0 = pixel.0.map(|part| (f32::from(part) * share).clamp(0.0, 255.0) as u8);
    }
    DynamicImage::from(rgb)
}
