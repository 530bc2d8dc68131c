//! The explorer at `/`: a page that takes nothing from elsewhere, and files that never change under their names.

use std::collections::BTreeSet;

use reqwest::Response;

use crate::gateway::Gateway;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

async fn get(gateway: &Gateway, path: &str) -> Response {
    get_with(gateway, path, &[]).await
}

async fn get_with(gateway: &Gateway, path: &str, headers: &[(&str, &str)]) -> Response {
    // The library's own client would undo the encoding that is looked at here.
    let client = reqwest::Client::builder().no_gzip().no_brotli().build().unwrap();
    let request = client.get(format!("{}{path}", gateway.base_url));
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

/// The page's script, which is there in every encoding.
async fn script(gateway: &Gateway) -> String {
    let page = get(gateway, "/").await.text().await.unwrap();
    assets(&page).into_iter().find(|path| path.ends_with(".js")).unwrap()
}

fn headers(response: &Response) -> [&str; 5] {
    let names =
        ["content-type", "cache-control", "content-security-policy", "x-content-type-options", "referrer-policy"];
    names.map(|name| response.headers().get(name).map_or("", |value| value.to_str().unwrap()))
}

/// The page's own files, as the page names them.
fn assets(page: &str) -> Vec<String> {
    let attributes = page.split('"').filter(|text| text.starts_with("/assets/"));
    attributes.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_lets_nothing_in_from_elsewhere() {
    let gateway = Gateway::start(&[]);
    let response = get(&gateway, "/").await;
    assert_eq!(headers(&response), ["text/html; charset=utf-8", "no-cache", POLICY, "nosniff", "no-referrer"]);
    let page = response.text().await.unwrap();
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_that_the_page_names_is_there_and_is_kept() {
    let gateway = Gateway::start(&[]);
    let page = get(&gateway, "/").await.text().await.unwrap();
    let named = assets(&page);
    let kinds: BTreeSet<&str> = named.iter().filter_map(|path| path.rsplit('.').next()).collect();
    assert_eq!(kinds, BTreeSet::from(["css", "js"]), "{page}");
    for path in named {
        let response = get(&gateway, &path).await;
        assert_eq!(response.status(), 200, "{path}");
        let kind = match path.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            other => panic!("{path} is a {other}"),
        };
        let forever = "public, max-age=31536000, immutable";
        assert_eq!(headers(&response), [kind, forever, POLICY, "nosniff", "no-referrer"], "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_out_of_the_files_leads_nowhere() {
    let gateway = Gateway::start(&[]);
    for path in ["/assets/nothing.js", "/assets/..%2F..%2FCargo.toml", "/assets/%2Fetc%2Fpasswd"] {
        assert_eq!(get(&gateway, path).await.status(), 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_in_the_smallest_encoding_that_is_taken() {
    let gateway = Gateway::start(&[]);
    let path = script(&gateway).await;
    let plain = get(&gateway, &path).await.bytes().await.unwrap();
    for (accepted, expected) in [
        ("gzip, deflate, br, zstd", Some("br")),
        ("BR", Some("br")),
        ("*", Some("br")),
        ("gzip, *;q=0", Some("gzip")),
        ("br;q=0, gzip;q=0.5", Some("gzip")),
        ("br;q=0.0, *", Some("gzip")),
        ("deflate, zstd", None),
        ("identity", None),
        ("br;q=none", None),
        ("*;q=0", None),
    ] {
        let response = get_with(&gateway, &path, &[("accept-encoding", accepted)]).await;
        assert_eq!(header(&response, "content-encoding"), expected, "{accepted}");
        assert_eq!(header(&response, "vary"), Some("accept-encoding"), "{accepted}");
        let body = response.bytes().await.unwrap();
        // Whether it is what it says, a browser's test tells.
        assert_eq!(body.len() < plain.len() / 2, expected.is_some(), "{accepted}: {} of {}", body.len(), plain.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_browser_has_is_not_sent_again() {
    let gateway = Gateway::start(&[]);
    let script = script(&gateway).await;
    for (path, caching) in [(script.as_str(), "public, max-age=31536000, immutable"), ("/", "no-cache")] {
        let mut tags = BTreeSet::new();
        for encoding in ["br", "gzip", "identity"] {
            let encoding = ("accept-encoding", encoding);
            let tag = header(&get_with(&gateway, path, &[encoding]).await, "etag").unwrap().to_owned();
            let many = format!("\"other\", W/{tag}");
            for known in [tag.as_str(), many.as_str(), "*"] {
                let response = get_with(&gateway, path, &[encoding, ("if-none-match", known)]).await;
                assert_eq!(response.status(), 304, "{path} {known}");
                let told = ["etag", "cache-control", "vary"].map(|name| header(&response, name).unwrap().to_owned());
                assert_eq!(told, [tag.as_str(), caching, "accept-encoding"], "{path}");
                assert_eq!(response.bytes().await.unwrap(), "", "{path}");
            }
            let response = get_with(&gateway, path, &[encoding, ("if-none-match", "\"other\"")]).await;
            assert_eq!(response.status(), 200, "{path}");
            tags.insert(tag);
        }
        assert_eq!(tags.len(), 3, "{path}: each encoding has bytes of its own, and so a tag of its own");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_beside_a_file_has_no_address_of_its_own() {
    let gateway = Gateway::start(&[]);
    let script = script(&gateway).await;
    for ending in [".br", ".gz"] {
        assert_eq!(get(&gateway, &format!("{script}{ending}")).await.status(), 404, "{ending}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_an_icon() {
    let gateway = Gateway::start(&[]);
    let response = get(&gateway, "/favicon.svg").await;
    assert_eq!(headers(&response), ["image/svg+xml", "no-cache", POLICY, "nosniff", "no-referrer"]);
}
