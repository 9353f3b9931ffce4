"""Captures as Wireshark reads them: raw IPv4 packets, one conversation per PDU. Standard library only."""

import struct

CLIENT, SERVER = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
LINKTYPE_RAW = 101
SEGMENT = 16000


def capture(packets):
    """The file, with packets a millisecond apart."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0x40000, LINKTYPE_RAW)]
    for number, packet in enumerate(packets):
        seconds, millis = divmod(number, 1000)
        out.append(struct.pack("<IIII", 1_700_000_000 + seconds, millis * 1000, len(packet), len(packet)))
        out.append(packet)
    return b"".join(out)


def http_post(octets, content_type, port):
    """A POST that carries the octets, and its answer."""
    tcp = Tcp(port, 80)
    tcp.say(
        b"POST /mms HTTP/1.1\r\nHost: mms.home.example\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
        % (content_type, len(octets), octets)
    )
    tcp.answer(b"HTTP/1.1 204 No Content\r\n\r\n")
    return tcp.close()


def smtp_data(message, port):
    """A session that hands over the message, dot-stuffed."""
    tcp = Tcp(port, 25)
    tcp.answer(b"220 mms.home.example\r\n")
    dialogue = [
        (b"EHLO mms.peer.example\r\n", b"250 mms.home.example\r\n"),
        (b"MAIL FROM:<system-user@mms.peer.example>\r\n", b"250 2.1.0 Ok\r\n"),
        (b"RCPT TO:<+15550100001/TYPE=PLMN@mms.home.example>\r\n", b"250 2.1.5 Ok\r\n"),
        (b"DATA\r\n", b"354 Go ahead\r\n"),
    ]
    for words, reply in dialogue:
        tcp.say(words)
        tcp.answer(reply)
    lines = message.split(b"\r\n")
    stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    tcp.say(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")
    tcp.answer(b"250 2.0.0 Ok\r\n")
    tcp.say(b"QUIT\r\n")
    tcp.answer(b"221 2.0.0 Bye\r\n")
    return tcp.close()


def udp_push(octets, port):
    """A WAP push datagram to the registered port of WDP push."""
    datagram = struct.pack("!HHHH", port, 2948, 8 + len(octets), 0) + octets
    return [ipv4(17, SERVER, CLIENT, datagram)]


class Tcp:
    """One connection, opened at once; the client is whoever calls `say`."""

    FIN, SYN, PSH, ACK = 0x01, 0x02, 0x08, 0x10

    def __init__(self, client_port, server_port):
        self.ports = (client_port, server_port)
        self.next = [1000, 5000]
        self.packets = []
        self._packet(0, self.SYN)
        self._packet(1, self.SYN | self.ACK)
        self._packet(0, self.ACK)

    def say(self, octets):
        self._stream(0, octets)

    def answer(self, octets):
        self._stream(1, octets)

    def close(self):
        self._packet(0, self.FIN | self.ACK)
        self._packet(1, self.FIN | self.ACK)
        self._packet(0, self.ACK)
        return self.packets

    def _stream(self, side, octets):
        for start in range(0, len(octets), SEGMENT):
            self._packet(side, self.PSH | self.ACK, octets[start : start + SEGMENT])
        self._packet(1 - side, self.ACK)

    def _packet(self, side, flags, octets=b""):
        ack = self.next[1 - side] if flags & self.ACK else 0
        header = struct.pack(
            "!HHIIBBHHH", self.ports[side], self.ports[1 - side], self.next[side], ack, 0x50, flags, 0xFFFF, 0, 0
        )
        addresses = (CLIENT, SERVER) if side == 0 else (SERVER, CLIENT)
        self.packets.append(ipv4(6, *addresses, header + octets))
        self.next[side] += len(octets) + (1 if flags & (self.SYN | self.FIN) else 0)


def ipv4(protocol, source, destination, payload):
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0) + source + destination
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xFFFF) + (total >> 16)
    checksum = ~(total + (total >> 16)) & 0xFFFF
    return header[:10] + struct.pack("!H", checksum) + header[12:] + payload
