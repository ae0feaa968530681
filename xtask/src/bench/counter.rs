//! A proxy that understands as much of HTTP/1.1 as it takes to say which request each byte belongs to. Everything is
//! counted as it passes: request lines, headers, bodies, in both directions.

use std::{
    collections::BTreeMap,
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::JoinHandle,
};

/// What passed for one kind of request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    pub(crate) requests: u64,
    pub(crate) up: u64,
    pub(crate) down: u64,
}

/// A running proxy on 127.0.0.1; ends with the value.
pub(crate) struct Counter {
    pub(crate) address: SocketAddr,
    counted: Arc<Mutex<BTreeMap<String, Passed>>>,
    listening: JoinHandle<()>,
}

impl Counter {
    /// Passes everything on to `upstream`.
    pub(crate) async fn start(upstream: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let counted = Arc::<Mutex<BTreeMap<String, Passed>>>::default();
        let counts = Arc::clone(&counted);
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let counts = Arc::clone(&counts);
                tokio::spawn(async move {
                    // A line that breaks ends here; who used it notices.
                    let _ = pass(client, upstream, &counts).await;
                });
            }
        });
        Ok(Self { address, counted, listening })
    }

    /// What passed since the last call, by method and path without its query.
    pub(crate) fn take(&self) -> BTreeMap<String, Passed> {
        std::mem::take(&mut *self.counted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn pass(
    client: TcpStream,
    upstream: SocketAddr,
    counted: &Mutex<BTreeMap<String, Passed>>,
) -> io::Result<()> {
    let server = TcpStream::connect(upstream).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (client_read, client_write) = client.into_split();
    let (server_read, server_write) = server.into_split();
    let mut up = Way { from: client_read, to: server_write, ahead: Vec::new(), passed: 0 };
    let mut down = Way { from: server_read, to: client_write, ahead: Vec::new(), passed: 0 };
    loop {
        let (before_up, before_down) = (up.passed, down.passed);
        let Some(request) = up.head().await? else { return Ok(()) };
        up.body(body_of_request(&request)).await?;
        let Some(answer) = down.head().await? else { return Ok(()) };
        down.body(body_of_answer(&answer, &request)).await?;
        let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = counted.entry(name_of(&request)).or_default();
        passed.requests += 1;
        passed.up += up.passed - before_up;
        passed.down += down.passed - before_down;
    }
}

/// How long a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Known(u64),
    Chunked,
}

fn name_of(request: &str) -> String {
    let mut words = request.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    format!("{method} {}", path.split('?').next().unwrap_or_default())
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn body_of_request(head: &str) -> Length {
    if header(head, "transfer-encoding").is_some_and(|how| how.eq_ignore_ascii_case("chunked")) {
        return Length::Chunked;
    }
    Length::Known(header(head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0))
}

fn body_of_answer(head: &str, request: &str) -> Length {
    let status = head.split_whitespace().nth(1).unwrap_or_default();
    if request.starts_with("HEAD ") || status == "204" || status == "304" {
        return Length::Known(0);
    }
    body_of_request(head)
}

/// One direction of a connection.
struct Way {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    /// What was read and not passed on yet.
    ahead: Vec<u8>,
    passed: u64,
}

impl Way {
    /// Passes a head on and gives it; none when the line ends before it.
    async fn head(&mut self) -> io::Result<Option<String>> {
        let Some(end) = self.until(b"\r\n\r\n").await? else { return Ok(None) };
        let head = String::from_utf8_lossy(&self.ahead[..end]).into_owned();
        self.pass(end).await?;
        Ok(Some(head))
    }

    async fn body(&mut self, length: Length) -> io::Result<()> {
        match length {
            Length::Known(length) => self.bytes(length).await,
            Length::Chunked => loop {
                let cut = || io::Error::from(ErrorKind::UnexpectedEof);
                let end = self.until(b"\r\n").await?.ok_or_else(cut)?;
                let line = String::from_utf8_lossy(&self.ahead[..end]).into_owned();
                self.pass(end).await?;
                let digits = line.trim().split(';').next().unwrap_or_default();
                let size =
                    u64::from_str_radix(digits, 16).map_err(|_| io::Error::from(ErrorKind::InvalidData))?;
                // Each chunk, the last and empty one too, is followed by an empty line; trailers are not in use.
                self.bytes(size + 2).await?;
                if size == 0 {
                    return Ok(());
                }
            },
        }
    }

    async fn bytes(&mut self, mut length: u64) -> io::Result<()> {
        while length > 0 {
            if self.ahead.is_empty() && !self.read().await? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let some = usize::try_from(length).unwrap_or(usize::MAX).min(self.ahead.len());
            self.pass(some).await?;
            length -= some as u64;
        }
        Ok(())
    }

    /// Reads until `mark` is there; gives the place behind it, or none when the line ends before.
    async fn until(&mut self, mark: &[u8]) -> io::Result<Option<usize>> {
        loop {
            if let Some(at) = self.ahead.windows(mark.len()).position(|window| window == mark) {
                return Ok(Some(at + mark.len()));
            }
            if !self.read().await? {
                return Ok(None);
            }
        }
    }

    async fn read(&mut self) -> io::Result<bool> {
        let mut buffer = vec![0; 64 * 1024];
        let length = self.from.read(&mut buffer).await?;
        self.ahead.extend_from_slice(&buffer[..length]);
        Ok(length > 0)
    }

    async fn pass(&mut self, length: usize) -> io::Result<()> {
        self.to.write_all(&self.ahead[..length]).await?;
        self.ahead.drain(..length);
        self.passed += length as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, routing::post};
    use futures_util::stream;

    use super::*;

    #[test]
    fn heads_are_read() {
        let head = "POST /v1/records?x=1 HTTP/1.1\r\nHost: h\r\ncontent-LENGTH:  12\r\n\r\n";
        assert_eq!(name_of(head), "POST /v1/records");
        assert_eq!(body_of_request(head), Length::Known(12));
        let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        assert_eq!(body_of_answer(chunked, head), Length::Chunked);
        assert_eq!(body_of_answer(chunked, "HEAD / HTTP/1.1\r\n"), Length::Known(0));
        assert_eq!(body_of_answer("HTTP/1.1 204 No Content\r\n\r\n", head), Length::Known(0));
    }

    #[tokio::test]
    async fn every_byte_is_counted_for_its_request() {
        let pieces = || async { Body::from_stream(stream::iter([Ok::<_, io::Error>("abc"), Ok("de")])) };
        let router = Router::new()
            .route("/whole", post(|body: String| async move { body }))
            .route("/pieces", post(pieces));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let upstream = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let counter = Counter::start(upstream).await.unwrap();

        let mut line = TcpStream::connect(counter.address).await.unwrap();
        let request = b"POST /whole?q HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nhello";
        let mut answers = [0; 2];
        for (answer, request) in
            answers.iter_mut().zip([&request[..], b"POST /pieces HTTP/1.1\r\nhost: h\r\n\r\n"])
        {
            line.write_all(request).await.unwrap();
            let mut seen = Vec::new();
            while !(seen.ends_with(b"hello") || seen.ends_with(b"0\r\n\r\n")) {
                let mut buffer = [0; 1_024];
                let length = line.read(&mut buffer).await.unwrap();
                assert!(length > 0, "{}", String::from_utf8_lossy(&seen));
                seen.extend_from_slice(&buffer[..length]);
            }
            *answer = seen.len() as u64;
        }
        let mut counted = counter.take();
        for _ in 0..100 {
            if counted.len() == 2 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            counted.extend(counter.take());
        }
        let whole = Passed { requests: 1, up: request.len() as u64, down: answers[0] };
        assert_eq!(counted["POST /whole"], whole);
        assert_eq!(counted["POST /pieces"].down, answers[1]);
    }
}
