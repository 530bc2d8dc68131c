//! What is written in one pass is what the engine answers: both are asked the same, over random selections.

use std::sync::Arc;

use async_graphql::{
    ComplexObject, Context, EmptyMutation, EmptySubscription, Error, ID, Object, Response, Schema, SimpleObject,
};
use proptest::prelude::{Just, Strategy, any, prop, proptest};
use proptest::{option, prop_oneof};

use super::{Link, Many, One, follow, write_value};

/// A record with something of everything.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
struct Thing {
    id: ID,
    raw_name: Option<String>,
    count: Option<i32>,
    is_used: bool,
    words: Option<Vec<String>>,
    /// Not one of the fields that the record says are stored.
    left_out: Option<String>,
    #[graphql(skip)]
    part: Option<u8>,
}

#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
struct Part {
    id: ID,
    label: Option<String>,
}

record! {
    Thing { id, raw_name, count, is_used, words }
    links { "part": ToPart }
}

record! { Part { id, label } }

struct ToPart;

impl Link for ToPart {
    type From = Thing;
    type Key = u8;
    type To = Part;
    type Failure = Error;

    fn key(thing: &Thing) -> Option<u8> {
        thing.part
    }

    /// Some keys lead to nothing, and some fail.
    async fn load(_: &Context<'_>, key: u8) -> Option<Result<Arc<Part>, Error>> {
        tokio::task::yield_now().await;
        match key % 4 {
            0 => None,
            1 => Some(Err(Error::new(format!("part {key} cannot be had")))),
            _ => Some(Ok(Arc::new(Part {
                id: ID(format!("part_{key}")),
                label: (key % 4 == 2).then(|| "\"".to_owned()),
            }))),
        }
    }
}

#[ComplexObject]
impl Thing {
    async fn part(&self, ctx: &Context<'_>) -> Option<Result<One<Part>, Error>> {
        follow::<ToPart>(ctx, self).await
    }

    async fn computed(&self) -> String {
        tokio::task::yield_now().await;
        format!("{}!", self.id.as_str())
    }

    async fn fallible(&self) -> Option<Result<i32, Error>> {
        self.count.map(|count| if count < 0 { Err(Error::new("it is negative")) } else { Ok(count) })
    }
}

#[ComplexObject]
impl Part {
    async fn computed(&self) -> i32 {
        7
    }
}

/// Answers in one pass where that can be.
struct InOnePass(Vec<Arc<Thing>>);

#[Object(name = "Query")]
impl InOnePass {
    async fn things(&self) -> Many<'_, Thing> {
        Many(self.0.iter().map(AsRef::as_ref).collect())
    }

    async fn thing(&self) -> Option<One<Thing>> {
        self.0.first().cloned().map(One)
    }
}

/// Leaves everything to the engine.
struct ByTheEngine(Vec<Arc<Thing>>);

#[Object(name = "Query")]
impl ByTheEngine {
    async fn things(&self) -> Vec<Plain> {
        self.0.iter().cloned().map(Plain).collect()
    }

    async fn thing(&self) -> Option<Plain> {
        self.0.first().cloned().map(Plain)
    }
}

/// The same record with resolvers alone.
struct Plain(Arc<Thing>);

#[Object(name = "Thing")]
impl Plain {
    async fn id(&self) -> &ID {
        &self.0.id
    }

    async fn raw_name(&self) -> Option<&str> {
        self.0.raw_name.as_deref()
    }

    async fn count(&self) -> Option<i32> {
        self.0.count
    }

    async fn is_used(&self) -> bool {
        self.0.is_used
    }

    async fn words(&self) -> Option<&Vec<String>> {
        self.0.words.as_ref()
    }

    async fn left_out(&self) -> Option<&str> {
        self.0.left_out.as_deref()
    }

    async fn part(&self, ctx: &Context<'_>) -> Option<Result<Arc<Part>, Error>> {
        ToPart::load(ctx, self.0.part?).await
    }

    async fn computed(&self) -> String {
        format!("{}!", self.0.id.as_str())
    }

    async fn fallible(&self) -> Option<Result<i32, Error>> {
        self.0.count.map(|count| if count < 0 { Err(Error::new("it is negative")) } else { Ok(count) })
    }
}

fn thing() -> impl Strategy<Value = Arc<Thing>> {
    let stored = (any::<String>(), option::of(any::<String>()), option::of(any::<i32>()), any::<bool>());
    let more = (option::of(prop::collection::vec(any::<String>(), 0..3)), option::of(0..12_u8));
    (stored, more).prop_map(|((id, raw_name, count, is_used), (words, part))| {
        Arc::new(Thing { left_out: raw_name.clone(), id: ID(id), raw_name, count, is_used, words, part })
    })
}

/// A field that is written in one pass, most of the time.
fn scalar() -> impl Strategy<Value = String> {
    let often = prop::sample::select(vec!["__typename", "id", "rawName", "count", "isUsed", "words"]);
    let seldom = prop::sample::select(vec!["leftOut", "computed", "fallible"]);
    (prop_oneof![30 => often, 1 => seldom], option::of(0..2_u8), condition())
        .prop_map(|(name, alias, condition)| format!("{}{name}{condition}", aliased(name, alias)))
}

