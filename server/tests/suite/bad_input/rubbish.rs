//! Rubbish under a good signature: a phone that is broken, or in the wrong hands, seals what it likes. Both databases
//! take every word of it (custody), hold what makes no sense, and the journal stays sound and can be rebuilt.

use kandas_server::{rebuild, verify};
use kandas_shared::{
    hash::Digest,
    ids::{FamilyId, UserId},
    receipt::Verdict,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};

use crate::{
    house::{House, Phone, Work, district, photo},
    stores::on_each,
};

const BATCHES: usize = 12;
const OF: usize = 50;

on_each! { engine, House;
    async fn whatever_is_signed_is_kept_and_breaks_nothing(house) {
        let district = district(3);
        house.import(&district).await;
        let given = district.assignments.iter().find(|given| given.to.is_none()).unwrap();
        let mut phone = Phone::enrol(&house, UserId(given.worker)).await;
        let activity = district.activities_of(given.family).next().unwrap();
        let picture = photo("rubbish");
        let work = Work {
            family: FamilyId(given.family),
            person: activity.person.into(),
            activity: activity.id.into(),
            service: activity.service.parse().unwrap(),
            note: "заметка",
            photo: &picture,
        };
        let whole = phone.seal(&house, &work).await;
        let whole: Value = serde_json::from_str(&whole.jws.payload).unwrap();
        let mut rng = StdRng::seed_from_u64(11);
        let (mut held, mut accepted, mut known) = (0, 0, 0);
        for _ in 0..BATCHES {
            let mut batch = Vec::new();
            for _ in 0..OF {
                let mut payload = whole.clone();
                let number: u64 = rng.random();
                payload["seq"] = json!(2 + number % 4_000);
                payload["prev"] = json!(Digest::of(&number.to_be_bytes()));
                payload["record"] = json!(uuid::Uuid::from_u128(u128::from(number)));
                for _ in 0..rng.random_range(1..4) {
                    spoil(&mut payload, &mut rng);
                }
                let text = if rng.random_bool(0.1) {
                    rubbish(&mut rng)
                } else {
                    payload.to_string()
                };
                batch.push(phone.sign_any(text));
            }
            for item in phone.hand_in(&house, batch).await {
                match item.verdict {
                    Verdict::Held => held += 1,
                    Verdict::Accepted => accepted += 1,
                    // Drawn twice: the same empty list is the same statement.
                    Verdict::Known => known += 1,
                    Verdict::Refused => panic!("refused under a good signature"),
                }
            }
        }
        println!("{held} held, {accepted} accepted, {known} known");
        assert_eq!(held + accepted + known, BATCHES * OF);
        assert!(held > BATCHES * OF / 10 && accepted > 0, "all of one kind proves little");
        let report = verify::verify(&house.config, &house.store, verify::Media::Sizes, &mut |_, _, _| {}).await.unwrap();
        assert_eq!(report.faults, Vec::<String>::new());
        let rebuilt = rebuild::compare(&house.store, &mut |_, _| {}).await.unwrap();
        assert!(rebuilt.differences.is_empty(), "{:?}", rebuilt.differences);
    }
}

/// Puts something wrong in one place.
fn spoil(payload: &mut Value, rng: &mut StdRng) {
    let wrong = [
        Value::Null,
        json!(""),
        json!("\0"),
        json!("a\u{0}b"),
        json!(-1),
        json!(0),
        json!(u64::MAX),
        json!(i64::MAX),
        json!(1e300),
        json!("9999-12-31"),
        json!("+262142-12-31"),
        json!("0000-01-01"),
        json!("-0001-01-01"),
        json!("9999-12-31T23:59:60Z"),
        json!("x".repeat(70_000)),
        json!("\u{202e}\u{feff}\u{1f468}\u{200d}\u{1f469}"),
        json!([]),
        json!({}),
        json!(true),
        json!([[[[[[]]]]]]),
    ];
    let wrong = wrong.choose(rng).unwrap().clone();
    // Down to some leaf; `device` stays, or nothing would be tied to the chain.
    let mut place = payload;
    loop {
        let next = match &*place {
            Value::Object(members) if !members.is_empty() && rng.random_bool(0.9) => {
                let keys: Vec<String> = members.keys().filter(|key| *key != "device").cloned().collect();
                keys.choose(rng).cloned()
            }
            Value::Array(items) if !items.is_empty() && rng.random_bool(0.9) => {
                Some(rng.random_range(0..items.len()).to_string())
            }
            _ => None,
        };
        let Some(next) = next else { break };
        place = match place {
            Value::Array(items) => &mut items[next.parse::<usize>().unwrap()],
            other => &mut other[next.as_str()],
        };
    }
    *place = wrong;
}

/// Not even a record.
fn rubbish(rng: &mut StdRng) -> String {
    let letters: String = (0..rng.random_range(0..300)).map(|_| rng.random::<char>()).collect();
    match rng.random_range(0..4) {
        0 => letters,
        1 => json!({ "v": 999, "note": letters }).to_string(),
        2 => json!([letters]).to_string(),
        _ => format!("{{\"v\":1,\"v\":2,\"note\":{}}}", json!(letters)),
    }
}
