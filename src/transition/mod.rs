//! What may follow what: rules as data, and the permit without which nothing is written.
//!
//! A lifecycle is one table of [`Rule`]s in its slice's `rules.rs`. Everything reads that table: [`permit`] the refusal
//! and the proof, [`available`] what a front end may offer, [`table`] the rows behind `transitionRules`, the schema's
//! texts and the diagrams. Nothing here knows any API; no rule stands here.

pub mod table;

use std::fmt;

use async_graphql::Enum;
use serde::{Deserialize, Serialize};

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
#[graphql(name = "RuleBasis")]
pub enum Basis {
    /// The vendor documents it, or its server was seen to enforce it.
    Documented,
    /// The gateway set it for itself; a refusal by the upstream outranks it.
    Policy,
}

/// A lifecycle: states, moves and the table that joins them.
pub trait Lifecycle: Sized + 'static {
    /// The states, as the graph names them.
    type State: Copy + Eq + fmt::Debug + Send + Sync + 'static;
    /// The moves that a client may make on a record that exists.
    type Action: Copy + Eq + fmt::Debug + Send + Sync + 'static;
    /// Something that a move needs.
    type Need: Copy + Eq + fmt::Debug + Send + Sync + 'static;
    /// What identifies a record.
    type Id: Clone + Send + Sync + 'static;
    /// What is known of a record and of the input that goes with a move.
    type Facts;

    /// The name in the graph: `ONBOARD`.
    const NAME: &'static str;
    /// The table.
    const RULES: &'static [Rule<Self>];

    /// The state's name in the graph: `IN_PROGRESS`.
    fn state_name(state: Self::State) -> &'static str;
    /// The action's name in the graph: `START`.
    fn action_name(action: Self::Action) -> &'static str;
    /// The name of what is needed, as the client knows it: `flowId`.
    fn need_name(need: Self::Need) -> &'static str;
    /// The record's state.
    fn state(facts: &Self::Facts) -> Self::State;
    /// Whether record and input together hold what is needed.
    fn holds(facts: &Self::Facts, need: Self::Need) -> bool;
    /// What stands in the way of every move whose rule is [`Rule::unless_settled`], in a clause; none where nothing does.
    fn settled(facts: &Self::Facts) -> Option<&'static str>;
}

