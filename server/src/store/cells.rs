//! Rows of cells: tuples bound to either engine, many at a time.

use sqlx::{
    Arguments, AssertSqlSafe, Encode, Postgres, Sqlite, Type, error::BoxDynError, postgres::PgArguments,
    sqlite::SqliteArguments,
};

use super::{StoreError, Tx};

/// A tuple that can be bound to a statement of either engine.
pub trait Cells: Send + Sync {
    /// Number of cells.
    const WIDTH: usize;
    /// Binds the cells in order.
    ///
    /// # Errors
    /// When a value does not encode.
    fn add_sqlite(&self, to: &mut SqliteArguments) -> Result<(), BoxDynError>;
    /// Binds the cells in order.
    ///
    /// # Errors
    /// When a value does not encode.
    fn add_postgres(&self, to: &mut PgArguments) -> Result<(), BoxDynError>;
}

macro_rules! cells {
    ($($width:literal: $($name:ident $at:tt)+;)+) => {$(
        impl<$($name),+> Cells for ($($name,)+)
        where $($name: for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres>
            + Send + Sync),+
        {
            const WIDTH: usize = $width;
            fn add_sqlite(&self, to: &mut SqliteArguments) -> Result<(), BoxDynError> {
                $(to.add(&self.$at)?;)+
                Ok(())
            }
            fn add_postgres(&self, to: &mut PgArguments) -> Result<(), BoxDynError> {
                $(to.add(&self.$at)?;)+
                Ok(())
            }
        }
    )+};
}

#[rustfmt::skip]
cells! {
    1: A 0;
    2: A 0 B 1;
    3: A 0 B 1 C 2;
    4: A 0 B 1 C 2 D 3;
    5: A 0 B 1 C 2 D 3 E 4;
    6: A 0 B 1 C 2 D 3 E 4 F 5;
    7: A 0 B 1 C 2 D 3 E 4 F 5 G 6;
    8: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7;
    9: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8;
    10: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9;
    11: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10;
    12: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11;
    13: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12;
    14: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13;
    15: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14;
    16: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15;
    17: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16;
    18: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17;
    19: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18;
    20: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18 T 19;
    21: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18 T 19 U 20;
    22: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18 T 19 U 20 V 21;
    23: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18 T 19 U 20 V 21 W 22;
    24: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18 T 19 U 20 V 21 W 22 X 23;
    25: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18 T 19 U 20 V 21 W 22 X 23 Y 24;
    26: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18 T 19 U 20 V 21 W 22 X 23 Y 24 Z 25;
    27: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18 T 19 U 20 V 21 W 22 X 23 Y 24 Z 25 AA 26;
    28: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18 T 19 U 20 V 21 W 22 X 23 Y 24 Z 25 AA 26 BB 27;
}

/// SQLite takes 32,766 parameters, PostgreSQL 65,535: stay below both.
const MOST_CELLS: usize = 30_000;
/// Most rows in one statement: beyond it planning grows and nothing is won.
const MOST_ROWS: usize = 1_000;
/// Texts with so few rows come again and again: their plan is kept.
const FEW_ROWS: usize = 4;
/// Most keys of one listed query.
pub const MOST_LISTED: usize = 512;

