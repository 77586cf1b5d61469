//! Every address, and who may use it: one table that the guard, the OpenAPI test and the authorisation test read.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{delete, get, post, put};
use shared::wire::MAX_HTTP_BYTES;

use super::authorisation::{Action, Object, can};
use super::front::Front;
use super::problem::{Code, Problem};
use super::session::Person;
use super::{api, assets, board, gallery, headers, pages, stream};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody; what protects it stands in its handler.
    Public,
    /// Staff whose role may do this; others get a problem document.
    Staff(Action),
    /// The same for a page: whoever is not signed in is shown the way.
    Page(Action),
}

/// One method of one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// `GET`, `POST`, `PUT`, `DELETE`.
    pub method: &'static str,
    /// The address with its parameters, as axum writes them.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
}

const fn route(method: &'static str, path: &'static str, access: Access) -> Route {
    Route { method, path, access }
}

/// Every route of both doors. What is not here is refused.
pub const ROUTES: &[Route] = &[
    route("POST", "/api/v1/sessions", Access::Public),
    route("DELETE", "/api/v1/sessions", Access::Staff(Action::SignOut)),
    route("GET", "/api/v1/floor", Access::Staff(Action::SeeFloor)),
    route("GET", "/api/v1/me", Access::Staff(Action::SeeFloor)),
    route("GET", "/api/v1/me/stream", Access::Staff(Action::SeeFloor)),
    route("GET", "/api/v1/board", Access::Staff(Action::SeeBoard)),
    route("GET", "/api/v1/board/stream", Access::Staff(Action::SeeBoard)),
    route("GET", "/api/v1/board/public", Access::Staff(Action::SeeFloor)),
    route("GET", "/api/v1/board/public/stream", Access::Staff(Action::SeeFloor)),
    route("PUT", "/api/v1/me/presence", Access::Staff(Action::SetOwnPresence)),
    route("POST", "/api/v1/me/presence/undo", Access::Staff(Action::SetOwnPresence)),
    route("POST", "/api/v1/me/shift", Access::Staff(Action::SetOwnPresence)),
    route("POST", "/api/v1/me/alive", Access::Staff(Action::SetOwnPresence)),
    route("POST", "/api/v1/me/channels/try", Access::Staff(Action::SetOwnPresence)),
    route("POST", "/api/v1/me/channels/try/{trial}/shown", Access::Staff(Action::SetOwnPresence)),
    route("GET", "/api/v1/me/push", Access::Staff(Action::SetOwnPresence)),
    route("PUT", "/api/v1/me/push", Access::Staff(Action::SetOwnPresence)),
    route("DELETE", "/api/v1/me/push", Access::Staff(Action::SetOwnPresence)),
    route("GET", "/api/v1/deliveries", Access::Staff(Action::OpenManage)),
    route("POST", "/api/v1/alerts/{alert}/shown", Access::Staff(Action::AnswerAlert)),
    route("POST", "/api/v1/alerts/{alert}/accept", Access::Staff(Action::AnswerAlert)),
    route("POST", "/api/v1/alerts/{alert}/pass", Access::Staff(Action::AnswerAlert)),
    route("GET", "/api/v1/visits", Access::Staff(Action::ReadVisits)),
    route("POST", "/api/v1/visits", Access::Staff(Action::EnterWalkIn)),
    route("POST", "/api/v1/visits/{visit}/greeted", Access::Staff(Action::ServeVisit)),
    route("POST", "/api/v1/visits/{visit}/end", Access::Staff(Action::ServeVisit)),
    route("POST", "/api/v1/visits/{visit}/undo", Access::Staff(Action::ServeVisit)),
    route("POST", "/api/v1/visits/{visit}/received", Access::Staff(Action::ReceiveVisit)),
    route("POST", "/api/v1/visits/{visit}/assign", Access::Staff(Action::AssignVisit)),
    route("POST", "/api/v1/visits/{visit}/hand-over", Access::Staff(Action::AskColleague)),
    route("POST", "/api/v1/visits/{visit}/second", Access::Staff(Action::AskColleague)),
    route("POST", "/api/v1/visits/{visit}/recall", Access::Staff(Action::AskColleague)),
    route("POST", "/api/v1/visits/{visit}/step-back", Access::Staff(Action::AskColleague)),
    route("POST", "/api/v1/visits/{visit}/answers", Access::Staff(Action::ServeVisit)),
    route("POST", "/api/v1/visits/{visit}/note", Access::Staff(Action::ServeVisit)),
    route("POST", "/api/v1/visits/{visit}/correct", Access::Staff(Action::ServeVisit)),
    route("POST", "/api/v1/visits/{visit}/join", Access::Staff(Action::ArrangeParties)),
    route("POST", "/api/v1/visits/{visit}/split", Access::Staff(Action::ArrangeParties)),
    route("GET", "/api/v1/leads", Access::Staff(Action::ReadLeads)),
    route("DELETE", "/api/v1/leads/{lead}", Access::Staff(Action::EraseContact)),
    route("POST", "/api/v1/leads/{lead}/reveal", Access::Staff(Action::RevealContact)),
    route("GET", "/api/v1/leads/{lead}/contacts", Access::Staff(Action::RuleOwnership)),
    route("PUT", "/api/v1/leads/{lead}/owner", Access::Staff(Action::RuleOwnership)),
    route("POST", "/api/v1/leads/{lead}/owner/undo", Access::Staff(Action::RuleOwnership)),
    route("GET", "/api/v1/disputes", Access::Staff(Action::FollowCustomers)),
    route("POST", "/api/v1/disputes", Access::Staff(Action::FollowCustomers)),
    route("DELETE", "/api/v1/disputes/{dispute}", Access::Staff(Action::FollowCustomers)),
    route("GET", "/api/v1/audit", Access::Staff(Action::ReadAudit)),
    route("POST", "/api/v1/interests", Access::Public),
    route("GET", "/api/v1/exports/{file}", Access::Staff(Action::ExportVisits)),
    route("POST", "/api/v1/claims", Access::Public),
    route("GET", "/api/v1/claims/{claim}", Access::Public),
    route("POST", "/api/v1/claims/grant", Access::Staff(Action::ManageKiosks)),
    route("PUT", "/api/v1/kiosks/{kiosk}/maintenance", Access::Staff(Action::ManageKiosks)),
    route("GET", "/api/v1/morning", Access::Staff(Action::SeeFloor)),
    route("PUT", "/api/v1/morning/{item}", Access::Staff(Action::SeeFloor)),
    route("GET", "/api/v1/appointments", Access::Staff(Action::Arrange)),
    route("POST", "/api/v1/appointments", Access::Staff(Action::Arrange)),
    route("PUT", "/api/v1/appointments/{appointment}", Access::Staff(Action::Arrange)),
    route("DELETE", "/api/v1/appointments/{appointment}", Access::Staff(Action::EraseContact)),
    route("POST", "/api/v1/appointments/{appointment}/cancel", Access::Staff(Action::Arrange)),
    route("POST", "/api/v1/appointments/{appointment}/restore", Access::Staff(Action::Arrange)),
    route("POST", "/api/v1/appointments/{appointment}/arrived", Access::Staff(Action::Arrange)),
    route("POST", "/api/v1/appointments/{appointment}/reveal", Access::Staff(Action::RevealContact)),
    route("GET", "/api/v1/people", Access::Staff(Action::ManagePeople)),
    route("PUT", "/api/v1/people/{staff}", Access::Staff(Action::ManagePeople)),
    route("DELETE", "/api/v1/people/{staff}", Access::Staff(Action::ManagePeople)),
    route("DELETE", "/api/v1/people/{staff}/sessions", Access::Staff(Action::ManagePeople)),
    route("POST", "/api/v1/people/{staff}/code", Access::Staff(Action::ManagePeople)),
    route("GET", "/api/v1/shifts", Access::Staff(Action::ReadShifts)),
    route("PUT", "/api/v1/shifts/{staff}", Access::Staff(Action::PlanShifts)),
    route("DELETE", "/api/v1/shifts/{staff}", Access::Staff(Action::PlanShifts)),
    route("PUT", "/api/v1/shifts/{staff}/days/{date}", Access::Staff(Action::PlanShifts)),
    route("DELETE", "/api/v1/shifts/{staff}/days/{date}", Access::Staff(Action::PlanShifts)),
    route("GET", "/api/v1/calendar/{year}", Access::Staff(Action::ReadShifts)),
    route("PUT", "/api/v1/calendar/{year}", Access::Staff(Action::PlanShifts)),
    route("POST", "/api/v1/demo/advance", Access::Public),
    route("GET", "/api/openapi.json", Access::Public),
    route("GET", "/healthz", Access::Public),
    route("GET", "/readyz", Access::Public),
    route("GET", "/metrics", Access::Public),
    route("GET", "/", Access::Public),
    route("GET", "/sign-in", Access::Public),
    route("POST", "/sign-in", Access::Public),
    route("GET", "/enrol/{code}", Access::Public),
    route("POST", "/enrol/{code}", Access::Public),
    route("POST", "/sign-out", Access::Page(Action::SignOut)),
    route("GET", "/floor", Access::Page(Action::SeeFloor)),
    route("GET", "/board", Access::Page(Action::SeeBoard)),
    route("GET", "/board/public", Access::Page(Action::SeeFloor)),
    route("GET", "/morning", Access::Page(Action::SeeFloor)),
    route("GET", "/appointments", Access::Page(Action::Arrange)),
    route("GET", "/customers", Access::Page(Action::FollowCustomers)),
    route("GET", "/offline", Access::Public),
    route("GET", "/worker.js", Access::Public),
    route("GET", "/manage", Access::Page(Action::OpenManage)),
    route("GET", "/manage/today", Access::Page(Action::OpenManage)),
    route("GET", "/manage/leads", Access::Page(Action::ReadLeads)),
    route("GET", "/manage/owners", Access::Page(Action::RuleOwnership)),
    route("GET", "/manage/owners/{lead}", Access::Page(Action::RuleOwnership)),
    route("GET", "/manage/audit", Access::Page(Action::ReadAudit)),
    route("GET", "/manage/kiosks", Access::Page(Action::ManageKiosks)),
    route("POST", "/manage/kiosks", Access::Page(Action::ManageKiosks)),
    route("POST", "/manage/kiosks/{kiosk}", Access::Page(Action::ManageKiosks)),
    route("GET", "/manage/alerts", Access::Page(Action::OpenManage)),
    route("GET", "/manage/people", Access::Page(Action::ManagePeople)),
    route("GET", "/manage/shifts", Access::Page(Action::PlanShifts)),
    route("GET", "/i/{token}", Access::Public),
    route("POST", "/i/{token}", Access::Public),
    route("GET", "/assets/{file}", Access::Public),
    route("GET", "/pictures/{sha256}", Access::Public),
];

