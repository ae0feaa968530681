//! Pictures, videos and papers for the page, decrypted piece by piece, by an own scheme:
//! `kandas://localhost/evidence/{id}/ {part}`, on Android `https://kandas.localhost/…`. Only this program's page can
//! ask; nothing is kept by the web view.

use std::io::Read as _;

use kandas_app::face::{
    Face,
    call::{Problem, ProblemWord},
    range::Range,
};
use kandas_shared::{evidence::Part, ids::EvidenceId};
use tauri::{
    Runtime, UriSchemeContext, UriSchemeResponder,
    http::{Request, Response, StatusCode, header, response::Builder},
};

use crate::core;

/// The scheme's name.
pub(crate) const SCHEME: &str = "kandas";

/// A player gets at most so many bytes at a time and asks for the next ones.
const PIECE: u64 = 1024 * 1024;

/// Answers a request of the page.
pub(crate) fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let app = context.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let answer = match core::of(&app).await {
            Ok(face) => show(face, &request).await,
            Err(problem) => Err(problem),
        };
        responder.respond(answer.unwrap_or_else(|problem| refuse(&problem)));
    });
}

/// The part of evidence that a path names.
fn named(path: &str) -> Option<(EvidenceId, Part)> {
    let (evidence, part) = path.strip_prefix("/evidence/")?.split_once('/')?;
    Some((evidence.parse().ok()?, part.parse().ok()?))
}

/// The name of a file that was left over. It only ever names one that the start has found.
fn left_over(path: &str) -> Option<String> {
    let mut rest = path.strip_prefix("/leftover/")?.as_bytes();
    let mut name = Vec::new();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            name.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            name.push(*first);
            rest = after;
        }
    }
    String::from_utf8(name).ok()
}

async fn show(face: &Face, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Problem> {
    let unknown = || Problem::new(ProblemWord::Unknown, "there is no such file here");
    let path = request.uri().path();
    let mut bytes = match left_over(path) {
        Some(name) => face.show_leftover(&name).await?,
        None => {
            let (evidence, part) = named(path).ok_or_else(unknown)?;
            face.show(evidence, part).await?
        }
    };
    let (size, media_type) = (bytes.size, bytes.media_type.clone());
    let asked = request.headers().get(header::RANGE).and_then(|range| range.to_str().ok());
    let head = Response::builder().header(header::ACCEPT_RANGES, "bytes");
    let (from, to) = match asked.map(|text| Range::read(text, size)) {
        None | Some(Range::Unusable) => (0, size),
        Some(Range::Of(from, to)) => (from, to.saturating_add(1).min(from.saturating_add(PIECE))),
        Some(Range::Outside) => {
            let head = head.status(StatusCode::RANGE_NOT_SATISFIABLE);
            return finish(
                head.header(header::CONTENT_RANGE, format!("bytes */{size}")),
                "text/plain",
                Vec::new(),
            );
        }
    };
    let read = tauri::async_runtime::spawn_blocking(move || {
        bytes.skip_to(from)?;
        let mut piece = Vec::new();
        bytes.take(to - from).read_to_end(&mut piece)?;
        std::io::Result::Ok(piece)
    });
    let damaged = |_| Problem::new(ProblemWord::Fault, "the file is damaged there");
    let piece = read.await.map_err(|_| Problem::new(ProblemWord::Fault, "interrupted"))?.map_err(damaged)?;
    let head = match asked {
        Some(_) if to > from && to - from < size => {
            let range = format!("bytes {from}-{}/{size}", to - 1);
            head.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, range)
        }
        _ => head,
    };
    finish(head, &media_type, piece)
}

fn finish(head: Builder, media_type: &str, body: Vec<u8>) -> Result<Response<Vec<u8>>, Problem> {
    head.header(header::CONTENT_TYPE, media_type)
        .header(header::CONTENT_LENGTH, body.len())
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(body)
        .map_err(|error| Problem::new(ProblemWord::Fault, &error.to_string()))
}

fn refuse(problem: &Problem) -> Response<Vec<u8>> {
    let mut answer = Response::new(Vec::new());
    *answer.status_mut() = match problem.problem {
        ProblemWord::Unknown => StatusCode::NOT_FOUND,
        ProblemWord::Fault | ProblemWord::Unavailable | ProblemWord::KeyForgotten => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        _ => StatusCode::FORBIDDEN,
    };
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_one_part_of_one_piece_of_evidence() {
        let id = "0198c0de-0000-7000-8000-000000000001";
        let (evidence, part) = named(&format!("/evidence/{id}/thumbnail")).unwrap();
        assert_eq!((evidence.to_string(), part), (id.to_owned(), Part::Thumbnail));
        for path in ["/", "/evidence/", "/evidence/x/file", "/../evidence/x/file"] {
            assert!(named(path).is_none(), "{path}");
        }
        assert!(named(&format!("/evidence/{id}/../../store.db")).is_none());
    }

    #[test]
    fn a_path_names_a_file_that_was_left_over() {
        assert_eq!(left_over("/leftover/0198/IMG_1.jpg").as_deref(), Some("0198/IMG_1.jpg"));
        assert_eq!(left_over("/leftover/%D1%84%20x.jpg").as_deref(), Some("ф x.jpg"));
        for path in ["/evidence/x/file", "/leftover", "/leftover/%4", "/leftover/%zz", "/leftover/%FF"] {
            assert!(left_over(path).is_none(), "{path}");
        }
    }
}
