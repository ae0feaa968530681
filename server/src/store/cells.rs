//! Rows of cells: tuples bound to either engine, many at a time.
//!
//! Each engine gets few texts, so that each is planned once a connection and then stays prepared. PostgreSQL takes a list
//! as one array a column (`unnest`): one text whatever the length. SQLite knows no arrays: a list goes out in pieces whose
//! lengths are powers of two.

use sqlx::{
    Arguments, AssertSqlSafe, Encode, FromRow, Postgres, Sqlite, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgArguments, PgRow, PgTypeInfo, types::Oid},
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{StoreError, Tx};

/// A tuple that can be bound to a statement of either engine.
pub trait Cells: Send + Sync + Sized {
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
    /// Binds one array for each cell, with its values of all rows.
    ///
    /// # Errors
    /// When a value does not encode, or is of a type that has no array.
    fn add_columns(rows: &[Self], to: &mut PgArguments) -> Result<(), BoxDynError>;
}

macro_rules! cells {
    ($($width:literal: $($name:ident $at:tt)*;)+) => {$(
        impl<$($name),*> Cells for ($($name,)*)
        where $($name: for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres>
            + Send + Sync),*
        {
            const WIDTH: usize = $width;
            fn add_sqlite(&self, _to: &mut SqliteArguments) -> Result<(), BoxDynError> {
                $(_to.add(&self.$at)?;)*
                Ok(())
            }
            fn add_postgres(&self, _to: &mut PgArguments) -> Result<(), BoxDynError> {
                $(_to.add(&self.$at)?;)*
                Ok(())
            }
            fn add_columns(_rows: &[Self], _to: &mut PgArguments) -> Result<(), BoxDynError> {
                $(_to.add(Column(_rows.iter().map(|row| &row.$at).collect()))?;)*
                Ok(())
            }
        }
    )+};
}

#[rustfmt::skip]
cells! {
    0: ;
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
    29: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18 T 19 U 20 V 21 W 22 X 23 Y 24 Z 25 AA 26 BB 27 CC 28;
    30: A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15 Q 16 R 17 S 18 T 19 U 20 V 21 W 22 X 23 Y 24 Z 25 AA 26 BB 27 CC 28 DD 29;
}

/// The values of one cell in many rows, as a PostgreSQL array.
struct Column<'a, T>(Vec<&'a T>);

impl<T: Type<Postgres>> Type<Postgres> for Column<'_, T> {
    fn type_info() -> PgTypeInfo {
        // A type without an array is told when the values are encoded; no type has the number 0.
        PgTypeInfo::with_oid(array_of(&T::type_info()).map_or(Oid(0), |(array, _)| array))
    }
}

impl<'q, T: Encode<'q, Postgres> + Type<Postgres>> Encode<'q, Postgres> for Column<'_, T> {
    /// One dimension, its elements each with its length before it, -1 for null (`array_recv`).
    fn encode_by_ref(&self, to: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let info = T::type_info();
        let (_, element) = array_of(&info).ok_or_else(|| format!("there are no arrays of {info}"))?;
        let length = i32::try_from(self.0.len())?;
        for number in [1, 0, element.0.cast_signed(), length, 1] {
            to.extend_from_slice(&number.to_be_bytes());
        }
        for value in &self.0 {
            let start = to.len();
            to.extend_from_slice(&[0; 4]);
            let bytes = match value.encode_by_ref(to)? {
                IsNull::No => i32::try_from(to.len() - start - 4)?,
                IsNull::Yes => -1,
            };
            to[start..start + 4].copy_from_slice(&bytes.to_be_bytes());
        }
        Ok(IsNull::No)
    }
}

/// The numbers of the array of a type and of the type itself (`pg_type`; they are the same on every server).
fn array_of(element: &PgTypeInfo) -> Option<(Oid, Oid)> {
    let element = element.oid()?;
    let array = match element.0 {
        16 => 1000,   // boolean
        17 => 1001,   // bytea
        20 => 1016,   // bigint
        23 => 1007,   // integer
        25 => 1009,   // text
        701 => 1022,  // double precision
        1082 => 1182, // date
        1184 => 1185, // timestamptz
        2950 => 2951, // uuid
        _ => return None,
    };
    Some((Oid(array), element))
}

/// Most rows of a piece on SQLite, a power of two: beyond it a prepared text costs more memory than it wins.
const MOST_ROWS: usize = 128;
/// Most keys of a piece on SQLite, a power of two.
const MOST_KEYS: usize = 512;
/// Most rows or keys of a piece on PostgreSQL.
const MOST_IN_ARRAYS: usize = 10_000;

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
    let mut written = 0;
    match tx {
        Tx::Sqlite(tx) => {
            for piece in powers_of_two(rows) {
                // Unnumbered marks: SQLite looks numbered ones up by name, one after the other.
                let sql = with_marks(head, "values ", R::WIDTH, piece.len(), tail);
                let mut args = SqliteArguments::default();
                args.reserve(piece.len() * R::WIDTH, 0);
                piece.iter().try_for_each(|row| row.add_sqlite(&mut args)).map_err(sqlx::Error::Encode)?;
                written +=
                    sqlx::query_with(AssertSqlSafe(sql), args).execute(&mut **tx).await?.rows_affected();
            }
        }
        Tx::Postgres(tx) => {
            for piece in rows.chunks(MOST_IN_ARRAYS) {
                let sql = with_arrays(head, 0, R::WIDTH, tail);
                let mut args = PgArguments::default();
                R::add_columns(piece, &mut args).map_err(sqlx::Error::Encode)?;
                written +=
                    sqlx::query_with(AssertSqlSafe(sql), args).execute(&mut **tx).await?.rows_affected();
            }
        }
    }
    Ok(written)
}

