//! A recording holds what went between the gateway and the APIs, and nothing that is somebody's; played again, it answers as
//! they did.

mod hand_written;
mod kept;
mod redaction;
mod replay;
mod scene;
mod vendor;
