//! The exchange of files with a state system (§37, §44; docs/exchange.md): one JSON document a line, the first line says what
//! the file is. No gateway of the state is spoken to here; whoever runs one takes and leaves files.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    evidence::EvidenceKind,
    hash::{Digest, Epoch},
    ids::{ActivityId, FamilyId, PersonId, RecordId},
    service::ServiceCode,
    text_enum::text_enum,
};

/// What the first line calls the format.
pub const FORMAT: &str = "kandas-exchange";
/// Version of the format.
pub const VERSION: u32 = 1;
/// Largest file that is taken in.
pub const MOST_BYTES: usize = 8 << 20;
/// Most messages of a file.
pub const MOST_MESSAGES: usize = 500;
/// Longest code of a refusal, reference or name of a system.
pub const MOST_WORD: usize = 100;

text_enum! {
    /// Which way a file goes.
    pub enum Direction {
        /// From this centre.
        Out = "out",
        /// To this centre.
        In = "in",
    }
}

text_enum! {
    /// Where a message to a state system stands.
    pub enum SentState {
        /// It waits to be written.
        Queued = "queued",
        /// It lies in a file that the other side may take.
        Written = "written",
        /// The other side has taken it.
        Acknowledged = "acknowledged",
        /// The other side has refused it, with a code.
        Refused = "refused",
        /// What it is about was erased: it is not written any more.
        Erased = "erased",
    }
}

text_enum! {
    /// Why something that came is kept aside.
    pub enum AsideReason {
        /// It is not readable, or not whole.
        Damaged = "damaged",
        /// It came before.
        Duplicate = "duplicate",
        /// A kind of message that this version does not know.
        UnknownKind = "unknown_kind",
        /// It is about something that is not here.
        UnknownSubject = "unknown_subject",
        /// It cannot be so: another system, not done yet, a day to come.
        Impossible = "impossible",
    }
}

text_enum! {
    /// What became of something that was kept aside.
    pub enum AsideState {
        /// It waits for somebody.
        Aside = "aside",
        /// It was tried once more and taken.
        Taken = "taken",
        /// Somebody has closed it.
        Closed = "closed",
    }
}

/// The first line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub v: u32,
    /// Which way it goes.
    pub direction: Direction,
    /// Number among the files of its sender, from 1 on.
    pub sequence: u64,
    /// Lines after this one.
    pub messages: u64,
    /// SHA-256 of all bytes after this line.
    pub sha256: Digest,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Epoch of the store, in files of this centre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<Epoch>,
}

/// A message of this centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outgoing {
    /// A service was rendered, and its record taken into custody (§37).
    Completion(Completion),
}

/// See [`Outgoing::Completion`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    /// Its id: the same however often it is written ([`message_id`]).
    pub message: Uuid,
    /// The record.
    pub record: RecordId,
    /// SHA-256 of its signed statement.
    pub statement: Digest,
    /// The record that it corrects.
    pub supersedes: Option<RecordId>,
    /// Position of its custody in the journal.
    pub position: u64,
    /// The family.
    pub family: FamilyId,
    /// The person.
    pub person: PersonId,
    /// His individual identification number, if there is one.
    pub iin: Option<String>,
    /// The plan's activity.
    pub activity: ActivityId,
    /// Which service.
    pub service: ServiceCode,
    /// The worker's day.
    pub done_on: NaiveDate,
    /// When the record was taken into custody.
    pub received_at: DateTime<Utc>,
    /// KATO code of the family's settlement.
    pub settlement: String,
    /// What proves it.
    pub evidence: Vec<Proof>,
}

/// A piece of evidence as it was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// What it is.
    pub kind: EvidenceKind,
    /// SHA-256 as signed.
    pub sha256: Digest,
    /// Bytes as signed.
    pub size: u64,
    /// Whether the file has come here.
    pub here: bool,
}

/// A message of the other side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Incoming {
    /// A message of this centre was taken.
    Acknowledged {
        /// Id of this message.
        message: Uuid,
        /// The message that was taken.
        about: Uuid,
    },
    /// A message of this centre was refused.
    Refused {
        /// Id of this message.
        message: Uuid,
        /// The message that was refused.
        about: Uuid,
        /// Why, as a code of the other side: letters, digits, `-`, `_`, `.`.
        code: String,
    },
    /// A state system confirms or contradicts a service (§44).
    SystemConfirmed {
        /// Id of this message.
        message: Uuid,
        /// Name of the system, as reference data have it.
        system: String,
        /// The activity.
        activity: ActivityId,
        /// Whether it says the same as the record.
        agrees: bool,
        /// The day of its answer.
        on: NaiveDate,
        /// Number of the answer there.
        reference: String,
    },
}

impl Incoming {
    /// Its id.
    #[must_use]
    pub fn message(&self) -> Uuid {
        match self {
            Self::Acknowledged { message, .. }
            | Self::Refused { message, .. }
            | Self::SystemConfirmed { message, .. } => *message,
        }
    }

