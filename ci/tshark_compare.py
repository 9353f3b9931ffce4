#!/usr/bin/env python3
"""Has other people's decoders read what `emit_pdus` wrote, and reports every difference.

    tshark_compare.py DIR     DIR holds manifest.json and the PDUs

MM1 PDUs go through Wireshark as HTTP bodies, pushes as WAP push datagrams, MM4 messages as SMTP sessions; MM4 is also
read by Python's `email`. Exit code 1 if anything differs, is malformed, or was not read at all.
"""

import email
import email.header
import email.policy
import email.utils
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from datetime import datetime, timezone

import pcap

FIRST_PORT = 10000
MEDIA_TYPE = b"application/vnd.wap.mms-message"

# Our field name -> Wireshark's, where the last dotted word does not follow from the name.
NAMES = {
    "Message-ID": ["mmse.message_id"],
    "X-Mms-Delivery-Time": ["mmse.delivery_time.rel", "mmse.delivery_time.abs"],
    "X-Mms-Expiry": ["mmse.expiry.rel", "mmse.expiry.abs"],
    "X-Mms-Message-Class": ["mmse.message_class.id", "mmse.message_class.str"],
    "X-Mms-MMS-Version": ["mmse.mms_version"],
    "X-Mms-Reply-Charging-Deadline": ["mmse.reply_charging_deadline.rel", "mmse.reply_charging_deadline.abs"],
    "X-Mms-Reply-Charging-ID": ["mmse.reply_charging_id"],
    "X-Mms-Transaction-ID": ["mmse.transaction_id"],
}

# What Wireshark cannot tell us, with the reason. Everything else must agree.
UNKNOWN_FIELDS = "fields that ENC 1.2 and 1.3 added: Wireshark's MMSE dissector ends at ENC 1.1"
UNKNOWN_TYPES = "PDU types that ENC 1.3 added (0x94 and up)"
UNKNOWN_TOKENS = "values that ENC 1.2 and 1.3 added to a list that Wireshark knows"
COUNTED = "M-Delete.conf and M-Mbox-Delete.conf number their statuses (ENC 1.3 §6.11): Wireshark reads the number as the status"
LAST_84 = "a PDU that ends in the value 0x84: Wireshark takes that octet for the start of a Content-Type field"
MBOX_DESCR = "M-Mbox-Descr is no PDU of its own: it stands without a version inside M-Mbox-View.conf"


