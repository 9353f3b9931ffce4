//! How many mails a second the peer MMSE sends.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mmspec::party::peer;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::each;
use crate::record::Mail;
use crate::spent::{Spent, median};

const MAILS: usize = 2000;
const RUNS: usize = 3;
const LIMIT: Duration = Duration::from_secs(10);
/// Octets of each message.
const SIZE: usize = 1024;

/// Sends mails of 1 KB to a server that only says yes, by one sender and by sixteen.
pub fn rates(runtime: &Runtime, envelope: &Mail) -> Result<(), Box<dyn Error>> {
    let addr = runtime.block_on(yes_man())?;
    let line = b"0123456789012345678901234567890123456789012345678901234567890\r\n";
    let data: Vec<u8> = b"Subject: x\r\n\r\n"
        .iter()
        .chain(line.iter().cycle())
        .take(SIZE - 2)
        .chain(b"\r\n")
        .copied()
        .collect();
    let mail = Arc::new(Mail {
        helo: envelope.helo.clone(),
        mail_from: envelope.mail_from.clone(),
        rcpt_to: envelope.rcpt_to.clone(),
        data: data.into(),
    });
    println!("\nsending mails of {SIZE} octets, a connection for each, server in the same process");
    println!(
        "{:<10}{:>12}{:>14}{:>14}",
        "senders", "mails/s", "CPU ms/mail", "budget"
    );
    for (senders, budget) in [(1, "3700"), (16, "29600")] {
        let mut spent = Vec::new();
        for _ in 0..RUNS {
            let (run, sent) = Spent::during(|| runtime.block_on(send(addr, &mail, senders)));
            if sent? != MAILS / senders * senders {
                return Err("a mail was not taken".into());
            }
            spent.push(run);
        }
        let taken = each(median(&spent), MAILS / senders * senders);
        println!(
            "{senders:<10}{:>12.0}{:>14.3}{budget:>14}",
            1.0 / taken.wall.as_secs_f64(),
            taken.cpu.as_secs_f64() * 1e3
        );
    }
    println!(
        "(the budgets are for connections that stay open; the peer opens one for each mail, as cases want it)"
    );
    Ok(())
}

/// How many mails were taken.
async fn send(addr: SocketAddr, mail: &Arc<Mail>, senders: usize) -> Result<usize, tokio::task::JoinError> {
    let tasks: Vec<_> = (0..senders)
        .map(|_| {
            let mail = Arc::clone(mail);
            tokio::spawn(async move {
                let mut taken = 0;
                for _ in 0..MAILS / senders {
                    let Mail {
                        helo,
                        mail_from,
                        rcpt_to,
                        data,
                    } = &*mail;
                    let data: Bytes = data.clone();
                    let delivery = peer::deliver(addr, helo, mail_from, rcpt_to, data, LIMIT).await;
                    taken += usize::from(delivery.end.is_ok_and(|ended| ended.code == 250));
                }
                taken
            })
        })
        .collect();
    let mut taken = 0;
    for task in tasks {
        taken += task.await?;
    }
    Ok(taken)
}

/// An SMTP server that says yes to everything and forgets it.
async fn yes_man() -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let addr = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(agree(stream));
        }
    });
    Ok(addr)
}

async fn agree(stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let (mut line, mut in_message) = (Vec::new(), false);
    stream.write_all(b"220 yes ESMTP\r\n").await?;
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let reply: &[u8] = match (in_message, &line[..]) {
            (true, b".\r\n") => {
                in_message = false;
                b"250 2.0.0 Taken\r\n"
            }
            (true, _) => continue,
            (false, b"DATA\r\n") => {
                in_message = true;
                b"354 Go ahead\r\n"
            }
            (false, b"QUIT\r\n") => return stream.write_all(b"221 2.0.0 Bye\r\n").await,
            (false, _) => b"250 2.0.0 Ok\r\n",
        };
        stream.write_all(reply).await?;
    }
}
