//! What is told of machines whose GPUs are not there: a fake of NVIDIA's library is loaded as the real one is, and
//! scripts stand in for the programs, printing what `fixtures/<machine>` has.
//!
//! `fixtures/<machine>/<source>.txt` is what is told. `GRAPEVINE_BLESS=1` writes it anew; read the difference before it is
//! committed.

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod budget;
#[cfg(test)]
mod fallthrough;
#[cfg(test)]
mod machine;
#[cfg(test)]
mod nvml;
#[cfg(test)]
mod programs;
#[cfg(test)]
mod stand_in;
