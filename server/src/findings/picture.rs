//! How a photo looks, in 144 marks: whether it gets lighter or darker from one ninth of the picture to the next, along
//! rows and columns (double gradient). Saving it again, another size and another brightness change few of them.
//!
//! Cutting off the borders changes more. So a photo is looked at three times: whole, its inner nine tenths, and as if there
//! were more around it (borders drawn out). What is cut looks from inside like the whole of the other, and the other way
//! round. A cut from one side only is not found this way.

use image::{GrayImage, ImageReader, Limits, Luma, imageops::FilterType};
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

/// Share of the inner part.
const INNER: f32 = 0.9;
/// Pixels of a side of what is looked at.
const SIDE: u32 = 64;
/// Fields of a side at a second look, and how many around a field it is held against.
const FIELDS: u32 = 32;
const AROUND: u32 = 2;

/// The three looks at a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// At the whole: what is searched among.
    pub whole: Look,
    /// At its inner part.
    pub inner: Look,
    /// As if there were more around it.
    pub outer: Look,
}

impl Looks {
    /// All three: what is searched with.
    #[must_use]
    pub fn all(&self) -> [Look; 3] {
        [self.whole, self.inner, self.outer]
    }

    /// In how many marks the nearest of them differs from the whole of another photo.
    #[must_use]
    pub fn differ(&self, other: &Look) -> u32 {
        self.all().iter().map(|look| look.differs(other)).min().unwrap_or(MARKS)
    }

    /// As kept in a column.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.all().iter().flat_map(|look| look.0).collect()
    }

    /// Reads the column.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut looks = bytes.chunks_exact(BYTES).map(Look::read);
        let read = Self { whole: looks.next()??, inner: looks.next()??, outer: looks.next()?? };
        (bytes.len() == 3 * BYTES).then_some(read)
    }
}

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
pub fn marks(threshold: f64) -> u32 {
    threshold.clamp(0.0, f64::from(MARKS)) as u32
}

/// How the picture in these bytes looks; none if it is no picture, or shows nothing to compare.
#[must_use]
pub fn looks(bytes: &[u8]) -> Option<Looks> {
    let small = small(bytes)?;
    let hasher = HasherConfig::new().hash_size(16, 16).hash_alg(HashAlg::DoubleGradient).to_hasher();
    let look = |picture: &GrayImage| Look::read(hasher.hash_image(picture).as_bytes());
    let (inner, outer) = (part(&small, INNER), part(&small, 1.0 / INNER));
    Some(Looks { whole: look(&small)?, inner: look(&inner)?, outer: look(&outer)? })
}

/// A photo at a second look: its grays, field by field, each beside those around it, whatever its brightness and contrast.
/// Marks say of two photos that they may be alike, and among millions some do by chance; this says whether they are. That
/// the sky is bright and the ground dark, as in many photos, counts for nothing here.
#[derive(Clone, Debug, PartialEq)]
pub struct Close {
    whole: Vec<f32>,
    inner: Vec<f32>,
}

impl Close {
    /// The picture in these bytes; none where [`looks`] has none.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let small = small(bytes)?;
        Some(Self { whole: grays(&small)?, inner: grays(&part(&small, INNER))? })
    }

    /// How much of two photos agrees, in percent: 100 where one is the other, 0 where nothing does. Also of one that is cut.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> f64 {
        let agree = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
        let pairs = [(&self.whole, &other.whole), (&self.inner, &other.whole), (&self.whole, &other.inner)];
        let best = pairs.iter().map(|(a, b)| agree(a, b)).fold(0.0, f64::max);
        best.clamp(0.0, 1.0) * 100.0
    }
}

/// How much lighter or darker each field is than those around it, the sum of the squares 1; none where all are the same.
fn grays(picture: &GrayImage) -> Option<Vec<f32>> {
    let fields = image::imageops::resize(picture, FIELDS, FIELDS, FilterType::Triangle);
    let around = |x: u32, y: u32| {
        let near = |at: u32| (0..=2 * AROUND).map(move |by| (at + by).saturating_sub(AROUND).min(FIELDS - 1));
        let grays = near(y).flat_map(|y| near(x).map(move |x| (x, y)));
        grays.map(|(x, y)| f32::from(fields.get_pixel(x, y).0[0])).sum::<f32>()
            / (2 * AROUND + 1).pow(2) as f32
    };
    let apart: Vec<f32> =
        fields.enumerate_pixels().map(|(x, y, gray)| f32::from(gray.0[0]) - around(x, y)).collect();
    let length = apart.iter().map(|gray| gray.powi(2)).sum::<f32>().sqrt();
    (length > f32::EPSILON).then(|| apart.iter().map(|gray| gray / length).collect())
}

