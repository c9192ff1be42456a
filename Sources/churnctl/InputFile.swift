internal import POSIX

/// A file or standard input, read to its end a block at a time.
struct InputFile: ~Copyable {
    static let blockBytes = 262_144

    /// What it is called in messages.
    let name: String
    private let reader: FileReader

    /// - Parameter path: `-` is standard input.
    init(path: String) throws(CommandFailure) {
        name = path == "-" ? "standard input" : path
        do throws(FileError) {
            reader = path == "-" ? try .standardInput() : try FileReader(path: path)
        } catch { throw CommandFailure(.noInput, "\(error)") }
    }

    /// How many bytes of `block` were filled: 0 at the end.
    func read(into block: inout [UInt8]) throws(CommandFailure) -> Int {
        do throws(FileError) {
            return try reader.read(into: &block)
        } catch { throw CommandFailure(.noInput, "\(error)") }
    }

    /// All of a file that may be large, but not without bound.
    static func readAll(_ path: String, bytesMax: Int) throws(CommandFailure) -> [UInt8] {
        do throws(FileError) {
            return try Files.read(path, bytesMax: bytesMax)
        } catch { throw CommandFailure(.noInput, "\(error)") }
    }
}

/// A file that appears when it is complete, or a stream.
struct OutputFile: ~Copyable {
    private var writer: FileWriter

    /// - Parameter path: `-` is the stream.
    init(path: String, or stream: StandardStream) throws(CommandFailure) {
        do throws(FileError) {
            writer = path == "-" ? try FileWriter(stream) : try FileWriter(path: path)
        } catch { throw CommandFailure(.cannotCreate, "\(error)") }
    }

    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        do throws(FileError) {
            try writer.write(bytes.span)
        } catch { throw CommandFailure(.cannotCreate, "\(error)") }
    }

    mutating func commit() throws(CommandFailure) {
        do throws(FileError) {
            try writer.commit()
        } catch { throw CommandFailure(.cannotCreate, "\(error)") }
    }
}
