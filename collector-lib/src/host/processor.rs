//! The model of the processor, from `/proc/cpuinfo`.

use std::collections::BTreeMap;

/// The model's name; on Arm, where the kernel gives only numbers, the kinds of cores and how many there are of each.
pub(super) fn describe(cpuinfo: &str) -> Option<String> {
    let fields = || {
        cpuinfo.lines().filter_map(|line| line.split_once(':')).map(|(key, text)| (key.trim(), text.trim()))
    };
    if let Some((_, name)) = fields().find(|(key, text)| MODEL_KEYS.contains(key) && !text.is_empty()) {
        return Some(name.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
    }
    let mut cores: BTreeMap<(u16, u16), u32> = BTreeMap::new();
    let mut implementer = None;
    for (key, text) in fields() {
        match key {
            "CPU implementer" => implementer = hexadecimal(text),
            "CPU part" => {
                if let (Some(implementer), Some(part)) = (implementer, hexadecimal(text)) {
                    *cores.entry((implementer, part)).or_default() += 1;
                }
            }
            _ => {}
        }
    }
    let kinds: Vec<String> = cores
        .iter()
        .map(|(kind, count)| {
            let name = core_name(*kind);
            if cores.len() > 1 { format!("{count} x {name}") } else { name }
        })
        .collect();
    (!kinds.is_empty()).then(|| kinds.join(", "))
}

fn hexadecimal(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

fn core_name((implementer, part): (u16, u16)) -> String {
    match CORES.iter().find(|core| (core.0, core.1) == (implementer, part)) {
        Some((_, _, name)) => (*name).to_owned(),
        None => format!("implementer {implementer:#04x} part {part:#05x}"),
    }
}

/// What the model's name is called on x86, on RISC-V and on POWER.
const MODEL_KEYS: [&str; 3] = ["model name", "uarch", "cpu"];

/// Implementer, part and name of common cores (`arch/arm64/include/asm/cputype.h` of Linux).
const CORES: [(u16, u16, &str); 32] = [
    (0x41, 0xd03, "Cortex-A53"),
    (0x41, 0xd04, "Cortex-A35"),
    (0x41, 0xd05, "Cortex-A55"),
    (0x41, 0xd07, "Cortex-A57"),
    (0x41, 0xd08, "Cortex-A72"),
    (0x41, 0xd09, "Cortex-A73"),
    (0x41, 0xd0a, "Cortex-A75"),
    (0x41, 0xd0b, "Cortex-A76"),
    (0x41, 0xd0c, "Neoverse-N1"),
    (0x41, 0xd0d, "Cortex-A77"),
    (0x41, 0xd40, "Neoverse-V1"),
    (0x41, 0xd41, "Cortex-A78"),
    (0x41, 0xd42, "Cortex-A78AE"),
    (0x41, 0xd44, "Cortex-X1"),
    (0x41, 0xd46, "Cortex-A510"),
    (0x41, 0xd47, "Cortex-A710"),
    (0x41, 0xd48, "Cortex-X2"),
    (0x41, 0xd49, "Neoverse-N2"),
    (0x41, 0xd4b, "Cortex-A78C"),
    (0x41, 0xd4d, "Cortex-A715"),
    (0x41, 0xd4e, "Cortex-X3"),
    (0x41, 0xd4f, "Neoverse-V2"),
    (0x41, 0xd80, "Cortex-A520"),
    (0x41, 0xd81, "Cortex-A720"),
    (0x41, 0xd82, "Cortex-X4"),
    (0x41, 0xd84, "Neoverse-V3"),
    (0x41, 0xd85, "Cortex-X925"),
    (0x41, 0xd87, "Cortex-A725"),
    (0x41, 0xd8e, "Neoverse-N3"),
    (0x4e, 0x004, "NVIDIA Carmel"),
    (0x51, 0x001, "Qualcomm Oryon"),
    (0xc0, 0xac3, "Ampere-1"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_model_is_taken_without_its_padding() {
        let cpuinfo = "processor\t: 0\nmodel\t\t: 33\nmodel name\t: AMD  Ryzen 9   5950X\n";
        assert_eq!(describe(cpuinfo).unwrap(), "AMD Ryzen 9 5950X");
    }

    #[test]
    fn arm_cores_are_counted_by_kind() {
        let core = |part| format!("CPU implementer\t: 0x41\nCPU part\t: {part}\n\n");
        let cpuinfo = [core("0xd85"), core("0xd87"), core("0xd87")].concat();
        assert_eq!(describe(&cpuinfo).unwrap(), "1 x Cortex-X925, 2 x Cortex-A725");
        assert_eq!(describe(&core("0xd08")).unwrap(), "Cortex-A72");
        assert_eq!(describe(&core("0xfff")).unwrap(), "implementer 0x41 part 0xfff");
    }

    #[test]
    fn a_file_that_names_nothing_has_no_model() {
        assert_eq!(describe("processor\t: 0\nCPU part\t: 0xd08\n"), None);
    }
}
