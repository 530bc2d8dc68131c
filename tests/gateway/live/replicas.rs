//! Who listens at one replica hears of what another has done, and of what it was told.

use std::time::{Duration, Instant};

use onramp::live::Change;

use super::scene::{Scene, at, moved, stage_of};
use crate::redis::Redis;
use crate::writes::lead;

#[tokio::test(flavor = "multi_thread")]
async fn a_write_at_one_replica_is_told_at_another() {
    let Some(redis) = Redis::start() else { return };
    let scene = Scene::by_way_of(&redis.url()).await;
    let mut took = Vec::new();
    for number in [0, 8, 16] {
        let mut events = scene.open(&stage_of(&lead(number)));
        assert_eq!(events.next().await, at("MATCHED"));
        for (by, stage) in [("leadReview", "REVIEWED"), ("leadContact", "CONTACTED"), ("leadQualify", "QUALIFIED")] {
            scene.behind(&moved(by, &lead(number))).await;
            let answered = Instant::now();
            assert_eq!(events.next().await, at(stage));
            took.push(answered.elapsed());
        }
    }
    took.sort();
    let median: Duration = took[took.len() / 2];
    println!("an event after a write at another replica was answered: {median:?} at the median, {:?} at most", took[8]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_replica_is_told_is_read_anew_at_another() {
    let Some(redis) = Redis::start() else { return };
    let scene = Scene::by_way_of(&redis.url()).await;
    let account = "{ account { dataRetentionInDays } }";
    let before = scene.behind(account).await;
    let reads = || scene.sandbox.leadconduit().calls().iter().filter(|call| call.path == "/account").count();
    assert_eq!((scene.behind(account).await, reads()), (before.clone(), 1), "it was kept");
    // Nobody's own write: who kept the account is to read it again, and what Redis holds of it is old.
    scene.hub().tell(Change::of("account_main"));
    let deadline = Instant::now() + Duration::from_secs(30);
    while reads() == 1 {
        assert_eq!(scene.behind(account).await, before);
        assert!(Instant::now() < deadline, "it was never read again");
    }
}
