//! Records pushed by devices, and what the bare work of taking them in costs on this machine just now.
//!
//! The floor of a run are the very rows that run has written: the same signatures are verified in one thread, then the
//! same rows go into the same tables of a second store, in groups of the size the server has reached, one statement a
//! table, one durable commit a group.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, Result, ensure};
use kandas_shared::{
    hash::from_b64,
    jws::{Jws, PublicKey},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, UnparsedPublicKey},
};

use super::{
    Bench,
    figures::Figures,
    instant,
    load::{self, BATCH},
    processes::Cpu,
    site::{Engine, Ground, Site},
    tables::{Cell, Rows, Tables},
};

/// Connections of the line of single records.
const CONNECTIONS: usize = 8;
/// Devices that push batches at once.
const DEVICES: usize = 8;

impl Bench {
    /// What a record costs that is pushed alone, eight connections at once: time of the processor, server and database.
    pub(crate) fn push(&self, figures: &mut Figures, engine: Engine) -> Result<()> {
        let run = self.pushed(engine, CONNECTIONS, self.scale.singles, 1)?;
        let floor = self.bare(&run, 1)?;
        let (name, records) = (engine.name(), run.records as f64);
        let each = |seconds: f64| seconds * 1e3 / records;
        figures.add(&format!("push_cpu_ms_per_record_{name}"), each(run.cpu.server + run.cpu.database));
        let bare = floor.cpu.generator + floor.cpu.database;
        figures.add(&format!("push_cpu_floor_ms_per_record_{name}"), each(bare));
        if engine == Engine::Postgres {
            figures.add(&format!("push_cpu_database_ms_per_record_{name}"), each(run.cpu.database));
        }
        figures.add(&format!("push_generator_cpu_ms_per_record_{name}"), each(run.cpu.generator));
        figures.add(&format!("push_records_per_s_{name}"), records / run.took.as_secs_f64());
        figures.add(&format!("push_records_per_group_{name}"), run.group as f64);
        Ok(())
    }

    /// Records a second in batches of fifty, several devices at once, beside the bare work.
    pub(crate) fn batch(&self, figures: &mut Figures, engine: Engine) -> Result<()> {
        let run = self.pushed(engine, DEVICES, self.scale.batches, BATCH)?;
        let floor = self.bare(&run, 0)?;
        let (name, records) = (engine.name(), run.records as f64);
        let (ours, bare) = (records / run.took.as_secs_f64(), records / floor.took.as_secs_f64());
        figures.add(&format!("batch_records_per_s_{name}"), ours);
        figures.add(&format!("batch_floor_records_per_s_{name}"), bare);
        figures.add(&format!("batch_ratio_{name}"), ours / bare);
        let each = |seconds: f64| seconds * 1e3 / records;
        figures.add(&format!("batch_cpu_ms_per_record_{name}"), each(run.cpu.server + run.cpu.database));
        figures.add(&format!("batch_generator_cpu_ms_per_record_{name}"), each(run.cpu.generator));
        figures.add(&format!("batch_records_per_group_{name}"), run.group as f64);
        Ok(())
    }

    fn pushed(&self, engine: Engine, devices: usize, bodies: usize, records: usize) -> Result<Run> {
        let each = bodies * records;
        // Some thirty services are planned for a family; every record is about one of its own.
        let families = u32::try_from(devices * each / 15)?.max(100);
        let ground = Ground { families, workers: u32::try_from(devices.div_ceil(2))?, ..Ground::default() };
        let site = self.site(engine, &ground)?;
        let serving = site.centre.serve()?;
        let mut sealers = self.sealers(&site, devices)?;
        let (mut packed, mut signed) = (Vec::new(), Vec::new());
        let mut warm = Vec::new();
        for sealer in &mut sealers {
            // The first request of a line shakes hands and the first records of a store fill its caches: not counted.
            warm.push(sealer.bodies(1, records)?);
            let (key, mut own) = (sealer.public_key(), Vec::new());
            for _ in 0..bodies {
                let statements = sealer.batch(records)?;
                own.push(sealer.device.body(&statements)?);
                signed.extend(statements.into_iter().map(|statement| (key, statement)));
            }
            packed.push(own);
        }
        self.runtime.block_on(load::push(&sealers, warm))?;
        let before = self.runtime.block_on(async { head(&mut site.tables().await?).await })?;

        let start = instant();
        let (answered, cpu) =
            self.watched(&site, &serving)?.during(|| self.runtime.block_on(load::push(&sealers, packed)))?;
        let took = instant().duration_since(start);

        load::check(&sealers, &answered, signed.len())?;
        let status = serving.stop()?;
        ensure!(status.success(), "the central store ended with {status}");
        let (written, group) = self.runtime.block_on(async {
            let mut tables = site.tables().await?;
            let groups = format!("select count(distinct at) from journal where position > {before}");
            let groups = tables.number(&groups).await?.max(1);
            let written = Written::read(&mut tables, before).await?;
            anyhow::Ok((written, signed.len().div_ceil(usize::try_from(groups)?)))
        })?;
        Ok(Run { took, cpu, records: signed.len(), group, signed, written, site, ground })
    }

