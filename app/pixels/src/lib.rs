//! The copy that travels and the thumbnail: decoded once, upright, with their own minimal EXIF.
//!
//! A package of its own, because the generic code of the picture libraries is compiled into the crate that calls it and
//! would be a hundred times slower in a development build otherwise: the workspace optimises this one always.

use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::U8x3,
};
use image::{DynamicImage, ImageError, RgbImage, codecs::jpeg::JpegEncoder, metadata::Orientation};
use kandas_shared::evidence::Summary;
use little_exif::{exif_tag::ExifTag, filetype::FileExtension, metadata::Metadata};

/// Longest side of the copy that travels.
pub const COPY_SIDE: u32 = 1_920;
/// Longest side of the thumbnail.
pub const THUMBNAIL_SIDE: u32 = 320;

/// A picture format that is decoded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
}

const COPY_QUALITY: u8 = 80;
const THUMBNAIL_QUALITY: u8 = 75;

/// What was made of a picture.
#[derive(Default)]
pub struct Made {
    /// The smaller copy; none: the picture is small enough to travel as it is.
    pub copy: Option<Vec<u8>>,
    /// The small picture.
    pub thumbnail: Option<Vec<u8>>,
    /// Pixels across, as stored.
    pub width: Option<u32>,
    /// Pixels down, as stored.
    pub height: Option<u32>,
}

/// Why nothing could be made.
#[derive(Debug, PartialEq, Eq)]
pub enum Undecodable {
    /// The picture ends before its end.
    Torn,
    /// Whole as far as can be told, but beyond what is decoded here.
    Unsupported(String),
}

/// Decodes a picture to its end and makes copy and thumbnail.
///
/// # Errors
/// When the picture is torn or not decodable here.
pub fn make(format: Format, bytes: &[u8], summary: &Summary) -> Result<Made, Undecodable> {
    if format == Format::Jpeg && !reaches_its_end(bytes) {
        return Err(Undecodable::Torn);
    }
    let picture = decode(format, bytes)?;
    let (width, height) = (picture.width(), picture.height());
    let upright = summary.orientation.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms);
    // A PNG is a scan or a screen; it travels as it is.
    let wants_copy = format == Format::Jpeg && width.max(height) > COPY_SIDE;
    let (copy, base) = if wants_copy {
        let mut smaller = fit(&picture, COPY_SIDE)?;
        smaller.apply_orientation(upright);
        let copy = encode(&smaller, COPY_QUALITY, Some(summary))?;
        (Some(copy).filter(|copy| copy.len() < bytes.len()), smaller)
    } else {
        let mut base = picture;
        base.apply_orientation(upright);
        (None, base)
    };
    let thumbnail = encode(&fit(&base, THUMBNAIL_SIDE)?, THUMBNAIL_QUALITY, None)?;
    Ok(Made { copy, thumbnail: Some(thumbnail), width: Some(width), height: Some(height) })
}

fn decode(format: Format, bytes: &[u8]) -> Result<DynamicImage, Undecodable> {
    let kind = match format {
        Format::Jpeg => image::ImageFormat::Jpeg,
        Format::Png => image::ImageFormat::Png,
    };
    let torn_or = |error: ImageError| match error {
        ImageError::Limits(error) => Undecodable::Unsupported(error.to_string()),
        ImageError::Unsupported(error) => Undecodable::Unsupported(error.to_string()),
        _ => Undecodable::Torn,
    };
    // The library's own limit of 512 MiB keeps a few bytes from claiming a whole memory.
    let picture = image::load_from_memory_with_format(bytes, kind).map_err(torn_or)?;
    Ok(DynamicImage::ImageRgb8(picture.into_rgb8()))
}

/// The picture with its longest side at most `side`.
fn fit(picture: &DynamicImage, side: u32) -> Result<DynamicImage, Undecodable> {
    let (width, height) = (picture.width(), picture.height());
    let longest = width.max(height).max(1);
    if longest <= side {
        return Ok(picture.clone());
    }
    let scaled = |length: u32| {
        let exact = u64::from(length) * u64::from(side) / u64::from(longest);
        u32::try_from(exact).unwrap_or(side).max(1)
    };
    let (across, down) = (scaled(width), scaled(height));
    let unsupported = |e: &dyn std::fmt::Display| Undecodable::Unsupported(e.to_string());
    // One pixel type, named: the general form compiles every algorithm for every type there is.
    let from =
        TypedImageRef::<U8x3>::from_buffer(width, height, picture.as_bytes()).map_err(|e| unsupported(&e))?;
    let mut buffer = vec![0; across as usize * down as usize * 3];
    let mut to = TypedImage::<U8x3>::from_buffer(across, down, &mut buffer).map_err(|e| unsupported(&e))?;
    let options =
        ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    Resizer::new().resize_typed(&from, &mut to, &options).map_err(|e| unsupported(&e))?;
    let smaller = RgbImage::from_raw(across, down, buffer).ok_or_else(|| unsupported(&"size"))?;
    Ok(DynamicImage::ImageRgb8(smaller))
}

