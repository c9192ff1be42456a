/// Text from outside, fit for a message of one line.
package enum ShownText {
    /// Longer text is cut.
    package static let bytesMax = 64

    /// Quoted, control characters escaped, cut.
    package static func quoted(_ bytes: some Collection<UInt8>) -> String {
        let text = String(decoding: bytes.prefix(bytesMax), as: UTF8.self)
        return text.debugDescription + (bytes.count > bytesMax ? " (cut)" : "")
    }

    /// A name as it is, unless it would break the line that it is shown in.
    package static func name(_ name: String) -> String {
        name.utf8.count > bytesMax || name.utf8.contains(where: ASCII.isControl)
            ? quoted(name.utf8) : name
    }
}
