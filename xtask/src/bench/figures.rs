//! What was measured: several values for each name, of which the median counts.

use std::collections::BTreeMap;

use anyhow::Result;

/// Measured values by name.
#[derive(Default)]
pub(crate) struct Figures {
    values: BTreeMap<String, Vec<f64>>,
    /// Names in the order in which they were measured.
    order: Vec<String>,
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

    /// Prints the medians with the smallest and largest value.
    pub(crate) fn print(&self) {
        println!("{:44} {:>12} {:>12} {:>12}", "", "median", "least", "most");
        for name in &self.order {
            let sorted = self.sorted(name);
            let ends = sorted.first().zip(sorted.last());
            if let Some((least, most)) = ends {
                let cells = [median(&sorted), *least, *most].map(rounded);
                println!("{name:44} {:>12} {:>12} {:>12}", cells[0], cells[1], cells[2]);
            }
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

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// Three digits that say something.
fn rounded(value: f64) -> String {
    let digits = if value.abs() >= 100.0 {
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
    }
}