def main(folder):
    folder = pathlib.Path(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    seen = read_with_tshark(folder, manifest)
    report = Report()
    for number, pdu in enumerate(manifest):
        octets = (folder / pdu["file"]).read_bytes()
        packet = seen.get(FIRST_PORT + number)
        with report.about(pdu):
            if packet is None:
                report.differs("Wireshark saw no PDU of this kind in its packet")
                continue
            for text in [] if passed_over(report, pdu, octets) else malformed(packet):
                report.differs(f"Wireshark: {text}")
            if pdu["carrier"] == "mm4":
                compare_imf(report, pdu, packet)
                compare_email(report, pdu, octets)
            else:
                compare_mmse(report, pdu, packet)
    return report.close(len(manifest))


class Report:
    """Differences by PDU, and a count of what could not be compared."""

    def __init__(self):
        self.differences = []
        self.passed_over = Counter()
        self.pdu = None

    def about(self, pdu):
        self.pdu = pdu
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def differs(self, text):
        self.differences.append((self.pdu, text))

    def pass_over(self, reason):
        self.passed_over[reason] += 1

    def compare(self, what, ours, theirs):
        if ours != theirs:
            self.differs(f"{what}: we wrote {ours!r}, read as {theirs!r}")

    def close(self, total):
        for pdu, text in self.differences:
            print(f"{pdu['file']} {pdu['carrier']} {pdu['pdu']} ({pdu['shape']}): {text}")
        for reason, count in sorted(self.passed_over.items()):
            print(f"not comparable, {count} times: {reason}")
        print(f"{total} PDUs read by others, {len(self.differences)} differences")
        return 1 if self.differences else 0


# ---- Wireshark ----


def read_with_tshark(folder, manifest):
    """Packets by our port: the one of each conversation in which a PDU was found."""
    packets = []
    for number, pdu in enumerate(manifest):
        octets, port = (folder / pdu["file"]).read_bytes(), FIRST_PORT + number
        if pdu["carrier"] == "mm1":
            packets += pcap.http_post(octets, MEDIA_TYPE, port)
        elif pdu["carrier"] == "push":
            packets += pcap.udp_push(octets, port)
        else:
            # Wireshark cuts two octets off the last header field of a message without a body: it gets an empty line.
            empty = b"\r\n" if pdu["content"] is None else b""
            packets += pcap.smtp_data(octets + empty, port)
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(pcap.capture(packets))
        file.flush()
        command = ["tshark", "-n", "-r", file.name, "-2", "-R", "mmse or imf", "-T", "pdml"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"tshark failed: {done.stderr.decode(errors='replace')}")
    # PDML copies text of the packet; characters that XML forbids would stop the parser.
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", done.stdout.decode("utf-8", "replace"))
    seen = {}
    for packet in ElementTree.fromstring(text).iter("packet"):
        for name in ("tcp.srcport", "udp.srcport"):
            port = packet.find(f".//field[@name='{name}']")
            if port is not None:
                seen[int(port.get("show"))] = packet
    return seen


def passed_over(report, pdu, octets):
    """Whether Wireshark is known to call this PDU malformed though it is not."""
    if pdu["type"] in (0x92, 0x95):
        report.pass_over(COUNTED)
        return True
    if pdu["content"] is None and pdu["carrier"] != "mm4" and octets.endswith(b"\x84"):
        report.pass_over(LAST_84)
        return True
    return False


def malformed(packet):
    """Warnings and errors; a malformed packet is one of them."""
    texts = []
    for expert in packet.iter("field"):
        if expert.get("name") != "_ws.expert":
            continue
        severity = expert.find("field[@name='_ws.expert.severity']")
        if severity is not None and any(word in severity.get("showname", "") for word in ("Warning", "Error")):
            texts.append(expert.get("showname", "expert info"))
    return texts


def compare_mmse(report, pdu, packet):
    mmse = next(p for p in packet.iter("proto") if p.get("name") == "mmse")
    if pdu["carrier"] == "push":
        compare_push(report, packet)
    compare_type(report, pdu, mmse)
    if pdu["type"] == 0x93:
        report.pass_over(MBOX_DESCR)
        return
    if pdu["type"] in (0x92, 0x95):
        return
    known = {}
    for field in mmse.findall("field"):
        known.setdefault(field.get("name"), []).append(field)
    for name in dict.fromkeys(f["name"] for f in pdu["fields"]):
        ours = [f for f in pdu["fields"] if f["name"] == name]
        theirs = [field for candidate in candidates(name) for field in known.get(candidate, [])]
        if not theirs and not any(candidate in MMSE_FIELDS for candidate in candidates(name)):
            report.pass_over(UNKNOWN_FIELDS)
            continue
        report.compare(f"{name}, how often", len(ours), len(theirs))
        for our, their in zip(ours, theirs):
            compare_value(report, our, their)
    compare_wsp_content(report, pdu, mmse)


def compare_type(report, pdu, mmse):
    field = mmse.find("field[@name='mmse.message_type']")
    if field is None:
        report.differs("X-Mms-Message-Type was not read")
        return
    report.compare("X-Mms-Message-Type", pdu["type"], int(field.get("show"), 16))
    name = field.get("showname", "").split(": ", 1)[-1].split(" (")[0]
    if pdu["type"] >= 0x94:
        report.pass_over(UNKNOWN_TYPES)
    else:
        report.compare("name of the type", letters(pdu["pdu"]), letters(name))


def candidates(name):
    short = name.lower().removeprefix("x-mms-").replace("-", "_")
    return NAMES.get(name, [f"mmse.{short}"])


def compare_value(report, our, their):
    name, kind, show = our["name"], our["is"], their.get("show")
    if kind == "token":
        report.compare(name, our["token"], int(show, 16))
        word = their.get("showname", "").split(": ", 1)[-1].rsplit(" (", 1)[0]
        if word.lower().startswith(("unknown", "<unknown")):
            report.pass_over(UNKNOWN_TOKENS)
        else:
            report.compare(f"{name}, word", token_letters(our["text"]), token_letters(word))
    elif kind == "interval":
        report.compare(name, float(our["seconds"]), float(show))
    elif kind == "instant":
        report.compare(name, our["seconds"], wireshark_instant(show))
    elif kind == "integer":
        report.compare(name, our["number"], int(show))
    elif kind == "insert-address":
        report.compare(name, "<insert address>", show.lower())
    elif kind == "sent-by":
        compare_counted(report, our, their, "address", our["text"])
    elif kind == "sent-date":
        compare_counted(report, our, their, "date", None)
    elif our["text"].isascii():
        report.compare(name, our["text"], show)
    elif our["text"].encode().hex() not in their.get("value", ""):
        # Wireshark shows every octet beyond ASCII as a character of its own.
        report.differs(f"{name}: the octets of {our['text']!r} are not in {their.get('value')}")


def compare_counted(report, our, their, what, text):
    prefix = their.get("name")
    count = their.find(f"field[@name='{prefix}.forward_count']")
    value = their.find(f"field[@name='{prefix}.{what}']")
    if count is None or value is None:
        report.differs(f"{our['name']}: its parts were not read")
        return
    report.compare(f"{our['name']}, count", our["number"], int(count.get("show")))
    if text is None:
        report.compare(our["name"], our["seconds"], wireshark_instant(value.get("show")))
    else:
        report.compare(our["name"], text, value.get("show"))


def compare_wsp_content(report, pdu, mmse):
    content = pdu["content"]
    if content is None:
        return
    media = mmse.find("field[@name='wsp.header.content_type']")
    if media is None:
        report.differs("Content-Type was not read")
        return
    report.compare("Content-Type", content["media"], media.get("show").replace("application/vnd.wap.multipart.", "multipart/"))
    if not content["media"].startswith("multipart/"):
        report.pass_over("body of a content without parts: Wireshark hands it to the dissector of its type")
        return
    parts = mmse.findall(".//field[@name='wsp.multipart']")
    report.compare("number of parts", len(content["parts"]), len(parts))
    for number, (our, their) in enumerate(zip(content["parts"], parts), 1):
        part_media = their.find("field[@name='wsp.header.content_type']")
        report.compare(f"part {number}, type", our["media"], None if part_media is None else part_media.get("show"))
        if not their.get("value", "").endswith(our["octets"]):
            report.differs(f"part {number}: its octets are others")


def compare_push(report, packet):
    wsp = next((p for p in packet.iter("proto") if p.get("name") == "wsp"), None)
    if wsp is None:
        report.differs("no WSP push was read")
        return
    for name, wanted in (
        ("wsp.pdu_type", "0x06"),
        ("wsp.header.content_type", MEDIA_TYPE.decode()),
        ("wsp.header.x_wap_application_id", "x-wap-application:mms.ua"),
    ):
        field = wsp.find(f".//field[@name='{name}']")
        report.compare(name, wanted, None if field is None else field.get("show"))


def compare_imf(report, pdu, packet):
    imf = next((p for p in packet.iter("proto") if p.get("name") == "imf"), None)
    if imf is None:
        report.differs("no message was read")
        return
    extensions = {}
    for field in imf.findall("field[@name='imf.extension']"):
        name = field.find("field[@name='imf.extension.type']").get("show")
        value = field.find("field[@name='imf.extension.value']").get("show")
        extensions.setdefault(name.lower(), []).append(value)
    headers = lambda name: extensions.get(name.lower()) or [
        f.get("show") for f in imf.findall(f"field[@name='imf.{name.lower().replace('-', '_')}']")
    ]
    compare_headers(report, pdu, headers, "Wireshark")
    content = pdu["content"]
    if content and content["media"].startswith("multipart/"):
        types = [
            field.get("show").split(";")[0].strip().lower()
            for field in imf.findall(".//field[@name='mime_multipart.header.content-type']")
        ]
        report.compare("types of the parts", [part["media"] for part in content["parts"]], types)


# ---- Python's email ----


def compare_email(report, pdu, octets):
    message = email.message_from_bytes(octets, policy=email.policy.compat32)
    for defect in [d for part in message.walk() for d in part.defects]:
        report.differs(f"email: {type(defect).__name__}: {defect}")
    if b"\n" in octets.replace(b"\r\n", b""):
        report.differs("a line ends in LF alone")
    compare_headers(report, pdu, lambda name: message.get_all(name, []), "email")
    content = pdu["content"]
    if content is None:
        return
    report.compare("email: Content-Type", content["media"], message.get_content_type())
    parts = message.get_payload() if message.is_multipart() else [message]
    report.compare("email: number of parts", len(content["parts"]), len(parts))
    for number, (our, their) in enumerate(zip(content["parts"], parts), 1):
        report.compare(f"email: part {number}, type", our["media"], their.get_content_type())
        body = their.get_payload(decode=True)
        if not same_octets(their, bytes.fromhex(our["octets"]), body):
            report.differs(f"email: part {number}: its octets are others")


def same_octets(part, ours, theirs):
    """A body without transfer encoding that does not end in CRLF may get one: the boundary takes it away again."""
    if theirs == ours:
        return True
    plain = part.get("Content-Transfer-Encoding", "7bit").lower() in ("7bit", "8bit", "binary")
    return plain and theirs.rstrip(b"\r\n") == ours.rstrip(b"\r\n")


def compare_headers(report, pdu, headers, reader):
    kind = headers("X-Mms-Message-Type")
    report.compare(f"{reader}: X-Mms-Message-Type", [pdu["pdu"].lower()], [k.strip().lower() for k in kind])
    for name in dict.fromkeys(f["name"] for f in pdu["fields"]):
        ours = [f for f in pdu["fields"] if f["name"] == name]
        theirs = [unfold(value) for value in headers(name)]
        if ours[0]["is"] == "address":
            wanted = [f["text"] for f in ours]
            got = [address for _, address in email.utils.getaddresses(theirs)]
            report.compare(f"{reader}: {name}", wanted, got)
            continue
        report.compare(f"{reader}: {name}, how often", len(ours), len(theirs))
        for our, their in zip(ours, theirs):
            compare_header(report, our, their, reader)


def compare_header(report, our, their, reader):
    label, kind = f"{reader}: {our['name']}", our["is"]
    if kind == "token":
        report.compare(label, letters(our["text"]), letters(their))
    elif kind == "instant":
        report.compare(label, our["seconds"], header_instant(their))
    elif kind == "interval":
        report.compare(label, our["seconds"], int(their) if their.isdigit() else their)
    elif kind == "integer":
        report.compare(label, our["number"], int(their) if their.isdigit() else their)
    elif kind == "sent-by":
        count, _, address = their.partition(",")
        report.compare(label, (our["number"], our["text"]), (int(count), address.strip().strip("<>")))
    elif kind == "sent-date":
        count, _, date = their.partition(",")
        report.compare(label, (our["number"], our["seconds"]), (int(count), header_instant(date.strip())))
    else:
        report.compare(label, our["text"], decode_words(their).strip('"<>'))


# ---- values ----


def letters(text):
    return re.sub("[^a-z0-9]", "", text.lower())


def token_letters(text):
    """Words without `Error`, and in one spelling: Wireshark writes `Permanent: Service denied`."""
    return letters(text).removeprefix("error").replace("unrecognised", "unrecognized")


def wireshark_instant(show):
    """`Nov 14, 2023 22:13:20.000000000 UTC`."""
    text = re.sub(r"\.\d+", "", show).removesuffix(" UTC")
    try:
        return int(datetime.strptime(text, "%b %d, %Y %H:%M:%S").replace(tzinfo=timezone.utc).timestamp())
    except ValueError:
        return show


def header_instant(text):
    try:
        return int(email.utils.parsedate_to_datetime(text).timestamp())
    except (TypeError, ValueError):
        return text


def unfold(value):
    return re.sub(r"\r?\n[ \t]+", " ", value).strip()


def decode_words(text):
    return str(email.header.make_header(email.header.decode_header(text)))


def mmse_fields():
    """Names of the fields that this Wireshark knows."""
    done = subprocess.run(["tshark", "-G", "fields"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    rows = (line.split("\t") for line in done.stdout.decode("utf-8", "replace").splitlines())
    return {row[2] for row in rows if row[0] == "F" and row[2].startswith("mmse.")}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    MMSE_FIELDS = mmse_fields()
    sys.exit(main(sys.argv[1]))