/// Who makes a move, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<A> {
    /// A client brings a record into being.
    Create(&'static str),
    /// A client moves a record.
    Move(A),
    /// The vendor moves a record by itself; the gateway sees it and never makes it.
    Vendor(&'static str),
}

/// One row of a lifecycle's table.
pub struct Rule<L: Lifecycle> {
    /// The move.
    pub act: Act<L::Action>,
    /// The states in which it may be made; empty for a creation.
    pub from: &'static [L::State],
    /// The states in which it may end; empty where it leaves the state as it is.
    pub to: &'static [L::State],
    /// Whether the record is gone afterwards.
    pub removes: bool,
    /// What record and input have to hold together.
    pub needs: &'static [L::Need],
    /// Whether the move is closed once the record is settled, as [`Lifecycle::settled`] says.
    pub unless_settled: bool,
    /// Whose rule it is that the move is open from these states and leads to those.
    pub basis: Basis,
    /// Whose rule it is that the needs have to be held.
    pub needs_basis: Basis,
    /// Where it is written, or why it was set, in a clause.
    pub source: &'static str,
    /// The mutation that makes the move; none for the vendor's moves.
    pub mutation: Option<&'static str>,
}

/// The proof that a move was checked against its table: a write cannot be called without one.
///
/// [`permit`] and [`permit_creation`] are its only makers; it is spent by the write that it is handed to, and names the
/// record that it was checked for. A write that takes one is called with one that the table gave:
///
/// ```
/// # use onramp::transition::{Act, Basis, Lifecycle, Permit, Rule, permit};
/// # struct Door;
/// # impl Lifecycle for Door {
/// #     type State = bool;
/// #     type Action = ();
/// #     type Need = ();
/// #     type Id = u8;
/// #     type Facts = bool;
/// #     const NAME: &'static str = "DOOR";
/// #     const RULES: &'static [Rule<Self>] = &[Rule {
/// #         act: Act::Move(()), from: &[false], to: &[true], removes: false, needs: &[], unless_settled: false,
/// #         basis: Basis::Policy, needs_basis: Basis::Policy, source: "", mutation: Some("doorOpen"),
/// #     }];
/// #     fn state_name(_: bool) -> &'static str { "" }
/// #     fn action_name(_: ()) -> &'static str { "OPEN" }
/// #     fn need_name(_: ()) -> &'static str { "" }
/// #     fn state(facts: &bool) -> bool { *facts }
/// #     fn holds(_: &bool, _: ()) -> bool { true }
/// #     fn settled(_: &bool) -> Option<&'static str> { None }
/// # }
/// fn open(permit: Permit<Door>) -> Option<u8> { permit.id().copied() }
///
/// let permit = permit::<Door>(7, &false, ()).expect("a closed door may be opened");
/// assert_eq!(open(permit), Some(7));
/// ```
///
/// Nobody makes one by himself:
///
/// ```compile_fail
/// # use onramp::transition::{Act, Basis, Lifecycle, Permit, Rule, permit};
/// # struct Door;
/// # impl Lifecycle for Door {
/// #     type State = bool;
/// #     type Action = ();
/// #     type Need = ();
/// #     type Id = u8;
/// #     type Facts = bool;
/// #     const NAME: &'static str = "DOOR";
/// #     const RULES: &'static [Rule<Self>] = &[Rule {
/// #         act: Act::Move(()), from: &[false], to: &[true], removes: false, needs: &[], unless_settled: false,
/// #         basis: Basis::Policy, needs_basis: Basis::Policy, source: "", mutation: Some("doorOpen"),
/// #     }];
/// #     fn state_name(_: bool) -> &'static str { "" }
/// #     fn action_name(_: ()) -> &'static str { "OPEN" }
/// #     fn need_name(_: ()) -> &'static str { "" }
/// #     fn state(facts: &bool) -> bool { *facts }
/// #     fn holds(_: &bool, _: ()) -> bool { true }
/// #     fn settled(_: &bool) -> Option<&'static str> { None }
/// # }
/// fn open(permit: Permit<Door>) -> Option<u8> { permit.id().copied() }
///
/// let rule = Door::RULES.first().expect("a rule");
/// open(Permit { rule, id: Some(7) });
/// ```
///
/// It is spent by the write that takes it:
///
/// ```compile_fail
/// # use onramp::transition::{Act, Basis, Lifecycle, Permit, Rule, permit};
/// # struct Door;
/// # impl Lifecycle for Door {
/// #     type State = bool;
/// #     type Action = ();
/// #     type Need = ();
/// #     type Id = u8;
/// #     type Facts = bool;
/// #     const NAME: &'static str = "DOOR";
/// #     const RULES: &'static [Rule<Self>] = &[Rule {
/// #         act: Act::Move(()), from: &[false], to: &[true], removes: false, needs: &[], unless_settled: false,
/// #         basis: Basis::Policy, needs_basis: Basis::Policy, source: "", mutation: Some("doorOpen"),
/// #     }];
/// #     fn state_name(_: bool) -> &'static str { "" }
/// #     fn action_name(_: ()) -> &'static str { "OPEN" }
/// #     fn need_name(_: ()) -> &'static str { "" }
/// #     fn state(facts: &bool) -> bool { *facts }
/// #     fn holds(_: &bool, _: ()) -> bool { true }
/// #     fn settled(_: &bool) -> Option<&'static str> { None }
/// # }
/// fn open(permit: Permit<Door>) -> Option<u8> { permit.id().copied() }
///
/// let permit = permit::<Door>(7, &false, ()).expect("a closed door may be opened");
/// open(permit);
/// open(permit);
/// ```
///
/// And it is not copied:
///
/// ```compile_fail
/// # use onramp::transition::{Act, Basis, Lifecycle, Permit, Rule, permit};
/// # struct Door;
/// # impl Lifecycle for Door {
/// #     type State = bool;
/// #     type Action = ();
/// #     type Need = ();
/// #     type Id = u8;
/// #     type Facts = bool;
/// #     const NAME: &'static str = "DOOR";
/// #     const RULES: &'static [Rule<Self>] = &[Rule {
/// #         act: Act::Move(()), from: &[false], to: &[true], removes: false, needs: &[], unless_settled: false,
/// #         basis: Basis::Policy, needs_basis: Basis::Policy, source: "", mutation: Some("doorOpen"),
/// #     }];
/// #     fn state_name(_: bool) -> &'static str { "" }
/// #     fn action_name(_: ()) -> &'static str { "OPEN" }
/// #     fn need_name(_: ()) -> &'static str { "" }
/// #     fn state(facts: &bool) -> bool { *facts }
/// #     fn holds(_: &bool, _: ()) -> bool { true }
/// #     fn settled(_: &bool) -> Option<&'static str> { None }
/// # }
/// fn open(permit: Permit<Door>) -> Option<u8> { permit.id().copied() }
///
/// let permit = permit::<Door>(7, &false, ()).expect("a closed door may be opened");
/// open(permit.clone());
/// open(permit);
/// ```
#[must_use]
pub struct Permit<L: Lifecycle> {
    rule: &'static Rule<L>,
    id: Option<L::Id>,
}

/// What a write has to be handed: a permit, or the proof of a guard that has no lifecycle.
///
/// Whoever implements it for a type says that a value of it cannot be had without a check.
pub trait Proof {}

impl<L: Lifecycle> Proof for Permit<L> {}

impl<L: Lifecycle> Permit<L> {
    /// The record to write, which a creation has none of.
    pub fn id(&self) -> Option<&L::Id> {
        self.id.as_ref()
    }

    /// The states in which the move may end; empty where it leaves the state as it is.
    pub fn to(&self) -> &'static [L::State] {
        self.rule.to
    }
}

