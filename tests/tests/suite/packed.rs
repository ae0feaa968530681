//! Records in the packed form on a real line: sent so where the server reads it, in JSON where it does not, and in JSON
//! again when one side does not understand the other.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use kandas_app::{
    ledger::LedgerState,
    sync::{
        self, Mode, Options,
        http::{Failure, Meter},
        progress::Silent,
        transport::{Internet, Network, Request, Response, Server, Transport},
    },
};
use kandas_shared::packed;

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::{IDLE, Worker},
};

on_both_engines!(
    a_server_that_reads_it_is_sent_it,
    an_older_server_is_sent_json,
    what_is_not_understood_is_said_again
);

/// What the server on the other side of a line is like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Like {
    Ours,
    /// Says nothing of the packed form in its tokens, and does not read it.
    Older,
    /// Something on the way changes packed requests.
    Garbled,
    /// Something on the way changes packed answers: the records are in custody by then.
    GarbledBack,
}

/// A line that notes in which form records went.
#[derive(Clone)]
struct Line {
    like: Like,
    forms: Arc<Mutex<Vec<String>>>,
}

impl Network for Line {
    fn connect(&self, server: &Server<'_>) -> Result<Arc<dyn Transport>, Failure> {
        Ok(Arc::new(Way { inner: Internet.connect(server)?, line: self.clone() }))
    }
}

struct Way {
    inner: Arc<dyn Transport>,
    line: Line,
}

impl Transport for Way {
    fn exchange<'a>(
        &'a self,
        mut request: Request,
        meter: &'a Arc<Meter>,
    ) -> BoxFuture<'a, Result<Response, Failure>> {
        Box::pin(async move {
            let path = request.url.path().to_owned();
            let form = request.headers.get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
            let is_packed = form.as_deref() == Some(packed::MEDIA_TYPE);
            if path == "/v1/records" {
                self.line.forms.lock().unwrap().push(form.unwrap_or_default());
            }
            if is_packed && self.line.like == Like::Garbled {
                let sync::http::Body::Whole(bytes) = &request.body else { panic!("records without a body") };
                let mut bytes = bytes.to_vec();
                // Of the check: everything else may well be read.
                bytes[2] ^= 1;
                request.body = sync::http::Body::Whole(bytes.into());
            }
            let mut response = self.inner.exchange(request, meter).await?;
            if path == "/v1/token" && self.line.like == Like::Older {
                let mut grant: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
                assert_eq!(grant.as_object_mut().unwrap().remove("packed"), Some(packed::VERSION.into()));
                response.body = Bytes::from(serde_json::to_vec(&grant).unwrap());
            }
            if is_packed && self.line.like == Like::GarbledBack && response.status.is_success() {
                let mut bytes = response.body.to_vec();
                bytes[2] ^= 1;
                response.body = bytes.into();
            }
            Ok(response)
        })
    }
}

/// Three records over a line of this kind; the forms in which they went.
async fn pushed(engine: Engine, like: Like) -> Vec<String> {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    for activity in worker.activities(3).await {
        worker.complete(activity.1, &worker.shoot(1, 0, false)).await;
    }
    let line = Line { like, forms: Arc::default() };
    let options = Options { mode: Mode::Once, idle: IDLE, ..Options::default() };
    for _ in 0..3 {
        sync::run_over(&line, worker.app(), &options, &Silent).await.unwrap();
    }
    assert!(worker.ledger().await.iter().all(|item| item.state == LedgerState::Delivered));
    assert_eq!(centre.count("select count(*) from record where verdict = 'accepted'").await, 3);
    line.forms.lock().unwrap().clone()
}

async fn a_server_that_reads_it_is_sent_it(engine: Engine) {
    assert_eq!(pushed(engine, Like::Ours).await, [packed::MEDIA_TYPE]);
}

async fn an_older_server_is_sent_json(engine: Engine) {
    assert_eq!(pushed(engine, Like::Older).await, ["application/json"]);
}

async fn what_is_not_understood_is_said_again(engine: Engine) {
    assert_eq!(pushed(engine, Like::Garbled).await, [packed::MEDIA_TYPE, "application/json"]);
    assert_eq!(pushed(engine, Like::GarbledBack).await, [packed::MEDIA_TYPE, "application/json"]);
}
