//! MM1 as relays of other makes want it: identity, patience, and what they do otherwise than most. A relay process with a front.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use mmspec::relay::{Config, config};
use mmspec::report::results;
use mmspec::run;
use mmspec::run::Finished;
use mmspec::run::journal::{Event, What};
use mmspec::run::outcome::{RunResult, Verdict};
use mmspec::target::{ContentLocation, Mm1, Target};
use mmspec::wire::mm1;

use crate::system_front::{Act, Front, Message, Way};
use crate::system_remote::{By, Process, start_with};
use crate::system_support::{against, execute, turn};
use crate::system_targets::parsed;

const WAP: &str = "X-WAP-Network-Client-MSISDN";

/// Cases that fetch what is notified.
const FETCHING: &[&str] = &[
    "mm1-content-is-delivered-unchanged*",
    "mm1-date-is-inserted*",
    "mm1-parallel-gets-are-all-served",
    "mm1-get-after-acknowledge-is-harmless",
];

/// Cases for which it is right that nothing is there.
const GONE: &[&str] = &[
    "mm1-expired-mm-is-not-served*",
    "mm1-unknown-location-is-a-defined-failure*",
    "mm1-foreign-mm-is-not-served*",
];

/// A relay process with a front on MM1, and the target file that names the front.
struct Scene {
    runtime: tokio::runtime::Runtime,
    dir: tempfile::TempDir,
    front: Front,
    target: PathBuf,
    _relay: Process,
}

impl Scene {
    fn new(act: impl Act, edit: impl FnOnce(&mut Mm1)) -> Scene {
        Scene::with_relay(act, |_, _| (), edit)
    }

    fn with_relay(
        act: impl Act,
        relay: impl FnOnce(&tokio::runtime::Runtime, &mut Config),
        edit: impl FnOnce(&mut Mm1),
    ) -> Scene {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let (process, target) = start_with(dir.path(), By::Tables, |config| relay(&runtime, config));
        let mut read = read_target(&target);
        let mm1 = &mut read.ixit.as_mut().unwrap().mm1;
        let (_, rest) = mm1.url.split_once("://").unwrap();
        let (addr, path) = rest.split_once('/').unwrap();
        let front = runtime.block_on(Front::open(any(), addr.parse().unwrap(), act));
        mm1.url = format!("http://{}/{path}", front.addr);
        edit(mm1);
        write_target(&target, &read);
        Scene {
            runtime,
            dir,
            front,
            target,
            _relay: process,
        }
    }

    fn run(&self, cases: &[&str]) -> Finished {
        let cases: Vec<String> = cases.iter().map(|c| (*c).to_owned()).collect();
        let options = against(self.dir.path(), &cases, self.target.clone());
        self.runtime.block_on(execute(options))
    }
}

fn any() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

pub fn read_target(file: &Path) -> Target {
    parsed(&fs::read_to_string(file).unwrap()).unwrap()
}

pub fn write_target(file: &Path, target: &Target) {
    fs::write(file, serde_saphyr::to_string(target).unwrap()).unwrap();
}

fn all_pass(run: &RunResult) {
    let broken: Vec<String> = run
        .cases
        .iter()
        .filter(|case| case.verdict != Verdict::Pass)
        .map(|case| {
            format!(
                "{}: {:?} {:?} {:?}",
                case.id, case.verdict, case.reason, case.expectations
            )
        })
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(!run.cases.is_empty());
}

fn quirks(run: &RunResult) -> BTreeMap<&str, usize> {
    let seen: Vec<(&str, usize)> = run.quirks.iter().map(|q| (q.code.as_str(), q.count)).collect();
    let once: BTreeMap<&str, usize> = seen.iter().copied().collect();
    assert_eq!(once.len(), seen.len(), "each quirk once: {seen:?}");
    once
}

