//! The agreement of the kandas (§34, A-34), who has no account: a paper that he signed, a signature on the screen of a phone in
//! a record that is in custody and names the digits at the foot of the plan that was agreed to, or a file with an electronic signature. Whoever works on the plan enters it.
//!
//! Files go the way of the signed papers of road maps ([`on_paper`]): looked at by their content, put into the media store and
//! durable there, then said in one transaction with the agreement. They show the whole family, and go when one of it is
//! erased. A file with an electronic signature is compared with the text of the version ([`making::document`]): one that signs
//! something else, or whose signature is wrong, is refused; what is known of its certificate is kept with it and shown.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    cms::CmsChecked,
    hash::Digest,
    ids::{FamilyId, PlanId, RecordId},
    iin::Iin,
    plan::{PlanAct, PlanAgreement},
    problem::ProblemCode,
    pulled::User,
    record::{Act, PLAN_DIGEST, Statement},
    roadmap,
    time::micros,
};

use super::{
    impossible,
    making::{self, Standing, fact, frozen, hand, rows, standing},
    words,
};
use crate::{
    all, chance,
    facts::{Event, PlanAgreed, PlanPaperKept},
    journal::{self, JournalError},
    media::Objects,
    office::{monitoring::period::stated, road_map::on_paper, signing},
    opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
};

/// Most letters of a name.
const MOST_NAME: usize = 200;

/// What somebody enters.
#[derive(Clone, Debug)]
pub struct Entered {
    /// How the kandas agreed.
    pub how: PlanAgreement,
    /// When; of a record its own day counts.
    pub signed_on: Option<NaiveDate>,
    /// Who signed, where there is a file.
    pub name: Option<String>,
    /// The first digits of the hash at the foot of the paper, at least eight; of a paper.
    pub digest: Option<String>,
    /// Base64 of the file: a PDF, JPEG or PNG, or a CMS file; at most [`on_paper::MOST`] bytes.
    pub file: Option<String>,
    /// The record.
    pub record: Option<RecordId>,
}

/// A file that was looked at.
struct Looked {
    name: String,
    bytes: Vec<u8>,
    media_type: &'static str,
    cms: Option<CmsChecked>,
}

/// What is agreed on, as it lies there.
struct Agreeable {
    found: Standing,
    digests: Vec<Digest>,
    sha256: Digest,
}

/// Enters that the kandas agreed.
///
/// # Errors
/// `not-found`, `plan-impossible`, `plan-unready`, `paper-differs`, `words-missing`, `out-of-range`, `file-unusable`,
/// `signature-unusable`, `signature-differs`, `signature-wrong`, `body-too-large`, `bad-request`, `storage-full`.
pub async fn enter(state: &AppState, by: &User, of: (PlanId, i32), entered: Entered) -> Outcome<()> {
    let Entered { how, signed_on, name, digest, file, record } = entered;
    // What cannot be entered is not kept.
    let mut tx = state.store.read().await?;
    let ready = agreeable(&mut tx, of).await?;
    let now = micros(state.clock.wall());
    let since = civil_date(ready.found.state_at);
    let mut on = signed_on;
    if how == PlanAgreement::Record {
        let record = record.ok_or_else(|| lacks("the record"))?;
        let after = making::drafted_at(&mut tx, of).await?;
        let signed = signed(&mut tx, ready.found.family, after, ready.found.state_at).await?;
        let signed = signed.into_iter().find(|signed| signed.record == record);
        let signed = signed
            .ok_or_else(|| impossible("no such record of the family is a signed agreement to this draft"))?;
        if !signed.is_of(&ready.sha256) {
            return Err(ProblemCode::PaperDiffers.into());
        }
        on = signed.done_on;
    }
    let text = making::document(&mut tx, of).await?;
    let known =
        if how == PlanAgreement::Eds { numbers(&mut tx, ready.found.family).await? } else { Vec::new() };
    drop(tx);
    let on = on.ok_or_else(|| lacks("the day"))?;
    if on < since || on > civil_date(now) {
        return Err(Refusal::because(ProblemCode::OutOfRange, format!("a day from {since} on, up to today")));
    }
    if how == PlanAgreement::Paper
        && !roadmap::is_of_paper(&digest.ok_or_else(|| lacks("the digits"))?, &ready.sha256)
    {
        return Err(ProblemCode::PaperDiffers.into());
    }
    let looked = match how {
        PlanAgreement::Record => None,
        PlanAgreement::Paper | PlanAgreement::Eds => {
            let name = words(name.as_deref(), MOST_NAME)?.ok_or(ProblemCode::WordsMissing)?;
            let file = file.ok_or_else(|| lacks("the file"))?;
            let looked = if how == PlanAgreement::Eds {
                let (bytes, found) = signing::look(state, signing::read(&file)?, text).await?;
                let cms = Some(signing::kept(&found, &known));
                Looked { name, bytes, media_type: signing::MEDIA_TYPE, cms }
            } else {
                let read = tokio::task::spawn_blocking(move || on_paper::read(&file)).await;
                let (bytes, media_type) = read.map_err(Refusal::fault)??;
                Looked { name, bytes, media_type, cms: None }
            };
            Some(looked)
        }
    };
    let record = record.filter(|_| how == PlanAgreement::Record);
    let agreed = |ready: &Agreeable| PlanAgreed {
        plan: of.0,
        version: of.1,
        how,
        signed_on: on,
        record,
        rows: ready.digests.clone(),
        sha256: ready.sha256,
        hand: hand(by),
    };
    let Some(looked) = looked else { return write(state, by, of, ready.sha256, None, agreed).await };
    let object = Objects::plan_key(of.0, chance::bytes(state.chance.as_ref()));
    let sha256 = Digest::of(&looked.bytes);
    state.media.keep(&object, &looked.bytes, sha256).await?;
    let paper = PlanPaperKept {
        plan: of.0,
        version: of.1,
        family: ready.found.family,
        name: looked.name,
        sha256,
        size: looked.bytes.len() as u64,
        media_type: looked.media_type.into(),
        object: object.clone(),
        cms: looked.cms,
    };
    let written = write(state, by, of, ready.sha256, Some(paper), agreed).await;
    if let Err(refusal) = &written
        // Nobody knows whether it is in custody: then it stays.
        && refusal.code() != ProblemCode::UnknownCommit
        && let Err(error) = state.media.objects().remove(&object).await
    {
        tracing::warn!(%error, "a paper that could not be entered stays in the media store");
    }
    written
}

