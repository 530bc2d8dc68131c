//! What Redis does in one step: scripts, each with its keys and arguments told at its top.

use std::sync::LazyLock;

use redis::Script;

macro_rules! scripts {
    ($($name:ident = $file:literal;)+) => {
        $(pub(super) static $name: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!(concat!("scripts/", $file, ".lua"))));)+
    };
}

scripts! {
    GREET = "greet";
    LOCK = "lock";
    RENEW = "renew";
    COVER = "cover";
    ENDED = "ended";
    RELEASE = "release";
    CLAIM = "claim";
    SETTLE = "settle";
    FORGET = "forget";
    CHANGED = "changed";
    LOOK = "look";
    RECALL = "recall";
    COUNT = "count";
    KEEP = "keep";
}
