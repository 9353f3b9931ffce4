//! How embedded relays push: through the channel that their target names, to the gateway that the suite plays.

use crate::relay::config::{self, Bind, Hook, HookBody, Kannel, Method, Pap, Smpp, SmppForm, Wsp};
use crate::run::gateways::Gateway;
use crate::target::PushChannel;

/// The configuration of a relay that pushes through this gateway. None: the gateway has no address.
pub fn push(relay: &str, gateway: &Gateway) -> Option<config::Push> {
    let at = gateway.addr();
    Some(match gateway.channel {
        PushChannel::Kannel => config::Push::Kannel(Kannel::new(
            format!("http://{}/cgi-bin/sendsms", at?),
            relay,
            "mmspec",
        )),
        PushChannel::Pap => config::Push::Pap(Pap::new(format!("http://{}/pap", at?))),
        PushChannel::Hook => config::Push::Hook(Hook {
            url: format!("http://{}/push?to={{number}}", at?),
            method: Method::Post,
            header: Default::default(),
            body: Some(HookBody::Pdu),
        }),
        PushChannel::Smpp => config::Push::Smpp(Smpp {
            address: at?,
            system_id: relay.to_owned(),
            password: "mmspec".to_owned(),
            system_type: String::new(),
            bind: Bind::Transceiver,
            form: SmppForm::Udh,
            reference: 8,
            part: None,
            plus: true,
            service_type: "WAP".to_owned(),
            data_coding: 0xF5,
            esm_class: 0,
            source: None,
            registered_delivery: 0,
            enquire_link_ms: 30_000,
            response_ms: 10_000,
            window: 10,
        }),
        PushChannel::Wsp => {
            let datagrams = gateway.datagrams()?;
            config::Push::Wsp(Wsp {
                network: datagrams.network(),
                port: datagrams.port(),
            })
        }
    })
}
