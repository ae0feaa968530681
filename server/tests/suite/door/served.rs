//! A listening server: cuts on a real connection, TLS with the pinned certificate, stopping in order.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use kandas_fixtures::proxy::{Cut, Proxy};
use kandas_server::serve::{Running, Speech};
use kandas_shared::hash::Digest;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::centre::{Centre, Phone, noise};
use crate::stores::{World, on_each};

/// Writes a PATCH by hand and reads what comes back until the connection ends; empty if it was cut.
async fn patch(to: SocketAddr, phone: &Phone, at: &str, offset: usize, length: usize, body: &[u8]) -> String {
    let mut line = TcpStream::connect(to).await.unwrap();
    let head = format!(
        "PATCH {at} HTTP/1.1\r\nhost: centre\r\nauthorization: Bearer {}\r\ntus-resumable: 1.0.0\r\n\
         upload-offset: {offset}\r\ncontent-type: application/offset+octet-stream\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n",
        phone.token
    );
    let mut answer = String::new();
    let talk = async {
        line.write_all(head.as_bytes()).await?;
        line.write_all(body).await?;
        line.read_to_string(&mut answer).await
    };
    // A cut shows as an error or as silence.
    let _ = timeout(Duration::from_secs(5), talk).await;
    answer
}

on_each! { place, World;
    async fn a_cut_connection_costs_only_what_was_under_way(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let running = centre.listen().await;
        let proxy = Proxy::start(running.address()).await.unwrap();
        let bytes = noise(400_000, 11);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        // Slow enough for the server to take bytes before the reset, which throws away what waits to be read.
        proxy.throttle(Some(400_000));
        let mut offset = 0;
        for _ in 0..3 {
            proxy.cut_next([Cut { up: Some(100_000), down: None }]);
            let answer = patch(proxy.address(), &phone, &at, offset, bytes.len() - offset, &bytes[offset..]).await;
            assert!(!answer.starts_with("HTTP/1.1 204"), "{answer}");
            let now = centre.head(&phone, &at).await.offset();
            assert!(now > offset && now < offset + 100_000, "{offset} -> {now}");
            offset = now;
        }
        proxy.throttle(None);
        let answer = patch(proxy.address(), &phone, &at, offset, bytes.len() - offset, &bytes[offset..]).await;
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
        assert!(answer.contains("kandas-receipt: "));
        assert_eq!(std::fs::read(&centre.files("media")[0]).unwrap(), bytes);
        running.stop().await.unwrap();
    }

    async fn stopping_keeps_what_came(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let running = centre.listen().await;
        let address = running.address();
        let bytes = noise(200_000, 12);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        let mut line = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "PATCH {at} HTTP/1.1\r\nhost: centre\r\nauthorization: Bearer {}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
             content-type: application/offset+octet-stream\r\ncontent-length: 200000\r\n\r\n",
            phone.token
        );
        line.write_all(head.as_bytes()).await.unwrap();
        line.write_all(&bytes[..90_000]).await.unwrap();
        centre.recorded(&at, 64 << 10).await;
        sleep(Duration::from_millis(100)).await;
        let stopped = tokio::spawn(running.stop());
        let mut answer = vec![0; 4_096];
        let length = timeout(Duration::from_secs(5), line.read(&mut answer)).await.unwrap().unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 423"), "{answer}");
        drop(line);
        stopped.await.unwrap().unwrap();
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens");
        let mut tx = centre.world.store.read().await.unwrap();
        let (received,) = kandas_server::one!(&mut tx, (i64,), "select received from upload").await.unwrap();
        assert_eq!(received, 90_000);
    }

    async fn tls_speaks_with_the_pinned_certificate(world) {
        let centre = Centre::new(world).await;
        let speech = Speech::self_signed(&centre.keys).unwrap();
        let running = Running::start(centre.state.clone(), "127.0.0.1:0".parse().unwrap(), speech).await.unwrap();
        let address = running.address();
        let (pem, pin) = (centre.keys.certificate().certificate_pem.clone(), centre.keys.certificate().pin);
        let answer = tokio::task::spawn_blocking(move || over_tls(address, &pem, pin)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("{\"status\":\"ok\"}"));
        running.stop().await.unwrap();

        // In the clear only where nobody else listens.
        let open = Running::start(centre.state.clone(), "0.0.0.0:0".parse().unwrap(), Speech::Plain).await;
        assert!(open.is_err());
    }
}

fn over_tls(address: SocketAddr, pem: &str, pin: Digest) -> String {
    use std::io::{Read as _, Write as _};

    use rustls_pki_types::{CertificateDer, pem::PemObject as _};
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    let name = "127.0.0.1".try_into().unwrap();
    let mut connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut line = std::net::TcpStream::connect(address).unwrap();
    let mut tls = rustls::Stream::new(&mut connection, &mut line);
    tls.write_all(b"GET /healthz HTTP/1.1\r\nhost: centre\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    tls.read_to_string(&mut answer).unwrap();
    let shown = connection.peer_certificates().unwrap()[0].clone();
    assert_eq!(Digest::of(&shown), pin);
    answer
}
