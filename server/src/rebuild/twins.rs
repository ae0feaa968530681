//! Twins: tables of the same names as the derived ones, empty at first, that stand before them on one connection.
//!
//! Whatever `apply` writes there goes into the twins, by the very statements that fill the real tables; nobody else sees
//! them, nobody waits for them, and they are gone with the connection. They have the keys of the real tables and those
//! indices that `apply` looks things up by.

use sqlx::AssertSqlSafe;

use crate::{
    all,
    apply::DERIVED,
    exec, one,
    store::{Engine, StoreError, Tx},
    tables::{self, Difference},
};

/// Indices by which `apply` finds rows.
const INDICES: &[&str] = &[
    "app_user_org_unit",
    "family_org_unit",
    "person_family",
    "consent_family",
    "assignment_family",
    "plan_family",
    "activity_family",
    "record_id",
    "record_state",
    "record_family_received",
    "evidence_hash",
    "record_check_family",
    "report_row_position",
    "road_map_row_position",
    "plan_version_position",
    "plan_row_position",
    "monitoring_act_family",
    "monitoring_issue_family",
    "monitoring_issue_position",
    "monitoring_word_position",
    "monitoring_departure_family",
    "monitoring_departure_position",
    "erasure_proposal_position",
    "registration_person",
    "registration_position",
    "family_handover_position",
    "exchange_out_hash",
    "exchange_file_list",
];

/// Twins of all derived tables.
pub(super) struct Twins {
    /// Where the real tables are, as a prefix of their names.
    real: String,
    /// Where the twins are.
    twin: &'static str,
}

impl Twins {
    /// Makes them, on a connection that has none and is used by nobody else.
    pub(super) async fn make(tx: &mut Tx) -> Result<Self, StoreError> {
        let twins = match tx.engine() {
            Engine::Sqlite => Self { real: "main.".into(), twin: "temp." },
            Engine::Postgres => {
                let (schema,) = one!(tx, (String,), "select quote_ident(current_schema())").await?;
                Self { real: format!("{schema}."), twin: "pg_temp." }
            }
        };
        // Referred-to tables come first.
        for table in DERIVED.iter().rev() {
            for sql in twins.made_by(tx, table).await? {
                exec!(tx, AssertSqlSafe(sql.as_str())).await?;
            }
        }
        Ok(twins)
    }

    /// The statements that make the twin of a table.
    async fn made_by(&self, tx: &mut Tx, table: &str) -> Result<Vec<String>, StoreError> {
        let damaged = || StoreError::Damaged(format!("the schema of table {table}"));
        let mut made = Vec::new();
        match tx.engine() {
            Engine::Sqlite => {
                let sql = "select type, name, sql from main.sqlite_schema
                    where tbl_name = $1 and sql is not null order by type desc";
                for (what, name, sql) in all!(tx, (String, String, String), sql, table).await? {
                    match what.as_str() {
                        "table" => {
                            let rest = sql.strip_prefix("CREATE TABLE ").ok_or_else(damaged)?;
                            made.push(format!("create temp table {rest}"));
                        }
                        "index" if INDICES.contains(&name.as_str()) => {
                            let rest = sql.strip_prefix("CREATE INDEX ").ok_or_else(damaged)?;
                            made.push(format!("create index temp.{rest}"));
                        }
                        _ => {}
                    }
                }
            }
            Engine::Postgres => {
                let real = format!("{}{table}", self.real);
                made.push(format!("create temp table {table} (like {real} including defaults)"));
                let sql =
                    "select i.relname::text, x.indisprimary, pg_get_indexdef(x.indexrelid) from pg_index x
                    join pg_class i on i.oid = x.indexrelid where x.indrelid = $1::regclass";
                let on = format!(" ON {real} ");
                for (name, primary, sql) in all!(tx, (String, bool, String), sql, real).await? {
                    if primary || INDICES.contains(&name.as_str()) {
                        let (before, after) = sql.split_once(&on).ok_or_else(damaged)?;
                        made.push(format!("{before} on {}{table} {after}", self.twin));
                    }
                }
            }
        }
        if made.is_empty() { Err(damaged()) } else { Ok(made) }
    }

