//! Facts that come one at a time: keys, settings, devices, orders, bundles, anchors.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use kandas_shared::{
    cursor::Kind,
    evidence::{FileRef, Part},
    ids::{ActivityId, FamilyId, OrgUnitId, UserId},
    journal::AuthorKind,
    pulled,
    reason::{ReasonCode, ReasonList},
};
use uuid::Uuid;

use super::{ApplyError, Before, Gone, decided, feed, missing, monitoring, records};
use crate::{
    all, among, calendar, exec,
    facts::{DuesMoved, Event, EvidenceCalled, Setting},
    journal::Placed,
    many, monitoring_rules, opt, reasons, scope,
    store::Tx,
};

/// The setting by which the phones of a unit hold all its families: `whole_centre:<org unit>`.
pub const WHOLE_CENTRE: &str = "whole_centre:";

pub(super) async fn setting(
    tx: &mut Tx,
    fact: &Placed,
    setting: &Setting,
    before: &mut Before,
) -> Result<(), ApplyError> {
    let was = opt!(tx, (String,), "select value from setting where name = $1", setting.name).await?;
    exec!(
        tx,
        "insert into setting_change (position, name, value, was, by_user, at) values ($1, $2, $3, $4, $5, $6)",
        fact.position as i64,
        setting.name,
        setting.value,
        was.map(|(value,)| value),
        fact.author.id.filter(|_| fact.author.kind == AuthorKind::User),
        fact.at
    )
    .await?;
    exec!(
        tx,
        "insert into setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
        setting.name,
        setting.value
    )
    .await?;
    let position = fact.position;
    dues(tx, position, &setting.dues).await?;
    if let Some(of) = reasons::about(&setting.name) {
        return reason(tx, position, of, reasons::ReasonSet::read(&setting.value)).await;
    }
    if let Some(day) = calendar::day_of(&setting.name) {
        return calendar_day(
            tx,
            position,
            day,
            calendar::DaySet::read(&setting.value).and_then(|set| set.works),
        )
        .await;
    }
    if monitoring_rules::cuts(&setting.name) {
        return Ok(monitoring::cut_all(tx).await?);
    }
    let Some(unit) = setting.name.strip_prefix(WHOLE_CENTRE) else { return Ok(()) };
    let unit: OrgUnitId = unit.parse().map_err(|_| missing(position, setting.name.clone()))?;
    let whole = setting.value == "true";
    let written = exec!(tx, "update org_unit set whole_centre = $1 where id = $2", whole, unit).await?;
    if written == 0 {
        return Err(missing(position, format!("org unit {unit}")));
    }
    if !whole {
        before.whole.remove(&unit);
        return Ok(());
    }
    before.whole.insert(unit);
    // The scope begins: everything of the unit is in it from here on. Should it have been there before, what left
    // meanwhile is told as gone.
    let (scope, position) = (scope::of_unit(unit), position as i64);
    exec!(tx, "update change set position = $1 where scope = $2", position, scope).await?;
    let families =
        all!(tx, (kandas_shared::ids::FamilyId,), "select id from family where org_unit = $1", unit).await?;
    let moved: Vec<_> = families.into_iter().map(|(family,)| (scope.clone(), family, position)).collect();
    feed::write_subtrees(tx, &moved).await?;
    let users = all!(tx, (Uuid,), "select id from app_user where org_unit = $1", unit).await?;
    let mut rows: Vec<_> =
        users.into_iter().map(|(id,)| (scope.clone(), "user".to_owned(), id, position)).collect();
    rows.push((scope, "org_unit".to_owned(), unit.0, position));
    many!(tx, "insert into change (scope, kind, id, position)", rows, feed::KEEP_LAST).await?;
    Ok(())
}

/// A day of the calendar is set, or again as the program has it; every phone is told.
async fn calendar_day(
    tx: &mut Tx,
    position: u64,
    day: NaiveDate,
    works: Option<bool>,
) -> Result<(), ApplyError> {
    let (id, position) = (pulled::calendar_id(day), position as i64);
    match works {
        Some(works) => {
            exec!(
                tx,
                "insert into calendar_day (id, day, works, position) values ($1, $2, $3, $4)
                 on conflict (id) do update set works = excluded.works, position = excluded.position",
                id,
                day,
                works,
                position
            )
            .await?
        }
        None => exec!(tx, "delete from calendar_day where id = $1", id).await?,
    };
    let change = vec![(scope::ALL.to_owned(), Kind::CalendarDay, id, position)];
    many!(tx, "insert into change (scope, kind, id, position)", change, feed::KEEP_LAST).await?;
    Ok(())
}

