internal import ArgumentParser
internal import Bytes
internal import POSIX

/// A token as a command gets it.
enum TokenInput {
    /// Twice what churnd takes in an Authorization field, so that a token that is too long for it
    /// can still be inspected.
    static let bytesMax = 16_384

    /// The token, trimmed.
    ///
    /// - Parameter argument: the token itself; `-`: standard input holds it.
    static func read(_ argument: String) throws -> [UInt8] {
        let bytes =
            argument == "-"
            ? try StandardInput.readAll(bytesMax: bytesMax) : Array(argument.utf8)
        guard bytes.count <= bytesMax else {
            throw ValidationError("token: larger than \(bytesMax) bytes")
        }
        let token = trimmed(bytes)
        guard !token.isEmpty else { throw ValidationError("token: empty, expected one") }
        return token
    }

    /// Without the white space around it that pipes, copies and files bring along.
    static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        guard let first = bytes.firstIndex(where: { !ASCII.isSpace($0) }),
            let last = bytes.lastIndex(where: { !ASCII.isSpace($0) })
        else { return [] }
        return Array(bytes[first...last])
    }
}