    /// The bare work of the same run, with so many signatures of the server for each record.
    fn bare(&self, run: &Run, receipts: usize) -> Result<Floor> {
        let site = self.site_of(run.site.engine, &run.ground, run.site.district.clone())?;
        let proofs: Vec<_> = run.signed.iter().map(|(key, s)| Proof::of(key, s)).collect::<Result<_>>()?;
        let groups = run.written.groups(run.group);
        let hand = Hand::new()?;
        let watched = super::processes::Watched {
            server: None,
            database: (site.engine == Engine::Postgres).then_some(&self.cluster),
        };
        let mut tables = self.runtime.block_on(site.tables())?;
        let start = instant();
        let ((), cpu) = watched.during(|| {
            let mut waiting = proofs.chunks(run.group);
            for group in &groups {
                for proof in waiting.next().into_iter().flatten() {
                    ensure!(proof.holds(), "a signature does not verify");
                    for _ in 0..receipts {
                        hand.sign(&proof.message)?;
                    }
                }
                self.runtime.block_on(group.write(&mut tables))?;
            }
            Ok(())
        })?;
        let took = instant().duration_since(start);
        let positions = i64::try_from(run.records)?;
        let kept = self.runtime.block_on(tables.number("select count(*) from record"))?;
        ensure!(kept == positions, "the floor has written {kept} of {positions} records");
        Ok(Floor { took, cpu })
    }
}

/// What a run of the server came to.
struct Run {
    took: Duration,
    cpu: Cpu,
    records: usize,
    /// Records that shared a commit, on average.
    group: usize,
    signed: Vec<(PublicKey, Jws)>,
    written: Written,
    site: Site,
    ground: Ground,
}

struct Floor {
    took: Duration,
    cpu: Cpu,
}

/// A signature with everything that is needed to verify it.
struct Proof {
    key: [u8; 65],
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Proof {
    fn of(key: &PublicKey, statement: &Jws) -> Result<Self> {
        let signature = from_b64(&statement.signature).context("a signature that is no base64url")?;
        Ok(Self { key: key.0, message: statement.signing_input(), signature })
    }

    fn holds(&self) -> bool {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.key);
        key.verify(&self.message, &self.signature).is_ok()
    }
}

/// Signs as the server does.
struct Hand {
    pair: EcdsaKeyPair,
    chance: SystemRandom,
}

impl Hand {
    fn new() -> Result<Self> {
        let (chance, alg) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let failed = |_| anyhow::anyhow!("ring makes no key");
        let key = EcdsaKeyPair::generate_pkcs8(alg, &chance).map_err(failed)?;
        let pair = EcdsaKeyPair::from_pkcs8(alg, key.as_ref(), &chance)?;
        Ok(Self { pair, chance })
    }

    fn sign(&self, message: &[u8]) -> Result<()> {
        let signature = self.pair.sign(&self.chance, message);
        std::hint::black_box(signature.map_err(|_| anyhow::anyhow!("ring does not sign"))?);
        Ok(())
    }
}

/// A table a group of records writes to: where its rows come from, with the position they belong to first, and what
/// happens to a row that is there already.
struct Source {
    table: &'static str,
    rows: &'static str,
    tail: &'static str,
}

const SOURCES: [Source; 8] = [
    Source { table: "journal", rows: "select position as at_position, journal.* from journal", tail: "" },
    Source {
        table: "journal_body",
        rows: "select position as at_position, journal_body.* from journal_body",
        tail: "",
    },
    Source {
        table: "journal_tile",
        rows: "select (idx + 1) << level as at_position, journal_tile.* from journal_tile",
        tail: "",
    },
    Source { table: "record", rows: "select position as at_position, record.* from record", tail: "" },
    Source {
        table: "evidence",
        rows: "select record.position as at_position, evidence.* from evidence join record on record.hash = evidence.hash",
        tail: "",
    },
    Source {
        table: "evidence_file",
        rows: "select record.position as at_position, evidence_file.* from evidence_file
            join evidence on evidence.evidence = evidence_file.evidence join record on record.hash = evidence.hash",
        tail: "",
    },
    Source {
        table: "activity",
        rows: "select (select max(position) from record where record.activity = activity.id) as at_position, activity.*
            from activity",
        tail: "on conflict (id) do update set state = excluded.state, record = excluded.record, done_on = excluded.done_on",
    },
    Source {
        table: "change",
        rows: "select position as at_position, change.* from change",
        tail: "on conflict (scope, kind, id) do update set position = excluded.position",
    },
];

/// The head of each chain, which every group moves on: only the last record of a chain in the group counts.
const CHAINS: Source = Source {
    table: "chain",
    rows: "select position as at_position, device, chain, seq, hash from record",
    tail: "on conflict (device, chain) do update set seq = excluded.seq, hash = excluded.hash",
};

