//! Things with labels are told apart in whatever order they come.

mod machine;

use std::collections::BTreeMap;
use std::time::Instant;

use grapevine_proto::catalogue::{gpu, service};
use machine::Machine;
use proptest::prelude::*;

proptest! {
    #[test]
    fn each_label_has_its_own_figures(cpu: Vec<u8>, tasks: Vec<u8>) {
        let mut machine = Machine::new();
        let mut expected: BTreeMap<String, [Option<f64>; 2]> = BTreeMap::new();
        for (place, row, labels) in [(0, &service::CPU, &cpu), (1, &service::TASKS, &tasks)] {
            for (number, label) in (0_u16..).zip(labels) {
                let (name, number) = (label.to_string(), f64::from(number));
                machine = machine.number_of(row, &[&name], number);
                expected.entry(name).or_default()[place] = Some(number);
            }
        }
        let seen = machine.host();
        let list = seen.host.services(seen.now).list;
        prop_assert_eq!(list.len(), expected.len());
        for (name, figures) in &expected {
            let service = list.get(name);
            let found = service.map(|service| [service.cpu_percent.value, service.tasks.value]);
            prop_assert_eq!(found, Some(*figures));
        }
    }
}

#[test]
fn items_stay_in_the_order_in_which_they_are_told() {
    let names = ["0", "0/1", "1", "10", "2"];
    let machine =
        names.iter().fold(Machine::new(), |machine, name| machine.number_of(&gpu::USE, &[name], 1.0));
    let seen = machine.host();
    let told: Vec<_> = seen.host.gpus(seen.now).list.iter().map(|gpu| gpu.name).collect();
    assert_eq!(told, names);
}

#[test]
fn a_host_cannot_make_its_panels_expensive() {
    let machine = (0..4000).rev().fold(Machine::new(), |machine, number| {
        machine.number_of(&service::CPU, &[&format!("{number:04}")], 1.0)
    });
    let seen = machine.host();
    let start = Instant::now();
    assert_eq!(seen.host.services(seen.now).list.len(), 4000);
    assert!(start.elapsed().as_secs() < 2, "as many labels as there can be, each before the last one");
}
