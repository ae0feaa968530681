//! Byte ranges of evidence as players ask for them (`Range: bytes=0-1023`), for whoever shows it: bridge and shell.

/// What a Range header asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// From one byte to another, both included.
    Of(u64, u64),
    /// Beyond the end.
    Outside,
    /// Several ranges, or none that can be read: the whole file is a right answer.
    Unusable,
}

impl Range {
    /// Reads the header's text for a file of `size` bytes.
    #[must_use]
    pub fn read(text: &str, size: u64) -> Self {
        let Some((from, to)) = text.strip_prefix("bytes=").and_then(|one| one.split_once('-')) else {
            return Self::Unusable;
        };
        let last = size.saturating_sub(1);
        match (from.trim().parse::<u64>(), to.trim().parse::<u64>()) {
            (Ok(from), _) if from >= size => Self::Outside,
            (Ok(from), Ok(to)) if to >= from => Self::Of(from, to.min(last)),
            (Ok(from), Err(_)) if to.trim().is_empty() => Self::Of(from, last),
            (Err(_), Ok(0)) if from.trim().is_empty() => Self::Outside,
            (Err(_), Ok(end)) if from.trim().is_empty() && size > 0 => {
                Self::Of(size.saturating_sub(end), last)
            }
            _ => Self::Unusable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_players_write_them() {
        for (text, wanted) in [
            ("bytes=0-", Range::Of(0, 99)),
            ("bytes=10-19", Range::Of(10, 19)),
            ("bytes=90-1000", Range::Of(90, 99)),
            ("bytes=-10", Range::Of(90, 99)),
            ("bytes=-1000", Range::Of(0, 99)),
            ("bytes=100-", Range::Outside),
            ("bytes=20-10", Range::Unusable),
            ("bytes=0-1,5-6", Range::Unusable),
            ("lines=1-2", Range::Unusable),
        ] {
            assert_eq!(Range::read(text, 100), wanted, "{text}");
        }
    }
}