/// The main door: everything.
pub(super) fn everything(front: &Arc<Front>) -> Router {
    let api = Router::new()
        .route("/api/v1/sessions", post(api::sessions::sign_in).delete(api::sessions::sign_out))
        .route("/api/v1/floor", get(api::floor::floor))
        .route("/api/v1/me", get(api::floor::me))
        .route("/api/v1/me/stream", get(stream::open))
        .route("/api/v1/board", get(board::stream::show))
        .route("/api/v1/board/stream", get(board::stream::open))
        .route("/api/v1/board/public", get(board::stream::show_public))
        .route("/api/v1/board/public/stream", get(board::stream::open_public))
        .route("/api/v1/me/presence", put(api::presence::set))
        .route("/api/v1/me/presence/undo", post(api::presence::undo))
        .route("/api/v1/me/shift", post(api::shifts::come))
        .route("/api/v1/me/alive", post(api::presence::alive))
        .route("/api/v1/me/channels/try", post(api::channels::try_own))
        .route("/api/v1/me/channels/try/{trial}/shown", post(api::channels::trial_shown))
        .route("/api/v1/me/push", get(api::push::show).put(api::push::subscribe).delete(api::push::unsubscribe))
        .route("/api/v1/deliveries", get(api::channels::deliveries))
        .route("/api/v1/alerts/{alert}/shown", post(api::alerts::shown))
        .route("/api/v1/alerts/{alert}/accept", post(api::alerts::accept))
        .route("/api/v1/alerts/{alert}/pass", post(api::alerts::pass))
        .route("/api/v1/visits", get(api::records::visits).post(api::visits::walk_in))
        .route("/api/v1/visits/{visit}/greeted", post(api::visits::greeted))
        .route("/api/v1/visits/{visit}/end", post(api::visits::end))
        .route("/api/v1/visits/{visit}/undo", post(api::visits::undo))
        .route("/api/v1/visits/{visit}/received", post(api::visits::received))
        .route("/api/v1/visits/{visit}/assign", post(api::visits::assign))
        .route("/api/v1/visits/{visit}/hand-over", post(api::hands::hand_over))
        .route("/api/v1/visits/{visit}/second", post(api::hands::second))
        .route("/api/v1/visits/{visit}/recall", post(api::hands::recall))
        .route("/api/v1/visits/{visit}/step-back", post(api::hands::step_back))
        .route("/api/v1/visits/{visit}/answers", post(api::hands::answered))
        .route("/api/v1/visits/{visit}/note", post(api::hands::note))
        .route("/api/v1/visits/{visit}/correct", post(api::parties::correct))
        .route("/api/v1/visits/{visit}/join", post(api::parties::join))
        .route("/api/v1/visits/{visit}/split", post(api::parties::split))
        .route("/api/v1/leads", get(api::records::leads))
        .route("/api/v1/leads/{lead}", delete(api::contacts::erase))
        .route("/api/v1/leads/{lead}/reveal", post(api::contacts::reveal))
        .route("/api/v1/audit", get(api::records::audit))
        .route("/api/v1/interests", post(api::interests::register))
        .route("/api/v1/exports/{file}", get(api::exports::export))
        .route("/api/v1/claims", post(api::kiosks::claim))
        .route("/api/v1/claims/{claim}", get(api::kiosks::standing))
        .route("/api/v1/claims/grant", post(api::kiosks::grant))
        .route("/api/v1/kiosks/{kiosk}/maintenance", put(api::kiosks::set_maintenance))
        .route("/api/v1/morning", get(api::morning::show))
        .route("/api/v1/morning/{item}", put(api::morning::tick))
        .merge(appointments())
        .merge(ownership())
        .route("/api/v1/people", get(api::people::list))
        .route("/api/v1/people/{staff}", put(api::people::set).delete(api::people::remove))
        .route("/api/v1/people/{staff}/sessions", delete(api::people::sign_out))
        .route("/api/v1/people/{staff}/code", post(api::people::code))
        .route("/api/v1/shifts", get(api::shifts::week))
        .route("/api/v1/shifts/{staff}", put(api::shifts::plan_week).delete(api::shifts::unplan))
        .route("/api/v1/shifts/{staff}/days/{date}", put(api::shifts::plan_day).delete(api::shifts::unplan_day))
        .route("/api/v1/calendar/{year}", get(api::shifts::year).put(api::shifts::set_year))
        .route("/api/v1/demo/advance", post(api::demo::advance))
        .route("/api/openapi.json", get(assets::openapi))
        .route("/healthz", get(api::health::healthz))
        .route("/readyz", get(api::health::readyz))
        .route("/metrics", get(api::health::metrics));
    let pages = Router::new()
        .route("/", get(pages::sign_in::home))
        .route("/sign-in", get(pages::sign_in::show).post(pages::sign_in::submit))
        .route("/enrol/{code}", get(pages::enrol::show).post(pages::enrol::submit))
        .route("/sign-out", post(pages::sign_in::sign_out))
        .route("/floor", get(pages::floor::show))
        .route("/board", get(pages::board::show))
        .route("/board/public", get(pages::board::show_public))
        .route("/morning", get(pages::morning::show))
        .route("/appointments", get(pages::diary::show))
        .route("/customers", get(pages::customers::show))
        .route("/offline", get(pages::offline))
        .route("/worker.js", get(assets::worker))
        .route("/manage", get(pages::manage::show))
        .route("/manage/today", get(pages::manage::today))
        .route("/manage/leads", get(pages::manage::leads::show))
        .route("/manage/owners", get(pages::manage::owners::list))
        .route("/manage/owners/{lead}", get(pages::manage::owners::show))
        .route("/manage/audit", get(pages::manage::audit::show))
        .route("/manage/kiosks", get(pages::manage::kiosks::show).post(pages::manage::kiosks::let_in))
        .route("/manage/kiosks/{kiosk}", post(pages::manage::kiosks::maintain))
        .route("/manage/alerts", get(pages::manage::alerts::show))
        .route("/manage/people", get(pages::manage::people::show))
        .route("/manage/shifts", get(pages::manage::shifts::show));
    finish(api.merge(pages).merge(visitor_pages()).fallback(not_found), front)
}

