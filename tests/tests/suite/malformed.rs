//! A line full of requests that no phone would send, on real sockets; in the middle of it a real phone does its day's work.

use std::net::SocketAddr;

use kandas_fixtures::malformed::{Known, Malformed, Malformer};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::Worker,
};

const REQUESTS: usize = 1_000;

on_both_engines!(a_phone_works_amid_malformed_requests);

async fn a_phone_works_amid_malformed_requests(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activities = worker.activities(2).await;
    worker.complete(activities[0].1, &worker.shoot(1, 0, false)).await;
    let plain = centre.plain_door().await;
    let (plain, encrypted) = (plain.address(), centre.address());
    let storm = tokio::spawn(async move {
        let nobody = uuid::Uuid::nil().to_string();
        let mut malformer = Malformer::new(9, Known { upload: nobody.clone(), evidence: nobody, size: 500 });
        for number in 0..REQUESTS {
            let made = malformer.draw();
            let status = ask(plain, &made).await;
            assert!((400..500).contains(&status), "{status} for {made:?}");
            if number % 20 == 0 {
                // No TLS where TLS is spoken.
                let mut line = TcpStream::connect(encrypted).await.unwrap();
                let _ = line.write_all(&made.body).await;
            }
        }
    });
    worker.sync_until_done().await;
    worker.complete(activities[1].1, &worker.shoot(1, 300_000, false)).await;
    worker.sync_until_done().await;
    storm.await.unwrap();
    assert!(worker.sync().await.done);
    worker.assert_delivered().await;
    let records = i64::try_from(worker.ledger().await.len()).unwrap();
    assert_eq!(centre.count("select count(*) from record").await, records);
    assert_eq!(centre.count("select count(*) from record where verdict = 'accepted'").await, records);
    assert_eq!(centre.count("select count(*) from device").await, 1);
}

/// Sends a request by hand, without a token, and reads the status.
async fn ask(to: SocketAddr, made: &Malformed) -> u16 {
    let mut bytes = format!(
        "{} {} HTTP/1.1\r\nhost: centre\r\nconnection: close\r\ncontent-length: {}\r\n",
        made.method,
        made.target,
        made.body.len()
    )
    .into_bytes();
    for (name, value) in &made.headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&made.body);
    let (mut from, mut into) = TcpStream::connect(to).await.unwrap().into_split();
    // It may be answered, and the line closed, before all of it was heard.
    let speak = async {
        let _ = into.write_all(&bytes).await;
    };
    let mut said = Vec::new();
    let (_, heard) = tokio::join!(speak, from.read_to_end(&mut said));
    assert!(heard.is_ok() || !said.is_empty(), "no answer to {made:?}");
    String::from_utf8_lossy(&said).split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap()
}
