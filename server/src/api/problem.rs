//! Every error answer is a problem (RFC 9457). Handlers leave it in the answer's extensions; the front writes it out
//! with the id of the request, and makes one of whatever the framework itself refused.

use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use kandas_shared::problem::{Problem, ProblemCode};

use crate::refusal::Refusal;

/// Media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let problem = match self {
            Refusal::Told(problem) => *problem,
            Refusal::Fault(code, error) => {
                tracing::error!(%code, error = %chain(error.as_ref()), "fault");
                let retry_after_s = (code.status() == 503).then_some(2);
                Problem { retry_after_s, ..Problem::new(code) }
            }
        };
        let mut response = status(problem.code).into_response();
        response.extensions_mut().insert(problem);
        response
    }
}

/// Writes the problem of an error answer; other answers pass.
pub fn write_out(response: Response, request: &str) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let mut problem =
        parts.extensions.remove::<Problem>().unwrap_or_else(|| Problem::new(framework_code(status)));
    problem.request = Some(request.to_owned());
    if let Some(seconds) = problem.retry_after_s {
        parts.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    if problem.code != ProblemCode::MethodNotAllowed {
        parts.headers.remove(ALLOW);
    }
    parts.status = self::status(problem.code);
    // A problem is made of texts, numbers and a statement: nothing in it can fail to be written.
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    Response::from_parts(parts, Body::from(body))
}

fn status(code: ProblemCode) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// What the framework's own refusals mean.
fn framework_code(status: StatusCode) -> ProblemCode {
    match status {
        StatusCode::NOT_FOUND => ProblemCode::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ProblemCode::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemCode::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemCode::UnsupportedMediaType,
        StatusCode::REQUEST_TIMEOUT => ProblemCode::RequestTimeout,
        status if status.is_client_error() => ProblemCode::BadRequest,
        _ => ProblemCode::Internal,
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
