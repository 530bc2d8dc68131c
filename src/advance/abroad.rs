//! Changes across replicas: what is told in this process is told to the others, and what they tell is heard here.

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::Desk;
use crate::live::Change;
use crate::replicas;

impl Desk {
    /// Tells and hears for as long as it is polled. `api_of` says which API a record of some kind is of, where that is
    /// known: what was kept of it is old then, and of all APIs otherwise.
    pub async fn relay(&self, api_of: impl Fn(&str) -> Option<&'static str>) {
        let Some(mut heard) = self.replicas.changes() else {
            return;
        };
        let mut told = self.live.observe();
        let telling = async {
            while let Some(next) = next(&mut told).await {
                match next {
                    Next::Change(change) => {
                        let api = api_of(&change.kind);
                        self.replicas.tell(replicas::Change { kind: change.kind, id: change.id }, api).await;
                    }
                    Next::Missed => self.replicas.make_all_old().await,
                }
            }
        };
        let hearing = async {
            while let Some(next) = next(&mut heard).await {
                if let Next::Change(change) = next {
                    self.live.hear(&Change { kind: change.kind, id: change.id });
                }
            }
        };
        tokio::join!(telling, hearing);
    }
}

/// What is next among changes.
enum Next<T> {
    Change(T),
    /// Some came too fast to be read. Whoever listens to their records is told when they are next read.
    Missed,
}

async fn next<T: Clone>(changes: &mut Receiver<T>) -> Option<Next<T>> {
    match changes.recv().await {
        Ok(change) => Some(Next::Change(change)),
        Err(RecvError::Lagged(missed)) => {
            tracing::warn!(missed, "changes came faster than they could be told");
            Some(Next::Missed)
        }
        Err(RecvError::Closed) => None,
    }
}
