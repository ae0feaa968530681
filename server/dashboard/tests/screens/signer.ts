// Somebody with a key and a certificate of his own making, who signs a text as a CMS file (RFC 5652), without the text in it.
import { createHash, generateKeyPairSync, sign } from "node:crypto";

function element(tag: number, ...parts: Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  const length = value.length < 0x80 ? [value.length] : [0x82, value.length >> 8, value.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}
const oid = (hex: string) => element(0x06, Buffer.from(hex, "hex"));
const sequence = (...parts: Uint8Array[]) => element(0x30, ...parts);
const set = (...parts: Uint8Array[]) => element(0x31, ...parts);
const integer = (value: number) => element(0x02, Buffer.from([value]));
const DATA = "2a864886f70d010701";
const SIGNED_DATA = "2a864886f70d010702";
const ECDSA = sequence(oid("2a8648ce3d040302"));
const SHA256 = sequence(oid("608648016503040201"));

export class Signer {
  private readonly keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  private readonly name: Buffer;
  private readonly certificate: Buffer;

  constructor(name: string, iin: string) {
    const part = (of: string, text: string) => set(sequence(oid(of), element(0x0c, Buffer.from(text))));
    this.name = sequence(part("550403", name), part("550405", `IIN${iin}`));
    const time = (text: string) => element(0x18, Buffer.from(text));
    const spki = this.keys.publicKey.export({ type: "spki", format: "der" });
    const body = sequence(element(0xa0, integer(2)), integer(7), ECDSA, this.name, sequence(time("20250101000000Z"), time("20991231235959Z")), this.name, spki);
    this.certificate = sequence(body, ECDSA, element(0x03, Buffer.from([0]), this.made(body)));
  }

  private made(over: Uint8Array): Buffer {
    return sign("sha256", over, this.keys.privateKey);
  }

  sign(text: Uint8Array): Buffer {
    const attribute = (of: string, value: Uint8Array) => sequence(oid(of), set(value));
    const attributes = [
      attribute("2a864886f70d010903", oid(DATA)),
      attribute("2a864886f70d010904", element(0x04, createHash("sha256").update(text).digest())),
    ];
    const info = sequence(integer(1), sequence(this.name, integer(7)), SHA256, element(0xa0, ...attributes), ECDSA, element(0x04, this.made(set(...attributes))));
    const signed = sequence(integer(1), set(SHA256), sequence(oid(DATA)), element(0xa0, this.certificate), set(info));
    return sequence(oid(SIGNED_DATA), element(0xa0, signed));
  }
}
