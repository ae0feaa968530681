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
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        device, front, health, media,
        office::{
            assessments, audit, cases, deadlines, evidence, exchange, exports, families, fleet, held, live,
            map, monitoring, page, people, phones, plans, reasons, reference, reports, retention, review,
            road_maps, search, session, units,
        },
        records,
    },
    state::AppState,
};

/// The server as a service: routes, and what happens to every request before and after its handler.
pub fn router(state: AppState) -> Router {
    let (routes, description) = routes().split_for_parts();
    let described = routes.route("/openapi.json", get(|| async { Json(description) }));
    let small_already = NotForContentType::const_new(kandas_shared::packed::MEDIA_TYPE)
        .and(NotForContentType::const_new("video/"))
        .and(NotForContentType::const_new("application/octet-stream"));
    let inner = described
        .merge(office())
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

/// The dashboard and its API.
fn office() -> Router<AppState> {
    let (routes, description) = office_routes().split_for_parts();
    routes
        .route("/api/openapi.json", get(|| async { Json(description) }))
        .route("/", get(page::index))
        .route("/assets/{name}", get(page::asset))
        .route("/mark.svg", get(page::mark))
        .layer(middleware::from_fn(page::guard))
}

fn office_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(OfficeDescription::openapi())
        .routes(routes!(session::sign_in, session::who, session::sign_out)) // POST GET DELETE /api/session
        .routes(routes!(session::password)) //      PUT  /api/password
        .routes(routes!(session::second_factor, session::confirm)) // POST PUT /api/second-factor
        .routes(routes!(cases::overview)) //        GET  /api/overview
        .routes(routes!(deadlines::board)) //       GET  /api/deadlines
        .routes(routes!(cases::families, families::register)) // GET POST /api/families
        .routes(routes!(cases::records)) //         GET  /api/records
        .routes(routes!(cases::family)) //          GET  /api/families/{family}
        .routes(routes!(cases::newest)) //          GET  /api/families/{family}/newest
        .routes(routes!(cases::timeline)) //        GET  /api/families/{family}/timeline
        .routes(routes!(cases::person)) //          GET  /api/persons/{person}
        .routes(routes!(search::find)) //           GET  /api/search
        .routes(routes!(families::card, families::save)) // GET PUT /api/families/{family}/card
        .routes(routes!(families::propose)) //      POST /api/families/{family}/handovers
        .routes(routes!(families::handovers)) //    GET  /api/handovers
        .routes(routes!(families::decide)) //       POST /api/handovers/{handover}
        .routes(routes!(families::register_person)) // POST /api/persons/{person}/registrations
        .routes(routes!(families::consent_paper)) // GET /api/persons/{person}/consent/paper
        .routes(routes!(map::map)) //               GET  /api/map
        .routes(routes!(cases::number)) //          POST /api/persons/{person}/number
        .routes(routes!(evidence::file)) //         GET  /api/evidence/{evidence}/{part}
        .routes(routes!(review::queue)) //          GET  /api/queue
        .routes(routes!(review::choices)) //        GET  /api/queue/choices
        .routes(routes!(review::bulk)) //           POST /api/queue/bulk
        .routes(routes!(review::bulk_accept)) //    POST /api/queue/bulk/{list}
        .routes(routes!(live::events)) //           GET  /api/events
        .routes(routes!(review::take, review::release)) // POST DELETE /api/review/{record}
        .routes(routes!(review::record)) //         GET  /api/records/{record}
        .routes(routes!(review::check)) //          POST /api/records/{record}/check
        .routes(routes!(held::list)) //             GET  /api/held
        .routes(routes!(held::show, held::decide)) // GET POST /api/held/{hash}
        .routes(routes!(held::lost)) //             POST /api/gaps
        .routes(routes!(audit::page)) //            GET  /api/audit
        .routes(routes!(audit::verification, audit::verify)) // GET POST /api/verification
        .routes(routes!(exports::ask, exports::list)) // POST GET /api/exports
        .routes(routes!(exports::cancel)) //        DELETE /api/exports/{export}
        .routes(routes!(exports::file)) //          GET  /api/exports/{export}/file
        .routes(routes!(reference::year, reference::change)) // GET POST /api/calendar
        .routes(routes!(reference::preview)) //     POST /api/calendar/preview
        .routes(routes!(reference::thresholds, reference::set_threshold)) // GET POST /api/thresholds
        .routes(routes!(reference::measured_anew)) // GET /api/thresholds/preview
        .routes(routes!(reference::terms, reference::set_term)) // GET POST /api/terms
        .routes(routes!(reference::preview_term)) // POST /api/terms/preview
        .routes(routes!(reference::rules, reference::set_rule)) // GET POST /api/rules/{set}
        .routes(routes!(reasons::all, reasons::change)) // GET POST /api/reasons
        .routes(routes!(reasons::preview)) //       GET  /api/reasons/preview
        .routes(routes!(reports::form, reports::set_form)) // GET POST /api/report-form
        .routes(routes!(assessments::modes, assessments::set_mode)) // GET POST /api/assessment-mode
        .routes(routes!(assessments::list, assessments::score)) // GET POST /api/assessments
        .routes(routes!(assessments::show)) //      GET  /api/assessments/{unit}
        .routes(routes!(assessments::conclusion, assessments::save)) // GET POST /api/conclusions/{quarter}
        .routes(routes!(assessments::sign, assessments::document)) // POST GET /api/conclusions/{quarter}/signature
        .routes(routes!(assessments::signature)) // GET  /api/conclusions/{quarter}/signature/{position}
        .routes(routes!(assessments::send)) //      POST /api/conclusions/{quarter}/sending
        .routes(routes!(assessments::forward)) //   POST /api/conclusions/{quarter}/forwarding
        .routes(routes!(assessments::measure)) //   POST /api/conclusions/{quarter}/measures
        .routes(routes!(reports::list, reports::draft)) // GET POST /api/reports
        .routes(routes!(reports::show)) //          GET  /api/reports/{report}
        .routes(routes!(reports::rows)) //          GET  /api/reports/{report}/rows
        .routes(routes!(reports::changes)) //       GET  /api/reports/{report}/changes
        .routes(routes!(reports::sign, reports::document)) // POST GET /api/reports/{report}/signature
        .routes(routes!(reports::signature)) //     GET  /api/reports/{report}/signature/{position}
        .routes(routes!(reports::send)) //          POST /api/reports/{report}/sending
        .routes(routes!(reports::decide)) //        POST /api/reports/{report}/decision
        .routes(routes!(monitoring::list)) //       GET  /api/monitoring
        .routes(routes!(monitoring::issues)) //     GET  /api/monitoring/issues
        .routes(routes!(monitoring::issue, monitoring::act_on_issue)) // GET POST /api/monitoring/issues/{issue}
        .routes(routes!(monitoring::departures)) // GET  /api/monitoring/departures
        .routes(routes!(monitoring::departure, monitoring::act_on_departure)) // GET POST /api/monitoring/departures/{departure}
        .routes(routes!(monitoring::of_family)) //  GET  /api/families/{family}/monitoring
        .routes(routes!(monitoring::show, monitoring::act)) // GET POST /api/families/{family}/monitoring/{number}
        .routes(routes!(monitoring::look)) //       POST /api/families/{family}/monitoring/{number}/residence
        .routes(routes!(monitoring::find)) //       POST /api/families/{family}/issues
        .routes(routes!(monitoring::depart)) //     POST /api/families/{family}/departures
        .routes(routes!(monitoring::confirm)) //    POST /api/families/{family}/confirmations
        .routes(routes!(plans::list)) //            GET  /api/plans
        .routes(routes!(plans::show, plans::open)) // GET POST /api/families/{family}/plan
        .routes(routes!(plans::save, plans::act)) // PUT POST /api/plans/{plan}/{version}
        .routes(routes!(plans::agree, plans::paper)) // POST GET /api/plans/{plan}/{version}/agreement
        .routes(routes!(plans::approve, plans::document)) // POST GET /api/plans/{plan}/{version}/approval
        .routes(routes!(plans::signature)) //       GET  /api/plans/{plan}/{version}/approval/{position}
        .routes(routes!(plans::send_back)) //       POST /api/plans/{plan}/{version}/remarks
        .routes(routes!(road_maps::list, road_maps::draft)) // GET POST /api/road-maps
        .routes(routes!(road_maps::show)) //        GET  /api/road-maps/{map}
        .routes(routes!(road_maps::rows)) //        GET  /api/road-maps/{map}/rows
        .routes(routes!(road_maps::changes)) //     GET  /api/road-maps/{map}/changes
        .routes(routes!(road_maps::submit)) //      POST /api/road-maps/{map}/submission
        .routes(routes!(road_maps::sign, road_maps::document)) // POST GET /api/road-maps/{map}/signature
        .routes(routes!(road_maps::signature)) //   GET  /api/road-maps/{map}/signature/{position}
        .routes(routes!(road_maps::paper)) //       POST /api/road-maps/{map}/paper
        .routes(routes!(road_maps::scan)) //        GET  /api/road-maps/{map}/scans/{holder}
        .routes(routes!(road_maps::send_back)) //   POST /api/road-maps/{map}/remarks
        .routes(routes!(road_maps::copy)) //        POST /api/road-maps/{map}/copies
        .routes(routes!(road_maps::term, road_maps::set_term)) // GET POST /api/road-map-term
        .routes(routes!(exchange::show)) //         GET  /api/exchange
        .routes(routes!(exchange::messages)) //     GET  /api/exchange/messages
        .routes(routes!(exchange::again)) //        POST /api/exchange/messages/{message}/retry
        .routes(routes!(exchange::aside)) //        GET  /api/exchange/aside
        .routes(routes!(exchange::settle)) //       POST /api/exchange/aside/{position}/{line}
        .routes(routes!(exchange::of_family)) //    GET  /api/families/{family}/exchange
        .routes(routes!(retention::read, retention::set)) // GET POST /api/retention
        .routes(routes!(retention::due)) //         GET  /api/retention/due
        .routes(routes!(retention::erasures, retention::propose)) // GET POST /api/erasures
        .routes(routes!(retention::preview)) //     GET  /api/erasures/preview
        .routes(routes!(retention::show)) //        GET  /api/erasures/{proposal}
        .routes(routes!(retention::drop)) //        POST /api/erasures/{proposal}/drop
        .routes(routes!(retention::confirm)) //     POST /api/erasures/{proposal}/confirmation
        .routes(routes!(retention::proof)) //       GET  /api/erased/{erasure}
        .routes(routes!(retention::consent, families::consent)) // GET POST /api/persons/{person}/consent
        .routes(routes!(retention::withdraw)) //    POST /api/persons/{person}/consent-withdrawals
        .routes(routes!(retention::scan)) //        GET  /api/persons/{person}/consent-withdrawals/{position}/scan
        .routes(routes!(reference::settlements, reference::set_centre)) // GET POST /api/settlements
        .routes(routes!(reference::fixed)) //       GET  /api/reference
        .routes(routes!(people::list)) //           GET  /api/people
        .routes(routes!(people::add)) //            POST /api/users
        .routes(routes!(people::change, people::deactivate)) // PUT DELETE /api/users/{user}
        .routes(routes!(people::forget_second_factor)) // DELETE /api/users/{user}/second-factor
        .routes(routes!(units::add)) //             POST /api/units
        .routes(routes!(units::change)) //          PUT  /api/units/{unit}
        .routes(routes!(people::password)) //       POST /api/users/{user}/password
        .routes(routes!(people::code)) //           POST /api/users/{user}/code
        .routes(routes!(fleet::workers)) //         GET  /api/workers
        .routes(routes!(fleet::phones)) //          GET  /api/phones
        .routes(routes!(fleet::works)) //           GET  /api/works
        .routes(routes!(people::worker)) //         GET  /api/workers/{worker}
        .routes(routes!(phones::show)) //           GET  /api/phones/{phone}
        .routes(routes!(phones::revoke)) //         POST /api/phones/{phone}/revoke
        .routes(routes!(phones::order)) //          POST /api/phones/{phone}/orders
        .routes(routes!(phones::withdraw)) //       POST /api/phones/{phone}/orders/{order}/withdraw
}

