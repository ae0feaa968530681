//! A pull of many pages: the next page comes while the last one is being kept, and whatever befalls either, the phone
//! ends with what the centre has.

use std::sync::{Arc, Mutex};

use futures_util::future::{BoxFuture, pending};
use kandas_app::{
    store::pulled::{self, PullState, board},
    sync::{
        self, Ended, Options, SyncError,
        enrol::enrol,
        http::{Failure, Meter},
        progress::Silent,
        transport::{Internet, Network, Request, Response, Server, Transport},
    },
};
use kandas_shared::pulled::Row;
use reqwest::Url;
use tokio::sync::Notify;

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    disasters::family::take_away,
    worker::{IDLE, Worker},
};

on_both_engines!(
    every_page_is_asked_for_once,
    a_page_that_is_cut_is_asked_for_again,
    a_program_that_ends_between_two_pages_goes_on,
    a_page_that_was_not_kept_lets_no_later_one_in,
    what_was_on_its_way_when_everything_was_forgotten_does_not_count,
);

/// Lines of a page here: few, so that a small district makes many pages.
const LINES: u32 = 5;

/// What befalls a request for changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Answered,
    /// The answer never comes whole.
    Cut,
    /// It never comes, and nobody notices.
    Silence,
    /// It comes when the test lets it.
    Held,
}

/// The real network with short pages, on which something befalls one request for changes.
#[derive(Clone)]
struct Pages {
    asked: Arc<Mutex<Vec<Option<String>>>>,
    /// Which request, and what.
    strikes: (usize, Fate),
    struck: Arc<Notify>,
    goes_on: Arc<Notify>,
}

impl Pages {
    fn new(number: usize, fate: Fate) -> Self {
        Self {
            asked: Arc::default(),
            strikes: (number, fate),
            struck: Arc::default(),
            goes_on: Arc::default(),
        }
    }

    /// The cursors that were asked with.
    fn asked(&self) -> Vec<Option<String>> {
        self.asked.lock().unwrap().clone()
    }

    async fn sync(&self, worker: &Worker) -> Result<Ended, SyncError> {
        let options = Options { idle: IDLE, ..Options::default() };
        sync::run_over(self, worker.app(), &options, &Silent).await
    }
}

impl Network for Pages {
    fn connect(&self, server: &Server<'_>) -> Result<Arc<dyn Transport>, Failure> {
        Ok(Arc::new(Short { pages: self.clone(), wire: Internet.connect(server)? }))
    }
}

struct Short {
    pages: Pages,
    wire: Arc<dyn Transport>,
}

impl Transport for Short {
    fn exchange<'a>(
        &'a self,
        mut request: Request,
        meter: &'a Arc<Meter>,
    ) -> BoxFuture<'a, Result<Response, Failure>> {
        if request.url.path() != "/v1/changes" {
            return self.wire.exchange(request, meter);
        }
        let cursor = shorten(&mut request.url);
        let number = {
            let mut asked = self.pages.asked.lock().unwrap();
            asked.push(cursor);
            asked.len()
        };
        let fate = if number == self.pages.strikes.0 { self.pages.strikes.1 } else { Fate::Answered };
        Box::pin(async move {
            match fate {
                Fate::Answered => self.wire.exchange(request, meter).await,
                Fate::Cut => {
                    self.wire.exchange(request, meter).await?;
                    Err(Failure::Cut("the test cuts".into()))
                }
                Fate::Silence => {
                    self.pages.struck.notify_one();
                    pending().await
                }
                Fate::Held => {
                    self.pages.struck.notify_one();
                    self.pages.goes_on.notified().await;
                    self.wire.exchange(request, meter).await
                }
            }
        })
    }
}

/// Asks for short pages; answers the cursor.
fn shorten(url: &mut Url) -> Option<String> {
    let pairs: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let lines = LINES.to_string();
    let shorter = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), if name == "limit" { lines.as_str() } else { value.as_str() }));
    url.query_pairs_mut().clear().extend_pairs(shorter);
    pairs.into_iter().find(|(name, _)| name == "cursor").map(|(_, cursor)| cursor)
}

/// A phone that is enrolled and was given nothing yet.
async fn new_phone(centre: &Centre) -> Worker {
    let worker = Worker::new(centre, 0, None).await;
    let invitation = centre.invite(&worker.login, &worker.line).await;
    enrol(worker.app(), &invitation.into(), IDLE).await.unwrap();
    worker
}

async fn state(worker: &Worker) -> PullState {
    pulled::state(&mut worker.app().store().conn().await.unwrap()).await.unwrap()
}

/// The phone holds what a phone is given that asks with long pages; lists say what the rows say.
async fn assert_whole(centre: &Centre, worker: &Worker) {
    let other = new_phone(centre).await;
    other.sync_until_done().await;
    assert_eq!(worker.pulled().await, other.pulled().await);
    let mut conn = worker.app().store().conn().await.unwrap();
    let stale: i64 =
        sqlx::query_scalar("select count(*) from board_stale").fetch_one(&mut *conn).await.unwrap();
    assert_eq!(stale, 0, "what lists show is kept");
    let kept = (board::glances(&mut conn).await.unwrap(), board::tasks(&mut conn).await.unwrap());
    assert!(kept.0.values().all(|glance| glance.persons > 0) && !kept.0.is_empty());
    sqlx::query("insert or ignore into board_stale (family) select family from family_board")
        .execute(&mut *conn)
        .await
        .unwrap();
    let anew = (board::glances(&mut conn).await.unwrap(), board::tasks(&mut conn).await.unwrap());
    assert_eq!(kept, anew);
}