/// What `among!` does; see there.
///
/// # Errors
/// When a statement fails or a row is not what was asked for.
pub async fn rows_among<Row, K: Cells, F: Cells>(
    tx: &mut Tx,
    head: &str,
    keys: &[K],
    tail: &str,
    fixed: F,
) -> Result<Vec<Row>, StoreError>
where
    Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let mut found = Vec::new();
    match tx {
        Tx::Sqlite(tx) => {
            for piece in keys.chunks(MOST_KEYS) {
                let filled = piece.len().next_power_of_two();
                // A list of single keys after `in` needs no table.
                let values = if K::WIDTH == 1 && head.ends_with("in (") { "" } else { "values " };
                // SQLite looks numbered marks up by name, one after the other: only the few fixed arguments have numbers,
                // behind those of the list.
                let behind = filled * K::WIDTH;
                let (head, tail) = (renumbered(head, behind), renumbered(tail, behind));
                let sql = with_marks(&head, values, K::WIDTH, filled, &tail);
                let mut args = SqliteArguments::default();
                args.reserve(F::WIDTH + behind, 0);
                let last = piece.last().into_iter().cycle();
                let mut keys = piece.iter().chain(last).take(filled);
                keys.try_for_each(|key| key.add_sqlite(&mut args)).map_err(sqlx::Error::Encode)?;
                fixed.add_sqlite(&mut args).map_err(sqlx::Error::Encode)?;
                let query = sqlx::query_as_with::<_, Row, _>(AssertSqlSafe(sql), args);
                found.append(&mut query.fetch_all(&mut **tx).await?);
            }
        }
        Tx::Postgres(tx) => {
            for piece in keys.chunks(MOST_IN_ARRAYS) {
                let sql = with_arrays(head, F::WIDTH, K::WIDTH, tail);
                let mut args = PgArguments::default();
                fixed.add_postgres(&mut args).map_err(sqlx::Error::Encode)?;
                K::add_columns(piece, &mut args).map_err(sqlx::Error::Encode)?;
                let query = sqlx::query_as_with::<_, Row, _>(AssertSqlSafe(sql), args);
                found.append(&mut query.fetch_all(&mut **tx).await?);
            }
        }
    }
    Ok(found)
}

/// Cuts rows into pieces whose lengths are powers of two, the largest first.
fn powers_of_two<R>(mut rows: &[R]) -> impl Iterator<Item = &[R]> {
    std::iter::from_fn(move || {
        let length = 1 << rows.len().min(MOST_ROWS).checked_ilog2()?;
        let (piece, rest) = rows.split_at(length);
        rows = rest;
        Some(piece)
    })
}

/// `head values (?,?),(?,?) tail`; without `values` the marks stand alone, for a list.
fn with_marks(head: &str, values: &str, width: usize, rows: usize, tail: &str) -> String {
    let mut sql = String::with_capacity(head.len() + tail.len() + rows * (2 * width + 2) + 16);
    sql.push_str(head);
    sql.push(' ');
    sql.push_str(values);
    for row in 0..rows {
        sql.push_str(if row == 0 { "" } else { "," });
        sql.push_str(if values.is_empty() { "" } else { "(" });
        for cell in 0..width {
            sql.push_str(if cell == 0 { "?" } else { ",?" });
        }
        sql.push_str(if values.is_empty() { "" } else { ")" });
    }
    sql.push(' ');
    sql.push_str(tail);
    sql
}

/// The same text with every `$1`, `$2` … counted from `behind`.
fn renumbered(text: &str, behind: usize) -> String {
    let mut parts = text.split('$');
    let mut renumbered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let number: usize = part[..part.len() - rest.len()].parse().unwrap_or_default();
        renumbered.push_str(&format!("${}{rest}", behind + number));
    }
    renumbered
}

/// `head select * from unnest($1,$2) tail`, numbered after the `fixed` arguments.
fn with_arrays(head: &str, fixed: usize, width: usize, tail: &str) -> String {
    let arrays: Vec<String> = (1..=width).map(|number| format!("${}", fixed + number)).collect();
    format!("{head} select * from unnest({}) {tail}", arrays.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_powers_of_two_and_lose_nothing() {
        for length in [0, 1, 2, 3, 7, 127, 128, 129, 255, 256, 511, 512, 513, 1_000] {
            let rows: Vec<usize> = (0..length).collect();
            let pieces: Vec<&[usize]> = powers_of_two(&rows).collect();
            assert!(pieces.iter().all(|piece| piece.len().is_power_of_two() && piece.len() <= MOST_ROWS));
            assert_eq!(pieces.concat(), rows);
        }
    }

    #[test]
    fn the_texts_of_lists() {
        assert_eq!(
            with_marks("insert into t (a, b)", "values ", 2, 2, ""),
            "insert into t (a, b) values (?,?),(?,?) "
        );
        assert_eq!(with_marks("… in (", "", 1, 3, ")"), "… in ( ?,?,? )");
        assert_eq!(
            renumbered("a = $1 and (b = $12 or $1) in (", 512),
            "a = $513 and (b = $524 or $513) in ("
        );
        assert_eq!(renumbered("", 2), "");
        assert_eq!(
            with_arrays("a = $1 and b in (", 1, 1, ")"),
            "a = $1 and b in ( select * from unnest($2) )"
        );
    }
}
