use super::*;
use proptest::prelude::*;

fn hello() -> Control {
    Control::Hello(Hello {
        protocol: PROTOCOL,
        origin: OriginId(u64::MAX),
        epoch: u32::MAX,
        host: "x".repeat(63).parse().unwrap(),
        port: 6130,
        links: 6,
        is_fed: true,
        peers: vec!["10.0.0.1:6130".parse().unwrap(), "[fd00::1]:6130".parse().unwrap()],
    })
}

fn messages() -> Vec<Control> {
    let origin = OriginId(7);
    let trees = Trees {
        names: vec![Name { alias: 3, origin, epoch: 9 }],
        prune: vec![3, 300],
        graft: vec![Graft { alias: 3, held: 70_000 }],
        unknown: vec![1],
    };
    let holding = Holding { origin, epoch: 1, keyframe: 2, newest: 3 };
    vec![
        hello(),
        Control::Welcome { held_epoch: 3, held_sequence: 9 },
        Control::Trees(trees),
        Control::Digest(Digest { hashes: vec![5; DIGEST_BUCKETS], peers: Vec::new() }),
        Control::Summary(Summary { from: OriginId(0), to: OriginId(u64::MAX), holdings: vec![holding] }),
        Control::Want { origins: vec![origin] },
        Control::Full,
        Control::Peers { peers: vec!["10.0.0.1:6130".parse().unwrap()], asks: true },
        Control::Invite(Invite {
            to: origin,
            from: OriginId(8),
            address: Some("10.0.0.1:6130".parse().unwrap()),
            distance: 12,
            hops_left: 32,
        }),
    ]
}

#[test]
fn messages_come_back() {
    for (number, control) in (0..).zip(messages()) {
        let bytes = control.encode();
        assert!(Control::is_control(&bytes) && !Control::is_of_later_protocol(&bytes));
        assert_eq!(bytes.get(1), Some(&number));
        assert_eq!(Control::decode(&bytes), Some(control));
    }
    assert_eq!(messages().len(), usize::from(LAST_NUMBER) + 1);
}

#[test]
fn a_name_that_is_none_is_refused() {
    let mut bytes = hello().encode().to_vec();
    let name = bytes.iter().position(|byte| *byte == b'x').unwrap();
    bytes[name] = 0x1b;
    assert_eq!(Control::decode(&bytes), None);
}

#[test]
fn a_list_that_claims_to_be_long_is_refused() {
    assert_eq!(Control::decode(&[MARK, 5, 253, 255, 255, 255, 255, 255, 255, 255, 255]), None);
}

#[test]
fn one_announcement_takes_three_or_four_bytes() {
    assert_eq!(Have(vec![Announcement { alias: 250, low: 9, cost: None }]).encode().len(), 3);
    assert_eq!(Have(vec![Announcement { alias: 250, low: 8, cost: Some(1) }]).encode().len(), 4);
    assert_eq!(Have::default().encode().len(), 1);
}

fn announcements() -> impl Strategy<Value = Vec<Announcement>> {
    prop::collection::btree_map(any::<Alias>(), any::<(u8, u8)>(), 0..300).prop_map(|all| {
        let announcement = |(alias, (low, cost)): (Alias, (u8, u8))| Announcement {
            alias,
            low,
            cost: low.is_multiple_of(COST_EVERY).then_some(cost),
        };
        all.into_iter().map(announcement).collect()
    })
}

proptest! {
    #[test]
    fn announcements_come_back(announcements in announcements()) {
        let bytes = Have(announcements.clone()).encode();
        let read: Option<Vec<_>> = Have::decode(&bytes).unwrap().collect();
        prop_assert_eq!(read, Some(announcements));
    }

    #[test]
    fn arbitrary_bytes_are_a_message_or_none(bytes: Vec<u8>) {
        drop(Control::decode(&bytes));
        if let Some(announcements) = Have::decode(&[&[have::MARK], bytes.as_slice()].concat()) {
            prop_assert!(announcements.count() <= bytes.len());
        }
    }
}
