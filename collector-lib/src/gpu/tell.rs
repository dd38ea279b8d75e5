//! From GPUs to readings of the catalogue.

use grapevine_proto::catalogue::gpu as rows;
use grapevine_proto::{Absence, Metric, Value};

use super::{Figure, Gpu, Process};
use crate::sample::Sample;

/// Tells all readings of `gpus` in their order. Of the processes on a GPU those with the most memory are told, at most
/// [`PROCESSES_PER_GPU_MAX`] in the order of their numbers.
pub fn tell<'a>(gpus: impl IntoIterator<Item = &'a Gpu>, sample: &mut Sample) {
    for gpu in gpus {
        tell_gpu(gpu, sample);
        for instance in &gpu.instances {
            tell_instance(instance, sample);
        }
        if let Ok(processes) = &gpu.processes {
            tell_processes(&gpu.label, processes, sample);
        }
    }
}

fn tell_gpu(gpu: &Gpu, sample: &mut Sample) {
    sample.text(&rows::STATE, &[&gpu.label], gpu.standing.as_str());
    let of_gpu = rows::ROWS.iter().copied().filter(|row| row.labels.len() == 1);
    for row in of_gpu.filter(|row| !is_told_otherwise(row)) {
        match gpu.figure(row) {
            Some(figure) => tell_figure(gpu, row, figure, sample),
            None if is_of_some_gpus(row) => {}
            None => sample.absent(row, &[&gpu.label], gpu.standing.absence()),
        }
    }
    match (gpu.figure(&rows::PROCESSES), &gpu.processes) {
        (Some(figure), _) => tell_figure(gpu, &rows::PROCESSES, figure, sample),
        #[expect(clippy::cast_precision_loss, reason = "a machine has at most 2^22 processes")]
        (None, Ok(processes)) => sample.number(&rows::PROCESSES, &[&gpu.label], processes.len() as f64),
        (None, Err(absence)) => sample.absent(&rows::PROCESSES, &[&gpu.label], *absence),
    }
}

fn tell_instance(instance: &Gpu, sample: &mut Sample) {
    for row in OF_INSTANCES {
        match instance.figure(row) {
            Some(figure) => tell_figure(instance, row, figure, sample),
            None => sample.absent(row, &[&instance.label], instance.standing.absence()),
        }
    }
}

fn tell_figure(gpu: &Gpu, row: &'static Metric, figure: &Figure<Value>, sample: &mut Sample) {
    match figure {
        Ok(Value::Number(number)) => sample.number(row, &[&gpu.label], *number),
        Ok(Value::Text(text)) => sample.text(row, &[&gpu.label], text),
        Err(absence) => sample.absent(row, &[&gpu.label], *absence),
    }
}

fn tell_processes(label: &str, processes: &[Process], sample: &mut Sample) {
    let mut largest: Vec<&Process> = processes.iter().collect();
    let memory_bytes = |process: &Process| process.memory_bytes.unwrap_or(0.0);
    largest.sort_by(|a, b| memory_bytes(b).total_cmp(&memory_bytes(a)).then(a.pid.cmp(&b.pid)));
    largest.truncate(PROCESSES_PER_GPU_MAX);
    largest.sort_by_key(|process| process.pid);
    for process in largest {
        tell_process(label, process, sample);
    }
}

fn tell_process(label: &str, process: &Process, sample: &mut Sample) {
    let pid = process.pid.to_string();
    let labels = [label, pid.as_str()];
    let texts = [
        (&rows::PROCESS_NAME, &process.name),
        (&rows::PROCESS_USER, &process.user),
        (&rows::PROCESS_SERVICE, &process.service),
    ];
    for (row, text) in texts {
        match text {
            Ok(text) => sample.text(row, &labels, text),
            Err(absence) => sample.absent(row, &labels, *absence),
        }
    }
    let numbers: [(&Metric, Result<f64, Absence>); 2] =
        [(&rows::PROCESS_MEMORY, process.memory_bytes), (&rows::PROCESS_USE, process.use_percent)];
    for (row, number) in numbers {
        match number {
            Ok(number) => sample.number(row, &labels, number),
            Err(absence) => sample.absent(row, &labels, absence),
        }
    }
}