/// The visitors' door: their page and its files, and nothing that says there is anything else.
pub(super) fn visitors_only(front: &Arc<Front>) -> Router {
    finish(visitor_pages().fallback(pages::visitor::lost), front)
}

fn appointments() -> Router<Arc<Front>> {
    Router::new()
        .route("/api/v1/appointments", get(api::diary::list).post(api::diary::book))
        .route("/api/v1/appointments/{appointment}", put(api::diary::change).delete(api::diary::erase))
        .route("/api/v1/appointments/{appointment}/cancel", post(api::diary::cancel))
        .route("/api/v1/appointments/{appointment}/restore", post(api::diary::restore))
        .route("/api/v1/appointments/{appointment}/arrived", post(api::diary::arrived))
        .route("/api/v1/appointments/{appointment}/reveal", post(api::diary::reveal))
}

fn ownership() -> Router<Arc<Front>> {
    Router::new()
        .route("/api/v1/leads/{lead}/contacts", get(api::ownership::record))
        .route("/api/v1/leads/{lead}/owner", put(api::ownership::rule))
        .route("/api/v1/leads/{lead}/owner/undo", post(api::ownership::undo))
        .route("/api/v1/disputes", get(api::ownership::list).post(api::ownership::raise))
        .route("/api/v1/disputes/{dispute}", delete(api::ownership::withdraw))
}