    /// Where the real tables differ from their twins, counted by the database: a row has its equal or it has not.
    pub(super) async fn differences(&self, tx: &mut Tx) -> Result<Vec<Difference>, StoreError> {
        if tx.engine() == Engine::Postgres {
            // Here tables are read whole, once.
            exec!(tx, "set local enable_seqscan = on").await?;
        }
        let mut differences = Vec::new();
        for table in DERIVED {
            let keys = self.keys(tx, table).await?;
            let columns = tables::columns(tx, table).await?;
            let on: Vec<String> = keys.iter().map(|key| format!("r.\"{key}\" = t.\"{key}\"")).collect();
            let same: Vec<String> = columns
                .iter()
                .filter(|column| !keys.contains(column))
                .map(|column| format!("r.\"{column}\" is not distinct from t.\"{column}\""))
                .collect();
            let same = if same.is_empty() { "true".into() } else { same.join(" and ") };
            let (real, twin) = (format!("{}{table}", self.real), format!("{}{table}", self.twin));
            let count = format!(
                "select (select count(*) from {real}), (select count(*) from {twin}),
                 (select count(*) from {twin} t join {real} r on {} where {same})",
                on.join(" and ")
            );
            let (is, should, equal) = one!(tx, (i64, i64, i64), AssertSqlSafe(count.as_str())).await?;
            if (is, should) != (equal, equal) {
                let [missing, extra] = [should - equal, is - equal].map(|n| usize::try_from(n).unwrap_or(0));
                differences.push(Difference { table, missing, extra });
            }
        }
        Ok(differences)
    }

    /// The real tables become what their twins are.
    pub(super) async fn take_over(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for table in DERIVED {
            exec!(tx, AssertSqlSafe(format!("delete from {}{table}", self.real))).await?;
        }
        for table in DERIVED.iter().rev() {
            let columns: Vec<String> =
                tables::columns(tx, table).await?.iter().map(|column| format!("\"{column}\"")).collect();
            let columns = columns.join(", ");
            let sql = format!(
                "insert into {}{table} ({columns}) select {columns} from {}{table}",
                self.real, self.twin
            );
            exec!(tx, AssertSqlSafe(sql.as_str())).await?;
        }
        Ok(())
    }

    /// Whether the twins are still before the real tables. They are not if the connection broke and was made again.
    pub(super) async fn are_there(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let sql = match tx.engine() {
            Engine::Sqlite => "select count(*) from temp.sqlite_schema where type = 'table'",
            Engine::Postgres => {
                "select count(*) from pg_class where relnamespace = pg_my_temp_schema() and relkind = 'r'"
            }
        };
        let (count,) = one!(tx, (i64,), sql).await?;
        Ok(usize::try_from(count) == Ok(DERIVED.len()))
    }

    /// The columns of a table's primary key.
    async fn keys(&self, tx: &mut Tx, table: &str) -> Result<Vec<String>, StoreError> {
        let sql = match tx.engine() {
            Engine::Sqlite => {
                format!("select name from pragma_table_info('{table}') where pk > 0 order by pk")
            }
            Engine::Postgres => format!(
                "select a.attname::text from pg_index x
                 join pg_attribute a on a.attrelid = x.indrelid and a.attnum = any(x.indkey)
                 where x.indisprimary and x.indrelid = '{}{table}'::regclass",
                self.real
            ),
        };
        let rows = all!(tx, (String,), AssertSqlSafe(sql.as_str())).await?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[tokio::test]
    async fn twins_have_every_index_that_apply_needs_and_stand_on_one_connection() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(&format!("sqlite:{}", folder.path().join("store.db").display())).await.unwrap();
        let alone = store.alone().await.unwrap();
        let mut tx = alone.beside().await.unwrap();
        let twins = Twins::make(&mut tx).await.unwrap();
        assert!(twins.are_there(&mut tx).await.unwrap());
        let sql =
            "select name from temp.sqlite_schema where type = 'index' and sql is not null order by name";
        let made = all!(&mut tx, (String,), sql).await.unwrap();
        let mut indices = INDICES.to_vec();
        indices.sort_unstable();
        assert_eq!(made.iter().map(|(name,)| name.as_str()).collect::<Vec<_>>(), indices);
        tx.commit().await.unwrap();

        let mut tx = store.read().await.unwrap();
        assert!(!twins.are_there(&mut tx).await.unwrap(), "another connection has none");
        drop(tx);
        alone.close().await;
        store.close().await;
    }
}
