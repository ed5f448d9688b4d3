//! The native half of the Java binding: the static native methods of `org.drugner.Native`.
//!
//! They pass numbers and arrays of numbers and make no Java objects, look up no classes, keep no references and
//! raise no exceptions: a negative number is a `drugner_status`, and the Java half makes exceptions of it. Text is
//! copied out of the `String` in blocks, so the collector never waits for the network.
//!
//! What the Java half promises to all functions, and keeps by holding a lock during each call:
//!
//! * a handle is 0 or came from `openFile`, `openDefault` or `createRecognizer` and has not been given back;
//! * a recognizer is used by one thread at a time;
//! * arrays and strings are not null.
//!
//! The shared library exports the functions of `drugner.h` too.

mod env;
mod model;
mod recognizer;

pub use env::Env;