fn events(run: &Finished) -> Vec<Event> {
    let text = fs::read_to_string(run.dir.join("events.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Answers the first fetch of every location as a relay does that has notified before it can serve.
struct Slow {
    /// In how many ways it says so, in turn.
    ways: usize,
    fetched: Mutex<HashMap<String, usize>>,
}

impl Slow {
    fn new(ways: usize) -> Slow {
        Slow {
            ways,
            fetched: Mutex::default(),
        }
    }
}

impl Act for Slow {
    fn request(&self, request: Message) -> Way {
        if request.method() != "GET" {
            return Way::On(request);
        }
        let mut fetched = self.fetched.lock().unwrap();
        let which = fetched.len() % self.ways;
        match fetched.insert(request.target().to_owned(), which) {
            Some(_) => Way::On(request),
            None => Way::Answer(match which {
                0 => Message::reply("404 Not Found", "text/plain", b"no such message"),
                1 => Message::reply("204 No Content", "", b""),
                2 => Message::reply("410 Gone", "text/html", b"<p>gone</p>"),
                _ => Message::reply("200 OK", mm1::MEDIA_TYPE, &not_found()),
            }),
        }
    }
}

/// M-Retrieve.conf with Error-permanent-message-not-found.
fn not_found() -> Vec<u8> {
    let mut pdu = vec![0x8C, 0x84, 0x8D, 0x93, 0x85, 0x04, 0x60, 0, 0, 0, 0x99, 0xE2];
    pdu.extend_from_slice(&[0x84, 0x83]);
    pdu.extend_from_slice(b"nothing here");
    pdu
}

#[test]
fn a_relay_that_notifies_too_early_fails_nothing_and_is_told_once() {
    let _turn = turn();
    let scene = Scene::new(Slow::new(4), |mm1| mm1.fetch_again = vec![5, 50]);
    let finished = scene.run(FETCHING);
    all_pass(&finished.result);
    let early = &finished.result.quirks[0];
    assert_eq!(early.code, "notified-too-early");
    assert!(early.count > 1, "{early:?}");
    assert!(early.text.contains("ms after the notification"), "{early:?}");
    let put_off = |event: &&Event| matches!(event.what, What::FetchAgain { .. });
    assert!(events(&finished).iter().filter(put_off).count() >= early.count);

    // What was judged live is judged so again.
    let again = run::rejudge(&finished.dir, &[]).ok().unwrap();
    assert_eq!(
        results::render(&again.result).unwrap(),
        results::render(&finished.result).unwrap()
    );
}

#[test]
fn a_case_that_expects_nothing_to_be_there_asks_once() {
    let _turn = turn();
    let scene = Scene::new(Slow::new(1), |mm1| mm1.fetch_again = vec![5, 50]);
    let finished = scene.run(GONE);
    all_pass(&finished.result);
    let put_off = |event: &Event| matches!(event.what, What::FetchAgain { .. });
    assert!(!events(&finished).iter().any(put_off));
}

#[test]
fn without_patience_the_same_relay_fails() {
    let _turn = turn();
    let scene = Scene::new(Slow::new(4), |_| ());
    let result = scene.run(&FETCHING[..2]).result;
    assert!(result.summary.fail > 0, "{:?}", result.summary);
    assert!(!quirks(&result).contains_key("notified-too-early"));
}

/// Never serves anything.
struct Never;

impl Act for Never {
    fn request(&self, request: Message) -> Way {
        match request.method() {
            "GET" => Way::Answer(Message::reply("404 Not Found", "text/plain", b"no")),
            _ => Way::On(request),
        }
    }
}

#[test]
fn a_relay_that_never_serves_fails_with_its_last_answer() {
    let _turn = turn();
    let scene = Scene::new(Never, |mm1| mm1.fetch_again = vec![1, 1]);
    let finished = scene.run(&["mm1-date-is-inserted*"]);
    assert!(
        finished
            .result
            .cases
            .iter()
            .all(|case| case.verdict == Verdict::Fail)
    );
    let quirks = quirks(&finished.result);
    assert!(!quirks.contains_key("notified-too-early"), "{quirks:?}");
    assert!(quirks.contains_key("http-error-without-pdu"), "{quirks:?}");
    // Three tries of each.
    let fetches = scene
        .front
        .requests()
        .iter()
        .filter(|r| r.method() == "GET")
        .count();
    assert_eq!(fetches, 3 * finished.result.cases.len());
}

struct Straight;

impl Act for Straight {}

#[test]
fn a_user_agent_takes_its_time_about_a_notification() {
    const REACTION: u64 = 120;
    let _turn = turn();
    let scene = Scene::new(Straight, |mm1| mm1.reaction = REACTION);
    let finished = scene.run(&[
        "mm1-date-is-inserted*",
        "mm1-notify-resp-retrieved-ends-transaction*",
    ]);
    all_pass(&finished.result);
    let mut told: HashMap<String, u64> = HashMap::new();
    let mut answered = 0;
    for event in events(&finished) {
        match event.what {
            What::Seen {
                place,
                crossing: mmspec::link::Crossing::Push { .. },
                ..
            } => {
                told.entry(format!("{} {place}", event.script))
                    .or_insert(event.at_us);
            }
            What::Sent {
                at,
                crossing: mmspec::link::Crossing::HttpRequest { method, .. },
                ..
            } if method == "GET" => {
                let told = told[&format!("{} {at}", event.script)];
                assert!(event.at_us >= told + REACTION * 1000, "{}", event.script);
                answered += 1;
            }
            _ => {}
        }
    }
    assert!(answered > 0);
}

/// Knows clients by two other header fields, both of which must be there and agree.
struct OtherIdentity;

impl Act for OtherIdentity {
    fn request(&self, request: Message) -> Way {
        let digits = request.header("X-MSISDN").map(str::to_owned);
        let plmn = request.header("X-Nokia-MSISDN").map(str::to_owned);
        let agree = match (&digits, &plmn) {
            (Some(digits), Some(plmn)) => *plmn == format!("+{digits}/TYPE=PLMN"),
            (digits, plmn) => digits.is_none() && plmn.is_none(),
        };
        if !agree || request.header(WAP).is_some() {
            return Way::Answer(Message::reply("500 Internal Server Error", "text/plain", b"who?"));
        }
        Way::On(match digits {
            Some(digits) => request.with(WAP, &format!("+{digits}")),
            None => request,
        })
    }
}

#[test]
fn clients_are_known_by_the_fields_and_forms_of_the_target() {
    let _turn = turn();
    let scene = Scene::new(OtherIdentity, |mm1| {
        mm1.identity = BTreeMap::from([
            ("X-MSISDN".to_owned(), "{digits}".to_owned()),
            ("X-Nokia-MSISDN".to_owned(), "{plmn}".to_owned()),
        ]);
    });
    let result = scene
        .run(&[
            "mm1-content-is-delivered-unchanged*",
            "mm1-stranger-is-not-served",
            "mm1-unidentified-client-is-not-served",
        ])
        .result;
    all_pass(&result);
}

/// Between the relay and its push gateway.
struct OtherPushes {
    /// What a Content-Location begins with, and what it is to begin with.
    location: Option<(Vec<u8>, Vec<u8>)>,
}

impl Act for OtherPushes {
    fn request(&self, request: Message) -> Way {
        let mut request = request
            .without("Connection")
            .with("Connection", "keep-alive")
            .with("Connection", "close");
        let mut line = request.head[0].replace("to=%2B", "to=").replace("to=%2b", "to=");
        if let Some((from, to)) = &self.location {
            line = with_text(&line, |text| replaced(text, from, to));
        }
        request.head[0] = line;
        Way::On(request)
    }
}

/// The request line with another `text`.
fn with_text(line: &str, edit: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let start = line.find("text=").unwrap() + "text=".len();
    let end = line[start..].find(['&', ' ']).map_or(line.len(), |at| start + at);
    let octets = edit(&decoded(&line[start..end]));
    let text: String = octets.iter().map(|octet| format!("%{octet:02X}")).collect();
    format!("{}{text}{}", &line[..start], &line[end..])
}

fn decoded(text: &str) -> Vec<u8> {
    let (mut octets, text) = (Vec::new(), text.as_bytes());
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'%' => {
                let hex = std::str::from_utf8(&text[at + 1..at + 3]).unwrap();
                octets.push(u8::from_str_radix(hex, 16).unwrap());
                at += 2;
            }
            b'+' => octets.push(b' '),
            octet => octets.push(octet),
        }
        at += 1;
    }
    octets
}

fn replaced(octets: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match octets.windows(from.len()).position(|part| part == from) {
        Some(at) => [&octets[..at], to, &octets[at + from.len()..]].concat(),
        None => octets.to_vec(),
    }
}

/// Answers that end with their connection.
struct Lengthless;

impl Act for Lengthless {
    fn answer(&self, answer: Message) -> Message {
        match answer.body.is_empty() {
            true => answer,
            false => answer
                .without("Content-Length")
                .without("Connection")
                .with("Connection", "close"),
        }
    }
}

/// A scene whose relay pushes through a front; `host` takes the place of its own in locations.
fn pushing_otherwise(act: impl Act, host: Option<&str>, edit: impl FnOnce(&mut Mm1)) -> Scene {
    let location = host.map(|host| {
        (
            b"http://127.0.0.1".to_vec(),
            format!("http://{host}").into_bytes(),
        )
    });
    let through_a_front = |runtime: &tokio::runtime::Runtime, config: &mut Config| {
        let config::Push::Kannel(kannel) = &mut config.push else {
            panic!("{:?}", config.push);
        };
        let (_, rest) = kannel.url.split_once("://").unwrap();
        let (addr, path) = rest.split_once('/').unwrap();
        let act = OtherPushes { location };
        let front = runtime.block_on(Front::open(any(), addr.parse().unwrap(), act));
        kannel.url = format!("http://{}/{path}", front.addr);
    };
    Scene::with_relay(act, through_a_front, edit)
}

#[test]
fn what_a_relay_does_otherwise_is_told_once_and_fails_nothing() {
    let _turn = turn();
    let scene = pushing_otherwise(Lengthless, Some("mmsc.invalid\"s"), |_| ());
    let result = scene
        .run(&["mm1-content-is-delivered-unchanged*", "mm1-date-is-inserted*"])
        .result;
    all_pass(&result);
    let quirks = quirks(&result);
    for code in [
        "length-by-close",
        "keep-alive-and-close",
        "recipient-without-plus",
        "location-elsewhere",
        "location-not-a-uri",
    ] {
        assert!(
            quirks.get(code).is_some_and(|count| *count > 1),
            "{code}: {quirks:?}"
        );
    }
    let of_the_host = result
        .quirks
        .iter()
        .find(|q| q.code == "location-elsewhere")
        .unwrap();
    assert!(of_the_host.text.contains("mmsc.invalid"), "{of_the_host:?}");
    assert_eq!(of_the_host.relay.as_deref(), Some("A"));
}

#[test]
fn a_location_is_fetched_as_it_is_if_that_is_near() {
    let _turn = turn();
    // The relay's own locations name the relay, not the front.
    let scene = Scene::new(Straight, |mm1| mm1.content_location = ContentLocation::AsIs);
    let result = scene.run(&["mm1-date-is-inserted*"]).result;
    all_pass(&result);
    assert!(
        scene
            .front
            .requests()
            .iter()
            .all(|request| request.method() != "GET")
    );
}

/// A WAP gateway: requests name the whole URL, and a host that only it finds.
struct Proxy;

impl Act for Proxy {
    fn request(&self, mut request: Message) -> Way {
        match request.target().strip_prefix("http://mmsc.invalid/") {
            Some(path) => {
                request.head[0] = format!("{} /{path} HTTP/1.1", request.method());
                Way::On(request)
            }
            None => Way::Answer(Message::reply("502 Bad Gateway", "text/plain", b"no such host")),
        }
    }
}

#[test]
fn every_request_goes_through_the_proxy_of_the_target() {
    let _turn = turn();
    let scene = Scene::new(Proxy, |mm1| {
        let (_, rest) = mm1.url.split_once("://").unwrap();
        let (front, path) = rest.split_once('/').unwrap();
        mm1.proxy = Some(front.parse().unwrap());
        mm1.url = format!("http://mmsc.invalid/{path}");
    });
    all_pass(&scene.run(&["mm1-date-is-inserted*"]).result);
    assert!(
        scene
            .front
            .requests()
            .iter()
            .any(|request| request.method() == "GET")
    );
}

#[test]
fn a_location_that_is_far_is_not_fetched_as_it_is() {
    let _turn = turn();
    let scene = pushing_otherwise(Straight, Some("192.0.2.1"), |mm1| {
        mm1.content_location = ContentLocation::AsIs;
    });
    let result = scene.run(&["mm1-date-is-inserted*"]).result;
    for case in &result.cases {
        assert_eq!(case.verdict, Verdict::Inconc, "{case:?}");
        let reason = case.reason.as_deref().unwrap();
        assert!(
            reason.contains("ixit.mm1.content-location") && reason.contains("192.0.2.1"),
            "{reason}"
        );
    }
    assert!(!result.cases.is_empty());
}
