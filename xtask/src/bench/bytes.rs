//! What a record costs on the line of a phone: twenty records with three photos each in one batch, and one alone. The
//! phone is the program itself; counted is everything of `POST /v1/records`, headers and the receipt included, and
//! nothing of the media, the token and the pull, which are said beside it.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, ensure};
use chrono::{Duration, FixedOffset};
use kandas_fixtures::{
    district::{Activity, District},
    media::{CameraFile, Photo, Position, read_folder},
};
use kandas_shared::{
    rule::Proof,
    service::{Service, ServiceCode},
};

use super::{
    Bench,
    counter::{Counter, Passed},
    figures::Figures,
    site::{Engine, Ground, today_and_now},
};
use crate::demo::{material::Completion, phone::Phone};

/// Records of the batch.
const RECORDS: usize = 20;
/// Photos of each.
const PHOTOS: usize = 3;

impl Bench {
    /// Bytes of a record, in a batch and alone.
    pub(crate) fn bytes(&self, figures: &mut Figures, engine: Engine) -> Result<()> {
        let site = self.site(engine, &Ground { families: 120, workers: 1, plain: true, s3: None })?;
        let serving = site.centre.serve()?;
        let counter = self.runtime.block_on(Counter::start(site.centre.address))?;
        let phone = self.phone(&site, "Phone", counter.address)?;
        ensure!(phone.sync()?, "the phone could not fetch its families");

        let folder = site.folder.path().join("camera");
        let files = camera(&folder, (RECORDS + 1) * PHOTOS)?;
        let mut completions = simple(&site.district)?.into_iter().zip(files.chunks(PHOTOS)).map(
            |((family, activity, service), files)| Completion {
                family,
                activity,
                service,
                files: files.to_vec(),
            },
        );
        record(&phone, completions.by_ref().take(RECORDS))?;
        let batch = delivered(&phone, &counter)?;
        record(&phone, completions.by_ref().take(1))?;
        let single = delivered(&phone, &counter)?;

        let name = |figure: &str| engine.figure(figure);
        figures.add(&name("bytes_per_record"), of_records(&batch)? / RECORDS as f64);
        figures.add(&name("bytes_per_record_single"), of_records(&single)?);
        if engine == Engine::Sqlite {
            let rest = |counted: &BTreeMap<String, Passed>, part: &str| {
                let some = counted.iter().filter(|(name, _)| name.contains(part));
                some.map(|(_, passed)| (passed.up + passed.down) as f64).sum::<f64>()
            };
            figures.add(
                "bytes_of_token_and_checkpoint",
                rest(&single, "/v1/token") + rest(&single, "/v1/checkpoint"),
            );
            figures.add("bytes_of_pull_after_single", rest(&single, "/v1/changes"));
        }
        serving.stop()?;
        Ok(())
    }
}

/// Photos as a camera leaves them, of more pixels than travel: each record names the original, the copy and the thumbnail.
fn camera(folder: &std::path::Path, number: usize) -> Result<Vec<CameraFile>> {
    fs::create_dir_all(folder)?;
    let civil = FixedOffset::east_opt(18_000).context("five hours")?;
    let begin = today_and_now().with_timezone(&civil) - Duration::hours(2);
    for number in 0..number as u64 {
        let photo = Photo {
            taken_at: Some(begin + Duration::seconds(number as i64 * 97)),
            position: Some(Position { latitude: 52.3, longitude: 76.95 }),
            ..Photo::new(number, 2_400)
        };
        fs::write(folder.join(format!("IMG_{number:04}.jpg")), photo.jpeg()?)?;
    }
    read_folder(folder)
}

/// Activities of the first worker that a photo proves and whose person has consented.
pub(crate) fn simple(
    district: &District,
) -> Result<Vec<(&kandas_fixtures::district::Family, &Activity, &'static Service)>> {
    let worker = district.workers().next().context("no worker")?;
    let consented = |activity: &Activity| {
        let mut given = district.consents.iter().filter(|consent| consent.state == "given");
        given.any(|consent| consent.person == activity.person)
    };
    let mut found = Vec::new();
    for family in district.families_of(worker.id) {
        for activity in district.activities_of(family.id).filter(|activity| consented(activity)) {
            let service = activity.service.parse::<ServiceCode>().ok().map(ServiceCode::service);
            if let Some(service) = service.filter(|service| service.rule.required == [Proof::Photo]) {
                found.push((family, activity, service));
            }
        }
    }
    ensure!(found.len() > RECORDS, "only {} activities are proven by photos alone", found.len());
    Ok(found)
}

fn record<'a>(phone: &Phone, completions: impl Iterator<Item = Completion<'a>>) -> Result<()> {
    for completion in completions {
        let missing = phone.record(&completion, &[])?;
        ensure!(missing.is_empty(), "{}: not sealed, missing {missing:?}", completion.service.code);
    }
    Ok(())
}

fn delivered(phone: &Phone, counter: &Counter) -> Result<BTreeMap<String, Passed>> {
    counter.take();
    ensure!(phone.sync()?, "not everything could be delivered");
    Ok(counter.take())
}

fn of_records(counted: &BTreeMap<String, Passed>) -> Result<f64> {
    let passed = counted.get("POST /v1/records").context("no record was pushed")?;
    ensure!(passed.requests == 1, "the records went in {} requests, not in one", passed.requests);
    Ok((passed.up + passed.down) as f64)
}
