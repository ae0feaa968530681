//! Bodies that explode, against the program itself as it is shipped: it says no, stays small, and goes on serving.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::Duration,
};

use kandas_fixtures::malformed::{Known, Malformer};
use kandas_server::{
    facts::{EnrolCodeMade, Event},
    journal::Fact,
    keys::RingSigner,
};
use kandas_shared::{
    enrol::{TokenPayload, code_hash},
    ids::{ChainId, UserId},
    jws::{Jws, Signer as _, Typ},
    problem::Problem,
    wire::{EnrolRequest, Enrolled, NonceGrant, NonceRequest, RecordBatch, TokenGrant, TokenRequest},
};
use serde::de::DeserializeOwned;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    door::centre::{enrol_statement, key, noise},
    house::{House, district},
    stores::on_each,
};

const GIGABYTE: usize = 1 << 30;
/// Bombs that go off at once.
const AT_ONCE: usize = 24;
/// What the process may grow by while they do. Each would be a gigabyte.
const MEMORY: u64 = 160 << 20;

on_each! { engine, House;
    async fn bombs_go_off_outside(house) {
        let program = Program::start(&house).await;
        let phone = Guest::enrol(&house, program.address).await;
        let bombs = tokio::task::spawn_blocking(bombs).await.unwrap();
        program.expect_well(&house).await;
        let (small, head) = (program.peak(), head(&house).await);

        let doors =
            [("POST", "/v1/records"), ("POST", "/v1/enrol"), ("POST", "/v1/token"), ("PUT", "/v1/device/recovery")];
        for bomb in &bombs {
            for (method, path) in doors {
                let headers = [("content-type", "application/json"), ("content-encoding", bomb.encoding)];
                let answers = (0..AT_ONCE).map(|_| program.ask(method, path, &headers, Some(&phone.token), &bomb.bytes));
                for answer in futures_util::future::join_all(answers).await {
                    let problem: Problem = answer.json();
                    assert_eq!(answer.status, problem.status);
                    let large = bomb.bytes.len() > 64 << 10 && path != "/v1/records";
                    let expected = if large { "body-too-large" } else { bomb.code };
                    assert_eq!(problem.code.as_str(), expected, "{} to {path}", bomb.name);
                }
            }
            println!("{:<28} {:>9} bytes, at most {} MB", bomb.name, bomb.bytes.len(), program.peak() >> 20);
        }
        program.expect_well(&house).await;
        let grown = program.peak() - small;
        assert!(grown < MEMORY, "{} MB more", grown >> 20);
        assert_eq!(self::head(&house).await, head, "something was written");
    }

    async fn requests_by_the_thousand_leave_the_program_small(house) {
        let program = Program::start(&house).await;
        let phone = Guest::enrol(&house, program.address).await;
        let nobody = uuid::Uuid::nil().to_string();
        let mut malformer = Malformer::new(4, Known { upload: nobody.clone(), evidence: nobody, size: 5_000 });
        for _ in 0..200 {
            one(&program, &phone, &mut malformer).await;
        }
        let (small, head) = (program.peak(), head(&house).await);
        for _ in 0..2_000 {
            one(&program, &phone, &mut malformer).await;
        }
        // What is no HTTP at all.
        for rubbish in [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(),
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST /v1/records HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
            b"POST /v1/records HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
            b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
            b"\0\0\0\0\0\0\0\0\r\n\r\n",
        ] {
            let mut line = TcpStream::connect(program.address).await.unwrap();
            line.write_all(rubbish).await.unwrap();
            let mut said = Vec::new();
            let answered = timeout(Duration::from_secs(5), line.read_to_end(&mut said)).await;
            let said = String::from_utf8_lossy(&said).into_owned();
            assert!(answered.is_err() || !said.starts_with("HTTP/1.1 2"), "{said}");
        }
        // A head without end.
        let mut line = TcpStream::connect(program.address).await.unwrap();
        line.write_all(b"GET /healthz HTTP/1.1\r\n").await.unwrap();
        for number in 0..40_000 {
            if line.write_all(format!("x-{number}: {}\r\n", "y".repeat(100)).as_bytes()).await.is_err() {
                break;
            }
        }
        drop(line);
        program.expect_well(&house).await;
        let grown = program.peak() - small;
        println!("2,000 malformed requests: {} MB more", grown >> 20);
        assert!(grown < 32 << 20, "{} MB more", grown >> 20);
        assert_eq!(self::head(&house).await, head, "something was written");
    }
}

struct Bomb {
    name: &'static str,
    encoding: &'static str,
    bytes: Vec<u8>,
    code: &'static str,
}

