//! What was measured: several values for each name, of which the median counts, and beside each what it should be.

use std::collections::BTreeMap;

use anyhow::Result;

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// Not more.
    AtMost(f64),
    /// Not less.
    AtLeast(f64),
}

/// The targets, by the name of the figure or its beginning up to `{`: then any engine may follow.
const TARGETS: [(&str, Target); 40] = [
    ("push_cpu_ms_per_record_sqlite", Target::AtMost(0.4)),
    ("push_cpu_ms_per_record_postgres", Target::AtMost(0.5)),
    ("batch_records_per_s_{}", Target::AtLeast(5_000.0)),
    ("batch_ratio_{}", Target::AtLeast(0.6)),
    ("upload_ratio", Target::AtLeast(0.7)),
    ("upload_ratio_s3", Target::AtLeast(0.7)),
    ("upload_to_npm_ratio", Target::AtLeast(2.0)),
    ("bytes_per_record", Target::AtMost(650.0)),
    ("bytes_per_record_single", Target::AtMost(1_400.0)),
    ("first_pull_s", Target::AtMost(3.0)),
    ("first_pull_mb", Target::AtMost(4.0)),
    ("pull_ratio", Target::AtMost(4.0)),
    ("open_list_ms", Target::AtMost(10.0)),
    ("capture_ratio", Target::AtMost(1.5)),
    ("screens_cold_start_ms", Target::AtMost(1_500.0)),
    ("screens_list_ms", Target::AtMost(100.0)),
    ("screens_search_ms", Target::AtMost(100.0)),
    ("server_rss_mb", Target::AtMost(120.0)),
    ("return_day_s_{}", Target::AtMost(600.0)),
    ("return_day_answer_p99_s_{}", Target::AtMost(5.0)),
    ("return_day_unreceipted_{}", Target::AtMost(0.0)),
    ("near_search_ms_p95", Target::AtMost(20.0)),
    ("near_recall_resave_q40", Target::AtLeast(0.95)),
    ("near_recall_crop_10", Target::AtLeast(0.95)),
    ("near_recall_resize", Target::AtLeast(0.95)),
    ("near_recall_brighter_20", Target::AtLeast(0.95)),
    ("near_recall_darker_20", Target::AtLeast(0.95)),
    ("near_false_pairs", Target::AtMost(0.0001)),
    ("near_second_recall", Target::AtLeast(0.95)),
    ("office_lists_p95_ms_{}", Target::AtMost(100.0)),
    ("office_next_p95_ms_{}", Target::AtMost(30.0)),
    ("office_page_growth_{}", Target::AtMost(1.5)),
    ("office_xlsx_rows_per_s_{}", Target::AtLeast(50_000.0)),
    ("office_report_completions_per_s_{}", Target::AtLeast(10_000.0)),
    ("office_report_region_s_{}", Target::AtMost(2.0)),
    ("office_report_pdf_s_{}", Target::AtMost(3.0)),
    ("office_report_month_xlsx_s_{}", Target::AtMost(10.0)),
    ("office_report_month_csv_s_{}", Target::AtMost(10.0)),
    ("office_assessment_s_{}", Target::AtMost(2.0)),
    ("office_rss_peak_mb_{}", Target::AtMost(200.0)),
];

impl Target {
    /// What a figure of this name should be. What holds for the plain name holds on PostgreSQL too.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::named(name).or_else(|| Self::named(name.strip_suffix("_postgres")?))
    }

    fn named(name: &str) -> Option<Self> {
        let engine_free = |known: &str| {
            known.strip_suffix("{}").is_some_and(|start| {
                name.strip_prefix(start).is_some_and(|engine| ["sqlite", "postgres"].contains(&engine))
            })
        };
        TARGETS.iter().find(|(known, _)| *known == name || engine_free(known)).map(|(_, target)| *target)
    }

    /// Whether it is reached.
    pub(crate) fn is_reached(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "≤ {}", most),
            Self::AtLeast(least) => write!(f, "≥ {}", least),
        }
    }
}

/// Measured values by name.
#[derive(Default)]
pub(crate) struct Figures {
    values: BTreeMap<String, Vec<f64>>,
    /// Names in the order in which they were measured.
    order: Vec<String>,
}

/// A figure as it is shown.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) name: String,
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
    pub(crate) target: Option<Target>,
}

