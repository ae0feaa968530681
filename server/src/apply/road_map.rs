//! Road maps (§38): their lines come with facts of their own, each about its person; what is done to a map follows.

use kandas_shared::{
    ids::{FamilyId, PersonId, RoadMapId},
    roadmap::{RoadMapAct, RoadMapHolder, RoadMapState},
};

use super::{ApplyError, missing, run::Run};
use crate::{
    exec,
    facts::{
        Event, ReportHand, RoadMapCopied, RoadMapDrafted, RoadMapRowFrozen, RoadMapScanned, RoadMapSigned,
        RoadMapSubmitted,
    },
    journal::Placed,
    many,
    store::Tx,
};

/// A row of `road_map_row`.
pub(super) type FrozenRow = (RoadMapId, i64, PersonId, FamilyId, String, i64);

impl Run {
    /// A frozen line joins the run.
    pub(super) fn road_map_row(
        &mut self,
        fact: &Placed,
        frozen: &RoadMapRowFrozen,
    ) -> Result<(), ApplyError> {
        let RoadMapRowFrozen { map, row } = frozen;
        let text = row.to_text()?;
        let (number, position) = (i64::from(row.number), fact.position as i64);
        self.road_map_rows.push((*map, number, row.person, row.family, text, position));
        Ok(())
    }
}

pub(super) async fn write(rows: &[FrozenRow], tx: &mut Tx) -> Result<(), ApplyError> {
    many!(tx, "insert into road_map_row (map, number, person, family, frozen, position)", rows).await?;
    Ok(())
}

pub(super) async fn apply(tx: &mut Tx, fact: &Placed) -> Result<(), ApplyError> {
    match &fact.event {
        Event::RoadMapDrafted(drafted) => draft(tx, fact, drafted).await,
        Event::RoadMapSubmitted(submitted) => submit(tx, fact, submitted).await,
        Event::RoadMapScanned(scanned) => scan(tx, fact, scanned).await,
        Event::RoadMapSigned(signed) => sign(tx, fact, signed).await,
        Event::RoadMapReturned(returned) => {
            stand(tx, fact, returned.map, RoadMapState::Returned).await?;
            act(tx, fact, returned.map, RoadMapAct::Return, None, &returned.hand).await
        }
        Event::RoadMapRemarked(remarked) => {
            let sql = "insert into road_map_remark (position, map, text) values ($1, $2, $3)";
            exec!(tx, sql, fact.position as i64, remarked.map, remarked.text).await?;
            Ok(())
        }
        Event::RoadMapCopied(copied) => copy(tx, fact, copied).await,
        other => Err(missing(fact.position, format!("what {} does to a road map", other.kind()))),
    }
}

async fn draft(tx: &mut Tx, fact: &Placed, drafted: &RoadMapDrafted) -> Result<(), ApplyError> {
    if let Some(dropped) = drafted.drops {
        stand(tx, fact, dropped, RoadMapState::Dropped).await?;
    }
    let (settlements, digests) =
        (serde_json::to_string(&drafted.settlements)?, serde_json::to_string(&drafted.rows)?);
    exec!(
        tx,
        "insert into road_map (id, org_unit, okrug, year, version, state, settlements, digests, sha256, entries, families,
            position, drafted_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        drafted.map,
        drafted.unit,
        drafted.okrug,
        drafted.year,
        drafted.version,
        RoadMapState::Draft,
        settlements,
        digests,
        drafted.sha256,
        drafted.rows.len() as i64,
        i64::from(drafted.families),
        fact.position as i64,
        fact.at
    )
    .await?;
    act(tx, fact, drafted.map, RoadMapAct::Draft, None, &drafted.hand).await
}

async fn submit(tx: &mut Tx, fact: &Placed, submitted: &RoadMapSubmitted) -> Result<(), ApplyError> {
    stand(tx, fact, submitted.map, RoadMapState::Signing).await?;
    exec!(
        tx,
        "update road_map set submitted_at = $1, term = $2, target = $3 where id = $4",
        fact.at,
        i32::try_from(submitted.term).unwrap_or(i32::MAX),
        submitted.target,
        submitted.map
    )
    .await?;
    act(tx, fact, submitted.map, RoadMapAct::Submit, None, &submitted.hand).await
}

async fn scan(tx: &mut Tx, fact: &Placed, scanned: &RoadMapScanned) -> Result<(), ApplyError> {
    exec!(
        tx,
        "insert into road_map_scan (map, holder, position, sha256, size, media_type, object)
         values ($1, $2, $3, $4, $5, $6, $7)",
        scanned.map,
        scanned.holder,
        fact.position as i64,
        scanned.sha256,
        i64::try_from(scanned.size).unwrap_or(i64::MAX),
        scanned.media_type,
        scanned.object
    )
    .await?;
    Ok(())
}

async fn sign(tx: &mut Tx, fact: &Placed, signed: &RoadMapSigned) -> Result<(), ApplyError> {
    stand(tx, fact, signed.map, signed.after).await?;
    if signed.after == RoadMapState::Approved {
        exec!(tx, "update road_map set approved_at = $1 where id = $2", fact.at, signed.map).await?;
    }
    if let Some(closed) = signed.closes {
        stand(tx, fact, closed, RoadMapState::Closed).await?;
    }
    let paper = signed.paper.as_ref();
    exec!(
        tx,
        "insert into road_map_signature (map, holder, position, on_paper, second_factor, name, post, signed_on)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        signed.map,
        signed.holder,
        fact.position as i64,
        paper.is_some(),
        signed.second_factor,
        paper.map_or(signed.hand.by_name.as_str(), |paper| paper.name.as_str()),
        paper.map(|paper| paper.post.as_str()),
        paper.map_or_else(|| kandas_shared::calendar::civil_date(fact.at), |paper| paper.signed_on)
    )
    .await?;
    act(tx, fact, signed.map, RoadMapAct::Sign, Some(signed.holder), &signed.hand).await
}

async fn copy(tx: &mut Tx, fact: &Placed, copied: &RoadMapCopied) -> Result<(), ApplyError> {
    stand(tx, fact, copied.map, copied.after).await?;
    exec!(
        tx,
        "insert into road_map_copy (map, holder, position, name, taken_on) values ($1, $2, $3, $4, $5)",
        copied.map,
        copied.holder,
        fact.position as i64,
        copied.name,
        copied.taken_on
    )
    .await?;
    act(tx, fact, copied.map, RoadMapAct::Copy, Some(copied.holder), &copied.hand).await
}

async fn stand(tx: &mut Tx, fact: &Placed, map: RoadMapId, state: RoadMapState) -> Result<(), ApplyError> {
    let written = exec!(tx, "update road_map set state = $1 where id = $2", state, map).await?;
    if written == 0 { Err(missing(fact.position, format!("road map {map}"))) } else { Ok(()) }
}

async fn act(
    tx: &mut Tx,
    fact: &Placed,
    map: RoadMapId,
    act: RoadMapAct,
    holder: Option<RoadMapHolder>,
    hand: &ReportHand,
) -> Result<(), ApplyError> {
    exec!(
        tx,
        "insert into road_map_act (position, map, act, holder, by_user, by_name, by_role, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        fact.position as i64,
        map,
        act,
        holder,
        hand.by,
        hand.by_name,
        hand.by_role,
        fact.at
    )
    .await?;
    Ok(())
}