fn bombs() -> Vec<Bomb> {
    let too_large = "decompressed-too-large";
    let zstd_bomb = zstd_of(GIGABYTE, None);
    let nested = zstd::encode_all(zstd_bomb.as_slice(), 19).unwrap();
    let empty = zstd::encode_all([].as_slice(), 1).unwrap();
    let whole = zstd::encode_all(noise(2_000, 5).as_slice(), 1).unwrap();
    vec![
        Bomb { name: "1 GB as zstd", encoding: "zstd", bytes: zstd_bomb, code: too_large },
        // Wants to look back 128 MB, which a decoder must keep ready.
        Bomb {
            name: "1 GB, looks far back",
            encoding: "zstd",
            bytes: zstd_of(GIGABYTE, Some(27)),
            code: "bad-request",
        },
        // Under the limit of what is sent, far above that of what comes out.
        Bomb { name: "1 GB as gzip", encoding: "gzip", bytes: gzip_of(GIGABYTE), code: too_large },
        // Unpacked once it is small, and no JSON.
        Bomb { name: "zstd in zstd", encoding: "zstd", bytes: nested.clone(), code: "malformed-json" },
        Bomb {
            name: "zstd in zstd, both said",
            encoding: "zstd, zstd",
            bytes: nested,
            code: "unsupported-media-type",
        },
        Bomb {
            name: "nothing, five thousand times",
            encoding: "zstd",
            bytes: empty.repeat(5_000),
            code: "malformed-json",
        },
        Bomb {
            name: "an archive cut off",
            encoding: "zstd",
            bytes: whole[..whole.len() / 2].to_vec(),
            code: "bad-request",
        },
    ]
}

/// So many blanks: JSON does not mind them.
fn blanks(size: usize, mut into: impl std::io::Write) {
    let piece = vec![b' '; 1 << 20];
    for _ in 0..size >> 20 {
        into.write_all(&piece).unwrap();
    }
}

fn zstd_of(size: usize, window: Option<u32>) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    if let Some(log) = window {
        encoder.long_distance_matching(true).unwrap();
        encoder.window_log(log).unwrap();
    }
    blanks(size, &mut encoder);
    encoder.finish().unwrap()
}

fn gzip_of(size: usize) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut encoder = async_compression::tokio::write::GzipEncoder::new(Vec::new());
        let piece = vec![b' '; 1 << 20];
        for _ in 0..size >> 20 {
            encoder.write_all(&piece).await.unwrap();
        }
        encoder.shutdown().await.unwrap();
        encoder.into_inner()
    })
}

/// `kandas-server serve` in a process of its own.
struct Program {
    process: Child,
    address: SocketAddr,
}

impl Program {
    async fn start(house: &House) -> Self {
        house.import(&district(2)).await;
        // Between finding a free port and the server taking it somebody else may.
        for _ in 0..5 {
            if let Some(program) = Self::try_start(house).await {
                return program;
            }
        }
        panic!("every free port was taken by somebody else");
    }

    async fn try_start(house: &House) -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut command = Command::new(env!("CARGO_BIN_EXE_kandas-server"));
        command.arg("--data").arg(&house.config.data).args(["--database", &house.config.database]);
        command.args(["serve", "--plain-http", "--disk-reserve", "0", "--listen", &address.to_string()]);
        command.env("KANDAS_LOG", "warn").stdin(Stdio::null()).stderr(Stdio::null());
        let mut program = Self { process: command.spawn().unwrap(), address };
        for _ in 0..600 {
            if program.process.try_wait().unwrap().is_some() {
                return None;
            }
            if TcpStream::connect(address).await.is_ok() {
                return Some(program);
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("the server does not listen");
    }

    /// The most memory the process ever had.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the server has died");
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
    }