/// What a reason reads from a day on is said, or taken back; every phone is told.
async fn reason(
    tx: &mut Tx,
    position: u64,
    (list, code, from): (ReasonList, ReasonCode, NaiveDate),
    set: Option<reasons::ReasonSet>,
) -> Result<(), ApplyError> {
    let (id, position) = (pulled::reason_id(list, &code, from), position as i64);
    match set.and_then(|set| Some((set.text?, set.offered))) {
        Some((text, offered)) => {
            exec!(
                tx,
                "insert into reason_text (id, list, code, from_day, kk, ru, en, offered, position)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                 on conflict (id) do update set kk = excluded.kk, ru = excluded.ru, en = excluded.en,
                 offered = excluded.offered, position = excluded.position",
                id,
                list,
                code,
                from,
                text.kk,
                text.ru,
                text.en,
                offered,
                position
            )
            .await?
        }
        None => exec!(tx, "delete from reason_text where id = $1", id).await?,
    };
    let change = vec![(scope::ALL.to_owned(), Kind::Reason, id, position)];
    many!(tx, "insert into change (scope, kind, id, position)", change, feed::KEEP_LAST).await?;
    Ok(())
}

/// Due dates of open activities are counted, or move with what they are counted by; whoever has the family is told. Activities that were
/// erased since are not there any more.
async fn dues(tx: &mut Tx, position: u64, moved: &[DuesMoved]) -> Result<(), ApplyError> {
    let given: Vec<_> =
        moved.iter().flat_map(|of| of.activities.iter().map(|activity| (*activity, of.due))).collect();
    if given.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = given.iter().map(|(activity, _)| (*activity,)).collect();
    let sql = "select id, family from activity where id in (";
    let touched: BTreeMap<_, _> = among!(tx, (ActivityId, FamilyId), sql, ids, ")")
        .await?
        .into_iter()
        .map(|(activity, family)| ((Kind::Activity, activity.0, family), position))
        .collect();
    many!(
        tx,
        "with given (id, due) as (",
        given,
        ") update activity set due_on = given.due, counted = true from given where activity.id = given.id"
    )
    .await?;
    feed::write(tx, touched, HashMap::new(), BTreeMap::new()).await
}