async fn write(
    state: &AppState,
    by: &User,
    of: (PlanId, i32),
    sha256: Digest,
    paper: Option<PlanPaperKept>,
    agreed: impl Fn(&Agreeable) -> PlanAgreed,
) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let ready = agreeable(&mut tx, of).await?;
    if ready.sha256 != sha256 {
        return Err(ProblemCode::NotAsShown.into());
    }
    let family = ready.found.family;
    let mut facts = Vec::with_capacity(2);
    facts.extend(paper.map(|paper| fact(by, family, None, Event::PlanPaperKept(paper))));
    facts.push(fact(by, family, None, Event::PlanAgreed(agreed(&ready))));
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

/// A record in which the kandas agrees to a plan and signs on the screen.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The record.
    pub record: RecordId,
    /// The day it was done, as stated.
    pub done_on: Option<NaiveDate>,
    /// Who recorded.
    pub worker_name: String,
    /// What was read at the foot of the plan.
    pub digest: String,
}

impl Signed {
    /// Whether he agreed to what has this hash.
    #[must_use]
    pub fn is_of(&self, sha256: &Digest) -> bool {
        roadmap::is_of_paper(&self.digest, sha256)
    }
}

/// Such records of a family, the last one first: those that were sealed when the draft was what it is, and came `after` it.
///
/// # Errors
/// When the database does not answer or the journal is damaged.
pub(super) async fn signed(
    tx: &mut Tx,
    family: FamilyId,
    after: i64,
    since: DateTime<Utc>,
) -> Result<Vec<Signed>, JournalError> {
    type Row = (RecordId, Option<NaiveDate>, String, i64);
    let sql = "select r.record, r.done_on, u.name, r.position
        from record_act a join record r on r.hash = a.hash join app_user u on u.id = r.worker
        where a.family = $1 and a.act = $5 and a.done_on >= $2 and r.record is not null and r.verdict = 'accepted'
        and r.superseded = false and r.position > $3 and (r.sealed_at is null or r.sealed_at >= $4)
        and exists (select 1 from evidence e where e.hash = r.hash and e.kind = 'signature')
        order by r.position desc limit 20";
    let act = Act::PlanAgreement;
    let mut signed = Vec::new();
    for (record, done_on, worker_name, position) in
        all!(tx, Row, sql, family, civil_date(since), after, since, act).await?
    {
        let digest = match stated(tx, position).await? {
            Some(Statement::Act { details, .. }) => {
                details.get(PLAN_DIGEST).and_then(|text| text.as_str()).map(str::to_owned)
            }
            _ => None,
        };
        signed.push(Signed { record, done_on, worker_name, digest: digest.unwrap_or_default() });
    }
    Ok(signed)
}

fn lacks(what: &str) -> Refusal {
    Refusal::because(ProblemCode::BadRequest, format!("{what} is missing"))
}

/// A version that can be agreed on: its last draft, with something in it and a reason for every change.
async fn agreeable(tx: &mut Tx, (id, version): (PlanId, i32)) -> Outcome<Agreeable> {
    let found = standing(tx, id, version).await?;
    found.after(PlanAct::Agree)?;
    let rows = rows(tx, id, version).await?;
    let unexplained: usize = rows.iter().map(|(row, ..)| row.unexplained()).sum();
    if unexplained > 0 {
        let what = format!("changes without a reason: {unexplained}");
        return Err(Refusal::because(ProblemCode::PlanUnready, what));
    }
    if rows.iter().all(|(row, ..)| row.chosen() == 0) {
        return Err(Refusal::because(ProblemCode::PlanUnready, "nothing is in the plan"));
    }
    let texts = rows.iter().map(|(_, text, _)| Digest::of(text.as_bytes()));
    let (digests, sha256) = frozen(id, version, found.family, texts)?;
    Ok(Agreeable { found, digests, sha256 })
}

/// Identification numbers of the family, as far as it has some.
async fn numbers(tx: &mut Tx, family: FamilyId) -> Result<Vec<Iin>, StoreError> {
    let rows =
        all!(tx, (Iin,), "select iin from person where family = $1 and iin is not null", family).await?;
    Ok(rows.into_iter().map(|(iin,)| iin).collect())
}

/// A file that shows the agreement, as it lies in the media store.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Kept {
    /// Its type.
    pub media_type: String,
    /// Its bytes.
    pub size: i64,
    /// Key in the media store.
    pub object: String,
}

/// The file of the last agreement to a version; none if there is none, it is void, or it was erased.
///
/// # Errors
/// When the database does not answer.
pub async fn kept(tx: &mut Tx, plan: PlanId, version: i32) -> Result<Option<Kept>, StoreError> {
    let sql = "select p.media_type, p.size, p.object from plan_paper p
        join plan_version v on v.plan = p.plan and v.version = p.version
        where p.plan = $1 and p.version = $2 and v.how in ('paper', 'eds') order by p.position desc limit 1";
    opt!(tx, Kept, sql, plan, version).await
}
