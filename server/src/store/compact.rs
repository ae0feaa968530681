//! Compacting after an erasing: what was deleted leaves the files too.
//!
//! A deleted row stays where it was as long as somebody might still see it. SQLite then cannot truncate its log;
//! PostgreSQL would carry such rows over into the new file without a word (an autovacuum worker that analyses is
//! enough, or a long transaction in another database of the server). So both wait for who was there before, and say so
//! if he does not end.

use std::time::Duration;

use super::{Pools, StoreError};

/// Tables with names, numbers, free text, or what could lead to them.
const PERSONAL: &str = "journal_body, family, person, consent, assignment, plan, activity, record, evidence,
    evidence_file, evidence_call, record_check, finding, finding_mention, check_sample, record_reading, record_spot, photo_hash, bundle, upload,
    device_scope, change, person_word, report_row, report_remark, road_map_row,
    road_map_scan, road_map_remark, record_act, plan_version, plan_row, plan_act, plan_paper, plan_remark,
    monitoring_round, monitoring_act, monitoring_issue, monitoring_word, monitoring_residence, monitoring_departure,
    monitoring_confirmation, erasure_proposal, consent_withdrawal, registration, family_handover";

const PAUSE: Duration = Duration::from_millis(100);
/// Five minutes: longer than any statement of ours may take.
const PATIENCE: u32 = 3_000;

pub(super) async fn compact(pools: &Pools) -> Result<(), StoreError> {
    match pools {
        Pools::Sqlite { writer, .. } => sqlite(writer).await,
        Pools::Postgres(pool) => postgres(pool).await,
    }
}

async fn sqlite(writer: &sqlx::SqlitePool) -> Result<(), StoreError> {
    // Samples of indexed columns, there only if somebody has run `analyze` by hand.
    sqlx::query("drop table if exists sqlite_stat4").execute(writer).await?;
    sqlx::query("vacuum").execute(writer).await?;
    for _ in 0..PATIENCE {
        // busy, pages in the log, pages moved into the file
        let row: (i64, i64, i64) =
            sqlx::query_as("pragma wal_checkpoint(truncate)").fetch_one(writer).await?;
        if row.0 == 0 {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(StoreError::StillRead)
}

async fn postgres(pool: &sqlx::PgPool) -> Result<(), StoreError> {
    // A connection of its own, closed afterwards: rewriting may take longer than a statement otherwise may.
    let mut connection = pool.acquire().await?.detach();
    sqlx::query("set statement_timeout = 0").execute(&mut connection).await?;
    sqlx::query("set lock_timeout = '90s'").execute(&mut connection).await?;
    wait_for_readers(&mut connection).await?;
    let sql = format!("vacuum (full, analyze) {PERSONAL}");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
    sqlx::Connection::close(connection).await?;
    Ok(())
}

/// Waits until nobody can see any more what was deleted before this call. A transaction of another database counts too
/// while it writes: the snapshot under which tables are rewritten would reach back to its beginning.
async fn wait_for_readers(connection: &mut sqlx::PgConnection) -> Result<(), StoreError> {
    let sql = "select pg_current_xact_id()::text";
    let (now,): (String,) = sqlx::query_as(sql).fetch_one(&mut *connection).await?;
    let sql = "select pg_snapshot_xmin(pg_current_snapshot()) > $1::text::xid8 and not exists (
            select 1 from pg_stat_activity
            where pid <> pg_backend_pid() and (datname = current_database() or datname is null)
              and age(backend_xmin) >= age($1::text::xid8::xid))";
    for _ in 0..PATIENCE {
        let (free,): (bool,) = sqlx::query_as(sql).bind(&now).fetch_one(&mut *connection).await?;
        if free {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(StoreError::StillRead)
}