/// An alias that stands for nothing but this field, so that selections of it can be merged.
fn aliased(name: &str, alias: Option<u8>) -> String {
    alias.map_or_else(String::new, |number| format!("{}{number}: ", name.trim_start_matches('_')))
}

fn condition() -> impl Strategy<Value = String> {
    let condition = prop::sample::select(vec![
        "@skip(if: true)",
        "@skip(if: false)",
        "@include(if: $yes)",
        "@include(if: $no)",
        "@skip(if: $no)",
    ]);
    prop_oneof![5 => Just(String::new()), 1 => condition.prop_map(|condition| format!(" {condition}"))]
}

fn part() -> impl Strategy<Value = String> {
    let often = prop::sample::select(vec!["id", "label", "__typename", "again: id"]);
    let field = prop_oneof![30 => often, 1 => Just("computed")];
    (prop::collection::vec(field, 1..4), option::of(0..2_u8), condition()).prop_map(|(fields, alias, condition)| {
        format!("{}part{condition} {{ {} }}", aliased("part", alias), fields.join(" "))
    })
}

/// A selection of a thing's fields, with fragments inside.
fn selection() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![6 => scalar(), 1 => part(), 1 => Just("...All".to_owned())];
    let leaves = prop::collection::vec(leaf, 1..6).prop_map(|fields| fields.join(" "));
    leaves.prop_recursive(2, 16, 3, |inner| {
        let fragment = (prop::sample::select(vec!["", "on Thing"]), condition(), inner.clone())
            .prop_map(|(on, condition, fields)| format!("... {on}{condition} {{ {fields} }}"));
        prop::collection::vec(prop_oneof![2 => inner, 1 => fragment], 1..4).prop_map(|parts| parts.join(" "))
    })
}

/// An operation in which the same place may be selected more than once.
fn document() -> impl Strategy<Value = String> {
    let root = (prop::sample::select(vec!["things", "thing", "others: things", "one: thing"]), selection());
    let roots = prop::collection::vec(root.prop_map(|(name, fields)| format!("{name} {{ {fields} }}")), 1..3);
    (roots, selection_of_fragment()).prop_map(|(roots, all)| {
        format!(
            "query($yes: Boolean = true, $no: Boolean = false) {{ a: __typename @include(if: $yes) @skip(if: $no) {} ...Root }}
             fragment Root on Query {{ thing {{ ...All }} }}
             fragment All on Thing {{ {all} }}",
            roots.join(" ")
        )
    })
}

fn selection_of_fragment() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![4 => scalar(), 1 => part()], 1..4).prop_map(|fields| fields.join(" "))
}

/// The data as it is written, and the errors in an order of their own: the engine tells them as they come up.
fn told(response: &Response) -> (String, Vec<String>) {
    let mut data = Vec::new();
    write_value(&response.data, &mut data);
    let mut errors: Vec<String> = response.errors.iter().map(|error| serde_json::to_string(error).unwrap()).collect();
    errors.sort();
    (String::from_utf8(data).unwrap(), errors)
}

proptest! {
    #[test]
    fn one_pass_answers_what_the_engine_answers(
        document in document(),
        things in prop::collection::vec(thing(), 0..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let one_pass = Schema::new(InOnePass(things.clone()), EmptyMutation, EmptySubscription);
        let engine = Schema::new(ByTheEngine(things), EmptyMutation, EmptySubscription);
        let expected = runtime.block_on(engine.execute(document.as_str()));
        let found = runtime.block_on(one_pass.execute(document.as_str()));
        assert_eq!(told(&found), told(&expected), "{document}");
    }
}

#[test]
fn what_is_stored_is_written_in_one_pass_and_nothing_else_is() {
    let thing = Thing {
        id: ID("a".to_owned()),
        raw_name: None,
        count: Some(1),
        is_used: true,
        words: None,
        left_out: None,
        part: Some(2),
    };
    let schema = Schema::new(InOnePass(vec![Arc::new(thing)]), EmptyMutation, EmptySubscription);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let is_written = |selection: &str| {
        let response = runtime.block_on(schema.execute(format!("{{ things {{ {selection} }} }}")));
        assert_eq!(response.errors, [], "{selection}");
        let async_graphql::Value::Object(data) = response.data else { panic!("no data") };
        matches!(data.get("things"), Some(async_graphql::Value::Binary(_)))
    };
    for selection in
        ["id rawName again: count", "... on Thing { id id @skip(if: false) }", "__typename part { id label }"]
    {
        assert!(is_written(selection), "{selection}");
    }
    for selection in
        ["id computed", "leftOut", "fallible", "part { computed }", "part { id } part { label }", "id @skip(if: true)"]
    {
        assert!(!is_written(selection), "{selection}");
    }
}
