//! The schema as a page at `/reference`: whole, current, and closed where the schema is not told.

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

use crate::gateway::{Gateway, command};

async fn get(gateway: &Gateway, path: &str) -> reqwest::Response {
    gateway.client().get(format!("{}{path}", gateway.base_url)).send().await.unwrap()
}

/// What stands in an attribute, wherever it does.
fn attribute<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    page.split(&opening).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// The anchors that the schema asks for: each type, and each member of one.
fn anchors() -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for definition in parse_schema(onramp::graph::sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let definition = definition.node;
        let members: Vec<String> = match definition.kind {
            TypeKind::Scalar | TypeKind::Union(_) => Vec::new(),
            TypeKind::Object(object) => object.fields.iter().map(|field| field.node.name.node.to_string()).collect(),
            TypeKind::Interface(interface) => {
                interface.fields.iter().map(|field| field.node.name.node.to_string()).collect()
            }
            TypeKind::Enum(values) => values.values.iter().map(|value| value.node.value.node.to_string()).collect(),
            TypeKind::InputObject(input) => input.fields.iter().map(|field| field.node.name.node.to_string()).collect(),
        };
        let name = definition.name.node;
        anchors.extend(members.iter().map(|member| format!("{name}.{member}")));
        anchors.insert(name.to_string());
    }
    anchors
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_every_type_and_member_once_and_no_link_leads_nowhere() {
    let page = get(&Gateway::start(&[]), "/reference").await.text().await.unwrap();
    let ids = attribute(&page, "id");
    let distinct: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(distinct, anchors());
    assert_eq!(distinct.len(), ids.len());
    let leads = |link: &&str| distinct.contains(link.trim_start_matches('#'));
    let astray: Vec<&str> = attribute(&page, "href").into_iter().filter(|link| !leads(link)).collect();
    assert_eq!(astray, [""; 0]);
    let member = "<dt id=\"Onboard.rawStatus\"><code>rawStatus</code>: String!\n\
                  <dd><p>The upstream's own word for the status.\n";
    assert!(page.contains(member), "{page}");
    let argument = "<dt><code>dryRun</code>: Boolean = <code>false</code>\n<dd><p>";
    assert!(page.contains(argument), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_printed_as_it_is_served_and_takes_nothing_from_elsewhere() {
    let gateway = Gateway::start(&[]);
    let response = get(&gateway, "/reference").await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert!(header("content-security-policy").starts_with("default-src 'none'; "));
    let tag = header("etag");
    let page = response.text().await.unwrap();
    assert_eq!(String::from_utf8(command(&[]).args(["schema", "--html"]).output().unwrap().stdout).unwrap(), page);
    let again = gateway.client().get(format!("{}/reference", gateway.base_url)).header("if-none-match", tag);
    assert_eq!(again.send().await.unwrap().status(), 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_subgraph_schema_and_page_tell_what_a_router_finds() {
    let settings = [("ONRAMP__GRAPH__FEDERATION".to_owned(), "true".to_owned())];
    let printed = |variables: &[(String, String)], arguments: &[&str]| {
        String::from_utf8(command(variables).arg("schema").args(arguments).output().unwrap().stdout).unwrap()
    };
    let federated = onramp::graph::federated_sdl();
    assert_eq!([printed(&settings, &[]), printed(&[], &["--federation"])], [federated.clone(), federated]);
    let gateway = Gateway::start(&settings);
    let page = get(&gateway, "/reference").await.text().await.unwrap();
    assert_eq!(printed(&settings, &["--html"]), page);
    let alone = printed(&[], &["--html"]);
    let list = "<p>A subgraph of Federation 2, in which a router finds by <code>id</code>:\n<ul>\n";
    let (before, rest) = page.split_once(list).unwrap();
    let (names, after) = rest.split_once("</ul>\n").unwrap();
    assert_eq!(format!("{before}{after}"), alone);
    let names: Vec<&str> = names.lines().map(|line| line.split(['#', '"']).nth(2).unwrap()).collect();
    assert_eq!(names, ["Onboard", "Account", "Verification", "Lead"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_not_there_where_the_schema_is_not_told() {
    for setting in ["ONRAMP__LIMITS__INTROSPECTION", "ONRAMP__SERVER__EXPLORER"] {
        let gateway = Gateway::start(&[(setting.to_owned(), "false".to_owned())]);
        assert_eq!(get(&gateway, "/reference").await.status(), 404, "{setting}");
    }
}
