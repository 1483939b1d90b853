//! Real projects in six languages, made on the spot, built and run inside with the host's toolchains.

mod c;
mod go;
mod java;
mod node;
mod python;
mod rust;
