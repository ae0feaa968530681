//! Each rule has two files in `../cases`: what it notices, and what it passes over. A file is a list of examples, each of
//! them `clean.json` with some values set otherwise; where photos matter they are JPEG files with EXIF, made here, read as
//! a phone reads them and compared as the server does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use chrono::{DateTime, FixedOffset};
use image::{DynamicImage, codecs::jpeg::JpegEncoder, imageops::FilterType};
use kandas_fixtures::media::{Photo, Position as Taken};
use kandas_shared::locale::{Lang, Messages};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Case, Finding, Rule, Severity, judge};
use crate::findings::{
    picture::{Close, MARKS, looks},
    settings::Settings,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    /// What it is about.
    why: String,
    /// Values that are others than in `clean.json`, by their place (RFC 6901).
    #[serde(default)]
    set: BTreeMap<String, Value>,
    /// What the camera wrote into the first photo.
    #[serde(default)]
    photo: Option<Written>,
    /// Two photos: how near they are to each other is measured.
    #[serde(default)]
    pair: Option<Pair>,
    /// What is noticed; nothing where absent.
    #[serde(default)]
    found: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    taken_at: DateTime<FixedOffset>,
    #[serde(default)]
    lat: Option<f64>,
    #[serde(default)]
    lon: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    own: u64,
    theirs: u64,
    changed: Changed,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Changed {
    No,
    Resave,
    Crop,
    Brighter,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    rule: Rule,
    severity: Severity,
    /// Some of its figures.
    #[serde(default)]
    params: Map<String, Value>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/findings/rules/cases")
}

fn read<Of: serde::de::DeserializeOwned>(name: &str) -> Of {
    let path = folder().join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Sets a value where its place is, or where it would be.
fn set(of: &mut Value, place: &str, value: Value) {
    let (parent, name) = place.rsplit_once('/').expect("a place begins with /");
    let parent = of.pointer_mut(parent).unwrap_or_else(|| panic!("nothing holds {place}"));
    match parent {
        Value::Array(list) => list[name.parse::<usize>().unwrap()] = value,
        Value::Object(object) => {
            object.insert(name.to_owned(), value);
        }
        _ => panic!("nothing can hold {place}"),
    }
}

impl Example {
    fn case(&self) -> Case {
        let mut case: Value = read("clean.json");
        for (place, value) in &self.set {
            set(&mut case, place, value.clone());
        }
        let mut case: Case =
            serde_json::from_value(case).unwrap_or_else(|error| panic!("{}: {error}", self.why));
        if let Some(written) = &self.photo {
            let position = written.lat.zip(written.lon);
            let photo = Photo {
                taken_at: Some(written.taken_at),
                position: position.map(|(latitude, longitude)| Taken { latitude, longitude }),
                ..Photo::new(1, 320)
            };
            let (_, summary) = kandas_app::media::summarise(&photo.jpeg().unwrap()).expect("a photo");
            assert!(summary.taken_at.is_some(), "{}: what the camera wrote was read", self.why);
            case.evidence[0].summary = summary;
        }
        if let Some(Pair { own, theirs, changed }) = self.pair {
            let picture = |seed| image::load_from_memory(&Photo::new(seed, 480).jpeg().unwrap()).unwrap();
            let (own, theirs) = (thumbnail(&picture(own)), thumbnail(&changed.of(&picture(theirs))));
            let (near, of) = (looks(&own).unwrap(), looks(&theirs).unwrap());
            let alike = &mut case.alike[0];
            alike.bits = Some((near.differ(&of.whole).min(of.differ(&near.whole)), MARKS));
            alike.likeness = Some(Close::of(&own).unwrap().likeness(&Close::of(&theirs).unwrap()));
        }
        case
    }
}

impl Changed {
    fn of(self, picture: &DynamicImage) -> DynamicImage {
        let (wide, tall) = (picture.width(), picture.height());
        match self {
            Self::No => picture.clone(),
            Self::Resave => image::load_from_memory(&jpeg(picture, 40)).unwrap(),
            Self::Crop => picture.crop_imm(wide / 20, tall / 20, wide * 9 / 10, tall * 9 / 10),
            Self::Brighter => picture.brighten(30),
        }
    }
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&picture.to_rgb8()).unwrap();
    bytes
}

/// As a phone makes it.
fn thumbnail(picture: &DynamicImage) -> Vec<u8> {
    jpeg(&picture.resize(320, 320, FilterType::Triangle), 75)
}

fn judged(example: &Example) -> Vec<Finding> {
    judge(&example.case(), &Settings::shipped().on("2026-11-20".parse().unwrap()))
}

#[test]
fn every_rule_has_what_it_notices_and_what_it_passes_over() {
    let mut expected = BTreeSet::from(["clean.json".to_owned()]);
    for rule in Rule::ALL {
        for (end, notices) in [("yes", true), ("no", false)] {
            let name = format!("{rule}.{end}.json");
            let examples: Vec<Example> = read(&name);
            assert!(!examples.is_empty(), "{name} is empty");
            for example in &examples {
                let (found, why) = (judged(example), &example.why);
                assert_eq!(found.iter().any(|of| of.rule == *rule), notices, "{name}: {why}: {found:?}");
                let said: Vec<_> = found.iter().map(|of| (of.rule, of.severity)).collect();
                let wanted: Vec<_> = example.found.iter().map(|of| (of.rule, of.severity)).collect();
                assert_eq!(said, wanted, "{name}: {why}: {found:?}");
                for (of, wanted) in found.iter().zip(&example.found) {
                    for (param, value) in &wanted.params {
                        assert_eq!(of.params.get(param), Some(value), "{name}: {why}: {param}");
                    }
                    for lang in Lang::ALL {
                        let (title, words) = of.words(Messages::of(*lang));
                        assert!(!title.contains('⟦') && !words.contains('⟦'), "{name}: {lang}: {words}");
                    }
                }
            }
            expected.insert(name);
        }
    }
    let there = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(there.collect::<BTreeSet<_>>(), expected, "no file is left over, none is missing");
}
