//! The exchange of files with a state system (§37, §44; docs/exchange.md).
//!
//! What goes out follows the journal, as findings do: no intake waits for it. A row says up to which fact was read; the messages
//! about completions among these facts are queued by one fact, with the number of the file that they will be written into, in
//! the transaction that moves the row: each completion makes one message, once. What a message says is made when it is written.
//! What comes in is decided under the journal's lock, line by line: taken, or kept aside and shown. Nothing is dropped.
//!
//! Who carries the files is behind a [`port::Port`]; the one there is keeps them in a folder ([`folder::Folder`]).

pub mod folder;
pub mod inbox;
pub mod outbox;
pub mod port;

use std::{io, time::Duration};

use kandas_shared::time::micros;

use crate::{
    chance,
    refusal::{Outcome, Refusal},
    state::AppState,
};
use folder::Folder;
use port::Port;

/// Between two pieces of the journal.
const PAUSE: Duration = Duration::from_millis(20);

/// The folder of the exchange, if there is one: it is switched on by being made.
#[must_use]
pub fn port(state: &AppState) -> Option<Folder> {
    let folder = Folder::at(state.config.get()?.exchange_dir());
    folder.is_there().then_some(folder)
}

/// What was done in a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Messages that were queued.
    pub queued: usize,
    /// Files that were written.
    pub written: usize,
    /// Files that were taken in.
    pub taken: usize,
}

/// One round: what is new is queued, what is queued is written, what has come is taken in.
///
/// # Errors
/// When database or folder do not answer; nothing is lost then, the next round begins there.
pub async fn round(state: &AppState, port: &impl Port) -> Outcome<Round> {
    let (store, chance) = (&state.store, state.chance.as_ref());
    let now = micros(state.clock.wall());
    let mut done = Round::default();
    while let Some(queued) = outbox::queue(store, chance, now).await? {
        done.queued += queued;
        // Whoever wants the lock has it between two pieces.
        tokio::time::sleep(PAUSE).await;
    }
    done.written = outbox::write(store, chance, port, now).await?;
    for name in port.waiting().map_err(Refusal::storage)? {
        let tag = hex::encode(chance::bytes::<8>(chance));
        match port.claim(&name, &tag) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::error!(%error, "a file of the exchange cannot be claimed; it is tried again")
            }
        }
    }
    // Those of an earlier round too: one that cannot be read holds up no other.
    for name in port.claimed().map_err(Refusal::storage)? {
        match inbox::take(store, chance, port, &name, now).await {
            Ok(()) => done.taken += 1,
            Err(refusal) => {
                tracing::error!(%refusal, "a file of the exchange could not be taken in; it is tried again")
            }
        }
    }
    Ok(done)
}
