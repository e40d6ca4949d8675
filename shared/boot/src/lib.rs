#![doc = include_str!("../README.md")]

mod command_line;
mod connection;
mod descriptors;
mod escape;
mod exit;
pub mod findings;
mod layer;
mod listener;
pub mod logging;
#[cfg(feature = "presence")]
mod presence;
mod program;
mod service_manager;
pub mod settings;
mod signal;
mod start;
#[cfg(feature = "redis-tls")]
mod tls;

pub use command_line::{
    ServerFlags, Task, parse_command_line, parse_command_line_with_help, parse_flags, text_of_fault, variables_help, whole_number,
};
pub use connection::bound_kernel_buffers;
pub use descriptors::{Capacity, has_free_descriptors};
pub use escape::{Escaped, escaped};
pub use exit::{exit_code, not_examined};
pub use layer::{open_layer, open_layer_by};
pub use listener::{ListenError, ListenSocket, Listener, Waiting};
#[cfg(feature = "presence")]
pub use presence::lease_store;
pub use program::{Program, Role};
pub use service_manager::notify_ready;
pub use settings::{Flags, Listen, Settings, SettingsErrors};
pub use signal::stop_on_signals;
pub use start::{leave, prepare, start_layer};
