//! One road map: what was done to it, who has signed it and who has his copy, its lines, and how it differs from the version
//! before.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    cms::Signable,
    hash::Digest,
    ids::{ActivityId, FamilyId, PersonId, RoadMapId, UserId},
    pulled::{Role, User},
    report::Next,
    roadmap::{self, RoadMapAct, RoadMapChange, RoadMapHolder, RoadMapState, Row},
    service::ServiceCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Named, Place, SUMMARY, Summary, akims, may, sees, stored, visible};
use crate::{
    all, among,
    check::policy::Territory,
    office::{
        policy::Right,
        signing::{self, Of},
    },
    one, opt,
    refusal::Outcome,
    store::{StoreError, Tx},
};

/// Most lines of a page.
const MOST: i64 = 500;
/// Most differences of one answer.
const MOST_CHANGES: usize = 500;

/// A road map with what was done to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoadMap {
    /// Which.
    #[serde(flatten)]
    pub summary: Summary,
    /// Name of the centre in Kazakh.
    pub name_kk: String,
    /// Name of the centre in Russian.
    pub name_ru: String,
    /// The unit of the okrug's akim, if there is one.
    pub akim: Option<Named>,
    /// Settlements where its families lived.
    pub settlements: Vec<String>,
    /// What is signed, and stands at the foot of the paper: SHA-256 of the frozen map.
    pub sha256: Digest,
    /// Working days within which the three should sign.
    pub term: Option<i32>,
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// The day to aim for has passed, and not all have signed.
    pub late: bool,
    /// Its year is over.
    pub over: bool,
    /// Lines that went with an erased person.
    pub erased: i64,
    /// The three, each with his signature and his copy as far as there are any.
    pub holders: Vec<HolderOf>,
    /// Files by which it was signed, in order.
    pub files: Vec<signing::Shown>,
    /// What was done to it, in order.
    pub acts: Vec<Done>,
    /// What was remarked about it, in order.
    pub remarks: Vec<Remark>,
    /// All versions of the okrug and year that the user sees, the first one first.
    pub versions: Vec<Summary>,
    /// What the user may do to it now.
    pub may: Vec<RoadMapAct>,
    /// As whom he signs.
    pub signs_as: Option<RoadMapHolder>,
    /// Whether he may enter what was signed on paper.
    pub may_enter: bool,
}

/// One of the three.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoadMapHolderOf)]
pub struct HolderOf {
    /// Which.
    pub holder: RoadMapHolder,
    /// His signature.
    pub signature: Option<Signature>,
    /// His copy.
    pub copy: Option<Copy>,
}

/// A signature.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = RoadMapSigned)]
pub struct Signature {
    /// Whose.
    #[serde(skip)]
    pub holder: RoadMapHolder,
    /// Name of who signed.
    pub name: String,
    /// His position as it stands on the paper.
    pub post: Option<String>,
    /// Civil day.
    pub signed_on: NaiveDate,
    /// It stands on paper.
    pub on_paper: bool,
    /// Whether a code of the second factor was asked for beside the password.
    pub second_factor: bool,
    /// Who signed with his account, or entered the paper.
    pub by_user: UserId,
    /// Name at that time.
    pub by_name: String,
    /// Role at that time.
    pub by_role: Role,
    /// When.
    pub at: DateTime<Utc>,
    /// Type of the scan; none where it was signed with an account, or the scan went with an erased person.
    pub media_type: Option<String>,
    /// Its bytes.
    pub size: Option<i64>,
}

/// A copy that was handed over.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = RoadMapCopied)]
pub struct Copy {
    /// Whose.
    #[serde(skip)]
    pub holder: RoadMapHolder,
    /// Name of who took it.
    pub name: String,
    /// Civil day.
    pub taken_on: NaiveDate,
    /// Who entered it.
    pub by_name: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Something that was done to a road map.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = RoadMapDone)]
