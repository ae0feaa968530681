//! The record's place in its phone's chain, and whose the family was when it came.

use kandas_shared::finding::{Rule, Severity};

use super::finding;
use crate::{
    facts::ChainFinding,
    findings::{Finding, case::Case},
};

pub(super) fn judge(case: &Case, found: &mut Vec<Finding>) {
    let link = &case.chain;
    if let Some((from, to, lost)) = link.gap {
        let how = if lost { "lost" } else { "open" };
        let params = [("how", how.into()), ("from", from.into()), ("to", to.into())];
        found.push(finding(Rule::ChainGap, Severity::Soon, params));
    }
    if let Some(other) = link.fork {
        found.push(finding(Rule::ChainFork, Severity::Over, [("seq", link.seq.into())]).of_other(other));
    }
    if let Some(what) = link.finding {
        let how = match what {
            ChainFinding::PrevDiffers => "prev",
            ChainFinding::NextDiffers => "next",
        };
        found.push(finding(Rule::ChainLink, Severity::Soon, [("how", how.into())]));
    }
    if case.late_handover {
        found.push(finding(Rule::LateHandover, Severity::Soon, []));
    }
}