pub(super) async fn apply(tx: &mut Tx, fact: &Placed, gone: &Gone) -> Result<(), ApplyError> {
    let (position, at) = (fact.position as i64, fact.at);
    let written = match &fact.event {
        Event::JournalOpened(e) => {
            exec!(tx, "update journal_head set epoch = $1 where id = 1", e.epoch.to_string()).await?
        }
        Event::StoreRestored(e) => {
            exec!(tx, "update journal_head set epoch = $1 where id = 1", e.epoch.to_string()).await?
        }
        Event::KeyRotated(e) => {
            let statement = serde_json::to_string(&e.statement)?;
            exec!(
                tx,
                "insert into key_change (position, old_kid, new_kid, new_key, statement) values ($1, $2, $3, $4, $5)",
                position,
                e.old.0,
                e.new.kid().0,
                e.new.0.to_vec(),
                statement
            )
            .await?
        }
        Event::EnrolCodeMade(e) => {
            exec!(
                tx,
                "insert into enrol_code (code_hash, worker, made_by, made_at, expires_at, device)
                 values ($1, $2, $3, $4, $5, null)",
                e.code_hash,
                e.user,
                e.by,
                at,
                e.expires_at
            )
            .await?
        }
        Event::DeviceEnrolled(e) => {
            exec!(tx, "update enrol_code set device = $1 where code_hash = $2", e.device, e.code_hash).await?;
            exec!(
                tx,
                "insert into device (id, worker, kid, key, chain, platform, app, server_kid, state, enrolled_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9)",
                e.device,
                e.worker,
                e.key.kid().0,
                e.key.0.to_vec(),
                e.chain,
                e.platform,
                e.app,
                e.server_kid.0,
                at
            )
            .await?
        }
        Event::DeviceRevoked(e) => {
            exec!(
                tx,
                "update device set state = 'revoked', revoked_at = $1, revoked_for = $2, revoked_by = $3 where id = $4",
                at,
                e.reason,
                user(fact),
                e.device
            )
            .await?
        }
        Event::OrderIssued(e) => {
            let statement = serde_json::to_string(&e.statement)?;
            exec!(
                tx,
                "insert into device_order (id, device, serial, kind, statement, issued_at, reason, issued_by)
                 values ($1, $2, $3, $4, $5, $6, $7, $8)",
                e.order,
                e.device,
                e.serial as i64,
                e.kind,
                statement,
                at,
                e.reason,
                user(fact)
            )
            .await?
        }
        Event::OrderWithdrawn(e) => {
            exec!(
                tx,
                "update device_order set withdrawn_at = $1, withdrawn_for = $2, withdrawn_by = $3
                 where id = $4 and device = $5",
                at,
                e.reason,
                user(fact),
                e.order,
                e.device
            )
            .await?
        }
        Event::OrderDone(e) => {
            exec!(tx, "update device_order set done_at = $1 where id = $2 and device = $3", at, e.order, e.device)
                .await?
        }
        Event::RecoveryKeyStored(e) => {
            exec!(tx, "update device set recovery = $1 where id = $2", e.wrapped, e.device).await?
        }
        // The erasing that came later has the last word about the file.
        Event::EvidenceSalvaged(e)
            if gone.has_file(FileRef { evidence: e.evidence, part: e.part }, fact.position) =>
        {
            1
        }
        Event::EvidenceSalvaged(e) => {
            let written = exec!(
                tx,
                "update evidence_file set state = 'salvaged', position = $1, received_at = $2, object = $3,
                 salvage_sha256 = $4, salvage_size = $5 where evidence = $6 and part = $7",
                position,
                at,
                e.object,
                e.sha256,
                e.size as i64,
                e.evidence,
                e.part
            )
            .await?;
            records::awaits_anew(tx, &[(e.evidence,)]).await?;
            written
        }
        Event::GapClosed(e) => decided::gap(tx, fact, e).await?,
        Event::PinResetGranted(e) => {
            exec!(
                tx,
                "insert into pin_reset (position, device, challenge, by_user, at) values ($1, $2, $3, $4, $5)",
                position,
                e.device,
                e.challenge,
                e.by,
                at
            )
            .await?
        }
        Event::PasswordSet(e) => {
            exec!(
                tx,
                "insert into user_secret (user_id, password, totp) values ($1, $2, null)
                 on conflict (user_id) do update set password = excluded.password",
                e.user,
                e.hash
            )
            .await?
        }
        Event::SecondFactorSet(e) => {
            exec!(
                tx,
                "insert into user_secret (user_id, password, totp) values ($1, null, $2)
                 on conflict (user_id) do update set totp = excluded.totp",
                e.user,
                e.sealed
            )
            .await?
        }
        Event::EvidenceCalled(e) => called(tx, fact, e, gone).await?,
        Event::BundleErased(e) => {
            exec!(tx, "update bundle set state = 'erased' where bundle = $1", e.bundle).await?
        }
        Event::BundleReceived(e) => {
            exec!(
                tx,
                "insert into bundle (bundle, sha256, size, object, carrier, received_at, position, state, records,
                 files, problems) values ($1, $2, $3, $4, $5, $6, $7, 'received', '[]', '[]', '[]')",
                e.bundle,
                e.sha256,
                e.size as i64,
                e.object,
                e.carrier,
                at,
                position
            )
            .await?
        }
        Event::BundleOpened(e) => {
            let records = serde_json::to_string(&e.records)?;
            let files = serde_json::to_string(&e.files)?;
            let problems = serde_json::to_string(&e.problems)?;
            exec!(
                tx,
                "update bundle set state = $1, records = $2, files = $3, problems = $4 where bundle = $5",
                if e.readable { "opened" } else { "unreadable" },
                records,
                files,
                problems,
                e.bundle
            )
            .await?
        }
        Event::AccessAnchored(e) => {
            exec!(
                tx,
                "insert into access_anchor (position, from_id, to_id, hash) values ($1, $2, $3, $4)",
                position,
                e.from_id as i64,
                e.to_id as i64,
                e.hash
            )
            .await?
        }
        Event::DuesSet(set) => {
            dues(tx, fact.position, &set.dues).await?;
            1
        }
        // Handled where runs are made.
        Event::OrgUnitSet(_)
        | Event::UserSet(_)
        | Event::FamilySet(_)
        | Event::PersonSet(_)
        | Event::ConsentSet(_)
        | Event::AssignmentSet(_)
        | Event::PlanSet(_)
        | Event::ActivitySet(_)
        | Event::RecordReceived(_)
        | Event::RecordErased(_)
        | Event::RecordChecked(_)
        | Event::RecordDecided(_)
        | Event::FindingsComputed(_)
        | Event::CheckSampled(_)
        | Event::EvidenceReceived(_)
        | Event::ReportRowFrozen(_)
        | Event::ReportDrafted(_)
        | Event::ReportSigned(_)
        | Event::ReportSent(_)
        | Event::ReportDecided(_)
        | Event::ReportRemarked(_)
        | Event::AssessmentFrozen(_)
        | Event::AssessmentScored(_)
        | Event::AssessmentConcluded(_)
        | Event::AssessmentSigned(_)
        | Event::AssessmentSent(_)
        | Event::AssessmentForwarded(_)
        | Event::AssessmentMeasured(_)
        | Event::RoadMapRowFrozen(_)
        | Event::RoadMapDrafted(_)
        | Event::RoadMapSubmitted(_)
        | Event::RoadMapScanned(_)
        | Event::RoadMapSigned(_)
        | Event::RoadMapReturned(_)
        | Event::RoadMapRemarked(_)
        | Event::RoadMapCopied(_)
        | Event::PlanOpened(_)
        | Event::PlanRowDrafted(_)
        | Event::PlanActed(_)
        | Event::PlanAgreed(_)
        | Event::PlanPaperKept(_)
        | Event::PlanRemarked(_)
        | Event::SignatureKept(_)
        | Event::RoundActed(_)
        | Event::ResidenceChecked(_)
        | Event::IssueOpened(_)
        | Event::IssueActed(_)
        | Event::FamilyDeparted(_)
        | Event::DepartureActed(_)
        | Event::ServiceConfirmed(_)
        | Event::MonitoringWorded(_)
        | Event::ErasureProposed(_)
        | Event::ErasureDropped(_)
        | Event::ErasureConfirmed(_)
        | Event::ConsentWithdrawn(_)
        | Event::RegistrationSet(_)
        | Event::HandoverProposed(_)
        | Event::HandoverDecided(_)
        | Event::ExchangeQueued(_)
        | Event::ExchangeWritten(_)
        | Event::ExchangeTaken(_)
        | Event::ExchangeSettled(_)
        | Event::ExchangeConfirmed(_)
        | Event::SettingSet(_)
        | Event::SubjectErased(_) => 1,
    };
    if written == 1 {
        Ok(())
    } else {
        Err(missing(fact.position, format!("what {} is about", fact.event.kind())))
    }
}

