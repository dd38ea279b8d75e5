use super::*;
use crate::body::{Rows, Series};
use crate::catalogue;
use crate::reading::{Absence, Labels, Reading, State};
use proptest::prelude::*;

/// Readings of any metrics of the catalogue, each as often as it likes, with labels of their own.
fn any_readings() -> impl Strategy<Value = Vec<Reading>> {
    let metrics: Vec<MetricRef> = catalogue::rows().map(MetricRef::Known).collect();
    let labels = prop::collection::vec(prop::sample::select(vec!["", "0", "eth0", "höme", "sda"]), 4);
    let of_metric = (prop::sample::select(metrics), prop::collection::vec(labels, 1..5));
    prop::collection::vec(of_metric, 0..20).prop_map(|mut told| {
        told.sort_by_key(|(metric, _)| metric.id);
        told.dedup_by_key(|(metric, _)| metric.id);
        let reading = |metric: &MetricRef, labels: &[&str]| Reading {
            metric: metric.clone(),
            labels: Labels::new(&labels[..metric.labels.len()]),
            state: State::Absent(Absence::Failed),
        };
        told.iter()
            .flat_map(|(metric, labels)| labels.iter().map(move |labels| reading(metric, labels)))
            .collect()
    })
}

fn shape_of(readings: &[Reading]) -> Shape {
    Series::of(readings.iter()).resolve(&Rows::default()).unwrap()
}

proptest! {
    #[test]
    fn a_shape_is_its_readings(readings in any_readings()) {
        let shape = shape_of(&readings);
        prop_assert_eq!((shape.len(), shape.iter().len()), (readings.len(), readings.len()));
        prop_assert_eq!(shape.iter().count(), readings.len());
        for (index, (reading, (metric, labels))) in readings.iter().zip(shape.iter()).enumerate() {
            prop_assert_eq!(metric, &reading.metric);
            prop_assert!(labels.iter().eq(reading.labels.iter()));
            prop_assert_eq!(shape.get(index), Some((metric, labels)));
            prop_assert_eq!(shape.metric(index), Some(metric));
            let of_name = readings.iter().enumerate().filter(|(_, other)| other.metric == reading.metric);
            prop_assert!(shape.places_of(&metric.name).eq(of_name.map(|(place, _)| place)));
            prop_assert!(shape.places_of_id(metric.id).eq(shape.places_of(&metric.name)));
            prop_assert!(shape.metrics().contains(metric));
        }
        let is_even = |metric: MetricId| metric.0.is_multiple_of(2);
        let even = shape.iter().enumerate().filter(|(_, (metric, _))| is_even(metric.id));
        let even = even.map(|(place, (metric, labels))| (place, metric, labels));
        prop_assert!(shape.iter_of(is_even).eq(even));
        prop_assert_eq!(shape.get(readings.len()), None);
        prop_assert_eq!(shape.places_of("no.metric").count(), 0);
        prop_assert_eq!(shape.places_of_id(MetricId(u16::MAX)).count(), 0);
        prop_assert!(shape.metrics().is_sorted_by_key(|metric| metric.id));
    }

    #[test]
    fn hosts_share_equal_lists_and_only_those(some in any_readings(), others in any_readings()) {
        let mut lists = MetricLists::default();
        let [some, same, other] = [&some, &some, &others].map(|readings| shape_of(readings).sharing(&mut lists));
        prop_assert!(Arc::ptr_eq(&some.metrics, &same.metrics));
        prop_assert_eq!(&some, &same);
        prop_assert_eq!(&other, &shape_of(&others));
    }
}

#[test]
fn lists_of_hosts_that_are_gone_make_room() {
    let metrics: Vec<MetricRef> = catalogue::rows().map(MetricRef::Known).collect();
    let mut lists = MetricLists::default();
    for round in 0..3 * METRIC_LISTS_MAX {
        let (from, count) = (round % metrics.len(), 1 + round / metrics.len());
        let list: Vec<MetricRef> = metrics.iter().cycle().skip(from).take(count).cloned().collect();
        let list: Arc<[MetricRef]> = list.into();
        let shared = lists.shared(Arc::clone(&list));
        assert!(Arc::ptr_eq(&shared, &lists.shared(list.iter().cloned().collect())), "round {round}");
        assert!(lists.0.len() <= METRIC_LISTS_MAX);
    }
}

#[test]
fn labels_that_are_not_there_are_refused() {
    let metric = || MetricRef::Known(&catalogue::cpu::CORE_USE);
    let mut short = ShapeBuilder::default();
    assert_eq!(short.push(metric(), 2, std::iter::once(0)), None);
    let mut beyond = ShapeBuilder::default();
    beyond.push(metric(), 2, [0, 1].into_iter()).unwrap();
    assert_eq!(beyond.finish(["0"].into_iter()), None);
}
