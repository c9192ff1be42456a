internal import ArgumentParser
internal import Bytes
internal import POSIX

/// A token as a command is given it.
enum TokenInput {
    /// Twice what churnd takes in an Authorization field, so that a token that is too long for it
    /// can still be looked into.
    static let bytesMax = 16_384

    /// The token without the white space around it that pipes and copies bring along.
    ///
    /// - Parameter argument: the token itself; `-`: standard input holds it.
    static func read(_ argument: String) throws -> [UInt8] {
        let bytes =
            argument == "-"
            ? try StandardInput.readAll(bytesMax: bytesMax) : Array(argument.utf8)
        guard bytes.count <= bytesMax else {
            throw ValidationError("token: larger than \(bytesMax) bytes")
        }
        guard let first = bytes.firstIndex(where: { !ASCII.isSpace($0) }),
            let last = bytes.lastIndex(where: { !ASCII.isSpace($0) })
        else { throw ValidationError("token: empty, wanted one") }
        return Array(bytes[first...last])
    }
}
