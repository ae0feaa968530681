//! A phone's ledger as its command line prints it (`kandas-field ledger --json --statements`), and
//! the table made of it.

use kandas_fixtures::media::CameraFile;
use kandas_shared::{
    evidence::{Evidence, FileRef, Part},
    hash::Digest,
    ids::{EvidenceId, RecordId},
    jws::Jws,
    record::{Reading, Record, read},
    service::ServiceCode,
};
use serde::Deserialize;

use super::say::{short, size, table};

/// Everything the phone says about its work.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Ledger {
    /// One per sealed record.
    pub(crate) items: Vec<Item>,
    /// Files that cannot be evidence.
    #[serde(default)]
    pub(crate) set_aside: Vec<SetAside>,
}

/// One sealed record.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Item {
    /// Its id.
    pub(crate) record: RecordId,
    /// Identity of its statement.
    pub(crate) hash: Digest,
    /// Which service.
    pub(crate) service: Option<ServiceCode>,
    /// recorded, accepted, held, refused or delivered.
    pub(crate) state: String,
    /// Why it is held or refused.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// Its files.
    pub(crate) files: Vec<File>,
    /// The signed statement.
    #[serde(default)]
    pub(crate) statement: Option<Jws>,
    /// The server's receipt of the present epoch.
    #[serde(default)]
    pub(crate) receipt: Option<Jws>,
}

/// One file of a record.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct File {
    /// The evidence.
    pub(crate) evidence: EvidenceId,
    /// Which of its files.
    pub(crate) part: Part,
    /// Bytes.
    pub(crate) size: u64,
    /// Bytes the server has.
    pub(crate) sent: u64,
    /// waiting, uploading, delivered, kept, damaged or set_aside.
    pub(crate) state: String,
    /// Why it is damaged or set aside.
    #[serde(default)]
    pub(crate) reason: Option<String>,
    /// What the phone hashed.
    #[serde(default)]
    pub(crate) sha256: Option<Digest>,
    /// The server's receipt of the present epoch.
    #[serde(default)]
    pub(crate) receipt: Option<Jws>,
}

/// A file that cannot be evidence.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct SetAside {
    /// Its name.
    pub(crate) name: String,
    /// Why.
    pub(crate) reason: String,
}

impl Item {
    /// The signed record.
    pub(crate) fn record(&self) -> Option<Record> {
        match read(&self.statement.as_ref()?.payload) {
            Reading::Record(record) => Some(*record),
            _ => None,
        }
    }

    /// The files that travel: all but originals, which wait until they are called for.
    pub(crate) fn travelling(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.part != Part::Original)
    }
}

impl File {
    /// Its name in the store.
    pub(crate) fn reference(&self) -> FileRef {
        FileRef { evidence: self.evidence, part: self.part }
    }
}

impl Ledger {
    /// Whether everything is with the server.
    pub(crate) fn is_delivered(&self) -> bool {
        self.items.iter().all(|item| item.state == "delivered")
    }

    /// Files that travel, of all records, with their record.
    pub(crate) fn travelling(&self) -> impl Iterator<Item = (&Item, &File)> {
        self.items.iter().flat_map(|item| item.travelling().map(move |file| (item, file)))
    }

    /// Bytes that travel.
    pub(crate) fn bytes(&self) -> u64 {
        self.travelling().map(|(_, file)| file.size).sum()
    }

    /// Bytes the server has.
    pub(crate) fn sent(&self) -> u64 {
        self.travelling().map(|(_, file)| file.sent).sum()
    }

    /// The ledger as a table; camera files are named by what was signed about them.
    pub(crate) fn table(&self, files: &[&CameraFile]) -> Vec<String> {
        let mut rows = Vec::new();
        for item in &self.items {
            let service = item
                .service
                .map_or_else(String::new, |code| format!("{code} {}", short(&code.service().en, 34)));
            let state = match &item.reason {
                Some(reason) => format!("{} ({reason})", item.state),
                None => item.state.clone(),
            };
            let signed = item.record();
            for (place, file) in item.travelling().enumerate() {
                let of = signed.as_ref().and_then(|record| {
                    record.evidence.iter().find(|evidence| evidence.evidence == file.evidence)
                });
                let name = of.and_then(|evidence| camera_name(evidence, files));
                let name = match (name, file.part) {
                    (Some(name), Part::File) => name,
                    (Some(_), part) => format!("  its {part}"),
                    (None, part) => format!("{} {part}", short(&file.evidence.to_string(), 9)),
                };
                let first = place == 0;
                rows.push(vec![
                    if first { tail(&item.record.to_string()) } else { String::new() },
                    if first { service.clone() } else { String::new() },
                    if first { state.clone() } else { String::new() },
                    short(&name, 30),
                    size(file.sent),
                    size(file.size),
                    file.reason
                        .clone()
                        .map_or_else(|| file.state.clone(), |why| format!("{} ({why})", file.state)),
                ]);
            }
            if item.travelling().next().is_none() {
                let none = || "-".to_owned();
                rows.push(vec![
                    tail(&item.record.to_string()),
                    service,
                    state,
                    none(),
                    none(),
                    none(),
                    none(),
                ]);
            }
        }
        table(&["record", "service", "record is", "file", "sent", "of", "file is"], &[4, 5], &rows)
    }
}

/// The camera file a piece of evidence was made from: sent as it is, or kept as the original.
pub(crate) fn comes_from(evidence: &Evidence, file: &CameraFile) -> bool {
    let hash = Digest(file.sha256);
    evidence.sha256 == hash || evidence.original.as_ref().is_some_and(|original| original.sha256 == hash)
}

fn camera_name(evidence: &Evidence, files: &[&CameraFile]) -> Option<String> {
    files.iter().find(|file| comes_from(evidence, file)).map(|file| file.name())
}

/// The end of an id: ids of one hour begin alike.
fn tail(id: &str) -> String {
    id.chars().skip(id.chars().count().saturating_sub(8)).collect()
}
