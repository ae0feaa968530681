//! Who records what: the camera files, and which completion of which worker takes which of them.
//!
//! Every good file of the folder is used exactly once. Photos come first, since each completion
//! needs one; then videos, then documents for the services that ask for one.

use std::{collections::VecDeque, path::Path};

use anyhow::{Context, Result, ensure};
use chrono::NaiveDate;
use kandas_fixtures::{
    district::{Activity, District, Family, User},
    media::{CameraFile, CameraSet, Fault, Kind, Position, camera_folder, read_folder},
};
use kandas_shared::{
    rule::Proof,
    service::{Service, ServiceCode},
};

/// Most completions a phone records.
const MOST_COMPLETIONS: usize = 5;
/// Long enough to be cut several times on its way.
const FILM: u64 = 5_000_000;

/// What one worker does on this day.
pub(crate) struct Day<'a> {
    /// The worker.
    pub(crate) worker: &'a User,
    /// What is recorded, each with at least one photo.
    pub(crate) completions: Vec<Completion<'a>>,
    /// Files the phone must set aside.
    pub(crate) bad: Vec<CameraFile>,
}

impl Day<'_> {
    /// The good files, in the order of their completions.
    pub(crate) fn files(&self) -> impl Iterator<Item = &CameraFile> {
        self.completions.iter().flat_map(|completion| &completion.files)
    }
}

/// One completion to be recorded.
pub(crate) struct Completion<'a> {
    /// The family.
    pub(crate) family: &'a Family,
    /// What of its plan was done.
    pub(crate) activity: &'a Activity,
    /// The service.
    pub(crate) service: &'static Service,
    /// The proof.
    pub(crate) files: Vec<CameraFile>,
}

impl Completion<'_> {
    /// Whether a film is among the proof.
    pub(crate) fn has_video(&self) -> bool {
        self.files.iter().any(|file| file.kind == Kind::Video)
    }

    /// Where the worker stands: at the house, or in the middle of the district.
    pub(crate) fn position(&self) -> Position {
        let latitude = self.family.latitude.unwrap_or(52.287);
        Position { latitude, longitude: self.family.longitude.unwrap_or(76.967) }
    }
}

/// The kind of evidence a file is taken as (`photo`, `video`, `document`).
pub(crate) fn evidence_kind(file: &CameraFile) -> &'static str {
    match file.kind {
        Kind::Video => "video",
        Kind::Pdf | Kind::Png => "document",
        Kind::Jpeg | Kind::Heic | Kind::Bad(_) => "photo",
    }
}

/// Makes the camera files (or reads `given`) and gives them to the workers.
///
/// # Errors
/// When a folder cannot be read or written, or the district has too few families.
pub(crate) fn days<'a>(
    district: &'a District,
    given: Option<&Path>,
    scratch: &Path,
    day: NaiveDate,
) -> Result<Vec<Day<'a>>> {
    let mut files = match given {
        Some(folder) => {
            let files = read_folder(folder).context("the folder of --media")?;
            ensure!(files.iter().any(CameraFile::is_good), "no camera file in {}", folder.display());
            files
        }
        None => camera_folder(&scratch.join("camera"), &CameraSet { documents: 2, ..made(day, 1, 6) })?,
    };
    // Whatever was given: a film long enough to be cut, and files that must be set aside.
    let eve = day.pred_opt().unwrap_or(day);
    let own = CameraSet { videos: 2, video_size: FILM, bad_files: true, ..made(eve, 2, 0) };
    files.extend(camera_folder(&scratch.join("camera-extra"), &own)?);
    let photos = files.iter().filter(|file| is_photo(file)).count();
    if photos < 4 {
        files.extend(camera_folder(&scratch.join("camera-more"), &made(eve, 3, 4))?);
    }

    let workers: Vec<_> = district.workers().take(2).collect();
    ensure!(workers.len() == 2, "the district has fewer than two workers");
    let (good, bad): (Vec<_>, Vec<_>) = files.into_iter().partition(CameraFile::is_good);
    let mut days: Vec<_> = workers
        .into_iter()
        .enumerate()
        .map(|(place, worker)| {
            let mine = |files: &[CameraFile], wanted: fn(&CameraFile) -> bool| -> VecDeque<CameraFile> {
                files.iter().filter(|file| wanted(file)).skip(place).step_by(2).cloned().collect()
            };
            let photos = mine(&good, is_photo);
            let videos = mine(&good, |file| file.kind == Kind::Video);
            let documents = mine(&good, |file| matches!(file.kind, Kind::Pdf | Kind::Png));
            let completions = completions(district, worker, photos, videos, documents)?;
            Ok(Day { worker, completions, bad: Vec::new() })
        })
        .collect::<Result<_>>()?;
    days[0].bad = bad;
    Ok(days)
}

