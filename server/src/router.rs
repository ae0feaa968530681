//! Every route of the server on one page. The text beside each is its description in `docs/device-api.md`.

use axum::{Json, Router, extract::Request, middleware, routing::get};
use tower::util::MapRequest;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate as _},
    },
};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{device, front, health, media, records},
    state::AppState,
};

/// The server as a service: routes, and what happens to every request before and after its handler.
pub fn router(state: AppState) -> Router {
    let (routes, description) = routes().split_for_parts();
    let described = routes.route("/openapi.json", get(|| async { Json(description) }));
    let small_already = NotForContentType::const_new(kandas_shared::packed::MEDIA_TYPE);
    let inner = described
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(state.clone(), front::front))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(small_already)))
        .with_state(state);
    // The method must be known before the route is looked up.
    Router::new().fallback_service(MapRequest::new(inner, front::method_override as fn(Request) -> Request))
}

fn routes() -> OpenApiRouter<AppState> {
    let tus = OpenApiRouter::new()
        .routes(routes!(media::capabilities, media::create)) //             OPTIONS POST      /v1/media
        .routes(routes!(media::head, media::patch, media::delete)) //       HEAD PATCH DELETE /v1/media/{upload}
        .route_layer(middleware::from_fn(media::tus));
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(health::healthz)) //      GET  /healthz
        .routes(routes!(health::readyz)) //       GET  /readyz
        .routes(routes!(health::numbers)) //      GET  /metrics
        .routes(routes!(device::enrol)) //        POST /v1/enrol
        .routes(routes!(device::nonce)) //        POST /v1/token/nonce
        .routes(routes!(device::token)) //        POST /v1/token
        .routes(routes!(device::recovery)) //     PUT  /v1/device/recovery
        .routes(routes!(device::order_done)) //   POST /v1/orders/{order}/done
        .routes(routes!(device::diagnostics)) //  POST /v1/diagnostics
        .routes(routes!(device::app)) //          GET  /v1/app
        .routes(routes!(device::app_file)) //     GET  /v1/app/{file}
        .routes(routes!(records::records)) //     POST /v1/records
        .routes(routes!(records::changes)) //     GET  /v1/changes
        .routes(routes!(records::checkpoint)) //  GET  /v1/checkpoint
        .routes(routes!(records::rework)) //      GET  /v1/rework/{record}
        .merge(tus)
        .routes(routes!(media::receipt)) //       GET  /v1/receipts/{evidence}/{part}
        .routes(routes!(media::bundle)) //        GET  /v1/bundles/{bundle}
}

/// The OpenAPI description of all routes, as served at `/openapi.json`.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    routes().into_openapi()
}

#[derive(OpenApi)]
#[openapi(info(title = "Kandas Field, device API"), modifiers(&Bearer))]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        api.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}