    async fn ask(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        token: Option<&str>,
        body: &[u8],
    ) -> Said {
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| (*name, value.as_bytes().to_vec())).collect();
        ask(self.address, method, target, &headers, token, body).await
    }

    /// It answers, is ready, and a phone can do its day's work.
    async fn expect_well(&self, house: &House) {
        for path in ["/healthz", "/readyz", "/metrics"] {
            assert_eq!(self.ask("GET", path, &[], None, b"").await.status, 200, "{path}");
        }
        let guest = Guest::enrol(house, self.address).await;
        let batch = serde_json::to_vec(&RecordBatch { records: Vec::new() }).unwrap();
        let json = [("content-type", "application/json")];
        let pushed = self.ask("POST", "/v1/records", &json, Some(&guest.token), &batch).await;
        assert_eq!(pushed.status, 200, "{}", pushed.text());
        let pulled = self.ask("GET", "/v1/changes", &[], Some(&guest.token), b"").await;
        assert!(pulled.status == 200 && pulled.body.len() > 200, "{}", pulled.text());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A phone with a token.
struct Guest {
    token: String,
}

impl Guest {
    async fn enrol(house: &House, at: SocketAddr) -> Self {
        let (signer, code) = (key(), format!("{:x}", house.draw::<uuid::Uuid>().simple()));
        let mut tx = house.store.read().await.unwrap();
        let sql = "select id from app_user where role = 'cc_set' and active order by id limit 1";
        let (worker,) = kandas_server::one!(&mut tx, (UserId,), sql).await.unwrap();
        drop(tx);
        // The program goes by the system's clock, the house by one that stands.
        let expires_at = "2099-01-01T00:00:00Z".parse().unwrap();
        let made = EnrolCodeMade { code_hash: code_hash(&code), user: worker, expires_at, by: None };
        house.append([Fact::by_system(Event::EnrolCodeMade(made))]).await;
        let chain: ChainId = house.draw();
        let statement = enrol_statement(&signer, &code, chain);
        let enrolled: Enrolled = post(at, "/v1/enrol", &EnrolRequest { statement }).await;
        let nonce: NonceGrant =
            post(at, "/v1/token/nonce", &NonceRequest { kid: signer.public_key().kid() }).await;
        let payload = TokenPayload {
            v: 1,
            device: enrolled.device,
            nonce: nonce.nonce,
            chain,
            seq: 0,
            app: "test".into(),
        };
        let statement = sign(&signer, &payload);
        let grant: TokenGrant = post(at, "/v1/token", &TokenRequest { statement }).await;
        Self { token: grant.token }
    }
}

fn sign(signer: &RingSigner, payload: &TokenPayload) -> Jws {
    Jws::sign(Typ::Token, serde_json::to_string(payload).unwrap(), signer).unwrap()
}

async fn post<T: DeserializeOwned>(at: SocketAddr, path: &str, body: &impl serde::Serialize) -> T {
    let json = [("content-type", b"application/json".to_vec())];
    let said = ask(at, "POST", path, &json, None, &serde_json::to_vec(body).unwrap()).await;
    assert!(said.status < 300, "{path}: {}", said.text());
    said.json()
}

async fn one(program: &Program, phone: &Guest, malformer: &mut Malformer) {
    let made = malformer.draw();
    let token = made.with_token.then_some(phone.token.as_str());
    let said = ask(program.address, made.method, &made.target, &made.headers, token, &made.body).await;
    assert!((400..500).contains(&said.status), "{} for {made:?}", said.text());
}

/// Facts in the journal. Phones come with the checks themselves; what the bombs were aimed at is counted.
async fn head(house: &House) -> i64 {
    let mut tx = house.store.read().await.unwrap();
    let sql = "select count(*) from journal where kind not in ('device.enrolled', 'enrol_code.made')";
    let (facts,) = kandas_server::one!(&mut tx, (i64,), sql).await.unwrap();
    facts
}

/// What came back.
struct Said {
    status: u16,
    body: Vec<u8>,
}

impl Said {
    fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    fn text(&self) -> String {
        format!("{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

/// One request on a connection of its own, written by hand: a client library would refuse to send most of these.
async fn ask(
    at: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, Vec<u8>)],
    token: Option<&str>,
    body: &[u8],
) -> Said {
    let mut head = format!(
        "{method} {target} HTTP/1.1\r\nhost: centre\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    )
    .into_bytes();
    for (name, value) in headers {
        write!(head, "{name}: ").unwrap();
        head.extend_from_slice(value);
        head.extend_from_slice(b"\r\n");
    }
    if let Some(token) = token {
        write!(head, "authorization: Bearer {token}\r\n").unwrap();
    }
    head.extend_from_slice(b"\r\n");
    let line = TcpStream::connect(at).await.unwrap();
    let (mut from, mut to) = line.into_split();
    // The server may answer, and close, before it has heard everything.
    let speak = async {
        let _ = to.write_all(&head).await;
        let _ = to.write_all(body).await;
    };
    let mut said = Vec::new();
    let listen = async {
        let _ = timeout(Duration::from_secs(60), from.read_to_end(&mut said)).await;
    };
    tokio::join!(speak, listen);
    drop(to);
    let split = said.windows(4).position(|four| four == b"\r\n\r\n");
    let split = split.unwrap_or_else(|| panic!("no answer to {method} {target}: {said:?}"));
    let head = String::from_utf8_lossy(&said[..split]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap();
    let mut body = said[split + 4..].to_vec();
    if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        body = unchunk(&body);
    }
    Said { status, body }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
        let size =
            std::str::from_utf8(&rest[..line]).ok().and_then(|text| usize::from_str_radix(text, 16).ok());
        let Some(size @ 1..) = size else { break };
        body.extend_from_slice(&rest[line + 2..][..size]);
        rest = &rest[line + 2 + size + 2..];
    }
    body
}