fn encode(picture: &DynamicImage, quality: u8, summary: Option<&Summary>) -> Result<Vec<u8>, Undecodable> {
    let unsupported = |e: &dyn std::fmt::Display| Undecodable::Unsupported(e.to_string());
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).map_err(|e| unsupported(&e))?;
    if let Some(summary) = summary {
        minimal_exif(summary).write_to_vec(&mut bytes, FileExtension::JPEG).map_err(|e| unsupported(&e))?;
    }
    Ok(bytes)
}

/// When and with what it was taken. The place stands in the signed record; a copy that is passed on does not tell it.
fn minimal_exif(summary: &Summary) -> Metadata {
    let mut exif = Metadata::new();
    exif.set_tag(ExifTag::Orientation(vec![1]));
    let ascii = |text: &String| text.chars().filter(char::is_ascii).collect::<String>();
    if let Some(make) = &summary.make {
        exif.set_tag(ExifTag::Make(ascii(make)));
    }
    if let Some(model) = &summary.model {
        exif.set_tag(ExifTag::Model(ascii(model)));
    }
    if let Some((date, rest)) = summary.taken_at.as_ref().and_then(|at| at.split_once('T')) {
        let (time, offset) = rest.split_at(rest.len().min(8));
        exif.set_tag(ExifTag::DateTimeOriginal(format!("{} {time}", date.replace('-', ":"))));
        if !offset.is_empty() {
            exif.set_tag(ExifTag::OffsetTimeOriginal(offset.to_owned()));
        }
    }
    exif
}

/// Whether a JPEG's segments lead to its end marker. Decoders fill up what is missing with grey and say nothing. The
/// small picture inside the EXIF has an end marker of its own, so looking at the last bytes is not enough, and cameras
/// append films and notes, so the end marker need not be last.
fn reaches_its_end(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // To the next marker: segments may be followed by fill bytes, and broken EXIF by rubbish.
        while bytes.get(at).is_some_and(|byte| *byte != 0xff) {
            at += 1;
        }
        while bytes.get(at) == Some(&0xff) {
            at += 1;
        }
        let Some(marker) = bytes.get(at) else { return false };
        at += 1;
        match marker {
            0xd9 => return true,
            // No length: stuffed byte, restart markers, start of image, temporary.
            0x00 | 0x01 | 0xd0..=0xd8 => {}
            _ => {
                let Some(length) = bytes.get(at..at + 2) else { return false };
                at += usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x % 251) as u8, (y % 241) as u8, (x * y % 239) as u8])
        });
        encode(&DynamicImage::ImageRgb8(picture), 90, None).unwrap()
    }

    #[test]
    fn a_cut_at_any_place_is_noticed() {
        let whole = picture(400, 300);
        assert!(reaches_its_end(&whole));
        for length in (2..whole.len()).step_by(97) {
            assert!(!reaches_its_end(&whole[..length]), "{length} of {}", whole.len());
        }
        let mut longer = whole;
        longer.extend_from_slice(b"a film of the camera");
        assert!(reaches_its_end(&longer));
    }

    #[test]
    fn a_large_picture_becomes_small_and_upright() {
        let summary = Summary {
            orientation: Some(6),
            taken_at: Some("2026-09-14T12:07:09+05:00".into()),
            make: Some("Тест T".into()),
            ..Summary::default()
        };
        let made = make(Format::Jpeg, &picture(2_400, 1_200), &summary).unwrap();
        assert_eq!((made.width, made.height), (Some(2_400), Some(1_200)));
        let copy = image::load_from_memory(&made.copy.clone().unwrap()).unwrap();
        assert_eq!((copy.width(), copy.height()), (960, 1_920), "turned upright");
        let small = image::load_from_memory(&made.thumbnail.unwrap()).unwrap();
        assert_eq!((small.width(), small.height()), (160, 320));
        let copy = made.copy.unwrap();
        let exif = exif::Reader::new().read_from_container(&mut std::io::Cursor::new(&copy)).unwrap();
        let shown = |tag| exif.get_field(tag, exif::In::PRIMARY).unwrap().display_value().to_string();
        assert_eq!(shown(exif::Tag::Orientation), "row 0 at top and column 0 at left");
        assert_eq!(shown(exif::Tag::DateTimeOriginal), "2026-09-14 12:07:09");
        assert!(exif.get_field(exif::Tag::GPSLatitude, exif::In::PRIMARY).is_none());
    }

    #[test]
    fn a_small_picture_travels_as_it_is() {
        let made = make(Format::Jpeg, &picture(800, 600), &Summary::default()).unwrap();
        assert!(made.copy.is_none());
        assert!(made.thumbnail.is_some());
    }
}
