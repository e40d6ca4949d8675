//! Sends to a group that keeps a history.

use catamaran::{GroupName, HistoryLimits, LayerError, Message, Position, Receipt};

use super::sender::{Batch, Entry, Outcome, Put, Sender, Sending, by_key, group_key, unavailable};
use crate::{envelope, history::parsed, script};

/// How often a send reads the members again if their number has changed before its script runs.
const ATTEMPTS: usize = 3;

/// The lists of [`Put`], and the position.
type PutKept = (Vec<usize>, Vec<(usize, String)>, Vec<usize>, Vec<String>, Option<String>);

impl Sender {
    /// Appends to the history and sends to the members, in one script. Only a group of more than 500 processes, or more than 8 MiB of
    /// payloads, needs further commands. A member that joined meanwhile gets the message too, since the script counts the members.
    pub(super) async fn group_send_kept(
        &self,
        group: &GroupName,
        limits: &HistoryLimits,
        message: &Message,
    ) -> Result<Receipt, LayerError> {
        for attempt in 1..=ATTEMPTS {
            let members = self.members(group).await?;
            let by_key = by_key(&members.names);
            let keys: Vec<_> = by_key.iter().collect();
            let message_for = |names: &[&str]| self.histories.with_place(&envelope::with_recipients(message.encoded(), names));
            let mut batches = self.batches(&keys, message_for)?.into_iter();
            let first = batches.next().unwrap_or_default();
            let count = (attempt < ATTEMPTS).then_some(members.count);
            let Some((outcome, position)) = self.put_kept(group, limits, message, &first.entries, count).await? else { continue };
            let mut sending = Sending::default();
            sending.add(Ok(outcome), &first);
            for batch in batches {
                let batch = self.placed(batch, position);
                sending.add(self.put(0, &batch.entries).await, &batch);
            }
            return Ok(self.finish(group, sending).await?.at(position));
        }
        unreachable!("the last attempt accepts any number of members")
    }

    fn placed<'a>(&self, mut batch: Batch<'a>, position: Position) -> Batch<'a> {
        for entry in &mut batch.entries {
            self.histories.write_position(&mut entry.payload, position);
        }
        batch
    }

    /// Runs the script. Returns `None` if the group has another number of members than `count`.
    async fn put_kept(
        &self,
        group: &GroupName,
        limits: &HistoryLimits,
        message: &Message,
        entries: &[Entry],
        count: Option<usize>,
    ) -> Result<Option<(Outcome, Position)>, LayerError> {
        let host = &self.hosts[0];
        let mut connection = host.commands.connection().map_err(LayerError::Unavailable)?;
        let mut call = self.put_kept.prepare_invoke();
        self.histories.append(&mut call, 0, group, limits, message)?;
        call.key(group_key(self.prefix(), group.as_str())).arg(count.map_or_else(|| "-1".to_owned(), |count| count.to_string()));
        self.add_entries(&mut call, entries);
        let put: PutKept = script::invoke(&mut connection, &call).await.map_err(|fault| unavailable(host, &fault))?;
        let (full, unread, broken, reason, position) = put;
        let lists: Put = (full, unread, broken, reason);
        let Some(position) = position else { return Ok(None) };
        Ok(Some((self.outcome(host, entries, lists), parsed(&position)?)))
    }
}
