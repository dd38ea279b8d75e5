//! GPUs: what is known of one, how it is told, and which ones the machine has.
//!
//! [`Gpu`] is what every source of readings fills, whoever made the GPU, and [`tell`] turns GPUs into readings of the
//! catalogue: the only place that does, so that all sources give the same ones.
//!
//! NVIDIA's GPUs are read by a program of its own, `grapevine-gpu`: a static program can load no driver's library, and
//! one that hangs or crashes must not take the agent along. It is started where there is such a GPU, asked with a
//! [`Roster`], and answers with an [`Answer`]. A GPU that sleeps is not in it as awake, and is left alone.
//!
//! AMD's and Intel's are read here, from the kernel's files.

mod amd;
mod answer;
mod bus;
mod card;
mod cards;
mod intel;
mod model;
mod nvidia;
mod places;
mod reader;
mod rest;
mod roster;
mod settings;
mod tell;

pub use answer::{ANSWER_BYTES_MAX, Answer, BadAnswer};
pub use bus::{BadBusId, BusId};
pub use model::{Figure, Gpu, Process, Source, Standing};
pub use roster::{BadRoster, Place, Roster};
pub use settings::Settings;
pub use tell::{PROCESSES_PER_GPU_MAX, tell};

use crate::collector::{CollectError, Collector};
use crate::context::Context;
use crate::sample::Sample;
use cards::Cards;
use nvidia::Nvidia;

/// Reads the GPUs of the machine.
#[derive(Debug)]
pub(crate) struct Gpus {
    cards: Cards,
    nvidia: Nvidia,
}

impl Gpus {
    pub(crate) fn new(context: &Context) -> Self {
        Self { cards: Cards::new(context), nvidia: Nvidia::new(context) }
    }
}

impl Collector for Gpus {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        // What these tell stands, should the other part fail.
        self.cards.collect(sample);
        self.nvidia.collect(sample)
    }
}
