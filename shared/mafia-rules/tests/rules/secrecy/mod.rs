//! Who learns what. Written from the README: it does not ask the code that it checks who may hear of something.

mod checker;
mod exchange;
mod leaks;
mod mouth;
mod nights;
mod streams;
mod worlds;
