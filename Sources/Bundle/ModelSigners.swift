internal import Bytes
package import POSIX

/// The file of the public keys of those whose bundles are loaded, as minisign writes them.
///
/// It is read for each bundle that is loaded, so that a key that was taken out is not accepted
/// from then on.
package struct ModelSigners: Sendable {
    package static let keysMax = 32
    package static let bytesMax = 16_384

    private static let comments = ["#", "untrusted comment:"]
    private static let keyBytes = 32

    package let path: String

    package init(path: String) { self.path = path }

    /// The number of the signer whose signature of `manifest` the file beside it holds.
    func signer(
        of manifest: Span<UInt8>, in directory: String
    ) throws(BundleError) -> String {
        let keys: [(id: MinisignKeyID, key: [UInt8])]
        do throws(SignersFault) { keys = try read() } catch { throw .signers(path: path, error) }
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try Files.read(
                "\(directory)/\(BundleFile.signature.rawValue)",
                bytesMax: MinisignSignature.bytesMax)
        } catch { throw .unsigned(error) }
        do throws(SignatureFault) {
            let signature = try MinisignSignature(parsing: bytes)
            guard let signer = keys.first(where: { $0.id == signature.keyID }) else {
                throw SignatureFault.stranger(
                    keyID: "\(signature.keyID)", signers: keys.map { "\($0.id)" })
            }
            try signature.check(manifest, under: signer.key)
            return "\(signer.id)"
        } catch { throw .signature(error) }
    }

    private func read() throws(SignersFault) -> [(id: MinisignKeyID, key: [UInt8])] {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try Files.read(path, bytesMax: ModelSigners.bytesMax)
        } catch { throw .unreadable(error) }
        var keys: [(id: MinisignKeyID, key: [UInt8])] = []
        for (index, line) in MinisignText.lines(of: bytes).enumerated() {
            guard !line.isEmpty,
                !ModelSigners.comments.contains(where: { line.starts(with: $0.utf8) })
            else { continue }
            guard let packet = MinisignText.packet(line, of: ModelSigners.keyBytes),
                !packet.isOfDigest
            else { throw .line(index + 1) }
            guard !keys.contains(where: { $0.id == packet.keyID }) else {
                throw .twice(line: index + 1, keyID: "\(packet.keyID)")
            }
            guard keys.count < ModelSigners.keysMax else { throw .tooMany }
            keys.append((packet.keyID, packet.content))
        }
        guard !keys.isEmpty else { throw .empty }
        return keys
    }
}

/// What is wrong with a file of signers.
package enum SignersFault: Error, Equatable, Sendable {
    case unreadable(FileError)
    /// A line, counted from 1, that is neither a public key nor a comment.
    case line(Int)
    /// Two keys with one number.
    case twice(line: Int, keyID: String)
    case tooMany
    case empty
}

extension SignersFault: CustomStringConvertible {
    /// Without the file's path where a line follows.
    package var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .line(let number): "line \(number): expected a public key of minisign or a comment"
        case .twice(let line, let keyID): "line \(line): the key \(keyID) is there already"
        case .tooMany: "more than \(ModelSigners.keysMax) keys, expected at most that many"
        case .empty: "no key, expected a public key of minisign"
        }
    }
}