pub struct Done {
    /// Place in the journal.
    pub position: i64,
    /// What.
    pub act: RoadMapAct,
    /// Whose signature or copy it is.
    pub holder: Option<RoadMapHolder>,
    /// Who.
    pub by_user: UserId,
    /// Name at that time.
    pub by_name: String,
    /// Role at that time.
    pub by_role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// Words about a road map.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = RoadMapRemark)]
pub struct Remark {
    /// Place in the journal.
    pub position: i64,
    /// The words.
    pub text: String,
}

/// Where a page of lines begins.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// Number of the last line that is known.
    #[serde(default)]
    pub after: i64,
}

/// A page of lines.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoadMapRowPage)]
pub struct Rows {
    /// In the order of their numbers; those of erased persons are not there.
    pub rows: Vec<ShownRow>,
    /// Where the next page begins; absent with the last one.
    pub next: Option<i64>,
}

/// A line of a road map.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoadMapRow)]
pub struct ShownRow {
    /// Number of the line.
    pub number: u32,
    /// Number of the family in the map.
    pub entry: u32,
    /// Who.
    pub person: PersonId,
    /// Of which family.
    pub family: FamilyId,
    /// Whether he is its head.
    pub head: bool,
    /// Full name, as it is frozen.
    pub name: String,
    /// Where the family lived.
    pub settlement: String,
    /// What was open for him.
    pub activities: Vec<ShownItem>,
}

/// An activity of a line.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoadMapItem)]
pub struct ShownItem {
    /// Which.
    pub activity: ActivityId,
    /// The service.
    pub service: ServiceCode,
    /// When it is due by law.
    pub due_on: Option<NaiveDate>,
    /// When it is planned, where there is no legal date.
    pub planned_on: Option<NaiveDate>,
    /// When it was completed since; no part of the frozen map.
    pub done_on: Option<NaiveDate>,
}

/// How a version differs from the one before.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoadMapChanges)]
pub struct Changes {
    /// The version before; absent with the first one.
    pub before: Option<Summary>,
    /// At most 500.
    pub changes: Vec<Change>,
    /// How many there are.
    pub count: i64,
}

/// A difference.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoadMapDifference)]
pub struct Change {
    /// Whose.
    pub person: PersonId,
    /// Of which family.
    pub family: FamilyId,
    /// Full name, as it is frozen.
    pub name: String,
    /// How.
    pub change: RoadMapChange,
    /// Which service; none: the family came or went with nothing open.
    pub service: Option<ServiceCode>,
    /// By which day before.
    pub before: Option<NaiveDate>,
    /// By which day now.
    pub after: Option<NaiveDate>,
}

/// A road map with what was done to it, as the user sees it.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn of(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    id: RoadMapId,
    now: DateTime<Utc>,
) -> Outcome<RoadMap> {
    visible(tx, user, id).await?;
    let sql = format!("{SUMMARY} where id = $1");
    let summary = one!(tx, Summary, sqlx::AssertSqlSafe(sql.as_str()), id).await?;
    let sql = "select sha256, term from road_map where id = $1";
    let (sha256, term) = one!(tx, (Digest, Option<i32>), sql, id).await?;
    let (rows,) = one!(tx, (i64,), "select count(*) from road_map_row where map = $1", id).await?;
    let sql = "select position, act, holder, by_user, by_name, by_role, at from road_map_act where map = $1
        order by position";
    let acts = all!(tx, Done, sql, id).await?;
    let sql = "select position, text from road_map_remark where map = $1 order by position";
    let remarks = all!(tx, Remark, sql, id).await?;
    let sql = format!(
        "{SUMMARY} where org_unit = $1 and okrug = $2 and year = $3 and state <> 'dropped' order by version"
    );
    let versions =
        all!(tx, Summary, sqlx::AssertSqlSafe(sql.as_str()), summary.org_unit, summary.okrug, summary.year)
            .await?;
    let today = civil_date(now);
    let erased = summary.entries - rows;
    let place = Place { unit: summary.org_unit, okrug: summary.okrug.clone() };
    let can = |right| may(user, right, &place, territory).is_ok();
    let (signs, makes) = (can(Right::RoadMapSign), can(Right::RoadMapMake));
    let signs_as = RoadMapHolder::of(user.role).filter(|_| signs);
    let holders = holders(tx, id).await?;
    let latest = versions.last().map(|last| (last.id, last.version, last.state));
    let standing = Standing { summary: &summary, latest, holders: &holders, today };
    let named = territory.unit(summary.org_unit);
    Ok(RoadMap {
        name_kk: named.map(|unit| unit.name_kk.clone()).unwrap_or_default(),
        name_ru: named.map(|unit| unit.name_ru.clone()).unwrap_or_default(),
        akim: akims(territory).remove(summary.okrug.as_str()),
        settlements: settlements(tx, id).await?,
        sha256,
        term,
        today,
        late: summary.is_late(today),
        over: roadmap::is_over(summary.year, today),
        erased,
        may: standing.may(signs_as, makes),
        // A paper that was printed before somebody was erased still shows him.
        may_enter: makes && summary.state == RoadMapState::Signing && erased == 0,
        signs_as,
        holders,
        files: signing::files(tx, Of::new(Signable::RoadMap, id.0)).await?,
        acts,
        remarks,
        versions: versions.into_iter().filter(|version| sees(user, version.state)).collect(),
        summary,
    })
}

