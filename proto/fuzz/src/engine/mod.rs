//! The gossip engine among neighbours that link, leave, relay, forge and babble, against a simple model.
//!
//! The input is a row of steps, each a byte and what the step needs (see `script`). The engine is that of host 0; its
//! neighbours say that they are hosts 0 to 3, and spread frames of these that are genuine, damaged, replayed or none.
//!
//! What holds (see `model`, `neighbour`): only genuine frames are delivered, each once, none that is older than what is
//! known by more than the window; a genuine frame that is news is delivered, in spite of all forgeries before it. It
//! goes on once, a hop further and no younger, to every neighbour but the one it came from and those that pruned its
//! origin, and to those for certain that want it by this link and are not known to have it. Whoever grafts an origin gets
//! what it lacks. No origin is pruned on all links, and none on a link but where another brings it. Aliases are named
//! before they are used. Nothing is sent to a link that is not up; what is held for newcomers is the newest that was
//! delivered.

mod model;
mod neighbour;
mod network;
mod script;

use grapevine_proto::Moment;
use grapevine_proto::gossip::{Engine, Input, Output};

use crate::input;
use model::Model;
use network::own;
use script::Script;

/// Runs the target.
pub fn run(input: &[u8]) {
    let mut play = Play::new();
    let mut script = Script::new(input::Input(input));
    for _ in 0..STEPS_MAX {
        let Some(step) = script.next() else { break };
        play.now = play.now.after_ms(step.pause_ms);
        play.tell(step.input);
        script.own_epoch = script.own_epoch.max(play.jump_above.map_or(0, |epoch| epoch.saturating_add(1)));
    }
    play.model.check_held(&play.engine, play.now);
}

/// The engine, and a model of what it may do.
struct Play {
    engine: Engine,
    model: Model,
    now: Moment,
    /// The latest epoch that the engine was told to be above.
    jump_above: Option<u32>,
}

impl Play {
    fn new() -> Self {
        let now = Moment(0);
        let engine = Engine::new(own().origin, own().verifier.clone(), own().name.clone(), 1, now);
        Self { engine, model: Model::default(), now, jump_above: None }
    }

    fn tell(&mut self, input: Input) {
        self.model.begin(&input, self.now);
        self.engine.handle(input, self.now);
        // A frame is delivered last, but what is said before follows from it.
        let mut outputs: Vec<Output> = std::iter::from_fn(|| self.engine.poll_output()).collect();
        outputs.sort_by_key(|output| !matches!(output, Output::Deliver { .. }));
        for output in outputs {
            if let Output::JumpAbove { epoch } = output {
                self.jump_above = Some(epoch);
            }
            self.model.output(&output, self.now);
            if let Output::Feed { link } = output {
                while let Some(frame) = self.engine.take_owed(link, self.now) {
                    self.model.fed(link, &frame);
                }
            }
        }
        self.model.end(self.now);
        self.model.check_links(&self.engine);
    }
}

/// Most steps of a run, so that runs are short.
const STEPS_MAX: usize = 256;