impl<L: Lifecycle> fmt::Debug for Permit<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").field("act", &self.rule.act).finish_non_exhaustive()
    }
}

/// Why a move is not permitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The table has no such move from here.
    Transition {
        /// The record's state, as the graph names it.
        from: &'static str,
        /// The move, as the graph names it.
        action: &'static str,
        /// The moves that are open instead.
        allowed: Vec<&'static str>,
        /// Whose rule it is.
        basis: Basis,
        /// Why, in a clause.
        because: String,
    },
    /// The move is open, and something that it needs is missing.
    Missing {
        /// The move, as the graph names it.
        action: &'static str,
        /// What is missing, as the client knows it.
        missing: Vec<&'static str>,
    },
}

/// A move that is open from a record's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Available<L: Lifecycle> {
    /// The move.
    pub action: L::Action,
    /// The states in which it may end; the present one where it leaves the state as it is, none where it removes.
    pub to: Vec<L::State>,
    /// The mutation that makes it.
    pub mutation: &'static str,
    /// What is missing, as the client knows it.
    pub missing: Vec<&'static str>,
    /// Whose rule it is.
    pub basis: Basis,
}

/// Checks a move of the record `id` against the table.
///
/// # Errors
/// The refusal, where the table has no such move from the record's state or something that it needs is missing.
pub fn permit<L: Lifecycle>(id: L::Id, facts: &L::Facts, action: L::Action) -> Result<Permit<L>, Refusal> {
    let rule = rule_for::<L>(action).filter(|rule| rule.from.contains(&L::state(facts)));
    let Some(rule) = rule else {
        return Err(refusal::<L>(facts, action, closed_because::<L>(facts, action)));
    };
    if let Some(because) = L::settled(facts).filter(|_| rule.unless_settled) {
        return Err(refusal::<L>(facts, action, because.to_owned()));
    }
    let missing = missing::<L>(rule, facts);
    if missing.is_empty() {
        Ok(Permit { rule, id: Some(id) })
    } else {
        Err(Refusal::Missing { action: L::action_name(action), missing })
    }
}