fn visitor_pages() -> Router<Arc<Front>> {
    Router::new()
        .route("/i/{token}", get(pages::visitor::show).post(pages::visitor::submit))
        .route("/assets/{file}", get(assets::file))
        .route("/pictures/{sha256}", get(gallery::picture))
}

fn finish(router: Router<Arc<Front>>, front: &Arc<Front>) -> Router {
    router
        .method_not_allowed_fallback(not_allowed)
        .layer(DefaultBodyLimit::max(MAX_HTTP_BYTES))
        .route_layer(middleware::from_fn_with_state(Arc::clone(front), guard))
        .layer(middleware::from_fn_with_state(Arc::clone(front), headers::add))
        .with_state(Arc::clone(front))
}

/// Lets pass what the table allows to whoever asks, and tells the handler who that is.
async fn guard(
    State(front): State<Arc<Front>>,
    path: Option<MatchedPath>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = path.as_ref().map_or("", MatchedPath::as_str);
    let Some(access) = access(request.method(), path) else {
        return not_allowed_at(path);
    };
    let person = front.person(request.headers());
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let provable = person.as_ref().is_none_or(|person| !person.by_cookie);
    if writes && !headers::is_same_origin(request.headers(), provable) {
        let detail = "this was sent by a page of another site";
        return Problem::new(Code::CrossSite, detail).into_response();
    }
    match judge(access, person.as_ref()) {
        Ok(()) => {}
        Err(problem) if matches!(access, Access::Page(_)) => return page_refusal(&front, &request, &problem),
        Err(problem) => return problem.into_response(),
    }
    if let Some(person) = person {
        request.extensions_mut().insert(person);
    }
    next.run(request).await
}

