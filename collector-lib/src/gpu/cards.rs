//! AMD's and Intel's GPUs, which the agent reads by itself: files of the kernel need no library.

use std::path::PathBuf;

use grapevine_proto::Metric;
use grapevine_proto::catalogue::gpu as rows;

use super::card::{Card, Driver};
use super::rest::Rest;
use super::{BusId, Gpu, Source, Standing, amd, intel, tell};
use crate::context::Context;
use crate::file::names_in;
use crate::rate::Rate;
use crate::sample::Sample;

/// All cards of the machine.
#[derive(Debug)]
pub(super) struct Cards {
    sys: PathBuf,
    proc: PathBuf,
    wakes_suspended: bool,
    known: Vec<Known>,
}

/// What is remembered of a card from pass to pass.
#[derive(Debug)]
struct Known {
    name: String,
    bus: BusId,
    energy: Rate,
    rest: Rest,
    /// Whether it ever told a figure.
    has_answered: bool,
    /// Whether it maps memory by a graphics translation table, of which others do not tell.
    has_gtt: bool,
    /// Since when it is not there any more.
    gone_since_ms: Option<u64>,
}

impl Cards {
    pub(super) fn new(context: &Context) -> Self {
        Self {
            sys: context.roots.sys.clone(),
            proc: context.roots.proc.clone(),
            wakes_suspended: context.gpu.wakes_suspended,
            known: Vec::new(),
        }
    }

    /// Tells of all cards that are there or were until lately.
    pub(super) fn collect(&mut self, sample: &mut Sample) {
        let now_ms = sample.now_ms();
        let names = names_in(&self.sys.join("class/drm"));
        let cards: Vec<Card> =
            names.iter().filter_map(|name| Card::at(&self.sys, &self.proc, name)).take(CARDS_MAX).collect();
        self.remember(&cards, now_ms);
        for known in &mut self.known {
            let card = cards.iter().find(|card| known.is(card));
            if let Some(gpu) = known.read(card, self.wakes_suspended, now_ms) {
                tell([&gpu], sample);
            }
        }
    }

    fn remember(&mut self, cards: &[Card], now_ms: u64) {
        self.known.retain_mut(|known| {
            let is_there = cards.iter().any(|card| known.is(card));
            known.gone_since_ms = (!is_there).then(|| known.gone_since_ms.unwrap_or(now_ms));
            // Another one has its name.
            let is_replaced = !is_there && cards.iter().any(|card| card.name == known.name);
            let is_gone =
                known.gone_since_ms.is_some_and(|since| now_ms.saturating_sub(since) >= GONE_FOR_MS);
            !is_replaced && !is_gone
        });
        for card in cards {
            if !self.known.iter().any(|known| known.is(card)) {
                self.known.push(Known::new(card));
            }
        }
    }
}

impl Known {
    fn new(card: &Card) -> Self {
        Self {
            name: card.name.clone(),
            bus: card.bus,
            energy: Rate::default(),
            rest: Rest::default(),
            has_answered: false,
            has_gtt: false,
            gone_since_ms: None,
        }
    }

    fn is(&self, card: &Card) -> bool {
        (self.name.as_str(), self.bus) == (card.name.as_str(), card.bus)
    }

    /// What is known of it now; none where that takes another pass.
    fn read(&mut self, card: Option<&Card>, wakes_suspended: bool, now_ms: u64) -> Option<Gpu> {
        let Some(card) = card else { return Some(self.unread(Standing::Lost)) };
        if !wakes_suspended && (self.rest.is_on(now_ms) || card.is_suspended()) {
            return Some(self.unread(Standing::Suspended));
        }
        let gpu = match card.driver {
            Driver::Amdgpu => amd::read(card),
            Driver::I915 | Driver::Xe => intel::read(card, &mut self.energy, now_ms)?,
        };
        // One that has fallen off the bus may keep its files, which have nothing to say any more.
        let answers = ANSWERS.iter().any(|row| gpu.number(row).is_some());
        if self.has_answered && !answers {
            return Some(self.unread(Standing::Lost));
        }
        self.has_answered |= answers;
        self.has_gtt |= gpu.figure(&rows::GTT_TOTAL).is_some();
        // Who does not tell how much it works, tells a clock that stands still.
        let is_idle = gpu.number(&rows::USE).or(gpu.number(&rows::CLOCK_GRAPHICS)) == Some(0.0);
        self.rest.note(!wakes_suspended && is_idle && card.may_sleep(), now_ms);
        Some(gpu)
    }