/// Checks that what the creation of this name needs is there.
///
/// # Errors
/// The refusal, where something is missing or the table has no such creation.
pub fn permit_creation<L: Lifecycle>(facts: &L::Facts, name: &'static str) -> Result<Permit<L>, Refusal> {
    let missing = match L::RULES.iter().find(|rule| rule.act == Act::Create(name)) {
        Some(rule) => match missing::<L>(rule, facts) {
            missing if missing.is_empty() => return Ok(Permit { rule, id: None }),
            missing => missing,
        },
        None => Vec::new(),
    };
    Err(Refusal::Missing { action: name, missing })
}

/// The moves that are open from a record's state, in the table's order, with what each still needs.
pub fn available<L: Lifecycle>(facts: &L::Facts) -> Vec<Available<L>> {
    let state = L::state(facts);
    let open = L::RULES
        .iter()
        .filter(|rule| rule.from.contains(&state) && !(rule.unless_settled && L::settled(facts).is_some()));
    open.filter_map(|rule| offer(rule, state, facts)).collect()
}

fn offer<L: Lifecycle>(rule: &'static Rule<L>, state: L::State, facts: &L::Facts) -> Option<Available<L>> {
    let (Act::Move(action), Some(mutation)) = (rule.act, rule.mutation) else {
        return None;
    };
    let to = if rule.to.is_empty() && !rule.removes { vec![state] } else { rule.to.to_vec() };
    Some(Available { action, to, mutation, missing: missing::<L>(rule, facts), basis: rule.basis })
}

/// The rule of a move.
pub fn rule_for<L: Lifecycle>(action: L::Action) -> Option<&'static Rule<L>> {
    L::RULES.iter().find(|rule| rule.act == Act::Move(action))
}

/// The mutation that makes a move.
pub fn mutation_for<L: Lifecycle>(action: L::Action) -> &'static str {
    rule_for::<L>(action).and_then(|rule| rule.mutation).unwrap_or_default()
}

/// The state that a move leads to; none where it may be one of several or leaves the state as it is.
pub fn target_of<L: Lifecycle>(action: L::Action) -> Option<L::State> {
    match rule_for::<L>(action)?.to {
        [only] => Some(*only),
        _ => None,
    }
}

fn missing<L: Lifecycle>(rule: &Rule<L>, facts: &L::Facts) -> Vec<&'static str> {
    rule.needs.iter().filter(|need| !L::holds(facts, **need)).map(|need| L::need_name(*need)).collect()
}

fn refusal<L: Lifecycle>(facts: &L::Facts, action: L::Action, because: String) -> Refusal {
    let allowed = available::<L>(facts).into_iter().map(|open| L::action_name(open.action)).collect();
    Refusal::Transition {
        from: L::state_name(L::state(facts)),
        action: L::action_name(action),
        allowed,
        basis: rule_for::<L>(action).map_or(Basis::Policy, |rule| rule.basis),
        because,
    }
}

fn closed_because<L: Lifecycle>(facts: &L::Facts, action: L::Action) -> String {
    let from = rule_for::<L>(action).map_or(&[][..], |rule| rule.from);
    let names: Vec<&str> = from.iter().map(|state| L::state_name(*state)).collect();
    format!(
        "{} is open from {} and the record is {}",
        L::action_name(action),
        names.join(", "),
        L::state_name(L::state(facts))
    )
}
