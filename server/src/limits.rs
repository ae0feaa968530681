//! How much and how long: every limit of the doors in one place, so that a test can make them small.

use std::time::Duration;

/// Limits of the device API.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Most bytes of a JSON body as sent.
    pub body: usize,
    /// Most bytes of a JSON body decompressed.
    pub decompressed: usize,
    /// Most bytes of a JSON body that anybody may send, as sent and decompressed.
    pub small_body: usize,
    /// Most bytes of a JSON body with a file in it: one of 8 MiB in base64.
    pub file_body: usize,
    /// Large JSON bodies that are decompressed and read at once.
    pub growing: usize,
    /// Time for a JSON body to arrive.
    pub body_time: Duration,
    /// Time for an answer that is not media.
    pub answer_time: Duration,
    /// Time a request without media waits for its turn. With the time of its own work its answer comes within seconds,
    /// if need be that it is to come again.
    pub turn_time: Duration,
    /// Time a media request waits for its turn: longer, because who waits longest goes first.
    pub media_turn_time: Duration,
    /// Phones that come at once and are let in to hand over their records; the others wait for their token.
    pub arrivals: usize,
    /// Time after which a phone that was let in, and of which nothing is at work, makes room for the next.
    pub arrival_stay: Duration,
    /// Batches of records at work at once. They have turns of their own: nothing else is as urgent.
    pub record_requests: usize,
    /// Requests at work at once, without records and media.
    pub requests: usize,
    /// Media requests at work at once.
    pub media_requests: usize,
    /// For how many a media request counts while phones wait to hand over records; at most [`Limits::media_requests`].
    pub media_weight: u32,
    /// Life of a nonce.
    pub nonce_life: Duration,
    /// Life of a token.
    pub token_life: Duration,
    /// Wrong enrolment codes that one address may try within [`Limits::guess_window`].
    pub guesses: i64,
    /// See [`Limits::guesses`].
    pub guess_window: Duration,
    /// Most bytes of a wrapped store key.
    pub wrapped_key: usize,
    /// A piece of an upload that brings no byte for so long is over.
    pub idle: Duration,
    /// A piece that brings no byte for so long gives way to a newer request.
    pub stall: Duration,
    /// A process that does not renew its hold on an upload for so long has lost it.
    pub lease: Duration,
    /// Bytes after which an upload's progress is made durable.
    pub flush_bytes: u64,
    /// Time after which a slow upload's progress is made durable.
    pub flush_time: Duration,
    /// An upload nobody has written to for so long is given up.
    pub upload_life: Duration,
    /// Bytes in staging that belong to no open upload go when nobody has written to them for so long.
    pub staging_life: Duration,
    /// Most bytes of a bundle, and of a salvaged file.
    pub bundle: u64,
    /// Time that an answer about a bundle waits for it to be opened.
    pub bundle_wait: Duration,
    /// Bytes that stay free on the media disk.
    pub disk_reserve: u64,
    /// Time that uploads in progress get when the server stops.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 4 << 20,
            decompressed: 16 << 20,
            small_body: 64 << 10,
            file_body: 11 << 20,
            growing: 4,
            body_time: Duration::from_secs(60),
            answer_time: Duration::from_secs(60),
            turn_time: Duration::from_secs(4),
            media_turn_time: Duration::from_secs(20),
            arrivals: 24,
            arrival_stay: Duration::from_secs(3),
            record_requests: 64,
            requests: 256,
            media_requests: 128,
            media_weight: 16,
            nonce_life: Duration::from_secs(120),
            token_life: Duration::from_secs(3_600),
            guesses: 10,
            guess_window: Duration::from_secs(600),
            wrapped_key: 16 << 10,
            idle: Duration::from_secs(30),
            stall: Duration::from_secs(1),
            // Renewed with every record of progress: every `flush_time` as long as bytes come.
            lease: Duration::from_secs(8),
            flush_bytes: 4 << 20,
            flush_time: Duration::from_secs(3),
            upload_life: Duration::from_secs(7 * 86_400),
            staging_life: Duration::from_secs(86_400),
            bundle: 64 << 30,
            bundle_wait: Duration::from_secs(10),
            disk_reserve: 2 << 30,
            grace: Duration::from_secs(20),
        }
    }
}

/// A moment to measure a wait from. It says how long something has lasted on this machine, never what time it is, so
/// no verdict and no expiry can hang on it.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "a wait is measured where it happens; tokio's clock can be stopped by a test"
)]
pub fn moment() -> tokio::time::Instant {
    tokio::time::Instant::now()
}
