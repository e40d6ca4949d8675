//! Secrecy. Written from the README, without using the code under test to decide what is secret.

mod checker;
mod disclosure;
mod exchanged_roles;
mod leaks;
mod nights;
mod streams;
mod worlds;
