internal import OpenSSL
package import POSIX

/// The file system as configuration sees it.
package struct ConfigurationFiles: Sendable {
    /// The bytes of a file of at most so many bytes.
    let read: @Sendable (_ path: String, _ bytesMax: Int) -> Result<[UInt8], FileError>
    /// The names in a directory, in a fixed order.
    let names: @Sendable (_ directory: String) -> Result<[String], FileError>
    /// The permission bits of what is at a path; nil if they cannot be read.
    let mode: @Sendable (_ path: String) -> UInt32?

    package init(
        read: @escaping @Sendable (String, Int) -> Result<[UInt8], FileError>,
        names: @escaping @Sendable (String) -> Result<[String], FileError>,
        mode: @escaping @Sendable (String) -> UInt32? = { _ in nil }
    ) {
        self.read = read
        self.names = names
        self.mode = mode
    }

    /// The secret that a file holds: its content but for one newline at its end, which editors and
    /// `echo` put there.
    func secret(_ path: String) throws(FileError) -> Secret {
        var bytes = try read(path, ConfigurationLimits.fileBytesMax).get()
        defer { SecretBytes.wipe(&bytes) }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return Secret(bytes)
    }

    /// The machine's files; relative paths start in the working directory.
    package static let system = ConfigurationFiles(
        read: { path, bytesMax in
            Result { () throws(FileError) in try Files.read(path, bytesMax: bytesMax) }
        },
        names: { directory in
            Result { () throws(FileError) in try Files.names(in: directory) }
        },
        mode: { Files.mode(of: $0) })
}
