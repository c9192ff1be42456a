package import OpenSSL

/// A secret of the configuration, of which all holders share one copy. No message, log or dump
/// shows it.
package struct Secret: Sendable {
    package let shared: SecretBytes

    /// Copies the bytes; wiping the original is its owner's task.
    package init(_ bytes: [UInt8]) { self.init(copying: bytes.span) }

    package init(copying bytes: Span<UInt8>) { shared = SecretBytes(copying: bytes) }

    /// A copy, for code that must keep one.
    package var bytes: [UInt8] { withBytes { bytes in bytes.indices.map { bytes[$0] } } }

    package func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        shared.withBytes(body)
    }

    /// Compares without a copy.
    func isEqual(to other: Secret) -> Bool {
        withBytes { one in
            other.withBytes { other in
                one.count == other.count && one.indices.allSatisfy { one[$0] == other[$0] }
            }
        }
    }

    /// Overwrites the bytes for all holders.
    package func wipe() { shared.wipe() }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The configured path of a secret's file.
package enum SecretPath {
    /// Whether a path where there is no file looks like the secret, which must not be shown then:
    /// a URL, or as many bytes as a secret has, without a file's ending and not from the root or
    /// this directory on. Base64 has slashes too.
    package static func isSecretItself(_ path: String) -> Bool {
        path.contains("://")
            || path.utf8.count >= ConfigurationLimits.secretBytesMin
                && !path.utf8.contains(UInt8(ascii: ".")) && path.utf8.first != UInt8(ascii: "/")
    }
}