fn access(method: &Method, path: &str) -> Option<Access> {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    ROUTES.iter().find(|route| route.method == method && route.path == path).map(|route| route.access)
}

/// A page that one may want to come back to after signing in, and what opens it.
pub(super) fn page(wanted: &str) -> Option<(&'static str, Action)> {
    // A part of the page above it.
    const PART: &str = "/manage/today";
    ROUTES.iter().find_map(|route| match route.access {
        Access::Page(action) if route.method == "GET" && route.path == wanted && wanted != PART => {
            Some((route.path, action))
        }
        _ => None,
    })
}

fn judge(access: Access, person: Option<&Person>) -> Result<(), Problem> {
    let (Access::Staff(action) | Access::Page(action)) = access else { return Ok(()) };
    let person = person.ok_or_else(Problem::unauthorised)?;
    if can(person.role, action, Object::Any) { Ok(()) } else { Err(Problem::forbidden()) }
}

fn page_refusal(front: &Front, request: &Request, problem: &Problem) -> Response {
    if problem.status() == axum::http::StatusCode::UNAUTHORIZED {
        let way = page(request.uri().path()).map(|(path, _)| format!("/sign-in?to={path}"));
        return Redirect::to(way.as_deref().unwrap_or("/sign-in")).into_response();
    }
    pages::refused(front, request.headers(), request.uri())
}

fn not_allowed_at(path: &str) -> Response {
    let methods: Vec<_> = ROUTES.iter().filter(|route| route.path == path).map(|route| route.method).collect();
    if methods.is_empty() {
        return Problem::not_found().into_response();
    }
    let detail = format!("this address takes {}", methods.join(", "));
    let mut response = Problem::new(Code::MethodNotAllowed, detail).into_response();
    if let Ok(allow) = HeaderValue::try_from(methods.join(", ")) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

async fn not_allowed(path: Option<MatchedPath>) -> Response {
    not_allowed_at(path.as_ref().map_or("", MatchedPath::as_str))
}

async fn not_found(State(front): State<Arc<Front>>, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return Problem::not_found().into_response();
    }
    pages::not_found(&front, request.headers(), request.uri())
}
