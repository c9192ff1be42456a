internal import POSIX

/// A file or standard input, read to its end a block at a time.
struct InputFile: ~Copyable {
    /// What it is called in messages.
    let name: String
    private let reader: FileReader

    static let blockBytes = 262_144

    /// - Parameter path: `-` is standard input.
    init(path: String) throws(FileError) {
        name = path == "-" ? "standard input" : path
        reader = path == "-" ? try .standardInput() : try FileReader(path: path)
    }

    /// How many bytes of `block` were filled: 0 at the end.
    func read(into block: inout [UInt8]) throws(FileError) -> Int { try reader.read(into: &block) }
}

extension FileWriter {
    /// The file at `path`, or where that is `-` the stream.
    init(path: String, or stream: StandardStream) throws(FileError) {
        if path == "-" { try self.init(stream) } else { try self.init(path: path) }
    }
}
