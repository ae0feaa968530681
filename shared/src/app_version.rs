//! Versions of the phone's program: which of two is the newer one.

/// A version as numbers, `1.4.0`; what follows a `-` or `+` does not count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct AppVersion([u32; 3]);

impl std::str::FromStr for AppVersion {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split(['-', '+']).next().unwrap_or_default();
        let mut parts = numbers.split('.').map(|part| match part.bytes().all(|byte| byte.is_ascii_digit()) {
            true => part.parse().map_err(|_| NoVersion),
            false => Err(NoVersion),
        });
        let version = [(); 3].map(|()| parts.next().unwrap_or(Err(NoVersion)));
        let [major, minor, patch] = version;
        if parts.next().is_some() { Err(NoVersion) } else { Ok(Self([major?, minor?, patch?])) }
    }
}

impl std::fmt::Display for AppVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// A text that is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a version like 1.4.0")]
pub struct NoVersion;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let read = |text: &str| text.parse::<AppVersion>();
        assert!(read("0.10.0").unwrap() > read("0.9.12").unwrap());
        assert_eq!(read("1.4.0-rc.1"), read("1.4.0"));
        assert_eq!(read("1.4.0").unwrap().to_string(), "1.4.0");
        for wrong in ["", "1", "1.4", "1.4.0.2", "1.x.0", "a.b.c", "1..0", "+1.0.0", "9999999999.0.0"] {
            assert_eq!(read(wrong), Err(NoVersion), "{wrong}");
        }
    }
}