struct Standing<'a> {
    summary: &'a Summary,
    latest: Option<(RoadMapId, i32, RoadMapState)>,
    holders: &'a [HolderOf],
    today: NaiveDate,
}

impl Standing<'_> {
    /// What a user may do who signs as one of the three, or makes the maps of the centre.
    fn may(&self, signs_as: Option<RoadMapHolder>, makes: bool) -> Vec<RoadMapAct> {
        let state = self.summary.state;
        let is_latest = self.latest.is_some_and(|(id, ..)| id == self.summary.id);
        let of = |holder| self.holders.iter().find(|of| of.holder == holder);
        let signed = |holder| of(holder).is_some_and(|of| of.signature.is_some());
        let copied = |holder| of(holder).is_some_and(|of| of.copy.is_some());
        let possible = |act: RoadMapAct| state.after(act, 0).is_some();
        let allowed = |act: &&RoadMapAct| match act {
            RoadMapAct::Draft => {
                let next = roadmap::next(self.latest.map(|(_, version, state)| (version, state)));
                let year = roadmap::may_draft(self.summary.year, self.today);
                makes && is_latest && year && next != Next::None
            }
            RoadMapAct::Submit => makes && possible(**act),
            RoadMapAct::Sign => signs_as.is_some_and(|holder| possible(**act) && !signed(holder)),
            RoadMapAct::Return => (makes || signs_as.is_some()) && possible(**act),
            RoadMapAct::Copy => possible(**act) && (makes || signs_as.is_some_and(|holder| !copied(holder))),
            RoadMapAct::Close | RoadMapAct::Drop => false,
        };
        RoadMapAct::ALL.iter().filter(allowed).copied().collect()
    }
}

/// The three with their signatures and copies.
async fn holders(tx: &mut Tx, map: RoadMapId) -> Result<Vec<HolderOf>, StoreError> {
    let sql = "select s.holder, s.name, s.post, s.signed_on, s.on_paper, s.second_factor, a.by_user, a.by_name, a.by_role,
            a.at, c.media_type, c.size
        from road_map_signature s join road_map_act a on a.position = s.position
        left join road_map_scan c on c.map = s.map and c.holder = s.holder where s.map = $1";
    let mut signatures = all!(tx, Signature, sql, map).await?;
    let sql = "select c.holder, c.name, c.taken_on, a.by_name, a.at from road_map_copy c
        join road_map_act a on a.position = c.position where c.map = $1";
    let mut copies = all!(tx, Copy, sql, map).await?;
    let of = |holder: &RoadMapHolder| {
        let signature = signatures.iter().position(|of| of.holder == *holder);
        let copy = copies.iter().position(|of| of.holder == *holder);
        HolderOf {
            holder: *holder,
            signature: signature.map(|at| signatures.swap_remove(at)),
            copy: copy.map(|at| copies.swap_remove(at)),
        }
    };
    Ok(RoadMapHolder::ALL.iter().map(of).collect())
}

