//! Serving phones.

use std::{future::Future, sync::Arc};

use kandas_shared::time::Clock;

use crate::{chance::Chance, config::Config, keys::Keys, store::Store};

/// Serves until `shutdown` resolves.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn run(
    config: Config,
    keys: Keys,
    store: Store,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let _ = (config, keys, clock, chance);
    shutdown.await;
    store.close().await;
    Ok(())
}
