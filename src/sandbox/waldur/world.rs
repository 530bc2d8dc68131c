//! Everything the played server knows: what was set up once, and what its callers made of it since.

use serde_json::Value;
use uuid::Uuid;

use super::checklist::Checklist;
use super::customer::Customer;
use super::justification::Justification;
use super::mint::Mint;
use super::moment;
use super::record::{Complaint, Record, Status};
use super::register::Register;
use super::respond::Refusal;
use super::users::User;

/// One world: its users, checklists and registers never change, its records do.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub(super) users: Vec<User>,
    pub(super) checklists: Vec<Checklist>,
    pub(super) registers: Vec<Register>,
    /// Oldest first.
    pub(super) records: Vec<Record>,
    pub(super) customers: Vec<Customer>,
    pub(super) justifications: Vec<Justification>,
    pub(super) mint: Mint,
}

impl World {
    /// A world in which nothing has happened yet.
    #[must_use]
    pub fn new(users: Vec<User>, checklists: Vec<Checklist>, registers: Vec<Register>) -> Self {
        Self { users, checklists, registers, ..Self::default() }
    }

    /// The record of that id, where the caller may see it. A text that is no id finds nothing.
    pub(super) fn visible(&mut self, caller: &User, id: &str) -> Result<Seen<'_>, Refusal> {
        let uuid = Uuid::parse_str(id).ok();
        let mut candidates = self.records.iter_mut();
        let record = candidates.find(|it| Some(it.uuid) == uuid && caller.sees(it.user)).ok_or(NO_SUCH_VERIFICATION)?;
        Ok(Seen {
            record,
            users: &self.users,
            checklists: &self.checklists,
            registers: &self.registers,
            customers: &mut self.customers,
            mint: &mut self.mint,
        })
    }

    /// A new record, shown as the answer to the call that made it.
    pub(super) fn keep(&mut self, mut record: Record) -> Value {
        let shown = record.shown(&self.checklists, &mut self.mint);
        self.records.push(record);
        shown
    }

    pub(super) fn set_status(&mut self, uuid: Uuid, status: Status) {
        if let Some(record) = self.records.iter_mut().find(|it| it.uuid == uuid) {
            record.status = status;
        }
    }

    /// The server's hourly task.
    pub(super) fn expire_overdue(&mut self) {
        let now = moment::now();
        let open = self.records.iter_mut().filter(|it| matches!(it.status, Status::Pending | Status::Escalated));
        for record in open.filter(|it| it.expires_at.is_some_and(|end| end < now)) {
            record.status = Status::Expired;
            let traceback = "Verification expired without completion.".to_owned();
            record.error = Complaint { code: "VERIFICATION_EXPIRED", traceback };
            record.modified = now;
        }
    }
}

const NO_SUCH_VERIFICATION: Refusal = Refusal::NotFound("No OnboardingVerification matches the given query.");

/// A record that its caller may see, with what an operation on it needs of the world.
#[derive(Debug)]
pub(super) struct Seen<'a> {
    pub(super) record: &'a mut Record,
    pub(super) users: &'a [User],
    pub(super) checklists: &'a [Checklist],
    pub(super) registers: &'a [Register],
    pub(super) customers: &'a mut Vec<Customer>,
    pub(super) mint: &'a mut Mint,
}

impl Seen<'_> {
    pub(super) fn shown(self) -> Value {
        self.record.shown(self.checklists, self.mint)
    }
}
