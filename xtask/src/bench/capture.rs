//! A photo of twelve megapixels from the camera to the sealed record, beside the bare work: decode, make smaller, encode,
//! hash, make durable.

use std::{fs, fs::File, io::Write as _, path::Path};

use anyhow::{Context, Result, ensure};
use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::U8x3,
};
use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};
use kandas_fixtures::{
    media::{Photo, read_folder},
    proxy::Proxy,
};
use sha2::{Digest as _, Sha256};

use super::{
    Bench, bytes,
    figures::{Figures, median},
    site::{Engine, Ground},
    timed,
};
use crate::demo::material::Completion;

/// Pixels across; three quarters of it down.
const WIDTH: u32 = 4_000;
/// As the phone makes its copy.
const COPY: u32 = 1_920;
const QUALITY: u8 = 80;

impl Bench {
    /// From the camera's file to the sealed record.
    pub(crate) fn capture(&self, figures: &mut Figures) -> Result<()> {
        let site = self.site(Engine::Sqlite, &Ground { families: 60, workers: 1, ..Ground::default() })?;
        let serving = site.centre.serve()?;
        let proxy = self.runtime.block_on(Proxy::start(site.centre.address))?;
        let phone = self.phone(&site, "Phone", proxy.address())?;
        ensure!(phone.sync()?, "the phone could not fetch its families");
        serving.stop()?;

        let folder = site.folder.path().join("camera");
        fs::create_dir_all(&folder)?;
        for number in 0..self.scale.photos {
            fs::write(folder.join(format!("IMG_{number}.jpg")), Photo::new(number, WIDTH).jpeg()?)?;
        }
        let photos = read_folder(&folder)?;
        // What the program costs without a photo: start, unlock, store.
        let mut starts: Vec<f64> = Vec::new();
        for _ in 0..5 {
            starts.push(timed(|| phone.status().map(drop))?.as_secs_f64());
        }
        starts.sort_by(f64::total_cmp);
        let start = median(&starts);

        let simple = bytes::simple(&site.district)?;
        for (photo, (family, activity, service)) in photos.iter().zip(simple) {
            let completion = Completion { family, activity, service, files: vec![photo.clone()] };
            let took = timed(|| {
                let missing = phone.record(&completion, &[])?;
                ensure!(missing.is_empty(), "not sealed, missing {missing:?}");
                Ok(())
            })?;
            let floor = timed(|| copy_photo(site.folder.path(), &photo.path))?;
            let (took, floor) = (took.as_secs_f64() - start, floor.as_secs_f64());
            figures.add("capture_ms", took * 1e3);
            figures.add("capture_floor_ms", floor * 1e3);
            figures.add("capture_ratio", took / floor);
        }
        Ok(())
    }
}

/// Decodes a photo, makes it smaller, encodes it, hashes and keeps original and copy.
fn copy_photo(folder: &Path, photo: &Path) -> Result<()> {
    let original = fs::read(photo)?;
    let picture = image::load_from_memory(&original).context("decoder")?.into_rgb8();
    let (width, height) = (COPY, COPY * picture.height() / picture.width());
    let from = TypedImageRef::<U8x3>::from_buffer(picture.width(), picture.height(), picture.as_raw())?;
    let mut pixels = vec![0; width as usize * height as usize * 3];
    let mut to = TypedImage::<U8x3>::from_buffer(width, height, &mut pixels)?;
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    Resizer::new().resize_typed(&from, &mut to, &options)?;
    let mut copy = Vec::new();
    JpegEncoder::new_with_quality(&mut copy, QUALITY)
        .encode(&pixels, width, height, ExtendedColorType::Rgb8)
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
    use super::*;

    #[test]
    fn a_photo_is_made_smaller() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("photo.jpg");
        fs::write(&photo, Photo::new(1, 2_400).jpeg().unwrap()).unwrap();
        copy_photo(folder.path(), &photo).unwrap();
        let copy = image::load_from_memory(&fs::read(folder.path().join("floor-copy")).unwrap()).unwrap();
        assert_eq!((copy.width(), copy.height()), (1_920, 1_440));
    }
}