/// What `many!` does; see there.
///
/// # Errors
/// When a statement fails.
pub async fn insert_many<R: Cells>(
    tx: &mut Tx,
    head: &str,
    rows: &[R],
    tail: &str,
) -> Result<u64, StoreError> {
    let most = (MOST_CELLS / R::WIDTH).min(MOST_ROWS);
    let mut written = 0;
    for chunk in rows.chunks(most) {
        let keep = chunk.len() <= FEW_ROWS;
        match &mut *tx {
            Tx::Sqlite(tx) => {
                // Unnumbered marks: SQLite looks numbered ones up by name, one after the other.
                let mut sql =
                    String::with_capacity(head.len() + tail.len() + chunk.len() * R::WIDTH * 2 + 32);
                sql.push_str(head);
                sql.push_str(" values ");
                for at in 0..chunk.len() {
                    sql.push_str(if at == 0 { "(?" } else { ",(?" });
                    (1..R::WIDTH).for_each(|_| sql.push_str(",?"));
                    sql.push(')');
                }
                sql.push(' ');
                sql.push_str(tail);
                let mut args = SqliteArguments::default();
                chunk.iter().try_for_each(|row| row.add_sqlite(&mut args)).map_err(sqlx::Error::Encode)?;
                let query = sqlx::query_with(AssertSqlSafe(sql), args).persistent(keep);
                written += query.execute(&mut **tx).await?.rows_affected();
            }
            Tx::Postgres(tx) => {
                let mut sql =
                    String::with_capacity(head.len() + tail.len() + chunk.len() * R::WIDTH * 6 + 32);
                sql.push_str(head);
                sql.push_str(" values ");
                numbered(&mut sql, 0, chunk.len(), R::WIDTH, true);
                sql.push(' ');
                sql.push_str(tail);
                let mut args = PgArguments::default();
                chunk.iter().try_for_each(|row| row.add_postgres(&mut args)).map_err(sqlx::Error::Encode)?;
                let query = sqlx::query_with(AssertSqlSafe(sql), args).persistent(keep);
                written += query.execute(&mut **tx).await?.rows_affected();
            }
        }
    }
    Ok(written)
}

/// A piece of a list of keys, filled up to a power of two with its last key so that few texts need planning.
#[derive(Debug)]
pub struct Chunk<'a, R> {
    keys: &'a [R],
    filled: usize,
}

/// Cuts a list of keys into pieces for `among!`.
pub fn chunks<R: Cells>(keys: &[R]) -> impl Iterator<Item = Chunk<'_, R>> {
    keys.chunks(MOST_LISTED).map(|keys| Chunk { keys, filled: keys.len().next_power_of_two() })
}

impl<R: Cells> Chunk<'_, R> {
    fn filled(&self) -> impl Iterator<Item = &R> {
        let last = self.keys.last();
        self.keys.iter().chain(last.into_iter().cycle()).take(self.filled)
    }

    /// Binds the keys.
    ///
    /// # Errors
    /// When a value does not encode.
    pub fn add_sqlite(&self, to: &mut SqliteArguments) -> Result<(), BoxDynError> {
        self.filled().try_for_each(|key| key.add_sqlite(to))
    }

    /// Binds the keys.
    ///
    /// # Errors
    /// When a value does not encode.
    pub fn add_postgres(&self, to: &mut PgArguments) -> Result<(), BoxDynError> {
        self.filled().try_for_each(|key| key.add_postgres(to))
    }
}

/// The text of a listed query: `head`, the keys numbered after the `fixed` arguments, `tail`.
pub fn listed<R: Cells>(head: &str, fixed: usize, chunk: &Chunk<'_, R>, tail: &str) -> AssertSqlSafe<String> {
    let mut sql = String::with_capacity(head.len() + tail.len() + chunk.filled * R::WIDTH * 6 + 16);
    sql.push_str(head);
    if R::WIDTH > 1 {
        sql.push_str("values ");
    }
    numbered(&mut sql, fixed, chunk.filled, R::WIDTH, R::WIDTH > 1);
    sql.push_str(tail);
    AssertSqlSafe(sql)
}

fn numbered(sql: &mut String, after: usize, rows: usize, width: usize, parentheses: bool) {
    use std::fmt::Write as _;
    let mut number = after;
    for row in 0..rows {
        if row > 0 {
            sql.push(',');
        }
        if parentheses {
            sql.push('(');
        }
        for cell in 0..width {
            number += 1;
            let comma = if cell == 0 { "" } else { "," };
            // Writing to a String cannot fail.
            let _ = write!(sql, "{comma}${number}");
        }
        if parentheses {
            sql.push(')');
        }
    }
}
