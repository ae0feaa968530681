//! The core's [`Platform`] out of the phone's hardware.

use std::{path::Path, sync::Arc};

use chrono::{DateTime, Utc};
use kandas_app::platform::{Chance, DiskSpace, Link, LinkKind, Platform, SystemChance, SystemClock};
use kandas_shared::time::Clock;

use crate::{hardware::Hardware, keystore::WrappedKeystore};

/// Clocks, link and keys of this phone; the wrapped keys lie in `home`.
#[must_use]
pub fn platform(home: &Path, hardware: &Arc<dyn Hardware>) -> Platform {
    let chance: Arc<dyn Chance> = Arc::new(SystemChance);
    Platform {
        clock: Arc::new(DeviceClock { boot: hardware.boot() }),
        keystore: Arc::new(WrappedKeystore::new(home, Arc::clone(hardware), Arc::clone(&chance))),
        chance,
        space: Arc::new(DiskSpace),
        link: Arc::new(DeviceLink(Arc::clone(hardware))),
        name: hardware.name(),
    }
}

/// The system's clocks, with the boot named by the system: an app may not read what names it to other programs.
struct DeviceClock {
    /// Asked once: it does not change while a process lives.
    boot: String,
}

impl Clock for DeviceClock {
    fn wall(&self) -> DateTime<Utc> {
        SystemClock.wall()
    }
    fn boot(&self) -> (String, u64) {
        (self.boot.clone(), SystemClock.boot().1)
    }
    fn offset_s(&self) -> i32 {
        SystemClock.offset_s()
    }
}

struct DeviceLink(Arc<dyn Hardware>);

impl Link for DeviceLink {
    fn kind(&self) -> LinkKind {
        self.0.link()
    }
}
