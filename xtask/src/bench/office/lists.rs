//! Every list and overview of the office as somebody asks for it: plain, by each of its filters, and twenty pages deep.

use anyhow::{Context, Result};
use chrono::Days;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, today};

/// So many pages are turned before one is measured.
const DEEP: usize = 20;
/// What has become of records, as their list is asked.
const STATES: [&str; 11] = [
    "unchecked",
    "accepted",
    "remarked",
    "returned",
    "unanswered",
    "answered",
    "held",
    "handover",
    "incomplete",
    "noticed",
    "done",
];
/// Names that many have, two parts of names, Latin letters, and the beginning of a number.
const ASKED: [&str; 6] = ["тестов", "асыл сынам", "ziden", "үмі қия", "с", "9001"];

/// A figure's name and the pages that take turns in it. There are fewer than twenty, so that one slow page is seen in the
/// slowest twentieth.
pub(super) type Looked = (&'static str, Vec<String>);

impl Desk {
    /// All of them. Whoever may not see a list gets none of it.
    pub(super) async fn lists(&self) -> Result<Vec<Looked>> {
        let families = self.get("/api/families").await?;
        let family = id(&families["families"][0]["id"])?;
        let records = self.get("/api/records").await?;
        let record = &records["records"][0];
        let (worker, service) = (id(&record["worker"])?, id(&record["service"])?);
        let person = id(&self.get(&format!("/api/families/{family}")).await?["members"][0]["id"])?;
        let unit = id(&self.get("/api/overview").await?["centres"][0]["unit"])?;
        let week = format!("from={}&to={}", today() - Days::new(10), today() - Days::new(3));
        let by = |list: &str, filters: &[String]| -> Vec<String> {
            filters.iter().map(|filter| format!("/api/{list}?{filter}")).collect()
        };
        let narrow =
            [format!("service={service}"), format!("worker={worker}"), week.clone(), format!("unit={unit}")];
        let found = ASKED.map(|asked| self.found("families", asked)).to_vec();
        let mut all: Vec<Looked> = vec![
            ("overview", vec!["/api/overview".into()]),
            ("deadlines", vec!["/api/deadlines".into(), "/api/deadlines?mine=true&state=late".into()]),
            ("families", vec!["/api/families".into()]),
            (
                "families_by",
                by(
                    "families",
                    &[
                        &narrow[..],
                        &["overdue", "soon", "done", "unvisited"].map(|only| format!("only={only}")),
                    ]
                    .concat(),
                ),
            ),
            ("families_deep", vec![self.deep("/api/families", "after").await?]),
            ("family", vec![format!("/api/families/{family}"), format!("/api/persons/{person}")]),
            ("timeline", vec![format!("/api/families/{family}/timeline")]),
            ("search", found),
            ("search_by", vec![format!("{}&only=overdue", self.found("families", "тестов"))]),
            ("search_deep", vec![self.deep(&self.found("families", "с"), "after").await?]),
            ("search_box", ASKED.map(|asked| self.found("search", asked)).to_vec()),
            ("records", vec!["/api/records".into()]),
            ("records_of", by("records", &STATES.map(|state| format!("state={state}")))),
            ("records_by", by("records", &[&narrow[..], &["completions=true".into()]].concat())),
            ("records_deep", vec![self.deep("/api/records", "before").await?]),
            (
                "held",
                by(
                    "held",
                    &["records", "gaps", "handovers", "decided"].map(|which| format!("which={which}")),
                ),
            ),
            ("map", vec!["/api/map".into(), "/api/map?layer=families".into()]),
            ("audit", vec!["/api/audit".into(), format!("/api/audit?{week}")]),
            (
                "audit_acts",
                vec!["/api/audit?kind=acts".into(), format!("/api/audit?kind=acts&family={family}")],
            ),
            ("audit_deep", vec![self.deep_if("/api/audit?kind=acts", "before").await?]),
            (
                "monitoring",
                ["", "/issues", "/departures"].map(|part| format!("/api/monitoring{part}")).to_vec(),
            ),
            ("plans", vec!["/api/plans".into()]),
            ("reports", vec!["/api/reports".into(), "/api/assessments".into()]),
            ("road_maps", vec!["/api/road-maps".into()]),
            ("exchange", ["", "/messages", "/aside"].map(|part| format!("/api/exchange{part}")).to_vec()),
            ("retention", vec!["/api/retention/due".into(), "/api/erasures".into()]),
            ("queue", vec!["/api/queue".into()]),
            ("queue_by", by("queue", &narrow)),
            ("people", ["people", "workers", "phones", "works"].map(|list| format!("/api/{list}")).to_vec()),
            ("verification", vec!["/api/verification".into(), "/api/exports".into()]),
        ];
        for (_, paths) in &mut all {
            let mut seen = Vec::new();
            for path in std::mem::take(paths) {
                if self.may_see(&path).await? {
                    seen.push(path);
                }
            }
            *paths = seen;
        }
        all.retain(|(_, paths)| !paths.is_empty());
        Ok(all)
    }

    /// The rows of a report of the month, and how they differ from those of the version before.
    pub(super) async fn report_rows(&self, month: &str) -> Result<Looked> {
        let reports = self.get(&format!("/api/reports?month={month}")).await?;
        let mut listed = reports["centres"].as_array().into_iter().flatten();
        let report = listed.find_map(|centre| centre["report"]["id"].as_str());
        let paths = report
            .map(|report| vec![format!("/api/reports/{report}"), format!("/api/reports/{report}/rows")]);
        Ok(("report_rows", paths.unwrap_or_default()))
    }

    /// Whether the list is his to see. Whatever else is wrong with it is an error.
    async fn may_see(&self, path: &str) -> Result<bool> {
        match self.get(path).await {
            Ok(_) => Ok(true),
            Err(error) if error.to_string().contains("forbidden") => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn deep_if(&self, path: &str, cursor: &str) -> Result<String> {
        if self.may_see(path).await? { self.deep(path, cursor).await } else { Ok(path.to_owned()) }
    }

    /// The address of a page far down a list, or of its last one.
    async fn deep(&self, path: &str, cursor: &str) -> Result<String> {
        let mut at = path.to_owned();
        for _ in 0..DEEP {
            let page = self.get(&at).await?;
            let next = match &page["next"] {
                Value::String(next) => next.clone(),
                Value::Number(next) => next.to_string(),
                _ => break,
            };
            at = format!("{path}{}{cursor}={next}", if path.contains('?') { '&' } else { '?' });
        }
        Ok(at)
    }

    /// Says of some records that they are all right, that there is something to remark, and that they go back: lists of what
    /// was said have something in them.
    pub(super) async fn checks(&self) -> Result<()> {
        let queue = self.get("/api/queue").await?;
        let entries = queue["entries"].as_array().context("no queue")?;
        let says = [
            json!({"state": "accepted"}),
            json!({"state": "remarked", "text": "синтетикалық"}),
            json!({"state": "returned", "reason": "too_dark"}),
        ];
        let records = entries.iter().filter_map(|entry| entry["record"].as_str());
        for (record, says) in records.zip(says.iter().cycle()).take(60) {
            self.send(Method::POST, &format!("/api/records/{record}/check"), Some(says.clone())).await?;
        }
        Ok(())
    }
}

fn id(of: &Value) -> Result<String> {
    of.as_str().map(str::to_owned).with_context(|| format!("{of} is no id"))
}
