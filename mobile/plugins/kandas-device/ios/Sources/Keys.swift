import Foundation
import Security

/// Two keys of the Secure Enclave, one to sign and one to wrap small secrets with. Both can be used from the first
/// unlock after a start on, so that sending goes on while the screen is locked; neither leaves this phone, in no
/// back-up either.
enum Keys {
  struct Failure: Error {
    let text: String
  }

  private static let device = "kz.kandas.device.sign"
  private static let wrapping = "kz.kandas.device.wrap"
  private static let ecies = SecKeyAlgorithm.eciesEncryptionCofactorVariableIVX963SHA256AESGCM

  /// 04, x, y.
  static func deviceKey() throws -> Data {
    let key = try find(device) ?? make(device)
    guard let open = SecKeyCopyPublicKey(key) else { throw Failure(text: "no public key") }
    return try value { SecKeyCopyExternalRepresentation(open, $0) } as Data
  }

  /// ECDSA over SHA-256; DER.
  static func sign(_ message: Data) throws -> Data? {
    guard let key = try find(device) else { return nil }
    return try value { SecKeyCreateSignature(key, .ecdsaSignatureMessageX962SHA256, message as CFData, $0) } as Data
  }

  static func wrap(_ secret: Data) throws -> Data {
    let key = try find(wrapping) ?? make(wrapping)
    guard let open = SecKeyCopyPublicKey(key) else { throw Failure(text: "no public key") }
    return try value { SecKeyCreateEncryptedData(open, ecies, secret as CFData, $0) } as Data
  }

  /// Nil when the key it was wrapped with is gone; anything else that goes wrong is thrown.
  static func unwrap(_ wrapped: Data) throws -> Data? {
    guard let key = try find(wrapping) else { return nil }
    return try value { SecKeyCreateDecryptedData(key, ecies, wrapped as CFData, $0) } as Data
  }

  static func destroy() throws {
    for name in [wrapping, device] {
      let status = SecItemDelete(query(name) as CFDictionary)
      guard status == errSecSuccess || status == errSecItemNotFound else { throw Failure(text: "keychain \(status)") }
    }
  }

  private static func query(_ name: String) -> [String: Any] {
    [
      kSecClass as String: kSecClassKey,
      kSecAttrKeyClass as String: kSecAttrKeyClassPrivate,
      kSecAttrApplicationTag as String: Data(name.utf8),
    ]
  }

  private static func find(_ name: String) throws -> SecKey? {
    var found: CFTypeRef?
    let wanted = query(name).merging([kSecReturnRef as String: true]) { $1 }
    switch SecItemCopyMatching(wanted as CFDictionary, &found) {
    case errSecSuccess: return (found as! SecKey)
    case errSecItemNotFound: return nil
    // Before the first unlock the keychain answers nothing: that is no reason to make another key.
    case let status: throw Failure(text: "keychain \(status)")
    }
  }

  private static func make(_ name: String) throws -> SecKey {
    let access = try value {
      SecAccessControlCreateWithFlags(nil, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, .privateKeyUsage, $0)
    }
    var attributes: [String: Any] = [
      kSecAttrKeyType as String: kSecAttrKeyTypeECSECPrimeRandom,
      kSecAttrKeySizeInBits as String: 256,
      kSecPrivateKeyAttrs as String: [
        kSecAttrIsPermanent as String: true,
        kSecAttrApplicationTag as String: Data(name.utf8),
        kSecAttrAccessControl as String: access,
      ],
    ]
    #if !targetEnvironment(simulator)
      attributes[kSecAttrTokenID as String] = kSecAttrTokenIDSecureEnclave
    #endif
    return try value { SecKeyCreateRandomKey(attributes as CFDictionary, $0) }
  }

  /// A call of the Security framework: what it gives, or what it says was wrong.
  private static func value<T>(_ ask: (UnsafeMutablePointer<Unmanaged<CFError>?>) -> T?) throws -> T {
    var error: Unmanaged<CFError>?
    if let answer = ask(&error) { return answer }
    throw Failure(text: error.map { "\($0.takeRetainedValue())" } ?? "the Security framework says nothing")
  }
}
