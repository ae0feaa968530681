#!/usr/bin/env python3
"""Checks a case of Kandas Field: every signature, hash and proof in it. Needs Python 3.9 and the package `cryptography`.

    python3 check.py                 the folder in which this file lies
    python3 check.py case.zip        an archive or another folder
    python3 check.py case.zip KID    and the server's key must be the one of this thumbprint

Ends with 0 if everything is as it was signed, otherwise with 1 and what is not.
"""
import base64
import hashlib
import json
import os
import sys
import zipfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

PIECE = 1 << 20


class Folder:
    def __init__(self, root):
        self.root = root

    def names(self):
        found = []
        for at, _, files in os.walk(self.root):
            for name in files:
                found.append(os.path.relpath(os.path.join(at, name), self.root).replace(os.sep, "/"))
        return sorted(found)

    def open(self, name):
        return open(os.path.join(self.root, *name.split("/")), "rb")


class Archive:
    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)

    def names(self):
        return sorted(self.zip.namelist())

    def open(self, name):
        return self.zip.open(name)


def b64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def need(holds, what):
    if not holds:
        raise ValueError(what)


def thumbprint(point):
    need(len(point) == 65 and point[0] == 4, "a key is no point of P-256")
    x, y = to_b64(point[1:33]), to_b64(point[33:])
    return to_b64(sha256(('{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' % (x, y)).encode()))


def ring(entries):
    keys = {}
    for entry in entries:
        point = b64(entry["key"])
        need(thumbprint(point) == entry["kid"], "a key does not have its thumbprint")
        keys[entry["kid"]] = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    return keys


