//! The fields of smartctl's JSON that are read: `smartctl --json=c -x`, version 7.2 to 7.5, and `--scan-open --json`.
//!
//! What is not here is skipped as it is parsed and takes no memory.

use serde::Deserialize;

use super::lenient::{Flag, List, Number, Object, Text};

/// What smartctl says of a drive, or of a scan for drives.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Document {
    pub(super) smartctl: Object<Smartctl>,
    /// Of a scan.
    pub(super) devices: List<Device>,
    pub(super) device: Object<Device>,
    pub(super) model_name: Text,
    pub(super) serial_number: Text,
    pub(super) firmware_version: Text,
    pub(super) user_capacity: Object<Capacity>,
    pub(super) nvme_total_capacity: Number,
    pub(super) logical_block_size: Number,
    pub(super) smart_support: Object<Support>,
    pub(super) smart_status: Object<Status>,
    pub(super) temperature: Object<Temperature>,
    pub(super) power_on_time: Object<PowerOn>,
    pub(super) power_cycle_count: Number,
    pub(super) power_mode: Text,
    /// From 7.4 on, for drives of all protocols.
    pub(super) endurance_used: Object<Percent>,
    /// From 7.4 on, for drives of all protocols.
    pub(super) spare_available: Object<Percent>,
    pub(super) nvme_smart_health_information_log: Object<NvmeHealth>,
    pub(super) ata_smart_attributes: Object<Attributes>,
    pub(super) ata_device_statistics: Object<Statistics>,
    pub(super) ata_smart_error_log: Object<AtaErrorLog>,
    pub(super) scsi_vendor: Text,
    pub(super) scsi_product: Text,
    pub(super) scsi_model_name: Text,
    pub(super) scsi_revision: Text,
    /// `scsi_vendor` as 7.2 calls it.
    pub(super) vendor: Text,
    /// `scsi_product` as 7.2 calls it.
    pub(super) product: Text,
    /// `scsi_revision` as 7.2 calls it.
    pub(super) revision: Text,
    pub(super) scsi_grown_defect_list: Number,
    pub(super) scsi_error_counter_log: Object<ScsiErrors>,
    pub(super) scsi_pending_defects: Object<Count>,
    pub(super) scsi_percentage_used_endurance_indicator: Number,
    pub(super) scsi_start_stop_cycle_counter: Object<ScsiCycles>,
    pub(super) scsi_temperature: Object<Temperature>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Smartctl {
    pub(super) exit_status: Number,
    pub(super) messages: List<Message>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub(super) string: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Device {
    pub(super) name: Text,
    #[serde(rename = "type")]
    pub(super) kind: Text,
    pub(super) protocol: Text,
    pub(super) open_error: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Capacity {
    pub(super) bytes: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Support {
    pub(super) available: Flag,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    pub(super) passed: Flag,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Temperature {
    pub(super) current: Number,
    /// Of a SCSI drive: where it gives up.
    pub(super) drive_trip: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PowerOn {
    pub(super) hours: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Percent {
    pub(super) current_percent: Number,
    pub(super) threshold_percent: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct NvmeHealth {
    pub(super) critical_warning: Number,
    pub(super) temperature: Number,
    pub(super) available_spare: Number,
    pub(super) available_spare_threshold: Number,
    pub(super) percentage_used: Number,
    pub(super) data_units_read: Number,
    pub(super) data_units_written: Number,
    pub(super) power_cycles: Number,
    pub(super) power_on_hours: Number,
    pub(super) unsafe_shutdowns: Number,
    pub(super) media_errors: Number,
    pub(super) num_err_log_entries: Number,
    pub(super) warning_temp_time: Number,
    pub(super) critical_comp_time: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Attributes {
    pub(super) table: List<Attribute>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Attribute {
    pub(super) id: Number,
    pub(super) name: Text,
    /// From 100 or 200 down, as the maker likes.
    pub(super) value: Number,
    pub(super) raw: Object<Raw>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Raw {
    pub(super) value: Number,
    /// As smartctl understands the 48 bits, some of which makers use for other things: `12 (Average 10)`.
    pub(super) string: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Statistics {
    pub(super) pages: List<Page>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    pub(super) number: Number,
    pub(super) table: List<Statistic>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Statistic {
    pub(super) offset: Number,
    pub(super) value: Number,
    pub(super) flags: Object<StatisticFlags>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct StatisticFlags {
    pub(super) valid: Flag,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct AtaErrorLog {
    pub(super) extended: Object<Count>,
    pub(super) summary: Object<Count>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Count {
    pub(super) count: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ScsiErrors {
    pub(super) read: Object<ScsiErrorCounter>,
    pub(super) write: Object<ScsiErrorCounter>,
    pub(super) verify: Object<ScsiErrorCounter>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ScsiErrorCounter {
    /// In units of 10^9 bytes, as a text with three digits of a fraction.
    pub(super) gigabytes_processed: Number,
    pub(super) total_uncorrected_errors: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ScsiCycles {
    pub(super) accumulated_start_stop_cycles: Number,
}
