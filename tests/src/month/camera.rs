//! The cameras of all phones: each photo is drawn when it is taken.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset, Utc};
use kandas_fixtures::media::{Photo, Position, Scene, Video, pdf};
use kandas_shared::{ids::FamilyId, service::ServiceCode};
use rand::{RngExt as _, rngs::StdRng};

/// Wide enough for a face to be seen on a screen, small enough for some hundred to be drawn in a demo.
const WIDTH: u32 = 960;
/// Photos that may be shown again.
const REMEMBERED: usize = 60;

/// A photo that was taken.
#[derive(Clone, Debug)]
pub struct Shot {
    /// The file.
    pub path: PathBuf,
    /// Of which family.
    pub family: FamilyId,
    photo: Photo,
}

/// Takes pictures.
pub struct Camera {
    folder: PathBuf,
    number: u64,
    seed: u64,
    taken: Vec<Shot>,
}

impl Camera {
    /// Puts its files into `folder`.
    pub fn new(folder: &Path, seed: u64) -> Result<Self> {
        fs::create_dir_all(folder).context("folder of the cameras")?;
        Ok(Self { folder: folder.to_owned(), number: 0, seed, taken: Vec::new() })
    }

    /// Takes a photo; `at` and `place` are what the file will say.
    pub fn photo(
        &mut self,
        scene: Scene,
        family: FamilyId,
        at: DateTime<Utc>,
        place: Option<Position>,
    ) -> Result<Shot> {
        self.number += 1;
        let photo = Photo {
            scene,
            quality: 80,
            taken_at: Some(local(at)),
            position: place,
            ..Photo::new(self.seed.wrapping_mul(100_003) + self.number, WIDTH)
        };
        let shot = Shot { path: self.write(&photo.jpeg()?, "jpg")?, family, photo };
        if self.taken.len() < REMEMBERED {
            self.taken.push(shot.clone());
        } else {
            let place = usize::try_from(self.number).unwrap_or(0) % REMEMBERED;
            self.taken[place] = shot.clone();
        }
        Ok(shot)
    }

    /// An earlier photo of another family.
    pub fn of_another(&self, family: FamilyId, rng: &mut StdRng) -> Option<Shot> {
        let others: Vec<&Shot> = self.taken.iter().filter(|shot| shot.family != family).collect();
        if others.is_empty() { None } else { Some(others[rng.random_range(0..others.len())].clone()) }
    }

    /// The same picture, saved anew by some program that makes it smaller: other bytes.
    pub fn saved_again(&mut self, shot: &Shot, at: DateTime<Utc>) -> Result<PathBuf> {
        let photo = Photo { quality: 40, taken_at: Some(local(at)), position: None, ..shot.photo.clone() };
        self.write(&photo.jpeg()?, "jpg")
    }

    /// A scanned paper.
    pub fn scan(&mut self) -> Result<PathBuf> {
        self.number += 1;
        let bytes = pdf(self.seed.wrapping_mul(100_003) + self.number);
        self.write(&bytes, "pdf")
    }

    /// A short film.
    pub fn film(&mut self, at: DateTime<Utc>, place: Option<Position>) -> Result<PathBuf> {
        self.number += 1;
        let seed = self.seed.wrapping_mul(100_003) + self.number;
        let film = Video { seed, size: 220_000, taken_at: local(at), position: place };
        self.write(&film.mp4()?, "mp4")
    }

    fn write(&mut self, bytes: &[u8], end: &str) -> Result<PathBuf> {
        self.number += 1;
        let path = self.folder.join(format!("IMG_{:05}.{end}", self.number));
        fs::write(&path, bytes).with_context(|| path.display().to_string())?;
        Ok(path)
    }
}

fn local(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    let zone = FixedOffset::east_opt(5 * 3_600).expect("five hours are an offset");
    at.with_timezone(&zone)
}

/// What one would photograph of a service.
pub fn scene(service: ServiceCode, rng: &mut StdRng) -> Scene {
    let choices: &[Scene] = match service.number() {
        4 | 5 | 13 => &[Scene::Visit, Scene::Visit, Scene::Home],
        1 | 2 | 6 | 7 | 8 | 15..=18 | 23 => &[Scene::Office, Scene::Office, Scene::Home],
        9 | 10 | 20 | 22 => &[Scene::School],
        11 | 14 => &[Scene::Clinic],
        19 | 24 | 25 => &[Scene::Office, Scene::Home],
        12 => &[Scene::Work, Scene::Visit],
        _ => &[Scene::Home, Scene::Visit, Scene::Work],
    };
    choices[rng.random_range(0..choices.len())]
}