/// The user who caused a fact, if one did.
fn user(fact: &Placed) -> Option<UserId> {
    (fact.author.kind == AuthorKind::User).then_some(fact.author.id).flatten().map(UserId)
}

/// The original is expected from now on, and the worker's phones are told.
async fn called(tx: &mut Tx, fact: &Placed, called: &EvidenceCalled, gone: &Gone) -> Result<u64, ApplyError> {
    if gone.has_call(called.evidence, fact.position) {
        return Ok(1);
    }
    let position = fact.position as i64;
    exec!(
        tx,
        "insert into evidence_call (evidence, worker, reason, called_at, position) values ($1, $2, $3, $4, $5)
         on conflict (evidence) do update set worker = excluded.worker, reason = excluded.reason,
         called_at = excluded.called_at, position = excluded.position",
        called.evidence,
        called.worker,
        called.reason,
        fact.at,
        position
    )
    .await?;
    let change = vec![(scope::of_worker(called.worker), Kind::EvidenceCall, called.evidence.0, position)];
    many!(tx, "insert into change (scope, kind, id, position)", change, feed::KEEP_LAST).await?;
    let original = FileRef { evidence: called.evidence, part: Part::Original };
    if gone.has_file(original, fact.position) {
        return Ok(1);
    }
    let written = exec!(
        tx,
        "update evidence_file set state = 'expected' where evidence = $1 and part = $2
         and state in ('on_call', 'expected')",
        original.evidence,
        original.part
    )
    .await?;
    records::awaits_anew(tx, &[(original.evidence,)]).await?;
    Ok(written)
}
