use super::*;
use proptest::prelude::*;

fn body_of(sections: &[(u8, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, bytes) in sections {
        body.push(*kind);
        body.extend_from_slice(&u16::try_from(bytes.len()).unwrap().to_le_bytes());
        body.extend_from_slice(bytes);
    }
    body
}

#[test]
fn unknown_sections_and_unknown_bytes_at_the_end_are_skipped() {
    let changes = Changes::between(&[], &[], 7);
    let mut known = bincode::serde::encode_to_vec(&changes, CODEC).unwrap();
    known.extend_from_slice(b"of a later version");
    let body = body_of(&[(200, b"whatever"), (Changes::KIND, &known)]);
    assert_eq!(require::<Changes<'_>>(&body).unwrap(), changes);
}

#[test]
fn a_missing_section_is_named() {
    let error = require::<Series<'_>>(&body_of(&[(200, b"")])).unwrap_err();
    assert_eq!(error.to_string(), "the body has no series section");
}

#[test]
fn a_section_cut_short_is_an_error() {
    for body in [vec![5], vec![5, 1], vec![5, 2, 0, 9]] {
        assert!(matches!(find::<Changes<'_>>(&body), Err(BodyError::CutShort { .. })), "{body:?}");
    }
}

#[test]
fn a_list_longer_than_its_bound_is_refused() {
    let length = crate::limits::GROUPS_MAX + 1;
    let identity = Identity {
        public_key: crate::origin::PublicKey([0; 32]),
        host: "host".parse().unwrap(),
        interval_ms: 1000,
        role: String::new(),
        groups: vec!["g".to_owned(); length],
    };
    let mut body = Vec::new();
    put(&mut body, &identity).unwrap();
    assert!(matches!(require::<Identity>(&body), Err(BodyError::Unreadable { section: "identity", .. })));
}

#[test]
fn more_than_a_body_holds_is_refused_where_it_is_written() {
    let mut body = vec![0; BODY_BYTES_MAX - 4];
    let before = body.clone();
    assert!(matches!(put(&mut body, &Changes::default()), Err(BodyError::TooLong { .. })));
    assert_eq!(body, before);
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_a_section_or_an_error(bytes: Vec<u8>, kind in 1_u8..=6) {
        for body in [bytes.clone(), body_of(&[(kind, &bytes)])] {
            drop(find::<Identity>(&body));
            drop(find::<Changes<'_>>(&body));
            since_keyframe(&body);
            if let Ok(Some(links)) = find::<Links>(&body) {
                prop_assert_eq!(&links, &links.clone().bounded(), "what is read is in order and within the bounds");
            }
            let cells = find::<Cells<'_>>(&body);
            let rows = find::<Rows>(&body).ok().flatten().unwrap_or_default();
            let series = find::<Series<'_>>(&body);
            if let (Ok(Some(series)), Ok(Some(cells))) = (series, cells)
                && let Ok(series) = series.resolve(&rows)
            {
                drop(cells.resolve(series.iter().map(|(metric, _)| metric)));
            }
        }
    }
}
