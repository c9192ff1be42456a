package import OpenSSL
package import POSIX

/// What the checkpoints' file ends with.
package struct CheckpointTail {
    /// How many bytes are searched for a good one.
    private static let searchedBytes = 65_536

    let wholeLinesBytes: Int
    /// The newest good checkpoint.
    package let newest: AuditCheckpointLine?
    /// Whether one with a wrong MAC follows it.
    package let hasRefused: Bool

    package init(_ path: String, mac: inout HMACSHA256) throws(FileError) {
        guard Directories.isAnything(at: path) else {
            wholeLinesBytes = 0
            newest = nil
            hasRefused = false
            return
        }
        let tail = try FileTail(of: path, linesBytes: CheckpointTail.searchedBytes)
        wholeLinesBytes = tail.wholeLinesBytes
        var good: AuditCheckpointLine?
        var refused = false
        for slice in tail.reversedLines() {
            let line = Array(slice)
            if let checkpoint = AuditCheckpointLine(line.span),
                checkpoint.isAuthentic(line.span, &mac)
            {
                good = checkpoint
                break
            }
            refused = true
        }
        newest = good
        hasRefused = refused
    }
}
