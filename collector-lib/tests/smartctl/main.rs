//! Drives by way of a stand-in for smartctl, run as the real one would be; by way of files; and what writes the files.

#[cfg(test)]
mod asking;
#[cfg(test)]
mod files;
#[cfg(test)]
mod spool;
#[cfg(test)]
mod stand_in;
