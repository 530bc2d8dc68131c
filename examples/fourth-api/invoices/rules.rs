//! What may follow what in an invoice's life: the table, and nothing that reads it.

use super::model::{InvoiceAction, InvoiceLifecycle, InvoiceNeed, InvoiceStatus};
use crate::scalar::Uuid;
use crate::transition::{Act, Basis, Lifecycle, Rule};

use InvoiceStatus::{Draft, Paid, Sent};

/// What a rule is judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InvoiceFacts {
    pub(crate) status: InvoiceStatus,
    pub(crate) has_amount: bool,
}

impl Lifecycle for InvoiceLifecycle {
    type State = InvoiceStatus;
    type Action = InvoiceAction;
    type Need = InvoiceNeed;
    type Id = Uuid;
    type Facts = InvoiceFacts;

    const NAME: &'static str = "INVOICE";

    const RULES: &'static [Rule<Self>] = &[
        Rule {
            act: Act::Move(InvoiceAction::Send),
            from: &[Draft],
            to: &[Sent],
            removes: false,
            needs: &[InvoiceNeed::Amount],
            unless_settled: false,
            basis: Basis::Policy,
            needs_basis: Basis::Policy,
            source: "nobody is asked to pay twice, or nothing",
            mutation: Some("invoiceSend"),
        },
        Rule {
            act: Act::Vendor("PAY"),
            from: &[Sent],
            to: &[Paid],
            removes: false,
            needs: &[],
            unless_settled: false,
            basis: Basis::Documented,
            needs_basis: Basis::Documented,
            source: "the customer pays",
            mutation: None,
        },
    ];

    fn state_name(state: InvoiceStatus) -> &'static str {
        state.name()
    }

    fn action_name(action: InvoiceAction) -> &'static str {
        match action {
            InvoiceAction::Send => "SEND",
        }
    }

    fn need_name(need: InvoiceNeed) -> &'static str {
        match need {
            InvoiceNeed::Amount => "amount",
        }
    }

    fn state(facts: &InvoiceFacts) -> InvoiceStatus {
        facts.status
    }

    fn holds(facts: &InvoiceFacts, need: InvoiceNeed) -> bool {
        match need {
            InvoiceNeed::Amount => facts.has_amount,
        }
    }

    fn settled(_: &InvoiceFacts) -> Option<&'static str> {
        None
    }
}