    /// Whether its words are such as may be kept in the clear: short, without control characters, and no number of a person.
    #[must_use]
    pub fn fits(&self) -> bool {
        let short = |text: &str| !text.trim().is_empty() && text.chars().count() <= MOST_WORD;
        match self {
            Self::Acknowledged { .. } => true,
            Self::Refused { code, .. } => {
                short(code)
                    && code.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
                    && !has_number(code)
            }
            Self::SystemConfirmed { system, reference, .. } => {
                let clear = |text: &str| short(text) && !text.contains(char::is_control);
                clear(system) && clear(reference) && !has_number(reference)
            }
        }
    }
}

/// Twelve digits in a row, and no more, are a person's number.
#[must_use]
pub fn has_number(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 12)
}

/// The id of the message about a statement: the same for the same statement, whatever store sends it.
#[must_use]
pub fn message_id(statement: &Digest) -> Uuid {
    let mut text = b"kandas-exchange/1\n".to_vec();
    text.extend_from_slice(&statement.0);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Digest::of(&text).0[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Name of a file of this centre.
#[must_use]
pub fn file_name(sequence: u64) -> String {
    format!("kandas-{sequence:010}.ndjson")
}

/// A whole file: head and messages.
///
/// # Errors
/// Never for what this program makes.
pub fn write(
    sequence: u64,
    store: Epoch,
    made_at: DateTime<Utc>,
    messages: &[Outgoing],
) -> Result<Vec<u8>, serde_json::Error> {
    let mut rest = Vec::new();
    for message in messages {
        serde_json::to_writer(&mut rest, message)?;
        rest.push(b'\n');
    }
    let head = Head {
        format: FORMAT.into(),
        v: VERSION,
        direction: Direction::Out,
        sequence,
        messages: messages.len() as u64,
        sha256: Digest::of(&rest),
        made_at,
        store: Some(store),
    };
    let mut text = serde_json::to_vec(&head)?;
    text.push(b'\n');
    text.extend(rest);
    Ok(text)
}

/// A line of a file that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, the first message being 1.
    pub number: u64,
    /// Its id, as far as it could be read.
    pub message: Option<Uuid>,
    /// The message, or why it cannot be taken.
    pub read: Result<Incoming, AsideReason>,
}

/// Reads a file that came; none if it is not whole: another format or version, another number of lines, another hash.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<(Head, Vec<Line>)> {
    if bytes.len() > MOST_BYTES {
        return None;
    }
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (first, rest) = (bytes.get(..end)?, bytes.get(end + 1..)?);
    let head: Head = serde_json::from_slice(first).ok()?;
    let known =
        head.format == FORMAT && head.v == VERSION && head.direction == Direction::In && head.sequence > 0;
    if !known || head.sha256 != Digest::of(rest) || (!rest.is_empty() && rest.last() != Some(&b'\n')) {
        return None;
    }
    let lines: Vec<&[u8]> = rest.split(|byte| *byte == b'\n').collect();
    let lines = lines.split_last().map_or(&[][..], |(_, lines)| lines);
    if lines.len() as u64 != head.messages || lines.len() > MOST_MESSAGES {
        return None;
    }
    let lines = (1..).zip(lines).map(|(number, line)| read_line(number, line)).collect();
    Some((head, lines))
}

