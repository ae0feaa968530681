//! What every printed document says of its grounds, in one line: the order, the program and the settings that it was made
//! by, and the journal as it was right after the act that froze it, so that the paper can be held against the journal later.

use kandas_shared::locale::FluentValue;

use super::{lists::Asked, work::Broken};
use crate::{
    journal, one,
    store::{StoreError, Tx},
};

/// Number of the order that all this rests on; the wording is in the message.
const ORDER: &str = "331-Ө-М";

/// The line; `position` is that of the act, where there was one.
///
/// # Errors
/// When the database does not answer, or the journal is shorter than the position.
pub(super) async fn line(tx: &mut Tx, of: &Asked<'_>, position: Option<i64>) -> Result<String, Broken> {
    let text = |id: &str, with: &[(&str, &str)]| {
        let with: Vec<(&str, FluentValue<'_>)> =
            with.iter().map(|(name, value)| (*name, (*value).into())).collect();
        of.messages().text(id, &with)
    };
    let settings = version(tx, position).await?.to_string();
    let mut parts = vec![
        text("paper-basis", &[("order", ORDER)]),
        text("paper-rules", &[("program", env!("CARGO_PKG_VERSION")), ("settings", &settings)]),
    ];
    if let Some(size) = position.and_then(|position| u64::try_from(position).ok()) {
        let root = journal::root_at(tx, size).await?.to_string();
        parts.push(text("paper-checkpoint", &[("position", &size.to_string()), ("root", &root)]));
    }
    Ok(parts.join(". "))
}

/// Version of the settings: the place in the journal of the last one that was set by then, or ever; 0 if none was.
async fn version(tx: &mut Tx, position: Option<i64>) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(position), 0) from setting_change where position <= $1";
    Ok(one!(tx, (i64,), sql, position.unwrap_or(i64::MAX)).await?.0)
}

/// The place of the last act of the first of these kinds that was done at all.
pub(super) fn last<Act: PartialEq>(
    acts: impl DoubleEndedIterator<Item = (Act, i64)> + Clone,
    kinds: impl IntoIterator<Item = Act>,
) -> Option<i64> {
    kinds.into_iter().find_map(|kind| {
        let mut of = acts.clone().rev();
        of.find(|(act, _)| *act == kind).map(|(_, position)| position)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_act_that_froze_it_is_the_last_of_the_weightiest() {
        let acts = [("draft", 3), ("sign", 5), ("sign", 7), ("accept", 9)];
        assert_eq!(last(acts.into_iter(), ["send", "sign", "draft"]), Some(7));
        assert_eq!(last(acts.into_iter(), ["draft"]), Some(3));
        assert_eq!(last(acts.into_iter(), ["send"]), None);
        assert_eq!(last([].into_iter(), ["send"]), None);
    }
}