/// Why a phone must set a file aside, in the phone's word.
pub(crate) fn fault_word(file: &CameraFile) -> &'static str {
    match file.kind {
        Kind::Bad(Fault::Truncated) => "truncated",
        Kind::Bad(Fault::Empty) => "empty",
        _ => "not_media",
    }
}

fn made(day: NaiveDate, seed: u64, photos: u32) -> CameraSet {
    CameraSet {
        seed,
        photos,
        photo_width: 3_000,
        videos: 0,
        documents: 0,
        bad_files: false,
        day,
        ..CameraSet::default()
    }
}

fn is_photo(file: &CameraFile) -> bool {
    matches!(file.kind, Kind::Jpeg | Kind::Heic)
}

fn completions<'a>(
    district: &'a District,
    worker: &User,
    mut photos: VecDeque<CameraFile>,
    mut videos: VecDeque<CameraFile>,
    mut documents: VecDeque<CameraFile>,
) -> Result<Vec<Completion<'a>>> {
    let number = photos.len().min(MOST_COMPLETIONS);
    let mut chosen: Vec<Completion<'a>> = Vec::new();
    for family in district.families_of(worker.id) {
        // One visit a family; the service that asks for a document first, while there is one.
        let asks_paper = chosen.is_empty() && !documents.is_empty();
        let planned: Vec<_> = district
            .activities_of(family.id)
            // Without consent no photo is taken; the demo does not ask for it.
            .filter(|activity| {
                let mut given = district.consents.iter().filter(|consent| consent.state == "given");
                given.any(|consent| consent.person == activity.person)
            })
            .filter_map(|activity| {
                let code: ServiceCode = activity.service.parse().ok()?;
                Some((activity, code.service()))
            })
            .collect();
        let fits = |service: &Service, paper: bool| {
            let proofs: &[Proof] = if paper { &[Proof::Photo, Proof::Document] } else { &[Proof::Photo] };
            service.rule.required == proofs
        };
        let taken: Vec<_> = chosen.iter().map(|completion| completion.service.code).collect();
        let found = planned
            .iter()
            .find(|(_, service)| asks_paper && fits(service, true))
            .or_else(|| planned.iter().find(|(_, s)| fits(s, false) && !taken.contains(&s.code)))
            .or_else(|| planned.iter().find(|(_, service)| fits(service, false)));
        if let Some(&(activity, service)) = found {
            chosen.push(Completion { family, activity, service, files: Vec::new() });
        }
        if chosen.len() == number {
            break;
        }
    }
    let number = chosen.len();
    ensure!(number > 0, "nothing simple is planned for {}; ask for more with --families", worker.login);
    for pile in [&mut photos, &mut videos, &mut documents] {
        let mut place = 0;
        while let Some(file) = pile.pop_front() {
            chosen[place % number].files.push(file);
            place += 1;
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kandas_fixtures::district::Outline;

    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 9, 14).unwrap()
    }

    #[test]
    fn every_file_is_used_once_and_every_completion_has_a_photo() {
        let folder = tempfile::tempdir().unwrap();
        let given = folder.path().join("given");
        let set = CameraSet { photo_width: 320, video_size: 60_000, documents: 3, ..made(day(), 9, 11) };
        let set = CameraSet { videos: 3, ..set };
        let files = camera_folder(&given, &set).unwrap();
        let district = Outline { workers: 1, ..Outline::default() }.district();
        let days = days(&district, Some(&given), folder.path(), day()).unwrap();

        let mut used: Vec<_> = days.iter().flat_map(Day::files).map(CameraFile::name).collect();
        used.sort();
        let unique: BTreeSet<_> = used.iter().collect();
        assert_eq!(unique.len(), used.len());
        assert!(files.iter().all(|file| used.contains(&file.name())), "{used:?}");
        assert_eq!(used.len(), files.len() + 2, "and two films of our own");
        for completion in days.iter().flat_map(|day| &day.completions) {
            assert!(completion.files.iter().any(is_photo));
            assert_eq!(completion.service.rule.required[0], Proof::Photo);
        }
        assert!(days.iter().all(|day| day.completions.iter().any(Completion::has_video)));
        let words: BTreeSet<_> = days[0].bad.iter().map(fault_word).collect();
        assert_eq!(words, BTreeSet::from(["empty", "not_media", "truncated"]));
    }

    #[test]
    fn a_folder_of_one_film_is_enough() {
        let folder = tempfile::tempdir().unwrap();
        let given = folder.path().join("given");
        let set = CameraSet { videos: 1, video_size: 60_000, ..made(day(), 9, 0) };
        camera_folder(&given, &set).unwrap();
        let district = Outline { workers: 1, ..Outline::default() }.district();
        let days = days(&district, Some(&given), folder.path(), day()).unwrap();
        assert!(days.iter().all(|day| day.completions.len() == 2));
    }
}
