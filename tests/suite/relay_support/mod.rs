//! What the relay's tests play around it: a push gateway, clients, peer MMSEs, all on raw sockets.

mod client;
mod gateway;
mod http_server;
mod mmse;
mod pdus;
mod peer;
mod process;
mod smsc;
mod smtp;

pub use client::{Answer, Running, get, get_through, http, post, post_octets};
pub use gateway::{Gateway, Pushed};
pub use http_server::{HttpServer, Request};
pub use mmse::{
    ALICE, BEA, BOB, CAROL, Door, QUIET, SOON, carol_mailbox, cluster, config, home_mailbox, local,
    neighbour, plmn,
};
pub use pdus::{answer_to, forward_req, notify_resp, picture_and_text, read_rec, send_req};
pub use peer::{Mail, Peer, Script};
pub use process::Process;
pub use smsc::{Smsc, Trouble, Was};
pub use smtp::{Smtp, deliver};