    fn unread(&self, standing: Standing) -> Gpu {
        let mut gpu = Gpu::new(self.name.as_str(), standing);
        gpu.put_text(&rows::BUS, Ok(self.bus.to_string()));
        gpu.put_text(&rows::SOURCE, Ok(Source::Sysfs.as_str()));
        if self.has_gtt {
            gpu.put(&rows::GTT_TOTAL, Err(standing.absence()));
            gpu.put(&rows::GTT_USED, Err(standing.absence()));
        }
        gpu
    }
}

/// Figures of which every card has some.
static ANSWERS: [&Metric; 5] =
    [&rows::USE, &rows::MEMORY_USED, &rows::TEMPERATURE, &rows::POWER, &rows::CLOCK_GRAPHICS];

/// How long a card is told as lost that is not there any more, in milliseconds.
const GONE_FOR_MS: u64 = 300_000;

/// Most cards that are told; each has some 60 readings, and a host 4096.
const CARDS_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Roots;
    use crate::gpu::Settings;
    use grapevine_proto::Absence;
    use std::fs;
    use std::path::Path;

    /// A machine with cards of AMD's, and the collector of their readings.
    struct Machine {
        folder: tempfile::TempDir,
        cards: Cards,
        sample: Sample,
    }

    impl Machine {
        fn new(wakes_suspended: bool) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let root = |name| folder.path().join(name);
            let context = Context {
                roots: Roots { proc: root("proc"), sys: root("sys"), etc: root("etc"), run: root("run") },
                gpu: Settings { wakes_suspended, ..Settings::default() },
                ..Context::of_this_machine()
            };
            let cards = Cards::new(&context);
            Self { folder, cards, sample: Sample::default() }
        }

        fn card(&self, name: &str) -> PathBuf {
            self.folder.path().join("sys/class/drm").join(name)
        }

        fn plug(&self, name: &str, bus: &str) {
            let uevent = format!("DRIVER=amdgpu\nPCI_ID=1002:744C\nPCI_SLOT_NAME={bus}\n");
            write(&self.card(name), "device/uevent", &uevent);
            write(&self.card(name), "device/gpu_busy_percent", "0\n");
            write(&self.card(name), "device/mem_info_gtt_total", "1073741824\n");
            write(&self.card(name), "device/power/control", "auto\n");
            write(&self.card(name), "device/power/runtime_status", "active\n");
        }

        /// The label, the state and the use of each card that is told of.
        fn pass(&mut self, now_ms: u64) -> Vec<(String, String, Result<f64, Absence>)> {
            self.sample.begin(now_ms);
            self.cards.collect(&mut self.sample);
            self.sample.finish();
            let of = |row: &'static grapevine_proto::Metric| {
                self.sample.readings().filter(move |reading| reading.metric.id == row.id)
            };
            let label = |reading: &grapevine_proto::Reading| reading.labels.iter().next().unwrap().to_owned();
            let use_ = |reading: &grapevine_proto::Reading| {
                reading.state.absence().map_or_else(|| Ok(reading.state.number().unwrap()), Err)
            };
            of(&rows::STATE)
                .zip(of(&rows::USE))
                .map(|(state, used)| (label(state), state.state.text().unwrap().to_owned(), use_(used)))
                .collect()
        }
    }

    fn write(card: &Path, file: &str, text: &str) {
        let path = card.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn told(name: &str, state: &str, use_: Result<f64, Absence>) -> (String, String, Result<f64, Absence>) {
        (name.to_owned(), state.to_owned(), use_)
    }

    #[test]
    fn a_card_that_sleeps_is_not_read() {
        for status in ["suspended\n", "suspending\n"] {
            let mut machine = Machine::new(false);
            machine.plug("card1", "0000:03:00.0");
            write(&machine.card("card1"), "device/power/runtime_status", status);
            assert_eq!(machine.pass(0), [told("card1", "suspended", Err(Absence::Sleeping))]);
            write(&machine.card("card1"), "device/power/runtime_status", "active\n");
            assert_eq!(machine.pass(1000), [told("card1", "ok", Ok(0.0))]);
        }
    }

    #[test]
    fn a_card_that_sleeps_is_read_where_the_operator_wants_that() {
        let mut machine = Machine::new(true);
        machine.plug("card1", "0000:03:00.0");
        write(&machine.card("card1"), "device/power/runtime_status", "suspended\n");
        assert_eq!(machine.pass(0), [told("card1", "ok", Ok(0.0))]);
    }

    #[test]
    fn a_card_that_may_sleep_and_does_nothing_is_let_go_of() {
        let let_go = |machine: &mut Machine| {
            (0..60_000).step_by(1000).any(|now_ms| machine.pass(now_ms) != [told("card1", "ok", Ok(0.0))])
        };
        let mut machine = Machine::new(false);
        machine.plug("card1", "0000:03:00.0");
        assert!(let_go(&mut machine));
        let mut lit = Machine::new(false);
        lit.plug("card1", "0000:03:00.0");
        write(&lit.card("card1"), "card1-DP-1/enabled", "enabled\n");
        assert!(!let_go(&mut lit), "a card that lights a display stays awake anyway");
        let mut awake = Machine::new(false);
        awake.plug("card1", "0000:03:00.0");
        write(&awake.card("card1"), "device/power/control", "on\n");
        assert!(!let_go(&mut awake), "nor may one sleep whose owner forbids it");
    }

    #[test]
    fn a_card_that_sleeps_tells_the_same_readings_as_one_that_is_awake() {
        let mut machine = Machine::new(false);
        machine.plug("card1", "0000:03:00.0");
        machine.pass(0);
        let awake = machine.sample.readings().len();
        write(&machine.card("card1"), "device/power/runtime_status", "suspended\n");
        machine.pass(1000);
        assert_eq!(machine.sample.readings().len(), awake, "each change costs a keyframe");
    }

    #[test]
    fn a_card_that_is_unplugged_is_lost_for_a_while() {
        let mut machine = Machine::new(false);
        machine.plug("card0", "0000:03:00.0");
        machine.plug("card1", "0000:09:00.0");
        machine.pass(0);
        fs::remove_dir_all(machine.card("card1")).unwrap();
        let other = told("card0", "ok", Ok(0.0));
        assert_eq!(machine.pass(1000), [other.clone(), told("card1", "lost", Err(Absence::Failed))]);
        machine.plug("card1", "0000:0a:00.0");
        assert_eq!(machine.pass(2000), [other, told("card1", "ok", Ok(0.0))], "another one");
        fs::remove_dir_all(machine.card("card1")).unwrap();
        write(&machine.card("card0"), "device/gpu_busy_percent", "5\n");
        machine.pass(3000);
        assert_eq!(machine.pass(3000 + GONE_FOR_MS), [told("card0", "ok", Ok(5.0))]);
    }

    #[test]
    fn a_card_that_tells_nothing_any_more_is_lost() {
        let mut machine = Machine::new(false);
        machine.plug("card0", "0000:03:00.0");
        assert_eq!(machine.pass(0), [told("card0", "ok", Ok(0.0))]);
        fs::remove_file(machine.card("card0").join("device/gpu_busy_percent")).unwrap();
        assert_eq!(machine.pass(1000), [told("card0", "lost", Err(Absence::Failed))]);
        write(&machine.card("card0"), "device/gpu_busy_percent", "7\n");
        assert_eq!(machine.pass(2000), [told("card0", "ok", Ok(7.0))]);
    }

    #[test]
    fn connectors_render_nodes_and_other_drivers_are_no_cards() {
        let mut machine = Machine::new(false);
        for name in ["card1-DP-1", "renderD128", "card", "cardinal"] {
            machine.plug(name, "0000:03:00.0");
        }
        write(&machine.card("card2"), "device/uevent", "DRIVER=nvidia\nPCI_SLOT_NAME=0000:0a:00.0\n");
        write(&machine.card("card3"), "device/uevent", "DRIVER=simple-framebuffer\n");
        write(&machine.card("card4"), "device/uevent", "DRIVER=amdgpu\nPCI_SLOT_NAME=nonsense\n");
        assert!(machine.pass(0).is_empty());
    }
}