/// Names of the settlements that a map was drawn up with.
pub(super) async fn settlements(tx: &mut Tx, map: RoadMapId) -> Result<Vec<String>, StoreError> {
    let (text,) = one!(tx, (String,), "select settlements from road_map where id = $1", map).await?;
    stored(&text)
}

/// Lines of a map after a number, in order, at most so many.
pub(in crate::office) async fn frozen(
    tx: &mut Tx,
    map: RoadMapId,
    after: i64,
    most: i64,
) -> Result<Vec<Row>, StoreError> {
    let sql = "select frozen from road_map_row where map = $1 and number > $2 order by number limit $3";
    let rows = all!(tx, (String,), sql, map, after, most).await?;
    rows.into_iter().map(|(frozen,)| stored(&frozen)).collect()
}

/// A page of a map's lines.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn rows(tx: &mut Tx, user: &User, map: RoadMapId, after: After) -> Outcome<Rows> {
    visible(tx, user, map).await?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let mut page = frozen(tx, map, after.after, MOST + 1).await?;
    let more = page.len() > most;
    page.truncate(most);
    let ids: Vec<(ActivityId,)> =
        page.iter().flat_map(|row| &row.activities).map(|item| (item.activity,)).collect();
    let sql = "select id, done_on from activity where done_on is not null
        and state in ('synced', 'reported', 'sys_confirmed', 'disputed') and id in (";
    let done: HashMap<ActivityId, NaiveDate> =
        among!(tx, (ActivityId, NaiveDate), sql, ids, ")").await?.into_iter().collect();
    let next = page.last().filter(|_| more).map(|row| i64::from(row.number));
    let item = |item: roadmap::Item| ShownItem {
        done_on: done.get(&item.activity).copied(),
        planned_on: item.planned_on.filter(|_| item.due_on.is_none()),
        due_on: item.due_on,
        activity: item.activity,
        service: item.service,
    };
    let rows = page.into_iter().map(|row| ShownRow {
        number: row.number,
        entry: row.entry,
        person: row.person,
        family: row.family,
        head: row.head,
        name: row.name,
        settlement: row.settlement,
        activities: row.activities.into_iter().map(item).collect(),
    });
    Ok(Rows { rows: rows.collect(), next })
}

/// How a version differs from the one before it.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn changes(tx: &mut Tx, user: &User, id: RoadMapId) -> Outcome<Changes> {
    visible(tx, user, id).await?;
    let sql = format!("{SUMMARY} where id = $1");
    let own = one!(tx, Summary, sqlx::AssertSqlSafe(sql.as_str()), id).await?;
    let sql = format!(
        "{SUMMARY} where org_unit = $1 and okrug = $2 and year = $3 and version < $4 and state <> 'dropped'
         order by version desc limit 1"
    );
    let sql = sqlx::AssertSqlSafe(sql.as_str());
    let Some(before) = opt!(tx, Summary, sql, own.org_unit, own.okrug, own.year, own.version).await? else {
        return Ok(Changes { before: None, changes: Vec::new(), count: 0 });
    };
    let (old, new) = (frozen(tx, before.id, 0, i64::MAX).await?, frozen(tx, id, 0, i64::MAX).await?);
    let found = roadmap::differences(&old, &new);
    let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let changes = found.into_iter().take(MOST_CHANGES).map(|of| Change {
        person: of.person,
        family: of.family,
        name: of.name,
        change: of.change,
        service: of.service,
        before: of.before,
        after: of.after,
    });
    Ok(Changes { changes: changes.collect(), count, before: Some(before) })
}
