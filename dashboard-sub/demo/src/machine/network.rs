//! Interfaces.

use grapevine_proto::Absence;
use grapevine_proto::catalogue::network;

use super::Blueprint;
use super::work::Activity;
use crate::random::Random;
use crate::sheet::Sheet;
use crate::spec::InterfaceSpec;

#[derive(Debug)]
pub(super) struct Network {
    rate: f64,
    random: Random,
    interfaces: Vec<Interface>,
}

#[derive(Debug)]
struct Interface {
    spec: &'static InterfaceSpec,
    received: f64,
    transmitted: f64,
    errors: f64,
    drops: f64,
}

impl Network {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let mut random = blueprint.random(40);
        let interfaces = blueprint.spec.interfaces.iter().map(|spec| {
            let drops = if spec.has_carrier { random.between(0.0, 60.0).floor() } else { 0.0 };
            let errors = if random.chance(0.1) { random.between(1.0, 9.0).floor() } else { 0.0 };
            Interface { spec, received: 0.0, transmitted: 0.0, errors, drops }
        });
        let interfaces = interfaces.collect();
        Self { rate: blueprint.spec.rhythm.network_rate, random, interfaces }
    }

    pub(super) fn step(&mut self, activity: &Activity) {
        for interface in &mut self.interfaces {
            let InterfaceSpec { speed_mbit, has_carrier, share, .. } = *interface.spec;
            let most = speed_mbit.map_or(f64::INFINITY, |mbit| mbit * 1e6 / 8.0 * 0.94);
            let chatter = if has_carrier { self.random.between(700.0, 9000.0) } else { 0.0 };
            interface.received = (self.rate * share * activity.receive + chatter).min(most);
            interface.transmitted = (self.rate * share * activity.transmit + 0.8 * chatter).min(most);
            if !has_carrier {
                (interface.received, interface.transmitted) = (0.0, 0.0);
            }
            if activity.receive > 0.7 && self.random.chance(0.02) {
                interface.drops += self.random.between(1.0, 20.0).floor();
            }
        }
    }

    pub(super) fn tell(&self, sheet: &mut Sheet) {
        for interface in &self.interfaces {
            let InterfaceSpec { name, speed_mbit, has_carrier, .. } = *interface.spec;
            let labels = &[name];
            sheet.number(&network::RECEIVE, labels, interface.received);
            sheet.number(&network::TRANSMIT, labels, interface.transmitted);
            sheet.number(&network::ERRORS, labels, interface.errors);
            sheet.number(&network::DROPS, labels, interface.drops);
            let speed = speed_mbit.map(|mbit| mbit * 1e6).ok_or(Absence::Unsupported);
            sheet.told(&network::SPEED, labels, speed);
            sheet.flag(&network::CARRIER, labels, has_carrier);
        }
        for interface in &self.interfaces {
            if let Some(device) = interface.spec.rdma {
                sheet.number(&network::RDMA_RECEIVE, &[device, "1"], interface.received * 0.8);
                sheet.number(&network::RDMA_TRANSMIT, &[device, "1"], interface.transmitted * 0.8);
            }
        }
    }
}