/// The picture in these bytes, small and gray; none if it is no picture, or shows nothing to compare.
fn small(bytes: &[u8]) -> Option<GrayImage> {
    let mut reader = ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let luma = reader.decode().ok()?.to_luma8();
    // A step in between: what is left of grain and of blocks of the compression is gone.
    let small = image::imageops::resize(&luma, SIDE, SIDE, FilterType::Triangle);
    (contrast(small.as_raw()) >= LEAST_CONTRAST).then_some(small)
}

/// The middle of a picture at its own size: less than all of it, or more, where its borders are drawn out.
fn part(picture: &GrayImage, share: f32) -> GrayImage {
    let last = SIDE - 1;
    // Where a pixel of the part lies in the picture: the pixels around it, and how far it is to the second.
    let place = |at: u32| {
        let middle = SIDE as f32 / 2.0;
        let from = ((at as f32 + 0.5 - middle) * share + middle - 0.5).clamp(0.0, last as f32);
        let first = from.floor();
        (first as u32, (first as u32 + 1).min(last), from - first)
    };
    GrayImage::from_fn(SIDE, SIDE, |x, y| {
        let ((left, right, across), (top, bottom, down)) = (place(x), place(y));
        let luma = |x, y| f32::from(picture.get_pixel(x, y).0[0]);
        let upper = luma(left, top) * (1.0 - across) + luma(right, top) * across;
        let lower = luma(left, bottom) * (1.0 - across) + luma(right, bottom) * across;
        Luma([(upper * (1.0 - down) + lower * down).round() as u8])
    })
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
    use image::{DynamicImage, codecs::jpeg::JpegEncoder};
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
        let most = marks(Settings::shipped().on("2026-11-28".parse().unwrap()).get(Threshold::NearBits));
        let mut all = Vec::new();
        let mut found = std::collections::BTreeMap::<&str, (u32, u32)>::new();
        for seed in 0..40 {
            let picture = image::load_from_memory(&Photo::new(seed, 480).jpeg().unwrap()).unwrap();
            let own = looks(&thumbnail(&picture)).unwrap();
            assert_eq!(Looks::read(&own.bytes()), Some(own));
            for (how, other) in changed(&picture) {
                let other = looks(&thumbnail(&other)).unwrap();
                // Whichever came first: what comes later is searched for.
                let hit = own.differ(&other.whole).max(other.differ(&own.whole)) <= most;
                let (hits, of) = found.entry(how).or_default();
                (*hits, *of) = (*hits + u32::from(hit), *of + 1);
            }
            all.push(own);
        }
        for (how, (hits, of)) in found {
            assert!(hits * 100 >= of * 95, "{how}: {hits} of {of}");
        }
        for (n, a) in all.iter().enumerate() {
            for b in &all[n + 1..] {
                assert!(a.differ(&b.whole).min(b.differ(&a.whole)) > most, "two scenes");
            }
        }
    }

    #[test]
    fn a_second_look_tells_changed_photos_from_others() {
        let least = Settings::shipped().on("2026-11-28".parse().unwrap()).get(Threshold::NearPercent);
        let pictures: Vec<_> = (0..60)
            .map(|seed| image::load_from_memory(&Photo::new(seed, 480).jpeg().unwrap()).unwrap())
            .collect();
        let own: Vec<_> = pictures.iter().map(|picture| Close::of(&thumbnail(picture)).unwrap()).collect();
        let mut found = std::collections::BTreeMap::<&str, (u32, u32)>::new();
        for (picture, close) in pictures.iter().zip(&own) {
            assert!(close.likeness(close) > 99.99);
            for (how, other) in changed(picture) {
                let other = Close::of(&thumbnail(&other)).unwrap();
                assert!((close.likeness(&other) - other.likeness(close)).abs() < 1e-6, "both say the same");
                let (hits, of) = found.entry(how).or_default();
                (*hits, *of) = (*hits + u32::from(close.likeness(&other) >= least), *of + 1);
            }
        }
        for (how, (hits, of)) in found {
            assert!(hits * 100 >= of * 95, "{how}: {hits} of {of}");
        }
        let pairs = own.iter().enumerate().flat_map(|(n, a)| own[n + 1..].iter().map(move |b| a.likeness(b)));
        let most = pairs.fold(0.0, f64::max);
        assert!(most < least, "two scenes agree by {most} %");
    }

    #[test]
    fn what_shows_nothing_has_no_look() {
        let flat = DynamicImage::from(image::RgbImage::from_pixel(320, 240, image::Rgb([90, 91, 92])));
        assert_eq!(looks(&jpeg(&flat, 75)), None);
        assert_eq!(looks(b"no picture at all"), None);
        let jpeg = thumbnail(&image::load_from_memory(&Photo::new(1, 320).jpeg().unwrap()).unwrap());
        assert!(looks(&jpeg).is_some());
        assert_eq!(Looks::read(&[0; 3 * BYTES + 1]), None);
    }
}
