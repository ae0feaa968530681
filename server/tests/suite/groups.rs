//! Groups of the intake: who waits together is written together, and one group keeps its distance from the next.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use chrono::{DateTime, Utc};
use futures_util::{future::join_all, poll};
use kandas_server::{
    intake::{Accepted, Intake, IntakeError, PACE},
    journal,
    keys::RingVerifier,
    limits::moment,
};
use kandas_shared::{jws::Jws, receipt::Verdict, time::Clock};

use crate::{
    phones::{Phone, centre},
    stores::{HandClock, World, on_each},
};

/// Counts groups: each asks once what time it is.
struct Asked {
    clock: Arc<HandClock>,
    times: AtomicUsize,
}

impl Asked {
    fn times(&self) -> usize {
        self.times.load(Ordering::Relaxed)
    }
}

impl Clock for Asked {
    fn wall(&self) -> DateTime<Utc> {
        self.times.fetch_add(1, Ordering::Relaxed);
        self.clock.wall()
    }
    fn boot(&self) -> (String, u64) {
        self.clock.boot()
    }
}

fn counted(world: &World) -> (Intake, Arc<Asked>) {
    let asked = Arc::new(Asked { clock: Arc::clone(&world.clock), times: AtomicUsize::new(0) });
    let (clock, chance) = (Arc::clone(&asked), Arc::clone(&world.chance));
    (Intake::start(world.store.clone(), Arc::new(RingVerifier), clock, chance), asked)
}

type Waiting = Pin<Box<dyn Future<Output = Result<Accepted, IntakeError>> + Send>>;

/// A request that is with the grouping task and waits for its answer. Its key is remembered and it is small, so it waits
/// for nothing else.
async fn handed_in(intake: &Intake, phone: &Phone, batch: Vec<Jws>) -> Waiting {
    let (intake, carrier) = (intake.clone(), phone.carrier());
    let mut request: Waiting = Box::pin(async move { intake.accept(&carrier, batch).await });
    assert!(poll!(request.as_mut()).is_pending());
    request
}

on_each! { engine, World;
    async fn those_who_wait_are_written_together(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let (intake, groups) = counted(&world);
        let record = phone.completion(101, 401);
        phone.deliver(&intake, &record).await;
        assert_eq!(groups.times(), 1);

        // Somebody else has the journal: the first request waits for it, the others for the first.
        let mut tx = world.store.write().await.unwrap();
        journal::lock(&mut tx).await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..20 {
            let record = phone.completion(101, 401);
            let batch = vec![phone.seal(&record)];
            waiting.push(handed_in(&intake, &phone, batch).await);
        }
        tx.rollback().await.unwrap();
        for accepted in join_all(waiting).await {
            let items = accepted.unwrap().items;
            assert!(items.len() == 1 && items[0].verdict.is_custody(), "{items:?}");
        }
        // Of the twenty some were there when the first was taken up; the rest is one group.
        assert!(groups.times() <= 3, "{} groups", groups.times());
    }

    async fn a_group_has_an_end(world) {
        const REQUESTS: usize = 340;
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let (intake, groups) = counted(&world);
        let record = phone.completion(101, 401);
        let good = phone.seal(&record);
        phone.push(&intake, [good.clone()]).await;

        // A thousand statements wait, of which nothing is to be kept.
        let forged = Jws { payload: good.payload.replace("2026-11-20", "2026-11-19"), ..good };
        let mut tx = world.store.write().await.unwrap();
        journal::lock(&mut tx).await.unwrap();
        let mut waiting = Vec::new();
        for number in 0..REQUESTS {
            if number % 32 == 0 {
                tokio::task::yield_now().await;
            }
            waiting.push(handed_in(&intake, &phone, vec![forged.clone(); 3]).await);
        }
        tx.rollback().await.unwrap();
        for accepted in join_all(waiting).await {
            assert!(accepted.unwrap().items.iter().all(|item| item.verdict == Verdict::Refused));
        }
        // The one before, and whoever was first; without an end all others would be one group.
        assert!(groups.times() > 1 + 2, "{} groups", groups.times());
    }

    async fn a_group_keeps_its_distance_from_the_next(world) {
        const REQUESTS: u32 = 60;
        centre(&world).await;
        let phone = Phone::enrol(&world, 21, 11).await;
        let (intake, groups) = counted(&world);
        let began = moment();
        for _ in 0..REQUESTS {
            phone.push(&intake, []).await;
        }
        // However slow the machine is, it takes at least that long; without a pause nothing keeps an empty batch.
        let took = began.elapsed();
        assert_eq!(groups.times(), REQUESTS as usize);
        assert!(took >= PACE * (REQUESTS - 1), "{REQUESTS} groups within {took:?}");
    }
}
