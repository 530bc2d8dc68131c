//! The keys that tokens are signed with change, and nobody is turned away for that, or lets himself in by it.

use futures_util::future::join_all;
use reqwest::StatusCode;

use super::issuer::{Key, Published, claims, set};
use super::{INVALID, bearing, denied, for_tokens, ok};
use crate::gateway::World;
use crate::temporary::TempFile;

#[tokio::test(flavor = "multi_thread")]
async fn keys_change_without_a_restart_and_an_issuer_that_is_down_turns_nobody_away() {
    let (old, new) = (Key::ed25519("old", 1), Key::ed25519("new", 2));
    let published = Published::new(&[&old]).await;
    let settings =
        [("ONRAMP__IDENTITY__JWKS_URL", published.url.as_str()), ("ONRAMP__IDENTITY__JWKS_COOLDOWN_MS", "0")];
    let world = World::start_with(&for_tokens(&settings)).await;
    assert_eq!((bearing(&world, &old.sign(&claims())).await, published.asked()), (ok(), 1));
    let invalid = denied(INVALID, "The token is not valid.");
    published.publish(500, &[&new]);
    assert_eq!(bearing(&world, &new.sign(&claims())).await, invalid);
    assert_eq!(bearing(&world, &old.sign(&claims())).await, ok());
    published.publish(200, &[]);
    assert_eq!(bearing(&world, &new.sign(&claims())).await, invalid);
    assert_eq!(bearing(&world, &old.sign(&claims())).await, ok());
    published.publish(200, &[&new, &old]);
    assert_eq!(bearing(&world, &new.sign(&claims())).await, ok());
    assert_eq!(bearing(&world, &old.sign(&claims())).await, ok());
    published.publish(200, &[&new]);
    assert_eq!(bearing(&world, &Key::ed25519("newer", 3).sign(&claims())).await, invalid);
    assert_eq!(bearing(&world, &old.sign(&claims())).await, invalid);
    assert_eq!(bearing(&world, &new.sign(&claims())).await, ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_a_file_change_without_a_restart_and_what_is_no_set_changes_nothing() {
    let (old, new) = (Key::ed25519("old", 1), Key::ed25519("new", 2));
    let file = TempFile::new(&set(&[&old]));
    let settings = [("ONRAMP__IDENTITY__JWKS_FILE", file.path()), ("ONRAMP__IDENTITY__JWKS_COOLDOWN_MS", "0")];
    let world = World::start_with(&for_tokens(&settings)).await;
    let invalid = denied(INVALID, "The token is not valid.");
    assert_eq!(bearing(&world, &old.sign(&claims())).await, ok());
    file.replace("no set");
    assert_eq!(bearing(&world, &new.sign(&claims())).await, invalid);
    assert_eq!(bearing(&world, &old.sign(&claims())).await, ok());
    file.replace(&set(&[&new]));
    assert_eq!(bearing(&world, &new.sign(&claims())).await, ok());
    assert_eq!(bearing(&world, &old.sign(&claims())).await, invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_unknown_keys_make_the_set_be_read_once_and_no_more() {
    let (key, unknown) = (Key::ed25519("e", 1), Key::ed25519("x", 2));
    let published = Published::new(&[&key]).await;
    let settings =
        [("ONRAMP__IDENTITY__JWKS_URL", published.url.as_str()), ("ONRAMP__IDENTITY__JWKS_COOLDOWN_MS", "3600000")];
    let world = World::start_with(&for_tokens(&settings)).await;
    let token = unknown.sign(&claims());
    let answers = join_all((0..20).map(|_| bearing(&world, &token))).await;
    assert!(answers.iter().all(|(status, ..)| *status == StatusCode::UNAUTHORIZED));
    assert_eq!(published.asked(), 1, "the reading at the start was a moment ago");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_is_read_again_by_itself() {
    let (old, new) = (Key::ed25519("same", 1), Key::ed25519("same", 2));
    let published = Published::new(&[&old]).await;
    let settings = [("ONRAMP__IDENTITY__JWKS_URL", published.url.as_str()), ("ONRAMP__IDENTITY__JWKS_REFRESH_S", "1")];
    let world = World::start_with(&for_tokens(&settings)).await;
    assert_eq!(bearing(&world, &old.sign(&claims())).await, ok());
    published.publish(200, &[&new]);
    let asked = published.asked();
    crate::gateway::until("a reading that began after the change", || published.asked() > asked + 1).await;
    assert_eq!(bearing(&world, &new.sign(&claims())).await, ok());
}
