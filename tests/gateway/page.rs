//! The explorer at `/`: a page that takes nothing from elsewhere, and files that never change under their names.

use reqwest::Response;

use crate::gateway::Gateway;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

async fn get(gateway: &Gateway, path: &str) -> Response {
    gateway.client().get(format!("{}{path}", gateway.base_url)).send().await.unwrap()
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
    assert!(named.len() >= 2, "{page}");
    for path in named {
        let response = get(&gateway, &path).await;
        assert_eq!(response.status(), 200, "{path}");
        let kind = match path.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
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
