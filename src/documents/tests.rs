use std::sync::Arc;

use super::{Asked, Documents, Settings, Trusted, digest_of};
use crate::error::{Error, Unpersisted};
use crate::replicas::Replicas;

const TEXT: &str = "{ __typename }";

fn documents(automatic: bool) -> Documents {
    let settings = Settings { trusted: None, only_trusted: false, automatic, automatic_bytes: 10_000 };
    Documents::new(&settings, Trusted::default(), Replicas::default())
}

fn asked(text: Option<&str>, digest: Option<&str>) -> Asked {
    Asked { text: text.map(str::to_owned), id: None, digest: digest.map(str::to_owned), prepared: None }
}

#[test]
fn what_was_remembered_is_found_by_its_digest_in_either_case() {
    let documents = documents(true);
    let digest = digest_of(TEXT);
    assert_eq!(documents.find(&asked(None, Some(&digest))), Err(Error::Document(Unpersisted::Unknown)));
    let text = documents.find(&asked(Some(TEXT), Some(&digest))).unwrap();
    documents.remember(&text, &digest);
    assert_eq!(documents.find(&asked(None, Some(&digest.to_uppercase()))), Ok(Arc::from(TEXT)));
}

#[test]
fn a_text_under_another_ones_digest_is_refused() {
    let refused = documents(true).find(&asked(Some(TEXT), Some(&digest_of("{ account { id } }")))).unwrap_err();
    let message =
        "Argument \"extensions.persistedQuery.sha256Hash\" is not the SHA-256 of the document that it came with.";
    assert_eq!(refused.to_string(), message);
}

#[test]
fn where_nothing_can_be_persisted_that_is_said() {
    let refused = documents(false).find(&asked(None, Some(&digest_of(TEXT))));
    assert_eq!(refused, Err(Error::Document(Unpersisted::Unsupported)));
}
