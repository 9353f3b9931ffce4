#!/usr/bin/env python3
"""Has Wireshark read the captures of runs, and compares what it read with their journals.

    tshark_captures.py LAYERS RUN...     LAYERS: protocols that must have been seen, with commas between; RUN: folders of runs

Wireshark finds every protocol by itself but SMTP and WSP, which it knows by their ports alone: for these the captures say what to tell
it. Exit code 1 if a packet is malformed, a message was not read as what it is, a comment is missing, or sockets are not those of the
journal.
"""

import json
import pathlib
import re
import struct
import subprocess
import sys
from collections import Counter

FIELDS = ["frame.number", "frame.protocols", "ip.src", "ipv6.src", "ip.dst", "ipv6.dst"]
FIELDS += ["tcp.srcport", "udp.srcport", "tcp.dstport", "udp.dstport", "tcp.stream", "frame.comment", "_ws.malformed"]
# First words of a comment -> what Wireshark must have read there, one of them.
READ_AS = [
    (re.compile(r"MM4_\w+\.RE[QS] "), ["smtp"]),
    (re.compile(r"M-Notification\.ind "), ["http", "mmse"]),
    (re.compile(r"M-[\w.-]+ "), ["mmse"]),
]


def main(layers, runs):
    differences, seen, packets = [], Counter(), 0
    for run in map(pathlib.Path, runs):
        sockets = sockets_of(run / "events.jsonl")
        captures = sorted((run / "cases").glob("*.pcapng"))
        if len(captures) != len(sockets):
            differences.append(f"{run}: {len(captures)} captures of {len(sockets)} cases in which something passed")
        for capture in captures:
            tell = lambda text, name=capture.stem: differences.append(f"{name}: {text}")
            rows = dissect(capture)
            packets += len(rows)
            for row in rows:
                seen.update(set(row["frame.protocols"].split(":")))
                check(row, tell)
            theirs = {tuple(sorted(pair)) for pair in map(ends, rows)}
            ours = sockets.get(capture.stem)
            if theirs != ours:
                tell(f"passed between {theirs}, the journal has {ours}")
            if not any(row["frame.comment"] for row in rows):
                tell("no comment")
    differences += [f"no layer {layer} in any capture" for layer in layers.split(",") if not seen[layer]]
    print("\n".join(differences + [f"{packets} packets read by others, {len(differences)} differences"]))
    print(", ".join(f"{seen[layer]} {layer}" for layer in layers.split(",")))
    return 1 if differences else 0


def check(row, tell):
    if row["_ws.malformed"]:
        tell(f"packet {row['frame.number']} is malformed: {row['frame.protocols']}")
    comment = row["frame.comment"]
    protocols = row["frame.protocols"].split(":")
    for words, wanted in READ_AS:
        if words.match(comment):
            if not any(protocol in protocols for protocol in wanted):
                tell(f"packet {row['frame.number']} ({comment}) was read as {protocols}")
            return


def ends(row):
    either = lambda name: row[f"ip.{name}"] or row[f"ipv6.{name}"]
    port = lambda name: row[f"tcp.{name}port"] or row[f"udp.{name}port"]
    return (f"{either('src')} {port('src')}", f"{either('dst')} {port('dst')}")


def sockets_of(journal):
    """Name of a capture -> pairs of sockets between which something passed."""
    cases = {}
    with journal.open() as lines:
        for event in map(json.loads, lines):
            wire = event.get("wire")
            if wire and event["script"]:
                pair = tuple(sorted(" ".join(split(wire[end])) for end in ("from", "to")))
                cases.setdefault(file_name(event["script"]), set()).add(pair)
    return cases


def file_name(script):
    """As reports name what is about a case; for ids as ours are."""
    case, _, row = script.removesuffix("]").partition("[")
    return f"{case}~{row}" if row else case


def split(socket):
    address, port = socket.rsplit(":", 1)
    return address.strip("[]"), port


def dissect(capture):
    command = ["tshark", "-n", "-r", str(capture), "-T", "fields", "-E", "separator=/t", "-E", "quote=n"]
    command += decode_as(capture)
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"tshark failed: {done.stderr.decode(errors='replace')}")
    rows = [line.split("\t") for line in done.stdout.decode("utf-8", "replace").split("\n") if line]
    return [dict(zip(FIELDS, row + [""] * len(FIELDS))) for row in rows]


def decode_as(capture):
    """What the first comment of the section says of protocols that have a port and nothing else to be known by."""
    octets = capture.read_bytes()
    order = ">" if octets[8:12] == b"\x1a\x2b\x3c\x4d" else "<"
    length, at = struct.unpack_from(order + "I", octets, 4)[0], 24
    while at < length - 4:
        code, size = struct.unpack_from(order + "HH", octets, at)
        if code == 1:
            comment = octets[at + 4 : at + 4 + size].decode()
            rules = re.findall(r"-d (\w+\.port==\d+,(?:smtp|wsp))", comment)
            return [word for rule in rules for word in ("-d", rule)]
        if code == 0:
            break
        at += 4 + (size + 3) // 4 * 4
    return []


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