/// Rows of one table, behind where they come from and the names of their columns.
type Sourced<R> = (&'static Source, Vec<String>, Vec<R>);

/// What a run has written, by table, each row with its place after the first position of the run.
struct Written {
    tables: Vec<Sourced<(i64, Vec<Cell>)>>,
    before: i64,
    frontier: Cell,
}

impl Written {
    async fn read(tables: &mut Tables, before: i64) -> Result<Self> {
        let mut all = Vec::new();
        for source in SOURCES.iter().chain([&CHAINS]) {
            let sql = format!(
                "select * from ({}) as r where at_position > {before} order by at_position",
                source.rows
            );
            let computed = tables.computed(source.table).await?;
            let Rows { mut columns, rows } = tables.rows(&sql).await?.without(&computed);
            if columns.is_empty() {
                continue;
            }
            columns.remove(0);
            let mut placed = Vec::with_capacity(rows.len());
            for mut row in rows {
                let Cell::Number(Some(position)) = row.remove(0) else {
                    anyhow::bail!("{}: a row without its position", source.table);
                };
                placed.push((position, row));
            }
            all.push((source, columns, placed));
        }
        let mut head = tables.rows("select frontier from journal_head where id = 1").await?.rows;
        let frontier = head.pop().and_then(|mut row| row.pop()).context("the journal has no head")?;
        Ok(Self { tables: all, before, frontier })
    }

    fn groups(&self, size: usize) -> Vec<Group> {
        let size = size.max(1) as i64;
        let of = |position: i64| ((position - self.before - 1) / size) as usize;
        let positions =
            self.tables.iter().flat_map(|(_, _, rows)| rows.last()).map(|(position, _)| *position);
        let number = positions.max().map_or(0, |last| of(last) + 1);
        let mut groups: Vec<Group> = (1..=number as i64)
            .map(|group| Group {
                tables: Vec::new(),
                size: self.before + group * size,
                frontier: self.frontier.clone(),
            })
            .collect();
        for (source, columns, rows) in &self.tables {
            for group in rows.chunk_by(|(one, _), (two, _)| of(*one) == of(*two)) {
                let rows: Vec<_> = group.iter().map(|(_, row)| row.clone()).collect();
                let rows = if source.table == CHAINS.table { heads(rows) } else { rows };
                groups[of(group[0].0)].tables.push((source, columns.clone(), rows));
            }
        }
        groups
    }
}

/// The last row of each chain; the first two cells say which.
fn heads(rows: Vec<Vec<Cell>>) -> Vec<Vec<Cell>> {
    let mut last: HashMap<String, Vec<Cell>> = HashMap::new();
    for row in rows {
        last.insert(format!("{:?}", &row[..2]), row);
    }
    last.into_values().collect()
}

/// What goes into one commit.
struct Group {
    tables: Vec<Sourced<Vec<Cell>>>,
    size: i64,
    frontier: Cell,
}

impl Group {
    async fn write(&self, tables: &mut Tables) -> Result<()> {
        tables.run("begin").await?;
        for (source, columns, rows) in &self.tables {
            tables.insert(source.table, columns, rows, source.tail).await?;
        }
        let head = ["id", "size", "frontier"].map(str::to_owned);
        let row = vec![vec![Cell::Number(Some(1)), Cell::Number(Some(self.size)), self.frontier.clone()]];
        let tail = "on conflict (id) do update set size = excluded.size, frontier = excluded.frontier";
        tables.insert("journal_head", &head, &row, tail).await?;
        tables.run("commit").await
    }
}

async fn head(tables: &mut Tables) -> Result<i64> {
    tables.number("select size from journal_head where id = 1").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_fall_into_the_groups_of_their_positions() {
        let row = |number: i64| vec![Cell::Number(Some(number)), Cell::Number(Some(1))];
        let rows = vec![(11, row(1)), (12, row(1)), (13, row(2)), (16, row(3))];
        let written = Written {
            tables: vec![(&SOURCES[0], vec!["a".into(), "b".into()], rows.clone()), (&CHAINS, vec![], rows)],
            before: 10,
            frontier: Cell::Bytes(None),
        };
        let groups = written.groups(3);
        let sizes: Vec<Vec<usize>> =
            groups.iter().map(|group| group.tables.iter().map(|(_, _, rows)| rows.len()).collect()).collect();
        assert_eq!(sizes, [vec![3, 2], vec![1, 1]]);
        assert_eq!(groups.iter().map(|group| group.size).collect::<Vec<_>>(), [13, 16]);
    }

    #[test]
    fn a_signature_is_verified_and_a_wrong_one_is_not() {
        use kandas_shared::jws::{Signer as _, Typ};
        use rand::{SeedableRng, rngs::StdRng};
        let key = crate::device::Key::draw(&mut StdRng::seed_from_u64(1));
        let statement = Jws::sign(Typ::Record, "{}".into(), &key).unwrap();
        let mut proof = Proof::of(&key.public_key(), &statement).unwrap();
        assert!(proof.holds());
        proof.message.push(b' ');
        assert!(!proof.holds());
    }
}