impl Figures {
    /// Adds one measurement.
    pub(crate) fn add(&mut self, name: &str, value: f64) {
        if !self.values.contains_key(name) {
            self.order.push(name.to_owned());
        }
        self.values.entry(name.to_owned()).or_default().push(value);
        println!("   {name:44} {}", rounded(value));
    }

    /// All of them.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        self.order
            .iter()
            .map(|name| {
                let sorted = self.sorted(name);
                let (least, most) = sorted.first().zip(sorted.last()).unwrap_or((&f64::NAN, &f64::NAN));
                let (median, target) = (median(&sorted), Target::of(name));
                Shown { name: name.clone(), median, least: *least, most: *most, target }
            })
            .collect()
    }

    /// Prints the medians with the smallest and largest value and what they should be.
    pub(crate) fn print(&self) {
        println!("{:44} {:>10} {:>10} {:>10}", "", "median", "least", "most");
        for figure in self.shown() {
            let verdict = figure.target.map_or_else(String::new, |target| {
                let word = if target.is_reached(figure.median) { "reached" } else { "NOT reached" };
                format!("  {:>8}  {word}", target.to_string())
            });
            let cells = [figure.median, figure.least, figure.most].map(rounded);
            println!("{:44} {:>10} {:>10} {:>10}{verdict}", figure.name, cells[0], cells[1], cells[2]);
        }
    }

    /// One flat object of medians.
    ///
    /// # Errors
    /// Never with numbers that were measured.
    pub(crate) fn json(&self) -> Result<String> {
        let flat: BTreeMap<_, _> =
            self.order.iter().map(|name| (name.as_str(), median(&self.sorted(name)))).collect();
        Ok(serde_json::to_string_pretty(&flat)? + "\n")
    }

    fn sorted(&self, name: &str) -> Vec<f64> {
        let mut values = self.values.get(name).cloned().unwrap_or_default();
        values.sort_by(f64::total_cmp);
        values
    }
}

/// The value that so many of a hundred do not exceed; the values are sorted.
pub(crate) fn percentile(sorted: &[f64], hundredths: f64) -> f64 {
    let rank = (sorted.len() as f64 * hundredths / 100.0).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
}

/// The value in the middle; the values are sorted.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// Three digits that say something.
pub(crate) fn rounded(value: f64) -> String {
    let digits = if value.abs() >= 100.0 || value == 0.0 {
        0
    } else if value.abs() >= 1.0 {
        2
    } else {
        4
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_counts() {
        let mut figures = Figures::default();
        for value in [9.0, 1.0, 2.0] {
            figures.add("b", value);
        }
        for value in [4.0, 2.0] {
            figures.add("a", value);
        }
        let read: BTreeMap<String, f64> = serde_json::from_str(&figures.json().unwrap()).unwrap();
        assert_eq!(read, BTreeMap::from([("a".into(), 3.0), ("b".into(), 2.0)]));
        let shown = figures.shown();
        assert_eq!((shown[0].name.as_str(), shown[0].least, shown[0].most), ("b", 1.0, 9.0));
    }

    #[test]
    fn a_target_holds_for_its_own_name_and_for_both_engines() {
        assert_eq!(Target::of("batch_ratio_sqlite"), Some(Target::AtLeast(0.6)));
        assert_eq!(Target::of("batch_ratio_postgres"), Some(Target::AtLeast(0.6)));
        assert_eq!(Target::of("upload_ratio_s3_postgres"), Some(Target::AtLeast(0.7)));
        assert_eq!(Target::of("batch_ratio_floor"), None);
        assert_eq!(Target::of("push_cpu_ms_per_record_postgres"), Some(Target::AtMost(0.5)));
        assert!(Target::AtMost(0.5).is_reached(0.5) && !Target::AtMost(0.5).is_reached(0.51));
        assert!(Target::AtLeast(2.0).is_reached(2.0) && !Target::AtLeast(2.0).is_reached(1.9));
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let values: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!((percentile(&values, 99.0), percentile(&values, 50.0)), (198.0, 100.0));
        assert_eq!((percentile(&[7.0], 99.0), percentile(&values, 100.0)), (7.0, 200.0));
        assert!(percentile(&[], 99.0).is_nan());
    }
}
