//! NVIDIA's management library without a GPU, for tests: the functions that Grapevine uses, with their C interface.
//!
//! A file beside the library, with `.json` after its name, describes the machine. It is read anew whenever a GPU is
//! looked up, so that a test changes the machine by writing the file. In `machines/` are some.
//!
//! A machine has `init` (an error, or nothing), `driver`, `cuda` (12040 for 12.4) and `gpus`. A GPU answers a function
//! with what stands under the function's name: a number, a text, the name of an error (`"NOT_SUPPORTED"`), or
//! `"HANG"`, `"CRASH"` or `"LEAK"` for what drivers do on bad days. Where a function takes an argument, the answers
//! are by the argument's number. What does not stand there is not supported. A GPU with `lost` has fallen off the bus.

#![expect(unsafe_code, reason = "the interface of a C library")]

mod device;
mod event;
mod machine;
mod system;
