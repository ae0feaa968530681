//! The way from phones to the centre without a wire between them: what a phone would send over TLS is handed to the
//! centre's router, byte for byte.

use std::{io, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body as Flow, to_bytes},
    extract::ConnectInfo,
    http,
};
use bytes::Bytes;
use futures_util::{future::BoxFuture, stream};
use kandas_app::sync::{
    http::{Body, Failure, Meter},
    transport::{Network, Request, Response, Server, Transport, mouthfuls},
};
use reqwest::header::{CONTENT_LENGTH, HeaderValue};
use tower::ServiceExt as _;

/// Leads to one router.
#[derive(Clone)]
pub struct Way(pub Router);

impl Network for Way {
    fn connect(&self, _: &Server<'_>) -> Result<Arc<dyn Transport>, Failure> {
        Ok(Arc::new(self.clone()))
    }
}

impl Transport for Way {
    fn exchange<'a>(
        &'a self,
        request: Request,
        meter: &'a Arc<Meter>,
    ) -> BoxFuture<'a, Result<Response, Failure>> {
        Box::pin(async move {
            let Request { method, url, mut headers, body } = request;
            let bytes = match body {
                Body::None => Bytes::new(),
                Body::Whole(bytes) => {
                    headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
                    bytes
                }
            };
            meter.up(bytes.len());
            let flow = Flow::from_stream(stream::iter(mouthfuls(bytes).map(Ok::<_, io::Error>)));
            let mut request = http::Request::new(flow);
            let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
            let target = format!("{}{query}", url.path()).parse();
            *request.uri_mut() = target.map_err(|_| Failure::Protocol("an address".into()))?;
            *request.method_mut() = method;
            *request.headers_mut() = headers;
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4_000))));
            let response = match self.0.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await.map_err(|error| Failure::Cut(error.to_string()))?;
            meter.down(body.len());
            Ok(Response { status: parts.status, headers: parts.headers, body })
        })
    }
}
