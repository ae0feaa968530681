//! How a photo looks, in 144 marks: whether it gets lighter or darker from one ninth of the picture to the next, along
//! rows and columns (double gradient). Saving it again, another size and another brightness change few of them.

use image::{DynamicImage, ImageReader, Limits, imageops::FilterType};
use image_hasher::{HashAlg, HasherConfig};

/// Marks of a photo.
pub const MARKS: u32 = 144;
/// Bytes of them.
pub const BYTES: usize = 18;
/// Longest side of a thumbnail that is looked at.
const MOST_SIDE: u32 = 4_096;
/// Most bytes that decoding may take.
const MOST_MEMORY: u64 = 96 << 20;
/// A picture whose brightest and darkest tenths are closer than this shows nothing to compare: a wall, a lens cap.
const LEAST_CONTRAST: u8 = 24;

/// The marks of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Look(pub [u8; BYTES]);

impl Look {
    /// In how many marks two photos differ.
    #[must_use]
    pub fn differs(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(a, b)| (a ^ b).count_ones()).sum()
    }

    /// As kept in a column.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }
}

/// A threshold as a number of marks.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the marks there are")]
pub fn marks(threshold: f64) -> u32 {
    threshold.clamp(0.0, f64::from(MARKS)) as u32
}

/// How the picture in these bytes looks; none if it is no picture, or shows nothing to compare.
#[must_use]
pub fn look(bytes: &[u8]) -> Option<Look> {
    let mut reader = ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    look_of(&reader.decode().ok()?)
}

/// [`look`] of a picture that is decoded.
#[must_use]
pub fn look_of(picture: &DynamicImage) -> Option<Look> {
    // A step in between: what is left of grain and of blocks of the compression is gone.
    let small = picture.to_luma8();
    let small = image::imageops::resize(&small, 64, 64, FilterType::Triangle);
    if contrast(small.as_raw()) < LEAST_CONTRAST {
        return None;
    }
    let hasher = HasherConfig::new().hash_size(16, 16).hash_alg(HashAlg::DoubleGradient).to_hasher();
    Look::read(hasher.hash_image(&small).as_bytes())
}

/// Between the tenth of the darkest and the tenth of the brightest.
fn contrast(luma: &[u8]) -> u8 {
    let mut sorted = luma.to_vec();
    sorted.sort_unstable();
    let tenth = sorted.len() / 10;
    let (Some(dark), Some(bright)) = (sorted.get(tenth), sorted.iter().rev().nth(tenth)) else { return 0 };
    bright - dark
}

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::JpegEncoder;
    use kandas_fixtures::media::Photo;
    use kandas_shared::finding::Threshold;

    use super::*;
    use crate::findings::settings::Settings;

    fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&picture.to_rgb8()).unwrap();
        bytes
    }

    /// As a phone makes it.
    fn thumbnail(picture: &DynamicImage) -> Vec<u8> {
        jpeg(&picture.resize(320, 320, FilterType::Triangle), 75)
    }

    /// What somebody does to a photo before he sends it again.
    fn changed(picture: &DynamicImage) -> [(&'static str, DynamicImage); 5] {
        let (wide, tall) = (picture.width(), picture.height());
        let brighter = |share: f32| {
            let mut rgb = picture.to_rgb8();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
            rgb.pixels_mut()
                .for_each(|p| p.0 = p.0.map(|part| (f32::from(part) * share).clamp(0.0, 255.0) as u8));
            DynamicImage::from(rgb)
        };
        [
            ("resave", image::load_from_memory(&jpeg(picture, 40)).unwrap()),
            ("crop", picture.crop_imm(wide / 20, tall / 20, wide * 9 / 10, tall * 9 / 10)),
            ("resize", picture.resize(wide / 2, tall / 2, FilterType::Triangle)),
            ("brighter", brighter(1.2)),
            ("darker", brighter(0.8)),
        ]
    }

    #[test]
    fn changed_photos_look_alike_and_others_do_not() {
        let most = Settings::shipped().on("2026-11-28".parse().unwrap()).get(Threshold::NearBits);
        let near = |a: &Look, b: &Look| f64::from(a.differs(b)) <= most;
        let mut looks = Vec::new();
        let mut found = std::collections::BTreeMap::<&str, Vec<u32>>::new();
        let photos = 80;
        for seed in 0..photos {
            let picture = image::load_from_memory(&Photo::new(seed, 640).jpeg().unwrap()).unwrap();
            let own = look(&thumbnail(&picture)).unwrap();
            for (how, other) in changed(&picture) {
                found.entry(how).or_default().push(own.differs(&look(&thumbnail(&other)).unwrap()));
            }
            looks.push(own);
        }
        let mut apart: Vec<u32> = Vec::new();
        for (n, a) in looks.iter().enumerate() {
            apart.extend(looks[n + 1..].iter().map(|b| a.differs(b)));
        }
        apart.sort_unstable();
        eprintln!("apart {:?}", &apart[..40]);
        for (how, mut bits) in found {
            bits.sort_unstable();
            eprintln!("{how} {bits:?}");
            let hits = bits.iter().filter(|bits| f64::from(**bits) <= most).count();
            assert!(hits * 100 >= bits.len() * 95, "{how}: {hits} of {}", bits.len());
        }
        let false_pairs = (0..looks.len())
            .flat_map(|n| (n + 1..looks.len()).map(move |m| (n, m)))
            .filter(|(n, m)| near(&looks[*n], &looks[*m]))
            .count();
        assert_eq!(false_pairs, 0, "of {} pairs", apart.len());
    }

    #[test]
    fn what_shows_nothing_has_no_look() {
        let flat = DynamicImage::from(image::RgbImage::from_pixel(320, 240, image::Rgb([90, 91, 92])));
        assert_eq!(look(&jpeg(&flat, 75)), None);
        assert_eq!(look(b"no picture at all"), None);
        let jpeg = thumbnail(&image::load_from_memory(&Photo::new(1, 320).jpeg().unwrap()).unwrap());
        assert_eq!(look(&jpeg[..jpeg.len() / 2]).is_some(), look(&jpeg[..jpeg.len() / 2]).is_some());
        assert!(look(&jpeg).is_some());
    }
}
