package import JSON
internal import POSIX

/// A churnd that a test has started: on a port of 127.0.0.1 that the kernel chose, in an empty
/// directory, with the project's model.
package final class ChurndProcess {
    /// What no log may ever hold; 32 bytes is the least that is taken.
    package static let secret = "planted-secret-5c1f9d0e7b3a48266"

    package let port: UInt16
    package let child: ChildProcess

    /// Starts a churnd and waits until it listens.
    ///
    /// - Parameters:
    ///   - flags: by the names of their keys; they overrule what is set here.
    ///   - redisPort: nil: the store is in memory.
    ///   - environment: beside or in place of the secret.
    ///   - prefix: a program, which becomes churnd, and its arguments.
    package init(
        redisPort: UInt16? = nil, _ flags: [String: String] = [:],
        environment: [String: String] = [:], by prefix: [String] = []
    ) throws {
        let settings = ChurndProcess.settings(redisPort: redisPort, flags)
        let command =
            prefix + [BuiltProgram.churnd]
            + settings.sorted { $0.key < $1.key }.map { "--\($0)=\($1)" }
        child = try ChildProcess(
            command[0], Array(command.dropFirst()),
            environment: ["JWT_SECRET": ChurndProcess.secret].merging(environment) { _, new in new }
        )
        port = try ChurndProcess.portWhenListening(child)
    }

    /// The settings of a churnd in tests, by the names of their keys; `flags` replace them.
    package static func settings(
        redisPort: UInt16?, _ flags: [String: String]
    ) -> [String: String] {
        var settings = ["http.host": "127.0.0.1", "http.port": "0", "store": "memory"]
        settings["model.path"] = BuiltProgram.modelPath
        settings["operations.listen"] = "127.0.0.1:0"
        if let redisPort {
            settings["store"] = "redis"
            settings["redis.url"] = "redis://127.0.0.1:\(redisPort)"
        }
        return settings.merging(flags) { _, new in new }
    }

    /// The port in the line that says so; throws when there is none soon.
    package static func portWhenListening(_ child: ChildProcess) throws -> UInt16 {
        var port: UInt16?
        try eventually("churnd listens", within: 30) {
            if child.ended != nil {
                throw ChildProcess.Failure(description: "churnd ended: \(child.errors)")
            }
            let line = logLines(child).first { $0["message"]?.asString == "listening" }
            port = line?["port"]?.asString.flatMap { UInt16($0) }
            return port != nil
        }
        return port ?? 0
    }

    /// Where the operations listener is, as the line that says so has it; nil where there is none.
    package var operationsAddress: String? {
        logLines.first { $0["message"]?.asString == "listening" }?["operations"]?.asString
    }

    /// The port of the operations listener, which is one of TCP.
    package var operationsPort: UInt16 {
        get throws {
            guard let address = operationsAddress, !address.hasPrefix("unix:"),
                let port = address.split(separator: ":").last.flatMap({ UInt16($0) })
            else { throw ChildProcess.Failure(description: "no operations listener of TCP") }
            return port
        }
    }

    /// A new connection to the operations listener, whichever it is.
    package func operationsClient(seconds: Double = 20) throws -> ClientSocket {
        let prefix = "unix:"
        if let address = operationsAddress, address.hasPrefix(prefix) {
            return try ClientSocket(
                unixPath: String(address.dropFirst(prefix.count)), seconds: seconds)
        }
        return try ClientSocket(port: operationsPort, seconds: seconds)
    }

    /// The whole lines of the log so far. A line that is not a JSON object is one without members.
    package static func logLines(_ child: ChildProcess) -> [JSONObject] {
        let text = child.output.utf8
        let end = text.lastIndex(of: UInt8(ascii: "\n")) ?? text.startIndex
        return text[..<end].split(separator: UInt8(ascii: "\n")).map { line in
            let bytes = Array(line)
            let value = try? JSONValue(parsing: bytes.span)
            return value?.asObject ?? JSONObject()
        }
    }

    package var logLines: [JSONObject] { ChurndProcess.logLines(child) }

    /// A new connection.
    package func client(seconds: Double = 20) throws -> ClientSocket {
        try ClientSocket(port: port, seconds: seconds)
    }

    /// Bytes of memory that are resident.
    package var residentBytes: Int {
        get throws {
            let path = "/proc/\(child.processID)/status"
            let text = String(decoding: try Files.read(path, bytesMax: 1 << 16), as: UTF8.self)
            for line in text.split(separator: "\n") where line.hasPrefix("VmRSS:") {
                let kilobytes = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
                return (kilobytes ?? 0) * 1024
            }
            return 0
        }
    }
}
