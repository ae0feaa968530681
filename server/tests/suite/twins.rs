//! Server programs in processes of their own, two on one PostgreSQL and one media store: what one leaves, the other
//! goes on with; what both are handed, the store has once.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use axum::body::Bytes;
use futures_util::{future::join_all, stream};
use kandas_fixtures::district::District;
use kandas_server::{
    config::Config,
    keys::RingVerifier,
    one,
    verify::{self, Media},
};
use kandas_shared::{
    hash::Digest,
    ids::{ActivityId, FamilyId, PersonId, UserId},
    jws::{Jws, Typ},
    problem::{Problem, ProblemCode},
    receipt::{Receipt, Verdict},
    wire::{
        FileReceiptAnswer, NonceGrant, NonceRequest, RecordBatch, RecordBatchAnswer, TokenGrant, TokenRequest,
    },
};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::json;
use tokio::{
    process::{Child, Command},
    sync::mpsc,
    time::sleep,
};

use crate::{
    door::centre::noise,
    house::{House, Phone, Sealed, Work, district, photo},
};

const PIECE: &str = "application/offset+octet-stream";

/// A running `kandas-server serve`.
struct Process {
    child: Child,
    url: String,
    line: Client,
}

impl Process {
    async fn start(config: &Config, disk_reserve: &str) -> Self {
        // reqwest has no TLS provider of its own; who installed one before stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Between finding a free port and the server taking it somebody else may.
        for _ in 0..5 {
            if let Some(process) = Self::try_start(config, disk_reserve).await {
                return process;
            }
        }
        panic!("every free port was taken by somebody else");
    }

