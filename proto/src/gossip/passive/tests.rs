use super::*;

fn address(number: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], number))
}

const NOW: Moment = Moment(0);

#[test]
fn it_knows_no_more_than_its_bound_and_forgets_any_of_them() {
    let (mut passive, mut random) = (Passive::default(), Random::of(1));
    for number in 0..1000 {
        passive.learn(address(number), &mut random, NOW);
        passive.lose(address(5000 + number), None);
    }
    assert_eq!((passive.known.len(), passive.lost.len()), (PASSIVE_MAX, PASSIVE_MAX));
    assert!(passive.known.contains_key(&address(999)), "the latest is known");
    assert!(passive.known.keys().any(|known| known.port() < 900), "and some that were known for long");
}

#[test]
fn who_has_no_place_is_dialled_again_later() {
    let (mut passive, mut random) = (Passive::default(), Random::of(1));
    passive.learn(address(1), &mut random, NOW);
    passive.put_off(address(1), NOW);
    // Heard of once more, it has to wait all the same.
    passive.learn(address(1), &mut random, NOW);
    let mut choose = |now| passive.choose(&mut random, now, |_| false);
    assert_eq!(choose(Moment(REDIAL_MS - 1)), None);
    assert_eq!(choose(Moment(REDIAL_MS)), Some(address(1)));
}

#[test]
fn the_lost_are_dialled_in_turn_until_they_are_found() {
    let (mut passive, mut random) = (Passive::default(), Random::of(1));
    (1..=3).for_each(|number| passive.lose(address(number), None));
    let next = |passive: &mut Passive| passive.choose_lost(|out, _| out == address(2)).unwrap().port();
    let turns: Vec<u16> = (0..4).map(|_| next(&mut passive)).collect();
    assert_eq!(turns, [1, 3, 1, 3]);
    assert_eq!(passive.choose(&mut random, NOW, |_| false), None, "they are not dialled like others");
    passive.forget(address(1));
    assert_eq!(passive.choose_lost(|_, _| false), Some(address(2)));
    assert_eq!(passive.lost.len(), 2);
}

#[test]
fn a_sample_is_of_those_that_fit() {
    let (mut passive, mut random) = (Passive::default(), Random::of(1));
    assert!((0..40).all(|number| passive.learn(address(number), &mut random, NOW)));
    let sample = passive.sample(8, &mut random, |address| address.port() % 2 == 0);
    assert_eq!(sample.len(), 8);
    assert!(sample.iter().all(|address| address.port() % 2 == 0));
    assert!(sample.iter().any(|address| address.port() >= 16), "not just the first");
}