/// The OpenAPI description of the office API, as served at `/api/openapi.json`.
#[must_use]
pub fn office_description() -> utoipa::openapi::OpenApi {
    office_routes().into_openapi()
}

/// The OpenAPI description of all routes, as served at `/openapi.json`.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    routes().into_openapi()
}

#[derive(OpenApi)]
#[openapi(info(title = "Kandas Field, device API"), modifiers(&Bearer))]
struct Description;

#[derive(OpenApi)]
#[openapi(info(title = "Kandas Field, office API"), modifiers(&Cookie))]
struct OfficeDescription;

struct Cookie;

impl Modify for Cookie {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let cookie = ApiKey::Cookie(ApiKeyValue::new(crate::api::office::seat::COOKIE_NAME));
        api.components.get_or_insert_default().add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    }
}

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        api.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dashboard's types are made of this file. `KANDAS_WRITE=1` writes it anew.
    #[test]
    fn the_description_of_the_office_api_is_that_of_the_dashboard() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/dashboard/openapi.json");
        let made = office_description().to_pretty_json().unwrap() + "\n";
        if std::env::var_os("KANDAS_WRITE").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == made, "{path} is not what the server says: KANDAS_WRITE=1 writes it anew");
    }

    /// what phones record is the only entry of §35 and §37. No door of the office takes a completion, so there is none with
    /// less evidence.
    #[test]
    fn no_door_of_the_office_takes_a_completion() {
        let described = serde_json::to_value(office_description()).unwrap();
        let schemas = &described["components"]["schemas"];
        let mut taken = 0;
        for (path, item) in described["paths"].as_object().unwrap() {
            for (method, door) in item.as_object().unwrap() {
                let Some(body) =
                    door["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str()
                else {
                    continue;
                };
                let name = body.rsplit('/').next().unwrap();
                let text = schemas[name].to_string();
                assert!(!schemas[name].is_null(), "{name}");
                for field in ["done_on", "sealed", "jws"] {
                    assert!(!text.contains(&format!("\"{field}\"")), "{method} {path} takes {field}");
                }
                taken += 1;
            }
        }
        assert!(taken > 20, "{taken} doors that take something");
    }
}