fn read_line(number: u64, line: &[u8]) -> Line {
    #[derive(Deserialize)]
    struct Begun {
        kind: Option<String>,
        message: Option<Uuid>,
    }
    let Ok(some) = serde_json::from_slice::<Begun>(line) else {
        return Line { number, message: None, read: Err(AsideReason::Damaged) };
    };
    let known = ["acknowledged", "refused", "system-confirmed"];
    let read = match serde_json::from_slice::<Incoming>(line) {
        Ok(message) if message.fits() => Ok(message),
        _ if some.kind.as_deref().is_some_and(|kind| !known.contains(&kind)) => Err(AsideReason::UnknownKind),
        _ => Err(AsideReason::Damaged),
    };
    Line { number, message: some.message, read }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn file(lines: &[&str], change: impl FnOnce(&mut Head)) -> Vec<u8> {
        let rest: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let mut head = Head {
            format: FORMAT.into(),
            v: VERSION,
            direction: Direction::In,
            sequence: 7,
            messages: lines.len() as u64,
            sha256: Digest::of(rest.as_bytes()),
            made_at: "2026-11-23T07:00:00Z".parse().unwrap(),
            store: None,
        };
        change(&mut head);
        format!("{}\n{rest}", serde_json::to_string(&head).unwrap()).into_bytes()
    }

    const TAKEN: &str = r#"{"kind":"acknowledged","message":"00000000-0000-0000-0000-000000000001","about":"00000000-0000-0000-0000-000000000002"}"#;

    #[test]
    fn lines_are_read_one_by_one() {
        let confirmed = |more: &str| {
            format!(
                r#"{{"kind":"system-confirmed","message":"{}","system":"ЦКС","activity":"{}","agrees":false,"on":"2026-11-20","reference":"№ 7"{more}}}"#,
                id(3),
                id(4)
            )
        };
        let refused = |code: &str| {
            format!(r#"{{"kind":"refused","message":"{}","about":"{}","code":"{code}"}}"#, id(5), id(2))
        };
        let (whole, odd, numbered) = (confirmed(""), confirmed(r#","name":"x""#), refused("990101300123"));
        let other = format!(r#"{{"kind":"greeting","message":"{}"}}"#, id(6));
        let good = refused("E-12.a");
        let lines = [TAKEN, whole.as_str(), odd.as_str(), &good, &numbered, &other, "{", ""];
        let (head, read) = read(&file(&lines, |_| {})).unwrap();
        assert_eq!((head.sequence, read.len()), (7, 8));
        assert_eq!(read[0].read, Ok(Incoming::Acknowledged { message: id(1), about: id(2) }));
        assert!(matches!(&read[1].read, Ok(Incoming::SystemConfirmed { agrees: false, .. })));
        assert!(matches!(&read[3].read, Ok(Incoming::Refused { code, .. }) if code == "E-12.a"));
        let rest: Vec<_> =
            [2, 4, 5, 6, 7].map(|at| (read[at].message, read[at].read.clone().unwrap_err())).to_vec();
        assert_eq!(
            rest,
            [
                (Some(id(3)), AsideReason::Damaged),
                (Some(id(5)), AsideReason::Damaged),
                (Some(id(6)), AsideReason::UnknownKind),
                (None, AsideReason::Damaged),
                (None, AsideReason::Damaged),
            ]
        );
    }

    #[test]
    fn a_file_that_is_not_whole_is_not_read() {
        assert!(read(&file(&[], |_| {})).is_some(), "nothing to say is said too");
        type Change = Box<dyn FnOnce(&mut Head)>;
        let table: [(&str, Change); 6] = [
            ("hash", Box::new(|head| head.sha256 = Digest([0; 32]))),
            ("count", Box::new(|head| head.messages = 2)),
            ("format", Box::new(|head| head.format = "other".into())),
            ("version", Box::new(|head| head.v = 2)),
            ("direction", Box::new(|head| head.direction = Direction::Out)),
            ("sequence", Box::new(|head| head.sequence = 0)),
        ];
        for (what, change) in table {
            assert!(read(&file(&[TAKEN], change)).is_none(), "{what}");
        }
        let whole = file(&[TAKEN], |_| {});
        for cut in [0, 1, 40, whole.len() - 1] {
            assert!(read(&whole[..cut]).is_none(), "{cut}");
        }
        assert!(read(&vec![b' '; MOST_BYTES + 1]).is_none());
        let many = vec![TAKEN; MOST_MESSAGES + 1];
        assert!(read(&file(&many, |_| {})).is_none());
    }

    #[test]
    fn a_file_of_ours_says_what_it_is() {
        let completion = Completion {
            message: message_id(&Digest::of(b"a")),
            record: RecordId(id(1)),
            statement: Digest::of(b"a"),
            supersedes: None,
            position: 9,
            family: FamilyId(id(2)),
            person: PersonId(id(3)),
            iin: None,
            activity: ActivityId(id(4)),
            service: "S07".parse().unwrap(),
            done_on: "2026-11-20".parse().unwrap(),
            received_at: "2026-11-23T07:00:00Z".parse().unwrap(),
            settlement: "559133100".into(),
            evidence: vec![Proof {
                kind: EvidenceKind::Photo,
                sha256: Digest::of(b"p"),
                size: 1,
                here: true,
            }],
        };
        let made = "2026-11-23T08:00:00Z".parse().unwrap();
        let text = write(3, Epoch([7; 16]), made, &[Outgoing::Completion(completion.clone())]).unwrap();
        let mut lines = text.split_inclusive(|byte| *byte == b'\n');
        let head: Head = serde_json::from_slice(lines.next().unwrap()).unwrap();
        let line = lines.next().unwrap();
        assert_eq!((head.sequence, head.messages, head.sha256), (3, 1, Digest::of(line)));
        assert_eq!(serde_json::from_slice::<Outgoing>(line).unwrap(), Outgoing::Completion(completion));
        assert!(line.starts_with(br#"{"kind":"completion","message":""#));
        assert!(lines.next().is_none());
        assert_eq!(file_name(3), "kandas-0000000003.ndjson");
        assert!(read(&text).is_none(), "our own file is none that came");
    }

    #[test]
    fn a_statement_has_one_message() {
        let (a, b) = (message_id(&Digest::of(b"a")), message_id(&Digest::of(b"b")));
        assert_eq!(a, message_id(&Digest::of(b"a")));
        assert_ne!(a, b);
        assert_eq!(a.get_version_num(), 8);
    }
}
