//! What came back for rework, for a phone that did not record it or has no copy left: the record as it was sealed and small
//! pictures of what came back. Told to whoever has the family now and to nobody else; the access log has it.

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use kandas_shared::{
    evidence::Part,
    hash::{Digest, b64},
    ids::{EvidenceId, FamilyId, PersonId, RecordId},
    problem::ProblemCode,
    wire::{Rework, SmallPicture},
};

use crate::{
    access::{self, Action, Reading},
    all,
    facts::Event,
    journal, opt,
    refusal::{Outcome, Refusal},
    scope,
    state::AppState,
    store::Tx,
    token::Bearer,
};

/// Largest picture that is told, bytes: phones make small ones of some 20 kB.
const LARGEST_PICTURE: i64 = 128 << 10;
/// Most pictures of one record.
const MOST_PICTURES: usize = 24;

/// The record and its small pictures.
///
/// # Errors
/// `not-found` when it was not returned, or the family is somebody else's.
pub async fn rework(state: &AppState, bearer: &Bearer, record: RecordId) -> Outcome<Rework> {
    let mut tx = state.store.read().await?;
    let Some(returned) = returned(&mut tx, bearer, record).await? else {
        return Err(ProblemCode::NotFound.into());
    };
    let stored =
        journal::stored_at(&mut tx, returned.position.unsigned_abs()).await.map_err(Refusal::fault)?;
    let placed = stored.map(|stored| stored.placed()).transpose().map_err(Refusal::fault)?.flatten();
    let Some(Event::RecordReceived(received)) = placed.map(|placed| placed.event) else {
        return Err(ProblemCode::NotFound.into());
    };
    let objects = pictures(&mut tx, returned.hash).await?;
    drop(tx);
    let reading = Reading {
        by: Some(bearer.worker),
        device: Some(bearer.device),
        family: Some(returned.family),
        person: returned.person,
    };
    access::note(&state.store, state.clock.wall(), Action::Rework(record), reading).await?;
    let mut pictures = Vec::with_capacity(objects.len());
    for (evidence, object) in objects {
        let stream = state.media.objects().read(&object).await.map_err(Refusal::fault)?.into_stream();
        let pieces: Vec<Bytes> = stream.try_collect().await.map_err(Refusal::fault)?;
        pictures.push(SmallPicture { evidence, jpeg: b64(&pieces.concat()) });
    }
    Ok(Rework { payload: received.jws.payload, pictures })
}

#[derive(sqlx::FromRow)]
struct Row {
    hash: Digest,
    position: i64,
    family: FamilyId,
    person: Option<PersonId>,
}

async fn returned(tx: &mut Tx, bearer: &Bearer, record: RecordId) -> Outcome<Option<Row>> {
    let scopes = scope::scopes(tx, bearer.worker).await?;
    let row = opt!(
        tx,
        Row,
        "select r.hash, r.position, r.family, r.person from record r join family f on f.id = r.family
         where r.record = $3 and r.verdict = 'accepted' and r.check_state = 'returned'
         and (f.org_unit = $2 or exists
             (select 1 from assignment a where a.family = f.id and a.worker = $1 and a.is_open))
         order by r.position limit 1",
        scopes.worker,
        scopes.unit,
        record
    )
    .await?;
    Ok(row)
}

/// What came back, and where its small picture lies. A check of the whole record names no piece.
async fn pictures(tx: &mut Tx, hash: Digest) -> Outcome<Vec<(EvidenceId, String)>> {
    let mut found = all!(
        tx,
        (EvidenceId, String),
        "select f.evidence, f.object from evidence e join evidence_file f on f.evidence = e.evidence
         where e.hash = $1 and f.part = $2 and f.object is not null and f.state = 'received' and f.size <= $3
         and exists (select 1 from record_check c where c.hash = e.hash and c.stands and c.state = 'returned'
             and (c.evidence is null or c.evidence = e.evidence))
         order by f.evidence",
        hash,
        Part::Thumbnail,
        LARGEST_PICTURE
    )
    .await?;
    found.truncate(MOST_PICTURES);
    Ok(found)
}