def signed(statement, typ, keys):
    """The payload of a statement, and its identity, once the signature is seen to be right."""
    header = json.loads(b64(statement["protected"]))
    need(header == {"alg": "ES256", "b64": False, "crit": ["b64"], "kid": header.get("kid"), "typ": typ}, "not a " + typ)
    need(header["kid"] in keys, "signed with a key that is not in keys.json: " + str(header["kid"]))
    signature = b64(statement["signature"])
    need(len(signature) == 64, "a signature has another length")
    need(to_b64(signature) == statement["signature"], "a signature is not written as it is made")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    text = statement["protected"].encode() + b"." + statement["payload"].encode()
    try:
        keys[header["kid"]].verify(encode_dss_signature(r, s), text, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise ValueError("the signature of a " + typ + " is wrong") from None
    return json.loads(statement["payload"]), sha256(text)


def root_of(leaf, index, size, proof):
    """RFC 9162, 2.1.3.2."""
    need(0 <= index < size, "a position beyond the checkpoint")
    node, last, at = index, size - 1, leaf
    for step in proof:
        need(last != 0, "a proof is too long")
        if node & 1 or node == last:
            at = sha256(b"\x01", step, at)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            at = sha256(b"\x01", at, step)
        node, last = node >> 1, last >> 1
    need(last == 0, "a proof is too short")
    return at


def files_of(record):
    """Each file that a record signs: (evidence, part) with its hash and size."""
    for item in record.get("evidence", []):
        yield (item["evidence"], "file"), (item["sha256"], item["size"])
        for part in ("thumbnail", "original"):
            if item.get(part):
                yield (item["evidence"], part), (item[part]["sha256"], item[part]["size"])


class Case:
    def __init__(self, place):
        self.place = place
        self.names = place.names()
        self.faults = []
        self.expected = {}
        self.records = {}
        self.counts = {"facts": 0, "erased": 0, "records": 0, "receipts": 0, "files": 0}

    def json(self, name):
        with self.place.open(name) as file:
            return json.loads(file.read().decode("utf-8"))

    def tried(self, name, check):
        try:
            check(name)
        except Exception as error:  # Whatever is wrong with a file, the others are looked at too.
            self.faults.append("%s: %s" % (name, error))

    def check(self, server_kid):
        keys = self.json("keys.json")
        self.server, self.devices = ring(keys["server"]), ring(keys["devices"])
        statement = self.json("checkpoint.json")
        self.head, _ = signed(statement, "kandas-checkpoint", self.server)
        used = json.loads(b64(statement["protected"]))["kid"]
        need(server_kid in (None, used), "the checkpoint is signed with another key than the one named")
        below = lambda folder: [name for name in self.names if name.startswith(folder)]
        for name in below("facts/"):
            self.tried(name, self.fact)
        received = set()
        for name in below("receipts/"):
            self.tried(name, lambda name: received.add(self.receipt(name)))
        for identity in self.records:
            if identity not in received:
                self.faults.append("record %s: no receipt" % identity)
        for name in below("media/"):
            self.tried(name, self.file)
        for file in sorted(received - set(self.records)):
            if not any(name.startswith("media/%s." % file) or name == "media/" + file for name in self.names):
                if file not in self.json("manifest.json")["left_out"]:
                    self.faults.append("media/%s: there is a receipt and no file" % file)
        self.received = received
        for name in self.names:
            if name.startswith("media/") and ".".join(name[6:].split(".")[:2]) not in received:
                self.faults.append("%s: no receipt" % name)
        return used

    def fact(self, name):
        fact = self.json(name)
        header = fact["header"].encode()
        position = json.loads(fact["header"])["position"]
        need(name == "facts/%010d.json" % position, "the name is not that of its position")
        content = bytes.fromhex(fact["content"])
        if fact["body"] is None:
            self.counts["erased"] += 1
        else:
            need(sha256(bytes.fromhex(fact["salt"]), fact["body"].encode()) == content, "the content is not the one that was hashed")
        leaf = sha256(b"\x00", header, content)
        proof = [bytes.fromhex(step) for step in fact["proof"]]
        root = root_of(leaf, position - 1, self.head["size"], proof)
        need(root.hex() == self.head["root"], "the proof does not lead to the checkpoint")
        self.counts["facts"] += 1
        if fact["body"] is not None and json.loads(fact["header"])["kind"] == "record.received":
            body = json.loads(fact["body"])["of"]
            record, identity = signed(body["jws"], "kandas-record", self.devices)
            need(identity.hex() == body["hash"], "the record has another identity")
            self.records[identity.hex()] = position
            for file, signed_as in files_of(record):
                self.expected.setdefault(file, set()).add(signed_as)
            self.counts["records"] += 1

    def receipt(self, name):
        receipt, _ = signed(self.json(name), "kandas-receipt", self.server)
        need(receipt["epoch"] == self.head["epoch"], "a receipt of another epoch")
        self.counts["receipts"] += 1
        if receipt["kind"] == "records":
            (item,) = receipt["items"]
            need(self.records.get(item["hash"]) == item["position"], "a receipt for a record that is not here")
            return item["hash"]
        file = (receipt["evidence"], receipt["part"])
        if not receipt["salvage"]:
            need((receipt["sha256"], receipt["size"]) in self.expected.get(file, ()), "a receipt for a file that no record names")
        self.expected.setdefault(("receipt",) + file, set()).add((receipt["sha256"], receipt["size"]))
        return "%s.%s" % file

    def file(self, name):
        file = tuple(name[len("media/"):].split(".")[:2])
        digest, size = hashlib.sha256(), 0
        with self.place.open(name) as stream:
            while True:
                piece = stream.read(PIECE)
                if not piece:
                    break
                digest.update(piece)
                size += len(piece)
        found = (digest.hexdigest(), size)
        need(found in self.expected.get(file, ()), "not the file that was signed")
        need(found in self.expected.get(("receipt",) + file, ()), "not the file of the receipt")
        self.counts["files"] += 1


def main(arguments):
    at = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    case = Case(Folder(at) if os.path.isdir(at) else Archive(at))
    try:
        kid = case.check(arguments[1] if len(arguments) > 1 else None)
    except Exception as error:  # Without keys and checkpoint nothing can be checked.
        print("WRONG: %s" % error)
        return 1
    for fault in case.faults:
        print("WRONG: %s" % fault)
    print(", ".join("%s: %d" % count for count in case.counts.items()))
    left_out = case.json("manifest.json")["left_out"]
    if left_out:
        print("not in this archive: %d files" % len(left_out))
    print("server key: %s, journal of %d facts, root %s" % (kid, case.head["size"], case.head["root"]))
    print("everything is as it was signed" if not case.faults else "%d faults" % len(case.faults))
    return 1 if case.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
