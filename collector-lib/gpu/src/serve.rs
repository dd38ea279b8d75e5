//! Answers rosters, one after the other, until there are no more.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::time::Instant;

use grapevine_collectors::Sample;
use grapevine_collectors::gpu::{Answer, Gpu, Roster, Standing, tell};

use crate::chain::Chain;
use crate::processes::Processes;

/// Reads GPUs for whoever asks.
pub struct Server {
    chain: Chain,
    processes: Processes,
    sample: Sample,
    started: Instant,
    /// How each GPU was at the last pass.
    standings: BTreeMap<String, Standing>,
}

impl Server {
    /// Reads by the sources of `chain`.
    pub fn new(chain: Chain, processes: Processes) -> Self {
        Self {
            chain,
            processes,
            sample: Sample::default(),
            started: Instant::now(),
            standings: BTreeMap::new(),
        }
    }

    /// Answers every request that comes, until they end. A request is a roster, an answer an
    /// [`Answer`]; before each stands its length, four bytes little-endian.
    ///
    /// # Errors
    /// If the asking side is gone, or asks nonsense.
    pub fn serve(&mut self, mut requests: impl Read, mut answers: impl Write) -> io::Result<()> {
        while let Some(request) = next(&mut requests)? {
            let roster = request.parse::<Roster>().map_err(io::Error::other)?;
            let answer = self.answer(&roster).encode();
            let length = u32::try_from(answer.len()).map_err(io::Error::other)?;
            answers.write_all(&[&length.to_le_bytes(), answer.as_slice()].concat())?;
            answers.flush()?;
        }
        Ok(())
    }

    /// Reads the GPUs of `roster` that are awake.
    pub fn answer(&mut self, roster: &Roster) -> Answer {
        let now = Instant::now();
        let mut gpus = match self.chain.read(roster, now) {
            Ok(gpus) => gpus,
            Err(error) => return Answer::Failed(error.to_string()),
        };
        for place in roster.awake() {
            if !gpus.iter().any(|gpu| gpu.label == place.label) {
                let mut unread = Gpu::new(place.label.as_str(), Standing::Unread);
                unread.put_text(&grapevine_proto::catalogue::gpu::BUS, Ok(place.bus.to_string()));
                gpus.push(unread);
            }
        }
        self.note_changes(&gpus);
        self.processes.settle(&mut gpus, now);
        let now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.sample.begin(now_ms);
        tell(&gpus, &mut self.sample);
        self.sample.finish();
        Answer::Readings(self.sample.readings().cloned().collect())
    }

    /// Logs which GPUs came, went, or were lost.
    fn note_changes(&mut self, gpus: &[Gpu]) {
        let is_first_pass = self.standings.is_empty();
        for Gpu { label, standing, .. } in gpus {
            match (self.standings.insert(label.clone(), *standing), standing) {
                (Some(before), now) if before == *now => {}
                (None, Standing::Ok) if is_first_pass => {}
                (None, Standing::Ok) => tracing::info!(gpu = label, "GPU was added"),
                (Some(_), Standing::Ok) => tracing::info!(gpu = label, "GPU is back"),
                (_, standing) => {
                    tracing::warn!(gpu = label, state = standing.as_str(), "GPU does not answer");
                }
            }
        }
        self.standings.retain(|label, _| {
            let stays = gpus.iter().any(|gpu| gpu.label == *label);
            if !stays {
                tracing::info!(gpu = label, "GPU is asked no more: it was removed, or sleeps");
            }
            stays
        });
    }
}

/// The next request, or none at the end.
fn next(requests: &mut impl Read) -> io::Result<Option<String>> {
    let mut length = [0; 4];
    match requests.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > REQUEST_BYTES_MAX {
        return Err(io::Error::other("a request that is too long"));
    }
    let mut request = vec![0; length];
    requests.read_exact(&mut request)?;
    String::from_utf8(request).map(Some).map_err(io::Error::other)
}

/// More than a roster of a thousand GPUs.
const REQUEST_BYTES_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, SourceError};
    use grapevine_collectors::gpu::{BusId, Source as Origin};
    use grapevine_proto::catalogue::gpu as rows;

    /// Knows the GPU at one address.
    struct Knows(BusId);

    impl Source for Knows {
        fn read(&mut self, roster: &Roster) -> Result<Vec<Gpu>, SourceError> {
            let known = roster.awake().filter(|place| place.bus == self.0);
            Ok(known.map(|place| Gpu::read_by(place.label.as_str(), place.bus, Origin::Nvml)).collect())
        }
    }

    fn server() -> Server {
        let source: Box<dyn Source> = Box::new(Knows("0000:01:00.0".parse().unwrap()));
        Server::new(Chain::new([(Origin::Nvml, source)]), Processes::new("/nonexistent", "/nonexistent"))
    }

    fn framed(text: &str) -> Vec<u8> {
        [&u32::try_from(text.len()).unwrap().to_le_bytes(), text.as_bytes()].concat()
    }

    #[test]
    fn every_request_has_its_answer() {
        let requests = [framed("0 0000:01:00.0 awake\n"), framed("")].concat();
        let mut answers = Vec::new();
        server().serve(requests.as_slice(), &mut answers).unwrap();
        let (length, rest) = answers.split_first_chunk::<4>().unwrap();
        let (first, second) = rest.split_at(usize::try_from(u32::from_le_bytes(*length)).unwrap());
        let Ok(Answer::Readings(readings)) = Answer::decode(first) else { panic!("no readings") };
        let state = readings.iter().find(|reading| reading.metric.id == rows::STATE.id).unwrap();
        assert_eq!(state.state.text(), Some("ok"));
        assert_eq!(Answer::decode(&second[4..]).unwrap(), Answer::Readings(Vec::new()));
    }

    #[test]
    fn a_gpu_that_no_source_knows_is_told_as_unread() {
        let roster = "0 0000:01:00.0 awake\n1 0000:02:00.0 awake\n2 0000:03:00.0 suspended\n";
        let Answer::Readings(readings) = server().answer(&roster.parse().unwrap()) else {
            panic!("no readings")
        };
        let states: Vec<&str> = readings
            .iter()
            .filter(|reading| reading.metric.id == rows::STATE.id)
            .filter_map(|reading| reading.state.text())
            .collect();
        assert_eq!(states, ["ok", "unread"]);
    }

    #[test]
    fn nonsense_ends_the_program() {
        for requests in [framed("nonsense"), vec![0xff; 4], framed("x")[..4].to_vec()] {
            assert!(server().serve(requests.as_slice(), Vec::new()).is_err());
        }
    }
}
