#!/usr/bin/env python3
"""Has Wireshark read what `emit_carriers` wrote, and reports every difference.

    tshark_carriers.py DIR     DIR holds manifest.json and the carriers

SMPP goes to its registered port, TPDUs of SMS to the dissectors of RP and SMS. Exit code 1 if anything differs, is malformed, or was
not read at all.
"""

import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter

import pcap

FIRST_PORT = 10000
SMPP_PORT = 2775
# A link type for private use, which the option below gives to the dissector of the relay layer that carries TPDUs: its
# message type tells it the direction, and without that a TPDU could be read as two kinds.
LINKTYPE_RP = 147
RP_OPTION = 'uat:user_dlts:"User 0 (DLT=147)","gsm_a_rp","0","","0",""'
# RP-DATA: type and reference, then originator and destination (3GPP TS 24.011 §7.3.1), one of them a service centre.
RP_DATA = {"SMS-DELIVER": bytes([1, 1, 2, 0x91, 0x21, 0]), "SMS-SUBMIT": bytes([0, 1, 0, 2, 0x91, 0x21])}

# Ours -> Wireshark's, where it is another word or several.
NAMES = {
    "esm_class": ["smpp.esm.submit.msg_mode"],
    "registered_delivery": ["smpp.regdel.receipt"],
    "schedule_delivery_time": ["smpp.schedule_delivery_time", "smpp.schedule_delivery_time_r"],
    "validity_period": ["smpp.validity_period", "smpp.validity_period_r"],
    "sc_interface_version": ["smpp.SC_interface_version"],
    "ms_msg_wait_facilities": ["smpp.msg_wait.ind"],
    "callback_num_pres_ind": ["smpp.callback_num.pres"],
    "network_error_code": ["smpp.network_error.type"],
    "alert_on_message_delivery": ["smpp.alert_on_message_delivery_null"],
    "its_session_info": ["smpp.its_session.number"],
}
# Fields of several octets of which Wireshark shows the first by a name of its own.
FIRST_OCTET = {"network_error_code", "its_session_info"}


def main(folder):
    folder = pathlib.Path(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    octets = [(folder / entry["file"]).read_bytes() for entry in manifest]
    differences = []
    seen = {"smpp": read_smpp(manifest, octets), "sms": read_sms(manifest, octets)}
    for number, entry in enumerate(manifest):
        packet = seen[entry["carrier"]].get(number)
        tell = lambda text: differences.append(f"{entry['file']} {entry['carrier']} ({entry['shape']}): {text}")
        if packet is None:
            tell("Wireshark read no PDU of this kind")
            continue
        for text in malformed(packet):
            tell(f"Wireshark: {text}")
        (compare_smpp if entry["carrier"] == "smpp" else compare_sms)(entry["wanted"], packet, tell)
    print("\n".join(differences + [f"{len(manifest)} carriers read by others, {len(differences)} differences"]))
    print(", ".join(f"{count} {name}" for name, count in Counter(e["carrier"] for e in manifest).items()))
    return 1 if differences else 0


def read_smpp(manifest, octets):
    packets = []
    for number, entry in enumerate(manifest):
        if entry["carrier"] == "smpp":
            connection = pcap.Tcp(FIRST_PORT + number, SMPP_PORT)
            connection.say(octets[number])
            packets += connection.close()
    seen = {}
    for packet in dissect(pcap.capture(packets), "smpp", ["-d", f"tcp.port=={SMPP_PORT},smpp"]):
        port = packet.find(".//field[@name='tcp.srcport']")
        seen[int(port.get("show")) - FIRST_PORT] = packet
    return seen


def read_sms(manifest, octets):
    numbers = [number for number, entry in enumerate(manifest) if entry["carrier"] == "sms"]
    file = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0x40000, LINKTYPE_RP)]
    for number in numbers:
        message = RP_DATA[manifest[number]["wanted"]["type"]] + bytes([len(octets[number])]) + octets[number]
        file.append(struct.pack("<IIII", 1_700_000_000, number, len(message), len(message)) + message)
    packets = dissect(b"".join(file), "gsm_sms", ["-o", RP_OPTION])
    return dict(zip(numbers, packets))


def dissect(capture, protocol, options):
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(capture)
        file.flush()
        command = ["tshark", "-n", "-r", file.name, *options, "-Y", protocol, "-T", "pdml"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"tshark failed: {done.stderr.decode(errors='replace')}")
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", done.stdout.decode("utf-8", "replace"))
    return list(ElementTree.fromstring(text).iter("packet"))