/// The rows that follow from more than one figure.
fn is_told_otherwise(row: &Metric) -> bool {
    [&rows::STATE, &rows::PROCESSES].iter().any(|other| other.id == row.id)
}

/// The rows that say nothing of most GPUs, and so are left out where nobody puts them.
fn is_of_some_gpus(row: &Metric) -> bool {
    OF_SOME_GPUS.iter().any(|other| other.id == row.id)
}

static OF_SOME_GPUS: [&Metric; 6] = [
    &rows::POOL_TOTAL,
    &rows::POOL_AVAILABLE,
    &rows::POOL_CACHED,
    &rows::POOL_RESIDENT,
    &rows::GTT_TOTAL,
    &rows::GTT_USED,
];

static OF_INSTANCES: [&Metric; 6] =
    [&rows::NAME, &rows::UUID, &rows::USE, &rows::MEMORY_TOTAL, &rows::MEMORY_USED, &rows::MEMORY_FREE];

/// Most processes of a GPU that are told: five readings of each take some 40 B in a keyframe.
pub const PROCESSES_PER_GPU_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::{Source, Standing};
    use grapevine_proto::{Reading, State};

    fn told(gpu: &Gpu) -> Vec<Reading> {
        let mut sample = Sample::default();
        sample.begin(0);
        tell([gpu], &mut sample);
        sample.finish();
        sample.readings().cloned().collect()
    }

    fn process(pid: u32, memory_bytes: Figure<f64>) -> Process {
        Process {
            pid,
            name: Ok("train".into()),
            user: Ok("ada".into()),
            service: Err(Absence::Unsupported),
            memory_bytes,
            use_percent: Err(Absence::Unsupported),
        }
    }

    #[test]
    fn what_nobody_puts_is_absent_as_the_gpu_stands() {
        for (standing, absence) in [
            (Standing::Ok, Absence::Unsupported),
            (Standing::Lost, Absence::Failed),
            (Standing::Suspended, Absence::Sleeping),
        ] {
            let readings = told(&Gpu::new("0", standing));
            assert_eq!(readings[0].state.text(), Some(standing.as_str()));
            assert!(
                readings[1..].iter().all(|reading| reading.state == State::Absent(absence)),
                "{readings:?}"
            );
            let of_all = rows::ROWS.iter().filter(|row| row.labels.len() == 1 && !is_of_some_gpus(row));
            assert_eq!(readings.len(), of_all.count());
        }
    }

    #[test]
    fn only_a_gpu_that_shares_memory_tells_of_the_pool() {
        let mut gpu = Gpu::read_by("0", "000f:01:00.0".parse().unwrap(), Source::Nvml);
        let has_pool =
            |gpu: &Gpu| told(gpu).iter().any(|reading| reading.metric.name.starts_with("gpu.pool."));
        assert!(!has_pool(&gpu));
        gpu.put(&rows::POOL_TOTAL, Ok(1e9));
        assert!(has_pool(&gpu));
    }

    #[test]
    fn the_processes_with_the_most_memory_are_told_in_the_order_of_their_numbers() {
        let mut gpu = Gpu::new("0", Standing::Ok);
        let processes = (1..=40_u32).map(|pid| process(pid, Ok(f64::from(100 - pid))));
        gpu.processes = Ok(processes.chain([process(41, Err(Absence::Unsupported))]).rev().collect());
        let readings = told(&gpu);
        let count = readings.iter().find(|reading| reading.metric.id == rows::PROCESSES.id).unwrap();
        assert_eq!(count.state.number(), Some(41.0));
        let pids: Vec<String> = readings
            .iter()
            .filter(|reading| reading.metric.id == rows::PROCESS_MEMORY.id)
            .map(|reading| reading.labels.iter().nth(1).unwrap().to_owned())
            .collect();
        let expected: Vec<String> = (1..=16).map(|pid| pid.to_string()).collect();
        assert_eq!(pids, expected);
    }
}
