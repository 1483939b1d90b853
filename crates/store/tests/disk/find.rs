//! Finding runs by what people type.

use aisbx_store::{Durability, Entry, FindError};
use insta::assert_snapshot;
use proptest::prelude::*;

use crate::scene::{record, report, store};

fn id(entry: Result<Entry, FindError>) -> String {
    entry.unwrap().record().run_id.to_string()
}

#[test]
fn a_run_is_found_by_its_id_its_beginning_its_end_or_as_the_latest() {
    let (_home, store) = store();
    assert!(matches!(store.find("latest"), Err(FindError::Empty)));
    for millis in [1, 40, 1_000_000] {
        let record = record(millis);
        store.begin(&record).unwrap().finish(&report(&record), Durability::Process).unwrap();
    }
    let first = record(1).run_id.to_string();
    let last = record(1_000_000).run_id.to_string();
    assert_eq!(id(store.find(&first)), first);
    assert_eq!(id(store.find(&first.to_uppercase())), first);
    assert_eq!(id(store.find(&first[..9])), first);
    assert_eq!(id(store.find(&first[11..])), first);
    assert_eq!(id(store.find("latest")), last);
}

#[test]
fn what_may_be_several_is_not_guessed() {
    let (_home, store) = store();
    for millis in 1..=12 {
        drop(store.begin(&record(millis)).unwrap());
    }
    let Err(FindError::Ambiguous { candidates, .. }) = store.find("1hk") else { panic!() };
    assert_eq!(candidates.len(), 12);
    assert!(candidates.is_sorted_by(|one, next| one > next));
    assert_snapshot!(store.find("1hk").unwrap_err(), @"`1hk` may be any of 12 runs: 1hk153x0c7vqvm7w, 1hk153x0b1w36n77, 1hk153x0avwehp6j, 1hk153x09nwswq5x, 1hk153x08fx57r58, 1hk153x079xgjs4k, 1hk153x063xvxt3y, 1hk153x05xy78v39 and 4 more");
    assert_snapshot!(store.find("zzz").unwrap_err(), @"there is no run `zzz`");
    assert_snapshot!(store.find("00000000000000zz").unwrap_err(), @"there is no run `00000000000000zz`");
}

#[test]
fn text_that_is_no_id_never_touches_a_path() {
    let (home, store) = store();
    drop(store.begin(&record(1)).unwrap());
    std::fs::create_dir(home.path().join("aisbx/runs/other")).unwrap();
    for text in
        ["", ".", "..", "../runs", "/", "/etc/passwd", "other", "hi\0", "%", "-1", "é", "1hk153x015zmmz0n/", " "]
    {
        assert!(matches!(store.find(text), Err(FindError::NotAnId(_))), "{text:?}");
    }
    assert_snapshot!(store.find("../runs").unwrap_err(), @"`../runs` is not a run: write an id, its beginning, its end, or `latest`");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_an_answer(text in any::<String>()) {
        let (_home, store) = store();
        drop(store.begin(&record(1)).unwrap());
        let found = store.find(&text).is_ok();
        let id = record(1).run_id.to_string();
        let part = !text.is_empty() && (id.starts_with(&text) || id.ends_with(&text));
        prop_assert_eq!(found, part);
    }
}