def malformed(packet):
    """Warnings and errors; a malformed packet is one of them."""
    for expert in packet.iter("field"):
        if expert.get("name") == "_ws.expert":
            severity = expert.find("field[@name='_ws.expert.severity']")
            if severity is not None and any(word in severity.get("showname", "") for word in ("Warning", "Error")):
                yield expert.get("showname", "expert info")
    if any(proto.get("name") == "_ws.malformed" for proto in packet.iter("proto")):
        yield "malformed"


def compare_smpp(wanted, packet, tell):
    proto = next(p for p in packet.iter("proto") if p.get("name") == "smpp")
    start = int(proto.get("pos"))
    fields = {}
    for field in proto.iter("field"):
        fields.setdefault(field.get("name"), field)
    for name, ours in (("smpp.command_id", wanted["command"]), ("smpp.sequence_number", wanted["sequence"])):
        theirs = int(fields[name].get("show"), 0)
        if theirs != ours:
            tell(f"{name}: we wrote {ours}, read as {theirs}")
    status = fields.get("smpp.command_status")
    if wanted["command"] & 0x80000000 and (status is None or int(status.get("show"), 0) != wanted["status"]):
        tell(f"smpp.command_status: we wrote {wanted['status']}, read as {status is not None and status.get('show')}")
    for ours in wanted["params"]:
        if ours["name"] == "short_message":
            compare_octets({**ours, "name": "sm_length", "octets": ours["octets"][:2]}, fields, start, 0, tell)
            if not wanted["is-push"] and len(ours["octets"]) == 10:
                message = {"name": "message", "offset": ours["offset"] + 1, "octets": ours["octets"][2:]}
                compare_octets(message, fields, start, 0, tell)
        else:
            compare_octets(ours, fields, start, 0, tell)
    for ours in wanted["tlvs"]:
        compare_octets(ours, fields, start, 4, tell)
    if wanted["is-push"]:
        compare_push(packet, tell)


def compare_octets(ours, fields, start, head, tell):
    """The same octets at the same place; `head` octets of tag and length go before the value."""
    names = NAMES.get(ours["name"], [f"smpp.{ours['name']}"])
    field = next((fields[name] for name in names if name in fields), None)
    if field is None:
        return tell(f"{ours['name']} was not read")
    octets = ours["octets"][2 * head :]
    size, place = int(field.get("size")), int(field.get("pos")) - start
    if ours["name"] in FIRST_OCTET:
        octets = octets[:2]
    if not octets and size == 0:
        return None
    if place != ours["offset"] + head:
        return tell(f"{ours['name']}: at {ours['offset'] + head}, read at {place}")
    # Of bits, the whole octet is the unmasked value.
    theirs = field.get("unmaskedvalue") or field.get("value", "")
    # Two fields have no value in this form of output: their place and size are what was read.
    if not theirs and size == len(octets) // 2:
        return None
    if theirs != octets:
        tell(f"{ours['name']}: we wrote {octets}, read as {theirs}")
    return None


def compare_push(packet, tell):
    kind = packet.find(".//field[@name='mmse.message_type']")
    place = packet.find(".//field[@name='mmse.content_location']")
    if kind is None or int(kind.get("show"), 0) != 0x82:
        tell("no M-Notification.ind was read in it")
    elif place is None or place.get("show") != "http://mms.home.example/1":
        tell("the M-Notification.ind was read otherwise")


def compare_sms(wanted, packet, tell):
    fields = {}
    for field in packet.iter("field"):
        fields.setdefault(field.get("name"), field)
    proto = next(p for p in packet.iter("proto") if p.get("name") == "gsm_sms")
    if wanted["type"] not in proto.get("showname", ""):
        tell(f"we wrote an {wanted['type']}, read as {proto.get('showname')}")
    address = fields.get("gsm_sms.tp-oa") if "DELIVER" in wanted["type"] else fields.get("gsm_sms.tp-da")
    if address is None or address.get("show") != wanted["address"]:
        tell(f"address: we wrote {wanted['address']}, read as {address is not None and address.get('show')}")
    for name, ours in (("gsm_sms.tp-pid", wanted["pid"]), ("gsm_sms.tp-dcs", wanted["dcs"])):
        field = fields.get(name)
        theirs = None if field is None else int(field.get("value"), 16)
        if theirs != ours:
            tell(f"{name}: we wrote {ours}, read as {theirs}")
    if wanted["is-push"]:
        compare_push(packet, tell)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