async fn every_page_is_asked_for_once(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = new_phone(&centre).await;
    let pages = Pages::new(0, Fate::Answered);
    assert!(pages.sync(&worker).await.unwrap().done);
    let asked = pages.asked();
    assert!(asked.len() > 5 && asked[0].is_none(), "{asked:?}");
    let mut once = asked.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), asked.len(), "{asked:?}");
    assert_whole(&centre, &worker).await;
}

async fn a_page_that_is_cut_is_asked_for_again(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = new_phone(&centre).await;
    let pages = Pages::new(4, Fate::Cut);
    let ended = pages.sync(&worker).await.unwrap();
    assert!(!ended.done && ended.problem.is_some(), "{ended:?}");
    let (asked, state) = (pages.asked(), state(&worker).await);
    assert_eq!((asked.len(), &state.pending_cursor), (4, &asked[3]), "what came before it is kept");
    assert_eq!((state.completed_at, worker.pulled().await.len()), (None, 0));

    // The same program goes on, then another one with pages of its own length.
    let again = Pages::new(3, Fate::Cut);
    assert!(!again.sync(&worker).await.unwrap().done);
    assert_eq!(again.asked()[0], asked[3]);
    let last = Pages::new(0, Fate::Answered);
    assert!(last.sync(&worker).await.unwrap().done);
    assert_eq!(last.asked()[0], again.asked()[2]);
    assert_whole(&centre, &worker).await;
}

async fn a_program_that_ends_between_two_pages_goes_on(engine: Engine) {
    let centre = Centre::open(engine).await;
    let mut worker = new_phone(&centre).await;
    let pages = Pages::new(3, Fate::Silence);
    tokio::select! {
        ended = pages.sync(&worker) => panic!("{ended:?}"),
        () = pages.struck.notified() => {}
    }
    worker.close().await;
    worker.open().await;
    // The second page had come; whether it was kept is a matter of moments.
    let (asked, before) = (pages.asked(), state(&worker).await);
    assert!(before.pending_cursor == asked[1] || before.pending_cursor == asked[2], "{before:?}");
    assert_eq!(worker.pulled().await.len(), 0);
    let last = Pages::new(0, Fate::Answered);
    assert!(last.sync(&worker).await.unwrap().done);
    assert_eq!(last.asked()[0], before.pending_cursor);
    assert_whole(&centre, &worker).await;
}

async fn a_page_that_was_not_kept_lets_no_later_one_in(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = new_phone(&centre).await;
    let sql = |sql: &'static str| {
        let store = worker.app().store();
        async move { sqlx::query(sql).execute(&mut *store.conn().await.unwrap()).await.unwrap() }
    };
    sql("create trigger full before insert on pulled_page when (select count(*) from pulled_page) = 2
        begin select raise(abort, 'no room'); end")
    .await;
    let pages = Pages::new(0, Fate::Answered);
    assert!(matches!(pages.sync(&worker).await, Err(SyncError::Store(_))));
    let (asked, before) = (pages.asked(), state(&worker).await);
    assert_eq!((asked.len(), before.pending_cursor.as_ref()), (4, asked[2].as_ref()), "{asked:?}");
    sql("drop trigger full").await;
    let last = Pages::new(0, Fate::Answered);
    assert!(last.sync(&worker).await.unwrap().done);
    assert_eq!(last.asked()[0], before.pending_cursor);
    assert_whole(&centre, &worker).await;
}

async fn what_was_on_its_way_when_everything_was_forgotten_does_not_count(engine: Engine) {
    let centre = Centre::open(engine).await;
    let other = new_phone(&centre).await;
    other.sync_until_done().await;
    let worker = new_phone(&centre).await;
    let pages = Pages::new(8, Fate::Held);
    let meanwhile = async {
        pages.struck.notified().await;
        // Seven pages are kept, the eighth is on its way.
        let next = pages.asked()[7].clone();
        while state(&worker).await.pending_cursor != next {
            tokio::task::yield_now().await;
        }
        // A family of the first pages leaves the worker; then he begins anew.
        let family = other.pulled().await.into_iter().find_map(|row| match row {
            Row::Family(family) => Some(family.id),
            _ => None,
        });
        take_away(&centre, &other, family.unwrap()).await;
        let mut tx = worker.app().store().begin().await.unwrap();
        pulled::forget_pull(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        pages.goes_on.notify_one();
    };
    let (ended, ()) = tokio::join!(pages.sync(&worker), meanwhile);
    assert!(ended.unwrap().done);
    assert_eq!(pages.asked().iter().filter(|cursor| cursor.is_none()).count(), 2, "it began twice");
    assert_whole(&centre, &worker).await;
}
