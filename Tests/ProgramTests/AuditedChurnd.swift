import AuditLog
import Glibc
import JSON
import POSIX
import TestSupport

/// A churnd with an audit log, which outlives it: it can be started again.
final class AuditedChurnd {
    /// What no output may ever hold.
    static let key = "planted-audit-key-1d0c7a5b92e84f63"
    static let environment = ["AUDIT_KEY": key]

    private let parent: TemporaryDirectory
    /// Of the log.
    let directory: String
    private let flags: [String: String]
    private let environment: [String: String]
    private(set) var churnd: ChurndProcess

    /// - Parameters:
    ///   - flags: beside the audit log and an operations listener on a socket.
    ///   - environment: beside the keys.
    ///   - directory: nil: one of its own.
    init(
        _ flags: [String: String] = [:], environment: [String: String] = [:],
        directory: String? = nil
    ) throws {
        parent = try TemporaryDirectory()
        self.directory = directory ?? parent.path(of: "audit")
        var all = ChurndProcess.onSocket(in: parent)
        all["audit.directory"] = self.directory
        all["quota.limit"] = "10000"
        all["store.subjects"] = "1000"
        all.merge(flags) { _, new in new }
        self.flags = all
        self.environment = environment.merging(AuditedChurnd.environment) { $1 }
        churnd = try ChurndProcess(all, environment: self.environment)
    }

    /// Starts it again, as it was.
    func restart() throws {
        churnd = try ChurndProcess(flags, environment: environment)
    }

    /// Ends it as an operator does.
    func end() throws {
        churnd.child.signal(SIGTERM)
        let exit = try churnd.child.waitForExit(within: 20)
        guard exit == .code(0) else { throw NeverHappened(what: "an end with 0: \(exit)") }
    }

    /// The files of the records, in their order.
    func segments() throws -> [String] {
        let files = AuditFiles(directory: directory)
        return try files.listing().segments.map { files.path(of: $0.name) }
    }

    /// All records that are in the files as whole lines.
    func records() throws -> [JSONObject] {
        try segments().flatMap { path in
            let bytes = try Files.read(path, bytesMax: 1 << 28)
            let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? bytes.startIndex
            return try bytes[..<end].split(separator: UInt8(ascii: "\n")).map { line in
                let bytes = Array(line)
                return try JSONValue(parsing: bytes.span).asObject ?? JSONObject()
            }
        }
    }

    func records(_ event: AuditEvent) throws -> [JSONObject] {
        try records().filter { $0["event"]?.asString == event.rawValue }
    }

    /// The records of an event, once there are so many.
    func records(_ event: AuditEvent, count: Int) throws -> [JSONObject] {
        var found: [JSONObject] = []
        try eventually("there are \(count) records of a \(event)") {
            found = try records(event)
            return found.count >= count
        }
        return found
    }

    /// The events of all records, in their order.
    func events() throws -> [String] {
        try records().compactMap { $0["event"]?.asString }
    }

    /// What a churnd needs that does nothing but write to the log.
    static func arguments(directory: String) -> [String] {
        [
            "--http.port=0", "--operations.listen=off", "--store=memory",
            "--model.path=\(BuiltProgram.modelPath)", "--audit.directory=\(directory)",
        ]
    }

    /// The log's key and that of the tokens.
    static let secrets = environment.merging(["JWT_SECRET": ChurndProcess.secret]) { $1 }

    /// Starts one that the log refuses, and returns what it says once it has ended with 1.
    static func refused(directory: String) throws -> String {
        let child = try ChildProcess(
            BuiltProgram.churnd, arguments(directory: directory), environment: secrets)
        let exit = try child.waitForExit()
        guard exit == .code(1) else { throw NeverHappened(what: "an end with 1: \(exit)") }
        return child.errors
    }

    /// `churnctl audit verify`, with the key.
    func verify() throws -> (exit: ChildProcess.Exit, output: String) {
        try churnctl("verify", directory)
    }

    func churnctl(_ arguments: String...) throws -> (exit: ChildProcess.Exit, output: String) {
        let child = try ChildProcess(
            BuiltProgram.churnctl, ["audit"] + arguments, environment: AuditedChurnd.environment)
        return (try child.waitForExit(), child.output + child.errors)
    }
}

extension JSONObject {
    var names: [String] { members.map(\.name) }

    func text(_ name: String) -> String? { self[name]?.asString }
}
