//! Keeping a store: verify finds what is damaged, rebuild gives the same tables, erasing leaves no byte, back-ups come
//! back without whom was erased.

use std::path::Path;

use kandas_fixtures::district::{Activity as DistrictActivity, District, Family, Person};
use kandas_server::{
    all,
    backup::{self, Choice},
    chance, erase, erased_list, exec,
    facts::{BundleOpened, BundleReceived, Event, Setting},
    journal::{self, Fact},
    one, rebuild, rotate,
    store::Store,
    tables,
    verify::{self, Media, Report},
};
use kandas_shared::{
    hash::Digest,
    ids::{ActivityId, BundleId, FamilyId, PersonId, UploadId, UserId},
    pulled::{Assignment, Family as FamilyRow},
    receipt::Verdict,
    time::Clock as _,
};

use kandas_server::store::sqlx::AssertSqlSafe;

use crate::{
    house::{House, Phone, Sealed, Work, district_with_a_large_family, photo},
    phones::org_unit,
    stores::on_each,
};

async fn report(house: &House, depth: Media) -> Report {
    verify::verify(&house.config, &house.store, depth, &mut |_, _, _| {}).await.unwrap()
}

async fn assert_sound(house: &House) -> Report {
    let report = report(house, Media::Hashes).await;
    assert_eq!(report.faults, Vec::<String>::new());
    report
}

/// What a family looks like in bytes: names, IINs, note, photo.
struct Traces {
    family: Family,
    persons: Vec<Person>,
    note: String,
    mark: String,
}

impl Traces {
    fn needles(&self) -> Vec<Vec<u8>> {
        let mut needles = vec![self.note.clone().into_bytes(), self.mark.clone().into_bytes()];
        needles.extend(self.family.address.clone().map(String::into_bytes));
        for person in &self.persons {
            needles.push(person.given_name.clone().into_bytes());
            needles.extend(person.iin.clone().map(String::into_bytes));
        }
        needles
    }

    /// In a data folder, or in the S3 store if there is one.
    fn anywhere(&self, house: &House, data: &Path) -> Vec<String> {
        let mut found = self.in_folder(data);
        found.extend(house.s3.as_ref().map(|s3| self.in_folder(s3.root())).into_iter().flatten());
        found
    }

    fn in_folder(&self, folder: &Path) -> Vec<String> {
        let needles = self.needles();
        let list: Vec<&[u8]> = needles.iter().map(Vec::as_slice).collect();
        House::found_in(folder, &list)
            .into_iter()
            .map(|(path, at)| format!("{} in {}", String::from_utf8_lossy(&needles[at]), path.display()))
            .collect()
    }
}

/// A district in which the second family's names, address and IINs stand nowhere else; records with photos for the
/// first three families.
async fn lived_in(house: &House) -> (District, Traces) {
    let mut district = district_with_a_large_family(6);
    let family = district.families[1].id;
    district.families[1].address = Some("Көрінбейтін көшесі 77".into());
    let own = |n: usize| {
        ["ЖАЛҒЫЗАТ", "ЕШКІМДЕЖОҚ", "ТЕКОСЫНДА", "БАСҚАДАЖОҚ", "БІРАҚТЕК", "ОСЫЕСІМ", "СИРЕКАТ"][n % 7]
    };
    let members = district.persons.iter_mut().filter(|person| person.family == family);
    for (at, person) in members.enumerate() {
        person.given_name = own(at).into();
    }
    house.import(&district).await;
    let (note, mark) = ("Қатты құпия жазба".to_owned(), "ERASED-PHOTO-MARK".to_owned());
    let worker = |district: &District, family| {
        UserId(district.assignments.iter().find(|a| a.family == family && a.to.is_none()).unwrap().worker)
    };
    for at in [0, 1, 2] {
        let of = district.families[at].id;
        let mut phone = Phone::enrol(house, worker(&district, of)).await;
        let activities: Vec<_> = district.activities_of(of).cloned().collect();
        for (nr, activity) in activities.iter().take(2).enumerate() {
            let (note, mark) = if at == 1 {
                (note.clone(), mark.clone())
            } else {
                (format!("жазба {at} {nr}"), format!("KEPT-PHOTO-{at}-{nr}"))
            };
            phone.complete(house, &work_on(activity, of, &note, &photo(&mark))).await;
        }
    }
    under_way(house, &district, family, &note, &mark).await;
    let persons = district.persons_of(family).cloned().collect();
    let family = district.families[1].clone();
    (district, Traces { family, persons, note, mark })
}