    async fn try_start(config: &Config, disk_reserve: &str) -> Option<Self> {
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let log = std::fs::File::create(config.data.join("serve.log")).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_kandas-server"))
            .arg("--data")
            .arg(&config.data)
            .args(["--database", &config.database, "serve", "--plain-http", "--listen", &address])
            .args(["--disk-reserve", disk_reserve])
            .env_remove("AWS_ACCESS_KEY_ID")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let line = Client::builder().no_proxy().build().unwrap();
        let mut process = Self { child, url: format!("http://{address}"), line };
        for _ in 0..400 {
            if process.child.try_wait().unwrap().is_some() {
                let log = std::fs::read_to_string(config.data.join("serve.log")).unwrap();
                assert!(log.contains("cannot listen"), "it ended: {log}");
                return None;
            }
            if process
                .line
                .get(format!("{}/readyz", process.url))
                .send()
                .await
                .is_ok_and(|a| a.status() == 200)
            {
                return Some(process);
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("it does not answer: {}", std::fs::read_to_string(config.data.join("serve.log")).unwrap());
    }

    async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    fn ask(&self, method: Method, path: &str, token: &str) -> RequestBuilder {
        self.line
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(token)
            .header("tus-resumable", "1.0.0")
    }

    async fn token(&self, phone: &Phone) -> String {
        let asked = NonceRequest { kid: phone.kid() };
        let url = format!("{}/v1/token", self.url);
        let grant = self.line.post(format!("{url}/nonce")).json(&asked).send().await.unwrap();
        let grant: NonceGrant = grant.json().await.unwrap();
        let payload = json!({
            "v": 1, "device": phone.device, "nonce": grant.nonce, "chain": phone.chain, "seq": 0, "app": "test",
        });
        let asked = TokenRequest { statement: phone.sign(Typ::Token, &payload) };
        let answer = self.line.post(url).json(&asked).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json::<TokenGrant>().await.unwrap().token
    }

    async fn push(&self, token: &str, records: Vec<Jws>) -> Response {
        self.ask(Method::POST, "/v1/records", token).json(&RecordBatch { records }).send().await.unwrap()
    }

    async fn begin(&self, token: &str, sealed: &Sealed, length: usize) -> Response {
        let path = format!("/v1/media?evidence={}&part=file", sealed.evidence);
        self.ask(Method::POST, &path, token).header("upload-length", length).send().await.unwrap()
    }

    fn patch(&self, token: &str, at: &str, offset: usize, body: impl Into<reqwest::Body>) -> RequestBuilder {
        let piece = self.ask(Method::PATCH, at, token).header("content-type", PIECE);
        piece.header("upload-offset", offset).body(body)
    }
}

/// A PostgreSQL store with a district, and two processes serving it.
struct Twins {
    house: House,
    district: District,
    one: Process,
    other: Process,
    /// The other's data folder.
    elsewhere: Config,
}

impl Twins {
    async fn in_a_bucket() -> Self {
        Self::of(House::postgres_s3().await).await
    }

    async fn in_a_folder() -> Self {
        Self::of(House::postgres().await).await
    }

    async fn of(house: House) -> Self {
        house
            .clock
            .set(&kandas_shared::time::Clock::wall(&kandas_server::clock::SystemClock::new()).to_rfc3339());
        let district = district(8);
        house.import(&district).await;
        let elsewhere = if house.s3.is_some() {
            // Another machine: it has the keys, and knows the place of the media.
            let data = house.folder.path().join("elsewhere");
            copy(&house.config.keys_dir(), &data.join("keys"));
            std::fs::copy(house.config.data.join("server.json"), data.join("server.json")).unwrap();
            Config::for_data(data, Some(house.config.database.clone()), None).unwrap()
        } else {
            house.config.clone()
        };
        assert_eq!(elsewhere.media, house.config.media);
        let (one, other) = (Process::start(&house.config, "0").await, Process::start(&elsewhere, "0").await);
        Self { house, district, one, other, elsewhere }
    }

    /// A phone of the worker of a family.
    async fn phone(&self, family: usize) -> Phone {
        let family = self.district.families[family].id;
        let of = self.district.assignments.iter().find(|a| a.family == family && a.to.is_none()).unwrap();
        Phone::enrol(&self.house, UserId(of.worker)).await
    }

    async fn seal(&self, phone: &mut Phone, family: usize, nr: usize, photo: &[u8]) -> Sealed {
        let family = self.district.families[family].id;
        let activity = self.district.activities_of(family).nth(nr).unwrap();
        let work = Work {
            family: FamilyId(family),
            person: PersonId(activity.person),
            activity: ActivityId(activity.id),
            service: activity.service.parse().unwrap(),
            note: "жазба",
            photo,
        };
        phone.seal(&self.house, &work).await
    }

    async fn received(&self) -> u64 {
        let mut tx = self.house.store.read().await.unwrap();
        let (received,) =
            one!(&mut tx, (i64,), "select coalesce(max(received), 0) from upload").await.unwrap();
        received.unsigned_abs()
    }

    async fn count(&self, sql: &'static str) -> usize {
        let mut tx = self.house.store.read().await.unwrap();
        let (count,) = one!(&mut tx, (i64,), sql).await.unwrap();
        usize::try_from(count).unwrap()
    }

    async fn assert_sound(&self) {
        for config in [&self.house.config, &self.elsewhere] {
            let report =
                verify::verify(config, &self.house.store, Media::Hashes, &mut |_, _, _| {}).await.unwrap();
            assert_eq!(report.faults, Vec::<String>::new());
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to: PathBuf = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to)
        } else {
            let _bytes = std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn header(answer: &Response, name: &str) -> String {
    let value = answer.headers().get(name);
    value.unwrap_or_else(|| panic!("no {name}: {answer:?}")).to_str().unwrap().to_owned()
}

mod one_is_killed_in_the_middle_of_a_file_and_the_other_finishes_it {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn in_a_bucket() {
        run(Twins::in_a_bucket().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn in_a_folder() {
        run(Twins::in_a_folder().await).await;
    }

    async fn run(mut twins: Twins) {
        let bytes = noise(7_000_000, 31);
        let mut phone = twins.phone(0).await;
        let sealed = twins.seal(&mut phone, 0, 0, &bytes).await;
        let token = twins.one.token(&phone).await;
        assert_eq!(twins.one.push(&token, vec![sealed.jws.clone()]).await.status(), 200);
        let begun = twins.one.begin(&token, &sealed, bytes.len()).await;
        assert_eq!(begun.status(), 201);
        let at = header(&begun, "location");

        let (feed, hungry) = mpsc::channel::<std::io::Result<Bytes>>(4);
        let body = stream::unfold(hungry, |mut hungry| async { Some((hungry.recv().await?, hungry)) });
        let piece = twins.one.patch(&token, &at, 0, reqwest::Body::wrap_stream(body)).send();
        let cut = tokio::spawn(piece);
        for piece in bytes[..6_000_000].chunks(100_000) {
            feed.send(Ok(Bytes::copy_from_slice(piece))).await.unwrap();
        }
        let mut received = 0;
        for _ in 0..1_000 {
            received = twins.received().await;
            if received > 0 {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
        assert!(received > 4_000_000, "{received}");
        twins.one.kill().await;
        assert!(cut.await.unwrap().is_err(), "nobody answers any more");

        // The other knows how far it is durable, and goes on as soon as the dead one's lease has run out.
        let head = twins.other.ask(Method::HEAD, &at, &token).send().await.unwrap();
        let offset: usize = header(&head, "upload-offset").parse().unwrap();
        assert_eq!(offset as u64, received);
        let mut done = None;
        for _ in 0..20 {
            let answer =
                twins.other.patch(&token, &at, offset, bytes[offset..].to_vec()).send().await.unwrap();
            if answer.status() != StatusCode::LOCKED {
                done = Some(answer);
                break;
            }
            sleep(Duration::from_millis(500)).await;
        }
        let done = done.expect("the lease of a dead process runs out");
        assert_eq!((done.status().as_u16(), header(&done, "upload-offset")), (204, bytes.len().to_string()));
        assert!(done.headers().contains_key("kandas-receipt"));
        assert_eq!(twins.count("select count(*) from evidence_file where state = 'received'").await, 1);

        // The first comes back and knows of it.
        twins.one = Process::start(&twins.house.config, "0").await;
        let path = format!("/v1/receipts/{}/file", sealed.evidence);
        let answer = twins.one.ask(Method::GET, &path, &token).send().await.unwrap();
        let answer: FileReceiptAnswer = answer.json().await.unwrap();
        let keys = twins.house.keys();
        let payload = answer.receipt.verify(Typ::Receipt, &keys.public_key(), &RingVerifier).unwrap();
        let Receipt::File(receipt) = serde_json::from_str(payload).unwrap() else { panic!("{payload}") };
        assert_eq!((receipt.sha256, receipt.size), (Digest::of(&bytes), bytes.len() as u64));
        twins.assert_sound().await;
    }
}

mod what_both_are_handed_at_once_is_there_once {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn in_a_bucket() {
        run(Twins::in_a_bucket().await).await;
    }

    async fn run(twins: Twins) {
        const PHONES: usize = 4;
        const EACH: usize = 20;
        let mut phones = Vec::new();
        let mut work: Vec<Vec<Sealed>> = Vec::new();
        for family in 0..PHONES {
            let mut phone = twins.phone(family).await;
            let mut sealed = Vec::new();
            for nr in 0..EACH {
                let photo = photo(&format!("PHOTO {family} {nr}"));
                // The plan is shorter than that: some activities are completed twice.
                let of = twins.district.activities_of(twins.district.families[family].id).count();
                sealed.push(twins.seal(&mut phone, family, nr % of, &photo).await);
            }
            phones.push((twins.one.token(&phone).await, phone));
            work.push(sealed);
        }
        // Every batch to both at the same moment, all phones at once, in batches of five.
        let keys = &twins.house.keys();
        let (first, second) = (&twins.one, &twins.other);
        let pushed = join_all(phones.iter().zip(&work).map(|((token, _), sealed)| async move {
            let mut positions: BTreeMap<Digest, Vec<(u64, Verdict)>> = BTreeMap::new();
            for batch in sealed.chunks(5) {
                let records: Vec<Jws> = batch.iter().map(|sealed| sealed.jws.clone()).collect();
                let both = tokio::join!(first.push(token, records.clone()), second.push(token, records));
                for answer in [both.0, both.1] {
                    assert_eq!(answer.status(), 200);
                    let answer: RecordBatchAnswer = answer.json().await.unwrap();
                    let payload =
                        answer.receipt.verify(Typ::Receipt, &keys.public_key(), &RingVerifier).unwrap();
                    let Receipt::Records(receipt) = serde_json::from_str(payload).unwrap() else {
                        panic!("{payload}")
                    };
                    for item in receipt.items {
                        assert!(item.verdict.is_custody(), "{item:?}");
                        positions.entry(item.hash).or_default().push((item.position.unwrap(), item.verdict));
                    }
                }
            }
            positions
        }))
        .await;
        for (positions, sealed) in pushed.iter().zip(&work) {
            assert_eq!(positions.len(), sealed.len());
            for told in positions.values() {
                assert_eq!(told.len(), 2);
                assert_eq!(told[0].0, told[1].0, "one position, whoever is asked");
                let new = told.iter().filter(|(_, verdict)| *verdict != Verdict::Known).count();
                assert_eq!(new, 1, "taken in once: {told:?}");
            }
        }
        assert_eq!(twins.count("select count(*) from record").await, PHONES * EACH);
        assert_eq!(twins.count("select count(*) from chain_gap").await, 0);

        // Their photos, each begun at one and handed to the other, some to both.
        join_all(phones.iter().zip(&work).map(|((token, _), sealed)| async move {
            for (nr, file) in sealed.iter().enumerate().take(6) {
                let bytes = file.photo().to_vec();
                let begun = first.begin(token, file, bytes.len()).await;
                assert_eq!(begun.status(), 201);
                let at = header(&begun, "location");
                if nr % 2 == 0 {
                    let answer = second.patch(token, &at, 0, bytes).send().await.unwrap();
                    assert_eq!(answer.status(), 204);
                    assert!(answer.headers().contains_key("kandas-receipt"));
                    continue;
                }
                let both = tokio::join!(
                    first.patch(token, &at, 0, bytes.clone()).send(),
                    second.patch(token, &at, 0, bytes).send()
                );
                let mut statuses = [both.0.unwrap().status().as_u16(), both.1.unwrap().status().as_u16()];
                statuses.sort_unstable();
                assert!([[204, 409], [204, 423]].contains(&statuses), "{statuses:?}");
            }
        }))
        .await;
        assert_eq!(
            twins.count("select count(*) from evidence_file where state = 'received'").await,
            PHONES * 6
        );
        assert_eq!(
            twins.count("select count(*) from journal where kind = 'evidence.received'").await,
            PHONES * 6
        );
        twins.assert_sound().await;
    }
}

/// The disk of the media is at its reserve: they are told to wait, records go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_reserve_media_wait_and_records_go_on() {
    for house in [House::sqlite().await, House::sqlite_s3().await] {
        house
            .clock
            .set(&kandas_shared::time::Clock::wall(&kandas_server::clock::SystemClock::new()).to_rfc3339());
        let district = district(2);
        house.import(&district).await;
        let family = district.families[0].id;
        let of = district.assignments.iter().find(|a| a.family == family && a.to.is_none()).unwrap();
        let mut phone = Phone::enrol(&house, UserId(of.worker)).await;
        let activity = district.activities_of(family).next().unwrap();
        let bytes = photo("RESERVE");
        let work = Work {
            family: FamilyId(family),
            person: PersonId(activity.person),
            activity: ActivityId(activity.id),
            service: activity.service.parse().unwrap(),
            note: "жазба",
            photo: &bytes,
        };
        let sealed = phone.seal(&house, &work).await;
        // More than any disk has.
        let full = Process::start(&house.config, "9000000000000000000").await;
        let token = full.token(&phone).await;
        assert_eq!(full.push(&token, vec![sealed.jws.clone()]).await.status(), 200);
        let answer = full.begin(&token, &sealed, bytes.len()).await;
        assert_eq!(answer.status().as_u16(), 507);
        assert!(answer.headers().contains_key("retry-after"));
        assert_eq!(answer.json::<Problem>().await.unwrap().code, ProblemCode::StorageFull);
        drop(full);

        let room = Process::start(&house.config, "0").await;
        let at = header(&room.begin(&token, &sealed, bytes.len()).await, "location");
        let done = room.patch(&token, &at, 0, bytes.clone()).send().await.unwrap();
        assert_eq!(done.status(), 204);
        assert!(done.headers().contains_key("kandas-receipt"));
    }
}
