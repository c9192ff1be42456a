internal import Bytes
internal import OpenSSL

/// A signature file of minisign: a comment, the signature of a file, a trusted comment, and the
/// signature of these last two.
struct MinisignSignature: Sendable {
    static let bytesMax = 16_384

    private static let lineCount = 4
    private static let comment = "untrusted comment: "
    private static let trustedComment = "trusted comment: "
    private static let signatureBytes = 64

    /// The key that signed, as the file says.
    let keyID: MinisignKeyID
    /// Whether BLAKE2b of the file was signed, as minisign does by default, or the file itself.
    private let isOfDigest: Bool
    private let signature: [UInt8]
    private let trusted: [UInt8]
    private let globalSignature: [UInt8]

    /// Reads the content of a `.minisig` file.
    init(parsing bytes: [UInt8]) throws(SignatureFault) {
        var lines = MinisignText.lines(of: bytes)
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.count == MinisignSignature.lineCount else { throw .lines(found: lines.count) }
        for (number, comment) in [
            (1, MinisignSignature.comment), (3, MinisignSignature.trustedComment),
        ] where !lines[number - 1].starts(with: comment.utf8) {
            throw .line(number, wanted: "'\(comment)' and any text")
        }
        guard let stated = MinisignText.packet(lines[1], of: MinisignSignature.signatureBytes)
        else { throw .line(2, wanted: "a signature of minisign in Base64") }
        isOfDigest = stated.isOfDigest
        keyID = stated.keyID
        signature = stated.content
        trusted = Array(lines[2].dropFirst(MinisignSignature.trustedComment.utf8.count))
        guard let global = Base64.decode(Array(lines[3]).span),
            global.count == MinisignSignature.signatureBytes
        else { throw .line(4, wanted: "the signature of the trusted comment in Base64") }
        globalSignature = global
    }

    /// Throws unless `key`, an Ed25519 key, made both signatures, the first over `file`.
    func check(_ file: Span<UInt8>, under key: [UInt8]) throws(SignatureFault) {
        guard var verifier = try? SignatureVerifier(.ed25519(key)) else {
            preconditionFailure("keys of another length are refused as they are read")
        }
        let isGenuine =
            if isOfDigest {
                verifier.isValid(signature.span, for: BLAKE2b512.hash(file).span)
            } else {
                verifier.isValid(signature.span, for: file)
            }
        guard isGenuine else { throw .otherFile(keyID) }
        guard verifier.isValid(globalSignature.span, for: (signature + trusted).span) else {
            throw .otherComment(keyID)
        }
    }
}

/// The number by which minisign names a key: 8 bytes, the least significant first.
struct MinisignKeyID: Hashable, Sendable, CustomStringConvertible {
    static let byteCount = 8

    private let bytes: [UInt8]

    init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }

    /// As minisign shows it: upper-case hexadecimal digits, without zeros in front.
    var description: String {
        let digits = String(hexadecimal: Array(bytes.reversed()).span).uppercased()
        return String(digits.drop { $0 == "0" })
    }
}

/// What files of keys and of signatures have in common.
enum MinisignText {
    private static let algorithmBytes = 2

    /// Without the ends of lines of any system; what follows the last one is a line, too.
    static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: ASCII.lineFeed, omittingEmptySubsequences: false).map {
            $0.last == ASCII.carriageReturn ? $0.dropLast() : $0
        }
    }

    /// The Base64 of an algorithm, the number of a key, and `count` bytes; nil for anything else.
    static func packet(
        _ line: ArraySlice<UInt8>, of count: Int
    ) -> (isOfDigest: Bool, keyID: MinisignKeyID, content: [UInt8])? {
        guard let bytes = Base64.decode(Array(line).span),
            bytes.count == algorithmBytes + MinisignKeyID.byteCount + count
        else { return nil }
        let isOfDigest: Bool
        switch bytes.prefix(algorithmBytes) {
        case Array("Ed".utf8)[...]: isOfDigest = false
        case Array("ED".utf8)[...]: isOfDigest = true
        default: return nil
        }
        let rest = bytes.dropFirst(algorithmBytes)
        return (
            isOfDigest, MinisignKeyID(rest.prefix(MinisignKeyID.byteCount)),
            Array(rest.dropFirst(MinisignKeyID.byteCount))
        )
    }
}

/// Why a bundle is not taken for one that a signer has signed.
package enum SignatureFault: Error, Equatable, Sendable {
    /// A signature file of minisign has four.
    case lines(found: Int)
    /// A line, counted from 1, that is not what it must be.
    case line(Int, wanted: String)
    /// By a key that is not among the signers.
    case stranger(keyID: String, signers: [String])
    /// The key, by its number, did not sign this manifest.
    case otherFile(keyID: String)
    /// The trusted comment was changed after the key signed it.
    case otherComment(keyID: String)

    fileprivate static func otherFile(_ keyID: MinisignKeyID) -> SignatureFault {
        .otherFile(keyID: "\(keyID)")
    }
    fileprivate static func otherComment(_ keyID: MinisignKeyID) -> SignatureFault {
        .otherComment(keyID: "\(keyID)")
    }
}

extension SignatureFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .lines(let found): "\(found) lines, expected the four of a signature of minisign"
        case .line(let number, let wanted): "line \(number): expected \(wanted)"
        case .stranger(let keyID, let signers):
            "signed by the key \(keyID), expected one of model.signers: "
                + signers.joined(separator: ", ")
        case .otherFile(let keyID):
            "not a signature of this manifest.json by the key \(keyID)"
        case .otherComment(let keyID):
            "the trusted comment is not the one that the key \(keyID) signed"
        }
    }
}