async fn size(house: &House) -> u64 {
    let mut tx = house.store.read().await.unwrap();
    journal::size(&mut tx).await.unwrap()
}

/// A photo half uploaded, and a bundle that came by cable: the same record in it.
async fn under_way(house: &House, district: &District, family: uuid::Uuid, note: &str, mark: &str) {
    let assignment = district.assignments.iter().find(|a| a.family == family && a.to.is_none()).unwrap();
    let mut phone = Phone::enrol(house, UserId(assignment.worker)).await;
    let activity = district.activities_of(family).last().unwrap();
    let bytes = photo(mark);
    let sealed = phone.seal(house, &work_on(activity, family, note, &bytes)).await;
    assert!(phone.push(house, &[&sealed]).await[0].is_custody());
    let (upload, bundle): (UploadId, BundleId) = (house.draw(), house.draw());
    let now = house.clock.wall();
    let mut tx = house.store.write().await.unwrap();
    let target = format!("e:{}.file", sealed.evidence);
    exec!(
        &mut tx,
        "insert into upload (id, target, evidence, part, sha256, size, created_at, touched_at, expires_at, state)
         values ($1, $2, $3, 'file', $4, $5, $6, $6, $6, 'open')",
        upload,
        target,
        sealed.evidence,
        Digest::of(&bytes),
        bytes.len() as i64,
        now
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let half = &bytes[..bytes.len() / 2];
    house.stage(upload, half);
    let object = format!("bundle/{bundle}.age");
    std::fs::create_dir_all(house.media().join("bundle")).unwrap();
    std::fs::write(house.media().join(&object), &bytes).unwrap();
    let (sha256, size) = (Digest::of(&bytes), bytes.len() as u64);
    let records = vec![sealed.jws.identity()];
    house
        .append(
            [
                Event::BundleReceived(BundleReceived { bundle, sha256, size, object, carrier: None }),
                Event::BundleOpened(BundleOpened {
                    bundle,
                    readable: true,
                    records,
                    files: vec![],
                    problems: vec![],
                }),
            ]
            .map(Fact::by_system),
        )
        .await;
}

fn work_on<'a>(activity: &DistrictActivity, family: uuid::Uuid, note: &'a str, photo: &'a [u8]) -> Work<'a> {
    Work {
        family: FamilyId(family),
        person: PersonId(activity.person),
        activity: ActivityId(activity.id),
        service: activity.service.parse().unwrap(),
        note,
        photo,
    }
}

on_each! { place, House;
    async fn every_table_says_what_it_is(house) {
        let mut tx = house.store.read().await.unwrap();
        let mut listed: Vec<String> = [tables::JOURNAL, kandas_server::apply::DERIVED, tables::RUNNING]
            .concat()
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        listed.sort();
        assert_eq!(tables::present(&mut tx).await.unwrap(), listed);
    }

    async fn a_rebuild_after_a_day_gives_the_same_tables(house) {
        let (district, _) = lived_in(&house).await;
        // The day goes on: edits, hand-overs there and back, closed assignments, settings, keys.
        for at in 0..40_usize {
            let [pick] = chance::bytes::<1>(&*house.chance);
            let family = &district.families[usize::from(pick) % district.families.len()];
            let id = FamilyId(family.id);
            let event = match at % 4 {
                0 => Event::FamilySet(FamilyRow {
                    id,
                    org_unit: family.org_unit.into(),
                    settlement_kato: family.settlement_kato.clone(),
                    settlement_name: format!("Үлгі {at}"),
                    rural: at % 8 == 0,
                    quota_date: family.quota_date,
                    arrived_on: None,
                    address: None,
                    phone: None,
                    latitude: Some(52.5),
                    longitude: Some(77.25 + at as f64 / 3.0),
                }),
                1 | 2 => {
                    let workers: Vec<_> = district.workers().collect();
                    let close = at % 3 == 0;
                    Event::AssignmentSet(Assignment {
                        id: house.draw(),
                        family: id,
                        worker: workers[at % workers.len()].id.into(),
                        from: "2026-11-01".parse().unwrap(),
                        to: close.then(|| "2026-11-22".parse().unwrap()),
                    })
                }
                _ => Event::SettingSet(Setting::new(
                    format!("whole_centre:{}", family.org_unit),
                    (at % 8 == 3).to_string(),
                )),
            };
            let family = (!matches!(event, Event::SettingSet(_))).then_some(id);
            house.append([Fact { family, ..Fact::by_system(event) }]).await;
        }
        let mut keys = house.keys();
        rotate::rotate(&house.store, &mut keys, house.clock.wall(), &*house.chance).await.unwrap();
        let report = assert_sound(&house).await;
        assert!(report.signatures >= 7 && report.checkpoints >= 5 && report.media >= 6, "{report:?}");

        // A table that somebody has written to by hand is found, and made right again.
        let mut tx = house.store.write().await.unwrap();
        exec!(&mut tx, "update person set given_name = 'БАСҚА' where id = $1", district.persons[0].id).await.unwrap();
        tx.commit().await.unwrap();
        let found = verify::verify(&house.config, &house.store, Media::Sizes, &mut |_, _, _| {}).await.unwrap();
        assert_eq!(found.faults, ["table person: 1 rows missing, 1 too many"]);
        let rebuilt = rebuild::rebuild(&house.store, &mut |_, _| {}).await.unwrap();
        assert_eq!(rebuilt.differences.len(), 1);
        assert_sound(&house).await;
    }

    async fn nobody_waits_for_a_rebuild(house) {
        let (district, _) = lived_in(&house).await;
        let unit = district.org_units[0].id;
        let runtime = tokio::runtime::Handle::current();
        let set = |n: u64| {
            let value = n.is_multiple_of(2).to_string();
            Event::SettingSet(Setting::new(format!("whole_centre:{unit}"), value))
        };
        let appended = std::sync::atomic::AtomicU64::new(0);
        let mut meanwhile = |done: u64, of: u64| {
            // The journal goes on while the tables are made aside, until it is locked to keep them.
            let n = appended.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
            if n > 1 {
                return assert!(done <= of + 2);
            }
            tokio::task::block_in_place(|| runtime.block_on(async {
                let append = house.append([Fact::by_system(set(n))]);
                tokio::time::timeout(std::time::Duration::from_secs(5), append).await.unwrap();
            }));
        };
        let before = size(&house).await;
        let compared = rebuild::compare(&house.store, &mut meanwhile).await.unwrap();
        assert_eq!((compared.facts, compared.differences), (before, vec![]));

        // What was appended meanwhile is kept as well when the tables have to be made anew.
        let mut tx = house.store.write().await.unwrap();
        exec!(&mut tx, "delete from person where id = $1", district.persons[0].id).await.unwrap();
        tx.commit().await.unwrap();
        let rebuilt = rebuild::rebuild(&house.store, &mut meanwhile).await.unwrap();
        assert_eq!(rebuilt.differences.iter().map(ToString::to_string).collect::<Vec<_>>(), ["table person: 1 rows missing, 0 too many"]);
        assert_eq!(rebuilt.facts, before + 2);
        assert_sound(&house).await;
    }

    async fn any_day_with_an_erasing_in_it_rebuilds(house) {
        let district = district_with_a_large_family(8);
        house.import(&district).await;
        let workers: Vec<_> = district.workers().collect();
        let mut phones = Vec::new();
        for worker in &workers {
            phones.push(Phone::enrol(&house, UserId(worker.id)).await);
        }
        let mut kept_back: Vec<(usize, Sealed)> = Vec::new();
        let mut erased = std::collections::BTreeSet::new();
        let by = UserId(district.users[0].id);
        for step in 0..60_usize {
            let [a, b, c, d] = chance::bytes::<4>(&*house.chance).map(usize::from);
            let at = a % phones.len();
            let family = &district.families[b % district.families.len()];
            let activities: Vec<_> = district.activities_of(family.id).collect();
            let activity = activities[c % activities.len()];
            let bytes = photo(&format!("PHOTO-{step}"));
            match d % 8 {
                // Out of turn: the chain has a gap until it comes.
                0 => {
                    let sealed = phones[at].seal(&house, &work_on(activity, family.id, "кейін", &bytes)).await;
                    kept_back.push((at, sealed));
                }
                1 => {
                    for (at, sealed) in kept_back.drain(..) {
                        phones[at].push(&house, &[&sealed]).await;
                    }
                }
                2 => {
                    let assignment = Assignment {
                        id: house.draw(),
                        family: FamilyId(family.id),
                        worker: UserId(workers[at].id),
                        from: "2026-11-01".parse().unwrap(),
                        to: None,
                    };
                    if !erased.contains(&family.id) {
                        let event = Event::AssignmentSet(assignment);
                        house.append([Fact { family: Some(FamilyId(family.id)), ..Fact::by_system(event) }]).await;
                    }
                }
                3 if step > 20 && erased.len() < 3 => {
                    let subject = if b % 2 == 0 {
                        erase::Subject::Family(FamilyId(family.id))
                    } else {
                        erase::Subject::Person(PersonId(activity.person))
                    };
                    let now = house.clock.wall();
                    let done = erase::erase(&house.config, &house.store, subject, "18", by, now, &*house.chance).await;
                    done.unwrap();
                    erased.insert(family.id);
                }
                _ => {
                    let sealed = phones[at].seal(&house, &work_on(activity, family.id, "жазба", &bytes)).await;
                    let verdicts = phones[at].push(&house, &[&sealed, &sealed]).await;
                    if !erased.contains(&family.id) && d % 2 == 0 {
                        phones[at].deliver(&house, &sealed).await;
                    }
                    assert_eq!(verdicts[1], Verdict::Known);
                }
            }
        }
        assert!(!erased.is_empty());
        let report = assert_sound(&house).await;
        assert!(report.erased_positions > 0 && report.signatures > 20, "{report:?}");
    }

    async fn a_damaged_byte_is_found(house) {
        lived_in(&house).await;
        let mut tx = house.store.read().await.unwrap();
        let position = "select max(position) from journal where kind = 'record.received'";
        let (position,) = one!(&mut tx, (i64,), position).await.unwrap();
        drop(tx);
        for (damage, fault) in [
            ("update journal_body set body = replace(body, 'KEPT', 'KAPT') || ' ' where position = $1", "salt and body"),
            ("update journal set header = header || ' ' where position = $1", "header and content"),
            ("update journal set kind = 'user.set' where position = $1", "the columns are not"),
            ("delete from journal_body where position = $1", "no decision to erase names it"),
            ("delete from journal where position = $1", "stands where"),
        ] {
            let mut tx = house.store.write().await.unwrap();
            assert_eq!(exec!(&mut tx, damage, position).await.unwrap(), 1);
            tx.commit().await.unwrap();
            let found = report(&house, Media::Sizes).await;
            assert!(found.faults.iter().any(|f| f.contains(fault)), "{damage}: {:?}", found.faults);
            // Only the first kinds of damage can be put back here; the rest adds up.
            if damage.contains("replace") {
                let mut tx = house.store.write().await.unwrap();
                let back = "update journal_body set body = substr(body, 1, length(body) - 1) where position = $1";
                exec!(&mut tx, back, position).await.unwrap();
                tx.commit().await.unwrap();
                assert_sound(&house).await;
            }
        }
    }

    async fn a_damaged_subtree_is_found(house) {
        house.append((0..600).map(|n| Fact::by_system(Event::OrgUnitSet(org_unit(1_000 + n))))).await;
        assert_sound(&house).await;
        let own = "select hash from journal_tile where level = 8 and idx";
        for (damage, fault) in [
            (format!("insert into journal_tile (level, idx, hash) values (8, 99, ({own} = 0))"), "tile 99 of level 8 is not that of the journal"),
            ("update journal_tile set level = 3 where idx = 99".into(), "tile 99 of level 3 is not that of the journal"),
            (format!("update journal_tile set hash = ({own} = 1) where level = 8 and idx = 0"), "tile 0 of level 8 is not that of the journal"),
            ("delete from journal_tile where level = 8 and idx = 1".into(), "tile 1 of level 8 is missing"),
        ] {
            let mut tx = house.store.write().await.unwrap();
            assert_eq!(exec!(&mut tx, AssertSqlSafe(damage.as_str())).await.unwrap(), 1);
            tx.commit().await.unwrap();
            let found = report(&house, Media::Sizes).await;
            assert!(found.faults.iter().any(|f| f == fault), "{damage}: {:?}", found.faults);
        }
    }

    async fn a_damaged_photo_is_found(house) {
        let (_, traces) = lived_in(&house).await;
        let list = [traces.mark.as_bytes()];
        let (path, _) = House::found_in(&house.media().join("evidence"), &list).remove(0);
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert!(report(&house, Media::Sizes).await.is_sound());
        assert_eq!(report(&house, Media::Hashes).await.faults.len(), 1);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(report(&house, Media::Sizes).await.faults.len(), 1);
    }

    async fn an_erased_family_leaves_no_byte_anywhere(house) {
        let (district, traces) = lived_in(&house).await;
        let data = house.config.data.clone();
        let files = house.database_files().await.unwrap_or_else(|| data.clone());
        let before = traces.in_folder(&files);
        assert!(before.len() > 4, "all of it is there: {before:?}");
        assert!(!traces.in_folder(&house.media()).is_empty());
        // A back-up from before, with everybody in it.
        let before = house.folder.path().join("before");
        backup(&house, &before).await;

        // The planner has looked at everything.
        let mut tx = house.store.write().await.unwrap();
        exec!(&mut tx, "analyze").await.unwrap();
        tx.commit().await.unwrap();

        let family = FamilyId(traces.family.id);
        let by = UserId(district.users[0].id);
        let now = house.clock.wall();
        let subject = erase::Subject::Family(family);
        let surveyed = erase::survey(&house.store, subject).await.unwrap();
        let (_, taken) =
            erase::erase(&house.config, &house.store, subject, "ст. 18", by, now, &*house.chance).await.unwrap();
        assert_eq!(taken, surveyed);
        assert_eq!((taken.records, taken.files, taken.uploads, taken.bundles), (3, 3, 1, 1));
        assert_eq!(traces.anywhere(&house, &data), Vec::<String>::new());
        if let Some(files) = house.database_files().await {
            assert_eq!(traces.in_folder(&files), Vec::<String>::new());
        }

        let report = assert_sound(&house).await;
        assert_eq!(report.erased_positions as usize, taken.bodies);
        assert_eq!(report.erasures.len(), 1);
        assert_eq!(report.erasures[0].family, family);
        // Phones of its worker are told.
        let mut tx = house.store.read().await.unwrap();
        let told = all!(&mut tx, (String,), "select scope from change where id = $1", family).await.unwrap();
        assert!(!told.is_empty());
        drop(tx);
        rebuild::rebuild(&house.store, &mut |_, _| {}).await.unwrap();
        assert_sound(&house).await;
        house.store.compact().await.unwrap();
        assert_eq!(traces.anywhere(&house, &data), Vec::<String>::new());

        // It does not come back by import, nor by a second decision, nor by the old back-up.
        let again = house.import_text(&district.to_json()).await.unwrap_err().to_string();
        assert!(again.contains("families.id: was erased and may not come back"), "{again}");
        let after = house.folder.path().join("after");
        backup(&house, &after).await;
        assert_eq!(traces.in_folder(&after), Vec::<String>::new());

        for (from, name) in [(&before, "from-before"), (&after, "from-after")] {
            let (config, _database) = house.elsewhere(name).await;
            std::fs::create_dir_all(&config.data).unwrap();
            copy_folder(&house.config.keys_dir(), &config.keys_dir());
            let list = house.config.erased_list();
            let restored =
                backup::restore(&config, from, &list, now, &*house.chance, &mut |_, _| {}).await.unwrap();
            assert_eq!(restored.erased.carried_out.len(), usize::from(name == "from-before"));
            assert_eq!(traces.anywhere(&house, &config.data), Vec::<String>::new(), "{name}");
            let store = Store::open(&config.database).await.unwrap();
            let report =
                verify::verify(&config, &store, Media::Hashes, &mut |_, _, _| {}).await.unwrap();
            assert_eq!(report.faults, Vec::<String>::new(), "{name}");
            assert_eq!(erased_list::read(&config.erased_list()).unwrap().len(), 1);
            let mut tx = store.read().await.unwrap();
            let head = journal::head(&mut tx).await.unwrap();
            assert_eq!(head.epoch, restored.epoch);
            drop(tx);
            let error = backup::restore(&config, from, &list, now, &*house.chance, &mut |_, _| {}).await;
            assert!(error.unwrap_err().to_string().contains("is not empty"), "a store is never written over");
            store.close().await;
        }
    }

    async fn an_erased_person_leaves_the_family(house) {
        let (district, traces) = lived_in(&house).await;
        // A member without whom there still is a family.
        let member = traces.persons.iter().find(|person| person.relation != "head");
        let Some(member) = member else { panic!("the family of the test has one member") };
        let by = UserId(district.users[0].id);
        let subject = erase::Subject::Person(PersonId(member.id));
        let now = house.clock.wall();
        erase::erase(&house.config, &house.store, subject, "ст. 18", by, now, &*house.chance).await.unwrap();
        let data = house.config.data.clone();
        let name = [member.given_name.as_bytes()];
        assert_eq!(House::found_in(&data, &name), []);
        let mut tx = house.store.read().await.unwrap();
        let (left,) = one!(&mut tx, (i64,), "select count(*) from person where family = $1", member.family).await.unwrap();
        drop(tx);
        assert_eq!(left as usize, traces.persons.len() - 1);
        assert_sound(&house).await;
    }

    async fn a_broken_off_erasing_is_finished_at_the_next_start(house) {
        let (district, traces) = lived_in(&house).await;
        let decision = erased_list::Erased {
            erasure: house.draw(),
            family: FamilyId(traces.family.id),
            person: None,
            basis: "ст. 18".into(),
            by: UserId(district.users[0].id),
            at: house.clock.wall(),
            office: None,
        };
        // The decision was written, and the list of files, and then the power went.
        erased_list::add(&house.config.erased_list(), &decision).unwrap();
        let leftover = serde_json::json!({"erasure": decision.erasure, "objects": ["evidence/nothing"], "uploads": []});
        std::fs::write(house.config.data.join("erasing.json"), leftover.to_string()).unwrap();
        let now = house.clock.wall();
        let settled = erase::settle(&house.config, &house.store, now, &*house.chance).await.unwrap();
        assert_eq!(settled.carried_out, [decision.erasure]);
        assert_eq!(traces.anywhere(&house, &house.config.data), Vec::<String>::new());
        assert!(!house.config.data.join("erasing.json").exists());
        assert_eq!(erase::settle(&house.config, &house.store, now, &*house.chance).await.unwrap(), erase::Settled::default());
        assert_sound(&house).await;
    }
}

async fn backup(house: &House, to: &Path) {
    let choice = Choice { keys: false, copy_media: true };
    let now = house.clock.wall();
    let manifest =
        backup::backup(&house.config, &house.store, to, choice, now, &mut |_, _| {}).await.unwrap();
    assert!(!to.join("keys").exists() && manifest.size > 0);
    assert!(backup::backup(&house.config, &house.store, to, choice, now, &mut |_, _| {}).await.is_err());
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
