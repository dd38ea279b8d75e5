use super::*;
use proptest::prelude::*;

fn link() -> impl Strategy<Value = LinkId> {
    (0..4_u64).prop_map(LinkId)
}

#[derive(Clone, Debug)]
enum Step {
    First(LinkId),
    Second(LinkId),
    Lose(LinkId),
}

proptest! {
    #[test]
    fn what_is_left_after_a_loss_comes_first_and_no_link_is_both(
        steps in prop::collection::vec(
            prop_oneof![
                link().prop_map(Step::First),
                link().prop_map(Step::Second),
                link().prop_map(Step::Lose),
            ],
            0..60,
        ),
    ) {
        let mut paths = Paths::default();
        for step in steps {
            let before = [paths.first(), paths.second()];
            match step {
                Step::First(link) => {
                    paths.delivered_first(link);
                    prop_assert_eq!(paths.first(), Some(link));
                    // Who came second may come first, and takes turns then; nobody else is promoted.
                    prop_assert!(before.contains(&paths.second()));
                }
                // As the engine does: a second path is another one than the first.
                Step::Second(link) if paths.first().is_some_and(|first| first != link) => {
                    paths.set_second(Some(link));
                }
                Step::Second(_) => {}
                Step::Lose(link) => {
                    prop_assert_eq!(paths.lose(link), before.contains(&Some(link)));
                    let left: Vec<_> = before.into_iter().flatten().filter(|other| *other != link).collect();
                    prop_assert_eq!(paths.first(), left.first().copied());
                    prop_assert_eq!(paths.second(), left.get(1).copied());
                }
            }
            prop_assert!(paths.first().is_none() || paths.first() != paths.second());
        }
    }
}

#[test]
fn each_try_of_another_path_asks_for_more_until_one_is_lost() {
    let mut paths = Paths { cost: 30, ..Paths::default() };
    let least = |paths: &Paths| (0..30).filter(|cost| paths.is_beaten_by(*cost, 5)).max();
    assert_eq!(least(&paths), Some(24));
    paths.try_another();
    assert_eq!(least(&paths), Some(23));
    (0..99).for_each(|_| paths.try_another());
    assert_eq!(least(&paths), Some(13));
    paths.delivered_first(LinkId(1));
    assert!(!paths.lose(LinkId(2)));
    assert_eq!(least(&paths), Some(13));
    assert!(paths.lose(LinkId(1)));
    assert_eq!(least(&paths), Some(24));
}
